"""R now and then, fiat by daily rates, and that the ways to count dollar coins differ by their rule alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.currencies import DayRates, Display, in_currency, known_currency, points_of, rate_then
from cambist.core.history import Baselines, Neighbours
from cambist.core.money import ONE, exact
from cambist.core.prices import Route, Step, numeraire
from cambist.core.terms import Stablecoins
from cambist.core.valuation import rate_of, value
from tests.core.builders import HOUR, NOW, balance, market, priced, prices, snapshot, wallet
from tests.core.oracles import as_amount, decimals, positive, significant

DAY = DayRates(date(2023, 6, 16), {"USD": Decimal("1.0966"), "GBP": Decimal("0.85518")})
POINT = snapshot(NOW, "100", "0.004")


@pytest.mark.parametrize(
    ("currency", "rate"),
    [
        ("USD", Fraction(1)),
        ("EUR", 1 / Fraction("1.0966")),
        ("GBP", Fraction("0.85518") / Fraction("1.0966")),
    ],
)
def test_r_by_the_rates_of_a_day(currency: str, rate: Fraction) -> None:
    found = DAY.rate(currency)
    assert found is not None
    assert Fraction(found) == significant(rate, 60)


def test_r_of_a_currency_that_a_day_does_not_tell_is_not_known() -> None:
    assert DAY.rate("CHF") is None
    assert DayRates(DAY.day, {"GBP": Decimal(1)}).rate("GBP") is None
    assert DAY.only(["EUR"]) == replace(DAY, rates={"USD": Decimal("1.0966")})

    pound = Step("EUR", "GBP", Decimal("0.85518"), inverted=True)
    dollar = Step("EUR", "USD", Decimal("1.0966"))
    with exact():
        assert DAY.route("EUR", {"USD"}) == Route("USD", Decimal("1.0966"), (dollar,))
        by_dollars = DAY.route("GBP", {"EUR", "USD"})
        assert by_dollars is not None
        assert (by_dollars.quote, by_dollars.steps) == ("USD", (pound, dollar))
        assert Fraction(by_dollars.unit) == significant(1 / Fraction("0.85518"), 60) * Fraction("1.0966")
    by_euros = DAY.route("GBP", {"EUR"})
    assert by_euros is not None
    assert (by_euros.quote, by_euros.steps) == ("EUR", (pound,))
    assert Fraction(by_euros.unit) == significant(1 / Fraction("0.85518"), 60)
    assert DAY.route("CHF", {"USD"}) is None
    assert DAY.route("GBP", {"BTC"}) is None


def test_r_then_is_the_snapshots_own_or_of_its_p_or_of_its_day() -> None:
    own = replace(POINT, worth=replace(POINT.worth, rate=Decimal("0.8")), currency="GBP")
    assert rate_then(own, "GBP", DAY) == Decimal("0.8")
    assert rate_then(own, "USD", None) == ONE
    assert rate_then(own, "EUR", DAY) == DAY.rate("EUR")
    assert rate_then(replace(own, currency=None), "GBP", DAY) == DAY.rate("GBP")
    assert rate_then(POINT, "GBP", None) is None
    assert rate_then(POINT, "ETH", DAY) is None
    assert rate_then(replace(POINT, btc_usd=Decimal(20000)), "BTC", None) == Decimal("0.00005")
    assert rate_then(POINT, "BTC", None) == Decimal("0.00004")  # an imported point: P is usd / btc
    assert rate_then(snapshot(NOW, "0", "0"), "BTC", None) is None
    assert rate_then(snapshot(NOW, "-1", "1"), "BTC", None) is None


def test_baselines_take_their_own_rates_and_those_without_one_are_named() -> None:
    known, unknown = POINT, replace(POINT, at=NOW - HOUR)
    past = Baselines(Neighbours(known, unknown), Neighbours(known), unknown)
    display = Display("GBP", "GBP", Decimal("0.9"))
    rates = {known.at: Decimal("0.7"), unknown.at: None}
    found, assumed = in_currency(past, display, lambda point: rates[point.at])
    assert [(point.worth.rate, point.currency) for point in points_of(found)] == [
        (Decimal("0.7"), "GBP"),
        (Decimal("0.9"), "GBP"),
        (Decimal("0.7"), "GBP"),
        (Decimal("0.9"), "GBP"),
    ]
    assert assumed == ("day", "total")
    assert in_currency(Baselines(), display, lambda _: None) == (Baselines(), ())


def test_r_by_a_route_is_what_a_dollar_buys_there() -> None:
    known = numeraire(prices({"BTC/USD": "60000", "BTC/USDT": "61000"}), market())
    found = rate_of("ETH", known, Route("USDT", Decimal(2500), (Step("ETH", "USDT", Decimal(2500)),)))
    assert found is not None
    assert Fraction(found) == significant(Fraction(61000) / (2500 * 60000), 60)
    assert rate_of("ETH", known, Route("TRY", ONE)) is None


def test_currencies_are_known_by_their_codes_and_others_are_told_which_there_are() -> None:
    assert [known_currency(each) for each in ("eur", " BTC ", "USD")] == ["EUR", "BTC", "USD"]
    with pytest.raises(ValueError, match=r"it is one of USD, EUR, GBP, .*, ZAR, BTC, ETH$"):
        known_currency("USDT")


# ── ways to count dollar coins ───────────────────────────────────────────────────────────────────────

NAMES = ("BTC/USD", "BTC/USDT", "BTC/EUR", "USDT/USD", "DAI/USD", "DOGE/USDT", "XMR/BTC", "SOL/USD")
HELD = st.lists(
    st.tuples(
        st.sampled_from(("BTC", "EUR", "USD", "USDT", "DAI", "DOGE", "XMR", "SOL")),
        decimals(-(10**10), 10**18, 20),
    ),
    min_size=1,
    max_size=8,
)


def _units(p: dict[str, Fraction], mode: Stablecoins) -> dict[str, Fraction]:
    """What one of each is in BTC: the mode has a say in the coins, and in what is priced in them."""
    usd = 1 / p["BTC/USD"]
    usdt, dai = {
        Stablecoins.REFERENCE: (1 / p["BTC/USDT"], p["DAI/USD"] * usd),
        Stablecoins.PAR: (usd, usd),
        Stablecoins.MARKET: (
            p["USDT/USD"] * usd if "USDT/USD" in p else 1 / p["BTC/USDT"],
            p["DAI/USD"] * usd,
        ),
    }[mode]
    return {
        "BTC": Fraction(1),
        "EUR": 1 / p["BTC/EUR"],
        "USD": usd,
        "USDT": usdt,
        "DAI": dai,
        "DOGE": p["DOGE/USDT"] * usdt,
        "XMR": p["XMR/BTC"],
        "SOL": p["SOL/USD"] * usd,
    }


@given(HELD, st.fixed_dictionaries({name: positive(12) for name in NAMES}), st.booleans())
def test_modes_differ_by_what_they_say_of_dollar_coins_and_by_nothing_else(
    held: list[tuple[str, Decimal]], told: dict[str, Decimal], has_market: bool
) -> None:
    there = {name: price for name, price in told.items() if has_market or name != "USDT/USD"}
    fractions = {name: Fraction(price) for name, price in there.items()}
    balances = wallet("spot", *(balance(asset, total) for asset, total in held))
    for mode in Stablecoins:
        units = _units(fractions, mode)
        in_btc = sum((Fraction(total) * units[asset] for asset, total in held), Fraction(0))
        found = value([balances], priced(prices(there), mode=mode))
        assert Fraction(found.btc) == as_amount(in_btc)
        assert Fraction(found.usd) == as_amount(in_btc * fractions["BTC/USD"])
