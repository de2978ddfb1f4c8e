"""What amounts were worth at times past: by loads, by candles, else by the nearest price there is."""

import asyncio
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from cambist.actions.facts import KeptLoad
from cambist.actions.ports import Outside
from cambist.core.errors import ExchangeLimiting, ExchangeRefused, LoadFailed, NoPrices
from cambist.core.money import ONE
from cambist.core.prices import DOLLAR_COINS, Numeraire, Pair, Priced, Route, find_route, numeraire
from cambist.core.terms import Market, Stablecoins, Worth
from cambist.core.valuation import rate_of, worth_of

NEAR = timedelta(minutes=5)
MOST_CANDLES = 100
MOST_CANDLES_SURELY = 1_000
MOST_LOADS = 1_000
# A candle that cannot be read is waited for until what it is to value is so old: it may never be readable.
WAITED_FOR = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_EVER = timedelta(days=36_500)
_DOLLARS = ("USD", "USDC", "USDT")


@dataclass(frozen=True, slots=True)
class _Moment:
    """Prices of one time: a numeraire, routes by asset, and the price of a dollar in the display currency."""

    at: datetime
    known: Numeraire
    routes: Mapping[str, Route] = field(default_factory=dict)
    rate: Decimal = ONE

    def worth(self, asset: str, amount: Decimal) -> Worth | None:
        route = self.routes.get(asset) or (Route(asset, ONE) if asset in self.known.quotes else None)
        return None if route is None else worth_of(amount, route, self.known, self.rate)


