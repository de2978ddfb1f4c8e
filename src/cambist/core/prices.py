"""From an exchange's prices to a value in BTC: the numeraire, and each asset's route to a quote.

Rules: the specification's arithmetic page, "Value". A pair (base, quote) has the price of one base in
quote. BTC/USD below means the pair ("BTC", "USD").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median_low
from typing import Protocol

from cambist.core.errors import NoPrices
from cambist.core.money import ONE, exact, inverse_price
from cambist.core.terms import Market, Stablecoins

Pair = tuple[str, str]

DOLLAR_COINS = frozenset({"USDT", "USDC", "FDUSD", "TUSD", "DAI", "BUSD", "USDP", "PYUSD", "GUSD", "USDE"})
CARRIED_FOR = timedelta(hours=24)
_DOLLARS = ("USD", "USDC", "USDT")


class Prices(Protocol):
    """Usable prices only: positive, finite, of a pair that trades; None for anything else."""

    def get(self, pair: Pair, /) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Quote:
    """What one unit of a quote asset is in BTC: numerator / denominator, both exact."""

    numerator: Decimal
    denominator: Decimal


@dataclass(frozen=True, slots=True)
class Numeraire:
    """P, the price of one BTC in USD, where it comes from, and every quote that BTC can value.

    order: those quotes in the order in which routes try them.
    """

    btc_usd: Decimal
    source: str
    quotes: Mapping[str, Quote]
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One price a route uses; `inverted` means one divided by it."""

    base: str
    quote: str
    price: Decimal
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """How one unit of an asset is valued: `unit` in `quote`, by these steps (none for a quote itself).

    carried_from: when the price was good, where it is an older one standing in.
    """

    quote: str
    unit: Decimal
    steps: tuple[Step, ...] = ()
    carried_from: datetime | None = None


def numeraire(
    prices: Prices,
    market: Market,
    mode: Stablecoins = Stablecoins.REFERENCE,
    foreign: Mapping[str, Decimal] | None = None,
) -> Numeraire:
    """P and the quotes of one exchange.

    foreign: {exchange: its BTC/USD}, used where this exchange has none; their median, of two at least.
    Raises NoPrices where no P is found.
    """
    btc_usd, source = _btc_usd(prices, foreign or {})
    quotes = {"BTC": Quote(ONE, ONE)}
    for asset in market.quotes:
        quote = _quote(asset, prices, btc_usd, mode)
        if quote is not None:
            quotes.setdefault(asset, quote)
    return Numeraire(btc_usd, source, quotes, _quote_order(market, quotes))


def find_route(
    asset: str, prices: Prices, market: Market, known: Numeraire, now: datetime, last: Route | None = None
) -> Route | None:
    """The first usable route of an asset in the market's fixed order; None where it has no price.

    last: the asset's route in the load before, carried for 24 hours where nothing else is left.
    """
    if asset in known.quotes:
        return Route(asset, ONE)
    return (
        _direct(asset, prices, known.order)
        or _inverted(asset, prices, known.order)
        or _through_a_step(asset, prices, market, known.order)
        or _carried(last, known, now)
    )


def _btc_usd(prices: Prices, foreign: Mapping[str, Decimal]) -> tuple[Decimal, str]:
    for dollar in _DOLLARS:
        price = _either_way("BTC", dollar, prices)
        if price is not None:
            return price, f"BTC/{dollar}"
    if len(foreign) >= 2:
        return _median(foreign), "foreign: " + ", ".join(sorted(foreign))
    raise NoPrices("No BTC price was found: the exchange has no BTC/USD, BTC/USDC or BTC/USDT that trades.")


def _median(foreign: Mapping[str, Decimal]) -> Decimal:
    ordered = sorted(foreign.values())
    if len(ordered) % 2:
        return median_low(ordered)
    with exact():
        return (ordered[len(ordered) // 2 - 1] + ordered[len(ordered) // 2]) * Decimal("0.5")


def _quote(asset: str, prices: Prices, btc_usd: Decimal, mode: Stablecoins) -> Quote | None:
    if mode is not Stablecoins.REFERENCE and asset in DOLLAR_COINS:
        own_market = ONE if mode is Stablecoins.PAR else _either_way(asset, "USD", prices)
        if own_market is not None:
            return Quote(own_market, btc_usd)
    price = _either_way("BTC", asset, prices)
    if price is None and asset == "USD":
        price = btc_usd
    return None if price is None else Quote(ONE, price)


def _either_way(base: str, quote: str, prices: Prices) -> Decimal | None:
    price = prices.get((base, quote))
    if price is not None:
        return price
    turned = prices.get((quote, base))
    return None if turned is None else inverse_price(turned)


def _quote_order(market: Market, known: Mapping[str, Quote]) -> tuple[str, ...]:
    """Dollar quotes, BTC, EUR, then the market's others: each only where BTC can value it."""
    first = (*_DOLLARS, "BTC", "EUR")
    others = (quote for quote in market.quotes if quote not in first)
    return tuple(quote for quote in (*first, *others) if quote in known)


def _direct(asset: str, prices: Prices, order: tuple[str, ...]) -> Route | None:
    for quote in order:
        price = prices.get((asset, quote))
        if price is not None:
            return Route(quote, price, (Step(asset, quote, price),))
    return None


def _inverted(asset: str, prices: Prices, order: tuple[str, ...]) -> Route | None:
    for quote in order:
        price = prices.get((quote, asset))
        if price is not None:
            return Route(quote, inverse_price(price), (Step(quote, asset, price, inverted=True),))
    return None


def _through_a_step(asset: str, prices: Prices, market: Market, order: tuple[str, ...]) -> Route | None:
    for step in market.steps:
        first = _direct(asset, prices, (step,)) or _inverted(asset, prices, (step,))
        second = _direct(step, prices, order) or _inverted(step, prices, order)
        if first is not None and second is not None:
            with exact():
                return Route(second.quote, first.unit * second.unit, first.steps + second.steps)
    return None


def _carried(last: Route | None, known: Numeraire, now: datetime) -> Route | None:
    if last is None or last.carried_from is None or last.quote not in known.quotes:
        return None
    return last if now - last.carried_from <= CARRIED_FOR else None
