"""P and the quotes of an exchange, and the fixed order of an asset's routes."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import NoPrices
from cambist.core.money import ONE, inverse_price
from cambist.core.prices import (
    CARRIED_FOR,
    Numeraire,
    Pair,
    PriceList,
    Quarantined,
    Quote,
    Route,
    Step,
    carried,
    find_route,
    numeraire,
)
from cambist.core.terms import Market, Stablecoins
from tests.core.builders import HOUR, NOW, market, priced, prices

P = Decimal("63722.1")
THIRD = inverse_price(Decimal(3))


def btc_usd(given: dict[str, str], foreign: dict[str, str] | None = None) -> tuple[Decimal, str]:
    theirs = None if foreign is None else {name: Decimal(price) for name, price in foreign.items()}
    known = numeraire(prices(given), market(), foreign=theirs)
    return known.btc_usd, known.source


def route(asset: str, given: dict[str, str], of: Market | None = None) -> Route | None:
    """The asset's route where BTC/USD is 100 besides the prices given."""
    there = prices({"BTC/USD": "100", **given})
    place = of or market()
    return find_route(asset, there, place, numeraire(there, place))


# ── P ────────────────────────────────────────────────────────────────────────────────────────────────


def test_p_is_the_exchanges_own_price_of_btc_in_usd_then_usdc_then_usdt() -> None:
    given = {"BTC/USDT": "3", "BTC/USDC": "2", "BTC/USD": "1"}
    assert btc_usd(given) == (Decimal(1), "BTC/USD")
    del given["BTC/USD"]
    assert btc_usd(given) == (Decimal(2), "BTC/USDC")
    del given["BTC/USDC"]
    assert btc_usd(given) == (Decimal(3), "BTC/USDT")


def test_p_may_be_the_inverse_of_a_pair_that_is_quoted_the_other_way() -> None:
    assert btc_usd({"USD/BTC": "3", "BTC/USDC": "2"}) == (THIRD, "BTC/USD")
    assert btc_usd({"USDT/BTC": "0.00002"}) == (Decimal(50_000), "BTC/USDT")


def test_a_pair_counts_before_its_inverse() -> None:
    assert btc_usd({"BTC/USD": "7", "USD/BTC": "3"}) == (Decimal(7), "BTC/USD")


def test_p_from_other_exchanges_is_the_median_of_an_odd_number_of_prices() -> None:
    foreign = {"kraken": "9.5", "bitstamp": "30000", "coinbase": "9"}
    assert btc_usd({}, foreign) == (Decimal("9.5"), "foreign: bitstamp, coinbase, kraken")


def test_p_from_other_exchanges_is_the_exact_middle_of_an_even_number_of_prices() -> None:
    long = "1." + "0" * 40 + "1"
    assert btc_usd({}, {"kraken": "3", "coinbase": long})[0] == Decimal("2." + "0" * 41 + "5")
    four = {"a": "100", "b": "1", "c": "4", "d": "2"}
    assert btc_usd({}, four) == (Decimal(3), "foreign: a, b, c, d")


def test_other_exchanges_are_not_asked_where_this_one_has_a_price() -> None:
    assert btc_usd({"BTC/USDT": "3"}, {"kraken": "9", "coinbase": "9"}) == (Decimal(3), "BTC/USDT")


@pytest.mark.parametrize("foreign", [None, {}, {"kraken": "9"}])
def test_without_two_foreign_prices_there_is_no_p(foreign: dict[str, str] | None) -> None:
    with pytest.raises(NoPrices, match="No BTC price was found"):
        btc_usd({"ETH/USD": "2000", "BTC/EUR": "50000"}, foreign)


# ── quotes ───────────────────────────────────────────────────────────────────────────────────────────


def quotes(
    given: dict[str, str], of: Market | None = None, mode: Stablecoins = Stablecoins.REFERENCE
) -> dict[str, Quote]:
    return dict(numeraire(prices(given), of or market(), mode).quotes)


def test_quotes_are_those_of_the_market_that_btc_has_a_price_in() -> None:
    given = {"BTC/USD": "100", "BTC/USDT": "99", "BTC/EUR": "90", "BTC/TRY": "3000", "BTC/ETH": "10"}
    assert quotes(given) == {
        "BTC": Quote(ONE, ONE),
        "USD": Quote(ONE, Decimal(100)),
        "USDT": Quote(ONE, Decimal(99)),
        "EUR": Quote(ONE, Decimal(90)),
    }


def test_usd_is_worth_p_where_btc_has_no_pair_with_it() -> None:
    assert quotes({"BTC/USDC": "7", "BTC/USDT": "8"})["USD"] == Quote(ONE, Decimal(7))


