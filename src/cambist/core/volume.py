"""How much an account traded: each trade's own quote amount, valued by prices of its time."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cambist.core.ledger import Booked
from cambist.core.listings import Trade
from cambist.core.money import ONE, ZERO, amount, exact
from cambist.core.prices import DOLLAR_COINS, Priced, Quote

BitcoinPrices = Sequence[tuple[datetime, Decimal]]
InBitcoin = Callable[[str], Quote | None]


@dataclass(frozen=True, slots=True)
class Volume:
    """The worth of all trades in BTC and in USD."""

    btc: Decimal = ZERO
    usd: Decimal = ZERO

    def __add__(self, other: "Volume") -> "Volume":
        with exact():
            return Volume(self.btc + other.btc, self.usd + other.usd)


NOTHING = Volume()


def volume_of_legs(legs: Iterable[Booked]) -> Volume | None:
    """The volume of trades of a ledger: of each the leg it is measured in; None where one has no worth."""
    found = NOTHING
    for each in legs:
        if each.entry.quote:
            if each.worth is None:
                return None
            found += Volume(each.worth.btc.copy_abs(), each.worth.usd.copy_abs())
    return found


def volume(trades: Sequence[Trade], bitcoin_prices: BitcoinPrices, in_bitcoin: InBitcoin) -> Volume | None:
    """The volume of trades; None where a quote has no price.

    bitcoin_prices: (time, P), oldest first and at least one: a trade is valued by the P nearest in time, the
    earlier of two as near. BTC counts as itself, USD and dollar coins as dollars; any other quote by what
    `in_bitcoin` says that one unit of it is in BTC. Each trade's worth is rounded once (rounding place 2).
    """
    btc = usd = ZERO
    times = [at for at, _ in bitcoin_prices]
    for trade in trades:
        price = bitcoin_prices[_nearest(times, trade.at)][1]
        quote = _quote(trade.quote, price, in_bitcoin)
        if quote is None:
            return None
        with exact():
            worth = trade.amount * quote.numerator
            btc += amount(worth, quote.denominator)
            usd += amount(worth * price, quote.denominator)
    return Volume(btc, usd)


def in_bitcoin_now(priced: Priced) -> InBitcoin:
    """What one unit of an asset is in BTC by an exchange's prices; None for one without a price."""

    def told(asset: str) -> Quote | None:
        route = priced.route(asset)
        if route is None:
            return None
        quote = priced.numeraire.quotes[route.quote]
        with exact():
            return Quote(route.unit * quote.numerator, quote.denominator)

    return told


def _quote(asset: str, bitcoin_price: Decimal, in_bitcoin: InBitcoin) -> Quote | None:
    if asset == "BTC":
        return Quote(ONE, ONE)
    if asset == "USD" or asset in DOLLAR_COINS:
        return Quote(ONE, bitcoin_price)
    return in_bitcoin(asset)


def _nearest(times: Sequence[datetime], at: datetime) -> int:
    after = bisect_left(times, at)
    if after in (0, len(times)):
        return min(after, len(times) - 1)
    return after - 1 if at - times[after - 1] <= times[after] - at else after
