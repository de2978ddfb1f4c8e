"""What was traded, in bitcoin and dollars: exact, by prices of its time."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cambist.core.ledger import Booked, Entry, EntryKind
from cambist.core.listings import Trade
from cambist.core.prices import Quote
from cambist.core.terms import Worth
from cambist.core.volume import Volume, in_bitcoin_now, volume, volume_of_legs
from tests.core.builders import priced
from tests.worlds import START

HOUR = timedelta(hours=1)
TWO_PRICES = ((START, Decimal(20_000)), (START + 2 * HOUR, Decimal(40_000)))


def traded(quote: str, amount: str, at: datetime = START) -> Trade:
    return Trade(at, quote, Decimal(amount))


def priceless(_: str) -> Quote | None:
    return None


def of(*trades: Trade, prices: tuple[tuple[datetime, Decimal], ...] = TWO_PRICES) -> Volume | None:
    return volume(trades, prices, priceless)


def leg(amount: str, worth: tuple[str, str] | None, *, quote: bool) -> Booked:
    told = Entry(amount, START, EntryKind.TRADE, "USDT", Decimal(amount), group="1", quote=quote)
    return Booked("trades", told, worth and Worth(Decimal(worth[0]), Decimal(worth[1])))


def test_of_a_ledger_each_trade_counts_once_bought_or_sold() -> None:
    legs = [
        leg("0.5", ("0.5", "10000"), quote=False),
        leg("-10000", ("-0.5", "-10000"), quote=True),
        leg("300.5", ("0.015025", "300.5"), quote=True),
    ]
    assert volume_of_legs(legs) == Volume(Decimal("0.515025"), Decimal("10300.5"))
    assert volume_of_legs([]) == Volume(Decimal(0), Decimal(0))
    assert volume_of_legs([*legs, leg("1", None, quote=False)]) == volume_of_legs(legs)
    assert volume_of_legs([*legs, leg("1", None, quote=True)]) is None


def test_nothing_traded_is_nothing_in_both() -> None:
    assert of() == Volume(Decimal(0), Decimal(0))


def test_bitcoin_counts_as_it_is_and_in_dollars_by_its_price_then() -> None:
    assert of(traded("BTC", "0.5")) == Volume(Decimal("0.5"), Decimal(10_000))
    late = traded("BTC", "0.5", START + 3 * HOUR)
    assert of(late) == Volume(Decimal("0.5"), Decimal(20_000))


def test_dollars_and_dollar_coins_count_as_dollars() -> None:
    for quote in ("USD", "USDT", "USDC", "FDUSD"):
        assert of(traded(quote, "5000")) == Volume(Decimal("0.25"), Decimal(5_000))


def test_the_price_nearest_in_time_counts_the_earlier_of_two_as_near() -> None:
    for after, price in ((-5, 20_000), (0, 20_000), (1, 20_000), (2, 40_000), (5, 40_000)):
        found = of(traded("BTC", "1", START + after * HOUR))
        assert found == Volume(Decimal(1), Decimal(price))
    just_nearer = of(traded("BTC", "1", START + HOUR + timedelta(milliseconds=1)))
    assert just_nearer == Volume(Decimal(1), Decimal(40_000))


def test_another_quote_becomes_bitcoin_by_its_own_price_and_dollars_by_bitcoins_price_then() -> None:
    quotes = {"ETH": Quote(Decimal("0.05"), Decimal(1)), "EUR": Quote(Decimal(1), Decimal(25_000))}
    found = volume([traded("ETH", "2"), traded("EUR", "100")], TWO_PRICES, quotes.get)
    assert found == Volume(Decimal("0.104"), Decimal(2_080))


def test_where_a_quote_has_no_price_nothing_is_told() -> None:
    assert of(traded("BTC", "1"), traded("XYZ", "1")) is None


@given(st.lists(st.tuples(st.sampled_from(("BTC", "USD")), st.decimals(0, 10**9, places=8)), max_size=20))
def test_dollars_are_the_exact_sum_of_what_was_paid(paid: list[tuple[str, Decimal]]) -> None:
    found = volume([Trade(START, quote, amount) for quote, amount in paid], TWO_PRICES, priceless)
    assert found is not None
    assert found.usd == sum((a * 20_000 if quote == "BTC" else a for quote, a in paid), Decimal(0))


def test_a_quotes_bitcoin_is_by_its_route_and_an_asset_without_one_has_none() -> None:
    prices = {
        ("BTC", "USD"): Decimal(50_000),
        ("BTC", "EUR"): Decimal(40_000),
        ("ETH", "EUR"): Decimal(2_000),
    }
    in_bitcoin = in_bitcoin_now(priced(prices))
    assert in_bitcoin("ETH") == Quote(Decimal(2_000), Decimal(40_000))
    assert in_bitcoin("EUR") == Quote(Decimal(1), Decimal(40_000))
    assert in_bitcoin("XYZ") is None