def test_a_quote_may_be_priced_by_the_inverse_pair() -> None:
    assert quotes({"BTC/USD": "1", "EUR/BTC": "3"})["EUR"] == Quote(ONE, THIRD)


def test_btc_is_one_btc_whatever_a_price_says() -> None:
    assert quotes({"BTC/USD": "1", "BTC/BTC": "2"})["BTC"] == Quote(ONE, ONE)
    assert quotes({"BTC/USD": "1"}, market(quotes=("USD",)))["BTC"] == Quote(ONE, ONE)


def test_at_par_dollar_coins_are_one_dollar_and_nothing_else_is() -> None:
    given = {"BTC/USD": "100", "BTC/USDT": "90", "BTC/EUR": "80"}
    found = quotes(given, mode=Stablecoins.PAR)
    assert found["USDT"] == Quote(ONE, Decimal(100))
    assert found["USDC"] == Quote(ONE, Decimal(100))  # no market needed
    assert found["EUR"] == Quote(ONE, Decimal(80))
    assert found["USD"] == Quote(ONE, Decimal(100))


def test_at_par_every_dollar_coin_of_the_list_is_one_dollar() -> None:
    coins = ("USDT", "USDC", "FDUSD", "TUSD", "DAI", "BUSD", "USDP", "PYUSD", "GUSD", "USDE")
    place = market(quotes=("BTC", *coins, "USDD", "EURT"))
    found = quotes({"BTC/USD": "100"}, place, Stablecoins.PAR)
    assert found == {"BTC": Quote(ONE, ONE)} | {coin: Quote(ONE, Decimal(100)) for coin in coins}


def test_by_market_dollar_coins_count_by_their_own_dollar_market() -> None:
    given = {"BTC/USD": "100", "BTC/USDT": "90", "BTC/USDC": "80", "USDT/USD": "0.5", "USD/USDC": "3"}
    found = quotes(given, mode=Stablecoins.MARKET)
    assert found["USDT"] == Quote(Decimal("0.5"), Decimal(100))
    assert found["USDC"] == Quote(THIRD, Decimal(100))


def test_by_market_a_coin_without_a_dollar_market_counts_through_btc() -> None:
    found = quotes({"BTC/USD": "100", "BTC/USDT": "90"}, mode=Stablecoins.MARKET)
    assert found["USDT"] == Quote(ONE, Decimal(90))
    assert "USDC" not in found


def test_by_reference_a_coins_own_dollar_market_counts_for_nothing() -> None:
    assert quotes({"BTC/USD": "100", "BTC/USDT": "90", "USDT/USD": "0.5"})["USDT"] == Quote(ONE, Decimal(90))


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────


# Prices of X in the order in which routes take them, as (price's name, route): each is worth another unit.
WIDE = market(quotes=("BTC", "USD", "USDC", "USDT", "EUR", "TRY", "BRL"), steps=("ETH", "BNB"))
QUOTED = {"BTC/USDC": "101", "BTC/USDT": "102", "BTC/EUR": "90", "BTC/TRY": "3000", "BTC/BRL": "500"}
ETH_STEP = {"ETH/USDT": "3", "BNB/BTC": "0.5"}
ORDER = [
    *((f"X/{quote}", quote, False) for quote in ("USD", "USDC", "USDT", "BTC", "EUR", "TRY", "BRL")),
    *((f"{quote}/X", quote, True) for quote in ("USD", "USDC", "USDT", "BTC", "EUR", "TRY", "BRL")),
]


@pytest.mark.parametrize("gone", range(len(ORDER)))
def test_the_first_route_with_a_price_is_taken_in_the_fixed_order(gone: int) -> None:
    remaining = ORDER[gone:]
    given = {name: "4" for name, _, _ in remaining} | {"X/ETH": "4", "X/BNB": "4"} | QUOTED | ETH_STEP
    name, quote, inverted = remaining[0]
    base, _, priced_in = name.partition("/")
    unit = Decimal("0.25") if inverted else Decimal(4)
    assert route("X", given, WIDE) == Route(quote, unit, (Step(base, priced_in, Decimal(4), inverted),))


def test_after_every_pair_comes_one_step_through_the_markets_own_coins_in_order() -> None:
    given = {"X/ETH": "4", "X/BNB": "5"} | QUOTED | ETH_STEP
    through_eth = Route("USDT", Decimal(12), (Step("X", "ETH", Decimal(4)), Step("ETH", "USDT", Decimal(3))))
    assert route("X", given, WIDE) == through_eth
    del given["X/ETH"]
    through_bnb = Route(
        "BTC", Decimal("2.5"), (Step("X", "BNB", Decimal(5)), Step("BNB", "BTC", Decimal("0.5")))
    )
    assert route("X", given, WIDE) == through_bnb
    assert route("X", {**given, "X/ETH": "4", "ETH/USDT": "1"} | {"ETH/USD": "7"}, WIDE) == Route(
        "USD", Decimal(28), (Step("X", "ETH", Decimal(4)), Step("ETH", "USD", Decimal(7)))
    )