class PastPrices:
    """Of one account, for one sync: so many candles are asked for at most, so many loads looked up.

    What was found once serves what lies near it. most_surely: how many candles of what is asked for surely.
    """

    def __init__(
        self,
        outside: Outside,
        market: Market,
        account_id: int,
        most_surely: int = MOST_CANDLES_SURELY,
    ) -> None:
        self._outside = outside
        self._market = market
        self._account_id = account_id
        self._loads: list[_Moment] = []
        self._looked: set[tuple[timedelta, int]] = set()
        self._candles: dict[tuple[Pair, datetime], Decimal | None] = {}
        self._pairs: dict[str, list[Pair]] = {}
        self._most_surely = most_surely
        self._has_failed = False

    async def worth(
        self, asset: str, amount: Decimal, at: datetime, *, surely: bool = False
    ) -> tuple[Worth | None, bool]:
        """What an amount was worth then, and whether that is estimated; None without any price.

        surely: more candles may be asked for, and one that cannot be read now is worth another try within a
        day, or where it is only limited: then it raises LoadFailed.
        """
        now = self._outside.clock.now()
        today = await self._today()
        if now - at < NEAR and (worth := self._worth_today(today, asset, amount)) is not None:
            return worth, False
        load = await self._load_near(at, NEAR, _MINUTE)
        worth = None if load is None else load.worth(asset, amount)
        if worth is None:
            load = await self._load_near(at, _EVER, _DAY)
            rate = self._rate(today) if load is None else load.rate
            worth = await self._worth_by_candles(today, asset, amount, at, rate, surely)
        if worth is not None:
            return worth, False
        worth = None if load is None else load.worth(asset, amount)
        return (self._worth_today(today, asset, amount) if worth is None else worth), True

    async def rate(self, at: datetime) -> Decimal:
        """The price of a dollar in the display currency, by the load nearest to then, else as it is now."""
        load = await self._load_near(at, _EVER, _DAY)
        return self._rate(await self._today()) if load is None else load.rate

    async def _today(self) -> Priced | None:
        """The exchange's own prices now; the exchange is asked at most every two seconds."""
        listed = await self._outside.exchanges.price_list(self._market)
        try:
            return listed.priced(self._market, self._outside.rules.stablecoins)
        except NoPrices:
            return None

    def _worth_today(self, today: Priced | None, asset: str, amount: Decimal) -> Worth | None:
        route = None if today is None else today.route(asset)
        if today is None or route is None:
            return None
        return worth_of(amount, route, today.numeraire, self._rate(today))

    def _rate(self, today: Priced | None) -> Decimal:
        rate = None if today is None else rate_of(self._outside.rules.display_currency, today.numeraire)
        return rate or ONE

    async def _load_near(self, at: datetime, within: timedelta, each: timedelta) -> _Moment | None:
        """The nearest load known, once it was looked for around that time; None where none is so near."""
        found = self._nearest(at, within)
        looked = (within, (at - datetime.min.replace(tzinfo=at.tzinfo)) // each)
        if (found is None or within > NEAR) and looked not in self._looked and len(self._looked) < MOST_LOADS:
            self._looked.add(looked)
            kept = await self._outside.history.kept_near(self._account_id, at, within)
            await asyncio.sleep(0)  # reading one takes a while: others get their turn between
            if kept is not None:
                self._remember(kept)
            found = self._nearest(at, within)
        return found

    def _nearest(self, at: datetime, within: timedelta) -> _Moment | None:
        place = bisect_left(self._loads, at, key=_at)
        beside = self._loads[max(0, place - 1) : place + 1]
        nearest = min(beside, key=lambda load: abs(load.at - at), default=None)
        return nearest if nearest is not None and abs(nearest.at - at) <= within else None

    def _remember(self, kept: KeptLoad) -> None:
        rate = ONE if kept.snapshot is None else kept.snapshot.worth.rate
        at = kept.read.at
        if at is not None and all(load.at != at for load in self._loads):
            insort(self._loads, _Moment(at, kept.receipt.numeraire, kept.read.routes, rate), key=_at)

    async def _worth_by_candles(
        self,
        today: Priced | None,
        asset: str,
        amount: Decimal,
        at: datetime,
        rate: Decimal,
        surely: bool,
    ) -> Worth | None:
        """By the pairs that value the asset today, each at what it was then."""
        route = None if today is None else today.route(asset)
        if route is None:
            return None
        minute = at - (at - datetime.min.replace(tzinfo=at.tzinfo)) % _MINUTE
        prices: dict[Pair, Decimal] = {}
        for pair in await self._pairs_behind(asset, route):
            price = await self._candle(pair, minute, surely)
            if price is None:
                return None
            prices[pair] = price
        return _worth_by(prices, self._market, self._outside.rules.stablecoins, asset, amount, rate)

    async def _pairs_behind(self, asset: str, route: Route) -> list[Pair]:
        """The listed pairs of a route's prices, of its quote's price in BTC, and of BTC's in dollars."""
        if asset not in self._pairs:
            listed = frozenset(await self._outside.inquiries.pairs(self._market))
            mode, quote = self._outside.rules.stablecoins, route.quote
            wanted = [(step.base, step.quote) for step in route.steps]
            wanted += _first_listed((("BTC", dollar) for dollar in _DOLLARS), listed)
            if quote in DOLLAR_COINS and mode is Stablecoins.MARKET:
                wanted += _first_listed([(quote, "USD")], listed)
            wanted += _first_listed([("BTC", quote)], listed)
            self._pairs[asset] = [*dict.fromkeys(wanted)]
        return self._pairs[asset]

    async def _candle(self, pair: Pair, minute: datetime, surely: bool) -> Decimal | None:
        known = (pair, minute)
        if known not in self._candles:
            is_waited_for = surely and self._outside.clock.now() - minute < WAITED_FOR
            most = self._most_surely if surely else MOST_CANDLES
            if len(self._candles) >= most or (self._has_failed and not is_waited_for):
                return None
            try:
                self._candles[known] = await self._outside.ledgers.candle(self._market, pair, minute)
            except ExchangeRefused:
                self._candles[known] = None
            except LoadFailed as failed:
                if is_waited_for or (surely and isinstance(failed, ExchangeLimiting)):
                    raise
                self._has_failed = True  # the others do without
                return None
        return self._candles[known]


def _at(load: _Moment) -> datetime:
    return load.at


def _first_listed(pairs: Iterable[Pair], listed: frozenset[Pair]) -> list[Pair]:
    """The first that is listed, one way or the other; none where none is."""
    both = ((pair, (pair[1], pair[0])) for pair in pairs)
    return next(([told] for ways in both for told in ways if told in listed), [])


def _worth_by(
    prices: Mapping[Pair, Decimal],
    market: Market,
    mode: Stablecoins,
    asset: str,
    amount: Decimal,
    rate: Decimal,
) -> Worth | None:
    try:
        known = numeraire(prices, market, mode)
    except NoPrices:
        return None
    route = find_route(asset, prices, market, known)
    return None if route is None else worth_of(amount, route, known, rate)
