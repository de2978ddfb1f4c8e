"""What balances are worth: the reference's figure, routes in use, debts, rates, what is carried."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from cambist.core.money import ONE, exact, plain_text
from cambist.core.prices import Numeraire, Priced, Quote, Route, Step, numeraire
from cambist.core.terms import Balance, MissingWallet, Stablecoins, WalletBalances, Worth
from cambist.core.valuation import (
    Valuation,
    Verdict,
    equity,
    rate_of,
    value,
    value_with_carried,
    worth_of,
)
from tests.core.builders import HOUR, NOW, balance, market, priced, prices, wallet
from tests.core.oracles import half_even

BINANCE_US = {"BTC/USDT": "63656.71", "BTC/USD": "63722.1"}
HELD = "31.17895883163168"


def spot(held: dict[str, str]) -> WalletBalances:
    return wallet("spot", *(balance(asset, total) for asset, total in held.items()))


def valued(
    held: dict[str, str], given: dict[str, str], mode: Stablecoins = Stablecoins.REFERENCE
) -> Valuation:
    return value([spot(held)], priced(prices(given), mode=mode))


def valued_later(
    held: dict[str, str],
    given: dict[str, str],
    last: Mapping[str, Route],
    after: timedelta = HOUR,
    since_good: timedelta | None = None,
) -> Valuation:
    """The value at NOW + after, what has no price carried from a load at NOW (or `since_good` before)."""
    now = NOW + after
    priced_at = NOW if since_good is None else now - since_good
    return value_with_carried([spot(held)], valued(held, given), last, priced_at, now)


# ── the value test ───────────────────────────────────────────────────────────────────────────────────


def test_dollar_coins_count_what_the_market_says_through_btc() -> None:
    found = valued({"USDT": HELD}, BINANCE_US)
    exactly = Fraction(HELD) * Fraction("63722.1") / Fraction("63656.71")
    assert plain_text(found.usd).startswith("31.210986753244348885262841890509")
    assert Fraction(found.usd) == half_even(exactly, 44)
    assert Fraction(found.btc) == half_even(Fraction(HELD) / Fraction("63656.71"), 44)


def test_a_dollar_coin_is_exactly_one_dollar_where_its_price_is_p() -> None:
    found = valued({"USDT": "24"}, {"BTC/USDT": "63656.71"})
    assert str(found.usd) == "24"
    assert Fraction(found.btc) == half_even(24 / Fraction("63656.71"), 44)
    assert str(valued({"USDT": "24"}, {"USDT/BTC": "0.0000157"}).usd) == "24"


def test_at_par_a_dollar_coin_is_exactly_one_dollar() -> None:
    found = valued({"USDT": HELD}, BINANCE_US, Stablecoins.PAR)
    assert str(found.usd) == HELD
    assert Fraction(found.btc) == half_even(Fraction(HELD) / Fraction("63722.1"), 44)


def test_by_market_a_dollar_coin_counts_by_its_own_dollar_price() -> None:
    found = valued({"USDT": HELD}, {**BINANCE_US, "USDT/USD": "0.9995"}, Stablecoins.MARKET)
    assert Fraction(found.usd) == Fraction(HELD) * Fraction("0.9995")
    assert Fraction(found.btc) == half_even(Fraction(HELD) * Fraction("0.9995") / Fraction("63722.1"), 44)


def test_a_bitcoin_is_a_bitcoin_and_p_dollars() -> None:
    found = valued({"BTC": "0.5"}, BINANCE_US)
    assert (str(found.btc), str(found.usd)) == ("0.5", "31861.05")


# ── many assets ──────────────────────────────────────────────────────────────────────────────────────

MIXED = {
    **BINANCE_US,
    "BTC/EUR": "58000.7",
    "ETH/USD": "3100.5",
    "DOGE/USDT": "0.123456",
    "SHIB/EUR": "0.00000831",
    "BTC/NGN": "95000000",
    "ADA/ETH": "0.00021",
}
ALL_HELD = {"BTC": "0.1", "USDT": "7", "EUR": "9", "DOGE": "1000", "SHIB": "1e6", "NGN": "5000", "ADA": "3"}


def all_in_btc() -> Fraction:
    """Σ A_q / X_q, one asset after the other."""
    usd, usdt, eur = Fraction("63722.1"), Fraction("63656.71"), Fraction("58000.7")
    # NGN has only BTC/NGN, and is no quote of this market: its unit is 1/95000000 rounded to 60 digits.
    naira = Fraction(round(Fraction(10**67, 95000000)), 10**67)
    return (
        Fraction("0.1")
        + (7 + 1000 * Fraction("0.123456")) / usdt
        + (9 + 10**6 * Fraction("0.00000831")) / eur
        + 5000 * naira
        + 3 * Fraction("0.00021") * Fraction("3100.5") / usd
    )


def test_everything_held_is_one_fraction_rounded_once() -> None:
    found = valued(ALL_HELD, MIXED)
    assert found.unpriced == ()
    assert Fraction(found.btc) == half_even(all_in_btc(), 44)
    assert Fraction(found.usd) == half_even(all_in_btc() * Fraction("63722.1"), 44)
    assert {asset: route.quote for asset, route in found.routes.items()} == {
        "BTC": "BTC",
        "USDT": "USDT",
        "EUR": "EUR",
        "DOGE": "USDT",
        "SHIB": "EUR",
        "NGN": "BTC",
        "ADA": "USD",
    }


def test_every_balance_of_every_wallet_counts_and_each_asset_has_one_route() -> None:
    there = prices({"BTC/USD": "100", "X/USD": "0.1"})
    wallets = [
        wallet("spot", balance("USD", "1"), balance("BTC", "2"), balance("X", "1000", code="LDX")),
        wallet("earn", balance("BTC", "3"), balance("BTC", "0.5", code="LDBTC"), balance("X", "70")),
        wallet("margin"),
    ]
    found = value(wallets, priced(there))
    assert (str(found.btc), str(found.usd)) == ("6.58", "658")
    step = Step("X", "USD", Decimal("0.1"))
    assert found.routes == {
        "USD": Route("USD", ONE),
        "BTC": Route("BTC", ONE),
        "X": Route("USD", Decimal("0.1"), (step,)),
    }
    assert found.numeraire == numeraire(there, market())


def test_nothing_held_is_worth_nothing() -> None:
    found = valued({}, BINANCE_US)
    assert (str(found.btc), str(found.usd)) == ("0", "0")
    assert not found.routes
    assert not found.unpriced


def test_an_asset_without_a_price_adds_nothing_keeps_its_amount_and_is_listed() -> None:
    found = valued({"BTC": "1", "ZZZ": "5", "AAA": "7", "NONE": "0"}, BINANCE_US)
    assert (str(found.btc), str(found.usd)) == ("1", "63722.1")
    assert found.unpriced == ("AAA", "ZZZ")  # not NONE, of which there is nothing
    assert found.routes == {"BTC": Route("BTC", ONE)}


def test_debts_make_totals_smaller_and_may_make_them_negative() -> None:
    found = valued({"BTC": "1", "USDT": "-127313.42"}, {"BTC/USDT": "63656.71"})
    assert (str(found.btc), str(found.usd)) == ("-1", "-63656.71")
    third = valued({"USDT": "-1"}, {"BTC/USDT": "3"})
    assert (str(third.btc), str(third.usd)) == ("-0." + "3" * 44, "-1")


def test_an_asset_held_twice_is_unpriced_once() -> None:
    wallets = [wallet("spot", balance("X", "1")), wallet("earn", balance("X", "2", code="LDX"))]
    assert value(wallets, priced(prices(BINANCE_US))).unpriced == ("X",)


def test_what_is_owed_without_a_price_is_unpriced_also_where_it_cancels_out() -> None:
    wallets = [wallet("spot", balance("X", "1")), wallet("margin", balance("X", "-1"))]
    assert value(wallets, priced(prices(BINANCE_US))).unpriced == ("X",)
    assert valued({"X": "-1"}, BINANCE_US).unpriced == ("X",)


# ── carried prices ───────────────────────────────────────────────────────────────────────────────────

X_AT_4 = (Step("X", "USD", Decimal(4)),)


def test_a_price_that_went_away_is_carried_for_a_day_and_then_the_asset_is_unpriced() -> None:
    before = valued({"X": "10"}, {**BINANCE_US, "X/USD": "4"})
    later = valued_later({"X": "10"}, BINANCE_US, before.routes, 24 * HOUR)
    assert (plain_text(later.usd), later.unpriced) == ("40.0", ())
    assert later.routes["X"] == Route("USD", Decimal(4), X_AT_4, NOW)
    # Carried again, it keeps the time when the price was good.
    again = valued_later({"X": "10"}, BINANCE_US, later.routes, 24 * HOUR, since_good=timedelta(0))
    assert again == later
    last = valued_later({"X": "10"}, BINANCE_US, later.routes, 25 * HOUR, since_good=HOUR)
    assert (plain_text(last.usd), last.unpriced) == ("0.0", ("X",))
    assert last.routes == {}


def test_what_is_carried_is_the_same_asset_in_whichever_wallet_it_is_now() -> None:
    route = Route("USD", Decimal(4), X_AT_4)
    for asset in ("X2", "LDX", "x", "spot"):
        assert valued_later({"X": "10"}, BINANCE_US, {asset: route}).unpriced == ("X",)
    wallets = [wallet("spot", balance("X", "10")), wallet("earn", balance("X", "5", code="LDX"))]
    now = value(wallets, priced(prices(BINANCE_US)))
    found = value_with_carried(wallets, now, {"X": route}, NOW, NOW + HOUR)
    assert (plain_text(found.usd), found.unpriced) == ("60.0", ())


def test_any_price_of_now_counts_before_a_carried_one() -> None:
    last = {"X": Route("USD", Decimal(4), X_AT_4)}
    through_a_step = {**BINANCE_US, "X/ETH": "1", "ETH/USD": "2"}
    found = valued_later({"X": "10", "GONE": "1"}, through_a_step, last)
    assert (plain_text(found.usd), found.unpriced) == ("20.0", ("GONE",))
    assert found.routes["X"].carried_from is None


def test_only_prices_are_carried_not_quotes_and_not_what_had_none() -> None:
    held = {"BTC": "1", "EUR": "9", "X": "10", "Y": "1"}
    before = valued(held, {**BINANCE_US, "BTC/EUR": "58000.7", "X/USD": "4"})
    found = valued_later(held, BINANCE_US, before.routes)
    assert found.unpriced == ("EUR", "Y")
    assert found.routes == {
        "BTC": Route("BTC", ONE),
        "X": Route("USD", Decimal(4), X_AT_4, NOW),
    }
    assert plain_text(found.usd) == "63762.1"


def test_where_nothing_can_be_carried_the_valuation_stays_as_it_was() -> None:
    now = valued({"BTC": "1", "X": "10"}, BINANCE_US)
    for last in ({}, {"X": Route("EUR", Decimal(4), (Step("X", "EUR", Decimal(4)),))}):
        assert valued_later({"BTC": "1", "X": "10"}, BINANCE_US, last) == now


def test_what_is_carried_leaves_the_first_valuation_as_it_was() -> None:
    held = [spot({"X": "10"})]
    first = value(held, priced(prices(BINANCE_US)))
    value_with_carried(held, first, {"X": Route("USD", Decimal(4), X_AT_4)}, NOW, NOW)
    assert (first.routes, first.unpriced, plain_text(first.usd)) == ({}, ("X",), "0.0")


# ── rates, equity, verdict ───────────────────────────────────────────────────────────────────────────


def test_the_rate_of_a_currency_is_what_a_dollar_costs_in_it() -> None:
    there = prices({"BTC/USD": "63722.1", "BTC/EUR": "58000.7"})
    known = numeraire(there, market())
    euro = rate_of("EUR", known)
    assert euro is not None
    exactly = Fraction("58000.7") / Fraction("63722.1")
    assert Fraction(euro) == half_even(exactly, 60)
    assert Fraction(rate_of("BTC", known) or 0) == half_even(1 / Fraction("63722.1"), 64)
    assert rate_of("USD", known) == ONE
    assert rate_of("CHF", known) is None


def test_the_rate_of_a_quote_with_a_price_of_its_own_uses_both_its_parts() -> None:
    known = Numeraire(Decimal(100), "BTC/USD", {"USDT": Quote(Decimal("0.5"), Decimal(100))})
    assert rate_of("USDT", known) == Decimal(2)


def test_one_dollar_is_one_dollar_even_where_usd_is_no_quote() -> None:
    assert rate_of("USD", Numeraire(Decimal(7), "BTC/USDT", {})) == ONE


def test_a_wallets_equity_is_what_it_holds_less_what_it_owes_exactly() -> None:
    assert equity(Decimal(5), Decimal(3)) == 8
    assert equity(Decimal(5), Decimal(3), Decimal(7), Decimal("0.5")) == Decimal("0.5")
    assert equity(Decimal(1), Decimal(0), Decimal(2), Decimal("1E-60")) == Decimal("-1." + "0" * 59 + "1")
    with exact():
        long = Decimal("9" * 40 + "." + "9" * 60)
    assert str(equity(long, Decimal("1E-60"))) == "1" + "0" * 40 + "." + "0" * 60


def test_worth_uses_the_total_and_not_what_is_free() -> None:
    owed = Balance("BTC", "BTC", free=Decimal(9), locked=Decimal(1), total=Decimal(4), borrowed=Decimal(6))
    assert value([wallet("margin", owed)], priced(prices(BINANCE_US))).btc == 4


def test_a_verdict_is_complete_only_when_nothing_is_missing() -> None:
    assert (Verdict().complete, str(Verdict())) == (True, "complete")
    partial = Verdict((MissingWallet("earn", "refused"),))
    assert (partial.complete, str(partial)) == (False, "partial")


def test_a_route_in_a_quote_that_is_not_known_is_a_defect_and_not_a_zero() -> None:
    with_euro = prices({**BINANCE_US, "BTC/EUR": "9", "X/EUR": "1"})
    without = numeraire(prices(BINANCE_US), market())
    broken = Priced(with_euro, market(), replace(without, order=("EUR",)))
    with pytest.raises(KeyError):
        value([spot({"X": "1"})], broken)


def test_an_amount_alone_is_worth_what_its_route_says_with_its_sign() -> None:
    known = Numeraire(
        Decimal(50_000), "BTC/USDT", {"BTC": Quote(ONE, ONE), "USDT": Quote(ONE, Decimal(50_000))}
    )
    route = Route("USDT", Decimal("2500.5"))
    assert worth_of(Decimal(-2), route, known, Decimal("0.9")) == Worth(
        Decimal("-0.10002"), Decimal(-5001), Decimal("0.9")
    )