def test_a_step_may_be_inverted_on_either_side() -> None:
    given = {"ETH/X": "3", "USDT/ETH": "3", "BTC/USDT": "100"}
    found = route("X", given)
    assert found is not None
    assert (found.quote, found.steps) == (
        "USDT",
        (Step("ETH", "X", Decimal(3), True), Step("USDT", "ETH", Decimal(3), True)),
    )
    # (1/3 to 60 digits) squared, exactly: 120 digits.
    assert found.unit == Decimal("0." + "1" * 59 + "0" + "8" * 59 + "9")


def test_a_step_that_has_no_price_itself_is_passed_over() -> None:
    assert route("X", {"X/ETH": "4"}) is None
    assert route("X", {"ETH/USD": "4"}) is None
    assert route("X", {"X/ETH": "4", "ETH/USD": "2"}, market(steps=())) is None


def test_a_quote_is_its_own_route() -> None:
    assert route("BTC", {}) == Route("BTC", ONE)
    assert route("USD", {"USD/BTC": "7"}) == Route("USD", ONE)
    assert route("USDT", {"BTC/USDT": "99", "USDT/USD": "1.5"}) == Route("USDT", ONE)


def test_a_dollar_coin_that_btc_has_no_pair_with_goes_by_its_own_pair() -> None:
    found = route("USDT", {"USDT/USD": "0.999"})
    assert found == Route("USD", Decimal("0.999"), (Step("USDT", "USD", Decimal("0.999")),))


def test_a_price_in_a_quote_that_btc_cannot_value_is_no_route() -> None:
    assert route("X", {"X/EUR": "4"}) is None
    assert route("X", {"EUR/X": "4"}) is None
    assert route("X", {"X/TRY": "4", "BTC/TRY": "3000"}) is None  # no quote of this market


def test_an_asset_is_never_priced_by_another_of_a_similar_name() -> None:
    assert route("LUNA", {"LUNC/USD": "4", "1000LUNA/USD": "4", "LUNA3L/USD": "4"}) is None


# ── carried ──────────────────────────────────────────────────────────────────────────────────────────

MS = timedelta(milliseconds=1)


def last_of(quote: str = "USD", carried_from: datetime | None = None) -> Route:
    """X's route of an earlier load."""
    return Route(quote, Decimal(4), (Step("X", quote, Decimal(4)),), carried_from)


def carry(
    last: Route | None, age: timedelta, given: dict[str, str] | None = None, now: datetime = NOW
) -> Route | None:
    """The route of a load that was `age` ago, carried to now where BTC/USD is 100 besides these prices."""
    known = numeraire(prices({"BTC/USD": "100", **(given or {})}), market())
    return carried(last, now - age, known, now)


def test_a_price_that_is_gone_is_carried_for_24_hours_and_not_a_millisecond_longer() -> None:
    assert timedelta(hours=24) == CARRIED_FOR
    for age in (timedelta(0), HOUR, 24 * HOUR):
        assert carry(last_of(), age) == last_of(carried_from=NOW - age)
    assert carry(last_of(), 24 * HOUR + MS) is None


def test_a_price_carried_again_keeps_the_time_when_it_was_good() -> None:
    for age in (timedelta(0), HOUR, 24 * HOUR):
        again = last_of(carried_from=NOW - age)
        assert carry(again, timedelta(0)) == again
    assert carry(last_of(carried_from=NOW - 24 * HOUR - MS), timedelta(0)) is None


def test_what_had_no_price_a_quote_itself_and_a_quote_that_is_gone_are_not_carried() -> None:
    assert carry(None, HOUR) is None
    assert carry(Route("USD", ONE), HOUR) is None
    assert carry(last_of("EUR"), HOUR) is None
    assert carry(last_of("EUR"), HOUR, {"BTC/EUR": "90"}) == last_of("EUR", NOW - HOUR)


# ── one bulk read for all accounts ───────────────────────────────────────────────────────────────────


class Counted(dict[Pair, Decimal]):
    """Prices that know how often they were looked at."""

    looks = 0

    def get(self, pair: Pair, default: Any = None) -> Any:
        self.looks += 1
        return super().get(pair, default)


def test_a_price_lists_routes_are_those_that_are_found_one_by_one() -> None:
    given = prices({"BTC/USD": "100", "X/ETH": "4", "ETH/USD": "2", "USDT/USD": "0.5"})
    for mode in Stablecoins:
        found = PriceList("read-1", given).priced(market(), mode)
        assert found.numeraire == numeraire(given, market(), mode)
        for asset in ("BTC", "USD", "USDT", "ETH", "X", "NONE"):
            expected = find_route(asset, given, market(), found.numeraire)
            assert [found.route(asset) for _ in range(2)] == [expected] * 2
    assert PriceList("read-1", given).id == "read-1"


