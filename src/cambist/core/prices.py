"""From an exchange's prices to a value in BTC: the numeraire, and each asset's route to a quote.

Rules: the specification's arithmetic page, "Value". A pair (base, quote) has the price of one base in
quote. BTC/USD below means the pair ("BTC", "USD").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from statistics import median_low
from typing import NamedTuple, Protocol

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


class Quarantined(NamedTuple):
    """A price that is too far from the last one to be believed yet: as told, and the one used instead.

    since: when a price like it was first told.
    """

    base: str
    quote: str
    told: Decimal
    used: Decimal
    since: datetime


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


class Step(NamedTuple):
    """One price a route uses; `inverted` means one divided by it."""

    base: str
    quote: str
    price: Decimal
    inverted: bool = False


class Route(NamedTuple):
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
    for coin in sorted(DOLLAR_COINS - quotes.keys()):
        own = _own_dollars(coin, prices, btc_usd, mode)
        if own is not None:
            quotes[coin] = own
    return Numeraire(btc_usd, source, quotes, _quote_order(market, quotes))


def direct_route(asset: str, quote: str, price: Decimal) -> Route:
    return Route(quote, price, (Step(asset, quote, price),))


def find_route(asset: str, prices: Prices, market: Market, known: Numeraire) -> Route | None:
    """The first usable route of an asset in the market's fixed order; None where it has no price."""
    if asset in known.quotes:
        return Route(asset, ONE)
    return (
        _direct(asset, prices, known.order)
        or _inverted(asset, prices, known.order)
        or _through_a_step(asset, prices, market, known.order)
    )


def carried(last: Route | None, priced_at: datetime, known: Numeraire, now: datetime) -> Route | None:
    """An asset's route of an earlier load, good for 24 hours where no price is left.

    priced_at: when that load was. A quote itself has no price that could be carried.
    """
    if last is None or not last.steps or last.quote not in known.quotes:
        return None
    since = last.carried_from or priced_at
    return last._replace(carried_from=since) if now - since <= CARRIED_FOR else None


class PriceList:
    """An exchange's prices from one bulk read, and what follows from them, worked out once for all accounts.

    id names that read in receipts. quarantined: prices asked for so far that are not believed yet.
    foreign: {exchange: its BTC/USD}, for an exchange that has none.
    """

    def __init__(
        self,
        id: str,
        prices: Prices,
        quarantined: Mapping[Pair, Quarantined] | None = None,
        foreign: Mapping[str, Decimal] | None = None,
    ) -> None:
        self.id = id
        self.quarantined = {} if quarantined is None else quarantined
        self._prices = prices
        self._foreign = foreign or {}
        self._priced: dict[tuple[str, Stablecoins], Priced] = {}
        self._beside: PriceList | None = None

    @cached_property
    def tells_dollars(self) -> bool:
        """Whether the exchange has a price of BTC in dollars of its own."""
        return _own_btc_usd(self._prices) is not None

    def beside(self, foreign: Mapping[str, Decimal]) -> "PriceList":
        """The same prices beside those of BTC/USD on other exchanges; the same list for the same ones."""
        if self._beside is None or self._beside._foreign != foreign:
            self._beside = PriceList(self.id, self._prices, self.quarantined, foreign)
        return self._beside

    def priced(self, market: Market, mode: Stablecoins) -> "Priced":
        """The numeraire and the routes of a market's accounts. Raises NoPrices."""
        key = (market.code, mode)
        if key not in self._priced:
            known = numeraire(self._prices, market, mode, self._foreign)
            self._priced[key] = Priced(self._prices, market, known)
        return self._priced[key]


def quarantined_in(
    listed: PriceList, known: Numeraire, routes: Mapping[str, Route]
) -> tuple[Quarantined, ...]:
    """The prices in quarantine that a load's routes and quotes would have gone by."""
    if not listed.quarantined:
        return ()
    used = {(step.base, step.quote) for route in routes.values() for step in route.steps}
    used |= {pair for quote in known.quotes for pair in (("BTC", quote), (quote, "BTC"))}
    return tuple(held for pair, held in sorted(listed.quarantined.items()) if pair in used)


class Priced:
    """A market's numeraire, and the route of each asset, found when it is first asked for."""

    def __init__(self, prices: Prices, market: Market, known: Numeraire) -> None:
        self.numeraire = known
        self._prices = prices
        self._market = market
        self._routes: dict[str, Route | None] = {}

    def route(self, asset: str) -> Route | None:
        """As `find_route`."""
        try:
            return self._routes[asset]
        except KeyError:
            found = find_route(asset, self._prices, self._market, self.numeraire)
            return self._routes.setdefault(asset, found)


def _btc_usd(prices: Prices, foreign: Mapping[str, Decimal]) -> tuple[Decimal, str]:
    own = _own_btc_usd(prices)
    if own is not None:
        return own
    if len(foreign) >= 2:
        return _median(foreign), "foreign: " + ", ".join(sorted(foreign))
    raise NoPrices("No BTC price was found: the exchange has no BTC/USD, BTC/USDC or BTC/USDT that trades.")


def _own_btc_usd(prices: Prices) -> tuple[Decimal, str] | None:
    for dollar in _DOLLARS:
        price = _either_way("BTC", dollar, prices)
        if price is not None:
            return price, f"BTC/{dollar}"
    return None


def _median(foreign: Mapping[str, Decimal]) -> Decimal:
    ordered = sorted(foreign.values())
    if len(ordered) % 2:
        return median_low(ordered)
    with exact():
        return (ordered[len(ordered) // 2 - 1] + ordered[len(ordered) // 2]) * Decimal("0.5")


def _quote(asset: str, prices: Prices, btc_usd: Decimal, mode: Stablecoins) -> Quote | None:
    own = _own_dollars(asset, prices, btc_usd, mode)
    if own is not None:
        return own
    price = _either_way("BTC", asset, prices)
    if price is None and asset == "USD":
        price = btc_usd
    return None if price is None else Quote(ONE, price)


def _own_dollars(asset: str, prices: Prices, btc_usd: Decimal, mode: Stablecoins) -> Quote | None:
    """What the mode makes of a dollar coin: one dollar, or its dollar market's; None: as any other asset."""
    if mode is Stablecoins.REFERENCE or asset not in DOLLAR_COINS:
        return None
    price = ONE if mode is Stablecoins.PAR else _either_way(asset, "USD", prices)
    return None if price is None else Quote(price, btc_usd)


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
            return direct_route(asset, quote, price)
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