def test_a_route_is_looked_for_once_also_where_there_is_none() -> None:
    given = Counted(prices({"BTC/USD": "100", "X/USD": "4"}))
    found = priced(given)
    first = [found.route("X"), found.route("NONE")]
    looks = given.looks
    assert [found.route("X"), found.route("NONE")] == first
    assert first[1] is None
    assert given.looks == looks


def test_each_market_and_each_mode_has_its_own_numeraire_and_routes() -> None:
    given = prices({"BTC/USD": "100", "BTC/USDT": "90", "BTC/TRY": "3000", "X/TRY": "6"})
    bulk = PriceList("read-1", given)
    turkish = market(code="turkish", quotes=("BTC", "USD", "TRY"))
    assert bulk.priced(turkish, Stablecoins.REFERENCE).route("X") == Route(
        "TRY", Decimal(6), (Step("X", "TRY", Decimal(6)),)
    )
    assert bulk.priced(market(), Stablecoins.REFERENCE).route("X") is None
    reference, par = (bulk.priced(market(), m) for m in (Stablecoins.REFERENCE, Stablecoins.PAR))
    assert reference.numeraire.quotes["USDT"] == Quote(ONE, Decimal(90))
    assert par.numeraire.quotes["USDT"] == Quote(ONE, Decimal(100))
    assert bulk.priced(market(), Stablecoins.REFERENCE) is reference


def test_a_price_list_without_a_price_of_btc_says_so_every_time() -> None:
    bulk = PriceList("read-1", prices({"ETH/USD": "2"}))
    for _ in range(2):
        with pytest.raises(NoPrices):
            bulk.priced(market(), Stablecoins.REFERENCE)


def test_a_price_list_beside_those_of_other_exchanges_takes_p_from_them_where_it_has_none() -> None:
    given = prices({"BTC/EUR": "90", "X/EUR": "45"})
    doubt = Quarantined("BTC", "EUR", Decimal(900), Decimal(90), NOW)
    alone = PriceList("read-1", given, {("BTC", "EUR"): doubt})
    foreign = {"kraken": Decimal(100), "bitstamp": Decimal(102)}
    listed = alone.beside(foreign)
    for mode in Stablecoins:
        found = listed.priced(market(), mode)
        assert (found.numeraire.btc_usd, found.numeraire.source) == (
            Decimal(101),
            "foreign: bitstamp, kraken",
        )
        assert found.numeraire.quotes["EUR"] == Quote(ONE, Decimal(90))
        assert found.route("X") == Route("EUR", Decimal(45), (Step("X", "EUR", Decimal(45)),))
    assert (listed.id, listed.quarantined) == ("read-1", alone.quarantined)
    with pytest.raises(NoPrices):
        alone.priced(market(), Stablecoins.REFERENCE)


def test_it_is_the_same_list_for_all_accounts_until_other_exchanges_tell_something_else() -> None:
    alone = PriceList("read-1", prices({"BTC/EUR": "90"}))
    listed = alone.beside({"a": Decimal(1), "b": Decimal(2)})
    assert alone.beside({"b": Decimal(2), "a": Decimal(1)}) is listed
    other = alone.beside({"a": Decimal(1), "b": Decimal(3)})
    assert other.priced(market(), Stablecoins.REFERENCE).numeraire.btc_usd == Decimal(2)


@pytest.mark.parametrize(
    ("given", "tells"),
    [
        ({"BTC/USD": "1"}, True),
        ({"USDC/BTC": "1"}, True),
        ({"BTC/USDT": "1"}, True),
        ({"BTC/EUR": "1", "ETH/USD": "1", "BTC/FDUSD": "1"}, False),
        ({}, False),
    ],
)
def test_a_price_list_knows_whether_it_has_bitcoin_in_dollars(given: dict[str, str], tells: bool) -> None:
    assert PriceList("read-1", prices(given)).tells_dollars is tells


def test_the_order_of_quotes_is_dollars_btc_eur_and_then_the_markets_own() -> None:
    there = prices({"BTC/USD": str(P), **QUOTED})
    place = market(quotes=("BTC", "BRL", "EUR", "TRY", "USDT", "USDC", "USD", "ARS"))
    assert numeraire(there, place).order == ("USD", "USDC", "USDT", "BTC", "EUR", "BRL", "TRY")
    quoted = {"BTC": Quote(ONE, ONE), "USD": Quote(ONE, P)}
    alone = prices({"BTC/USD": str(P)})
    assert numeraire(alone, market()) == Numeraire(P, "BTC/USD", quoted, ("USD", "BTC"))
