"""BTC in dollars by other exchanges, for one that has no such price: asked for then, and only then."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog

from cambist.core.errors import ExchangeTimedOut, ExchangeUnavailable, LoadFailed
from cambist.core.prices import Pair
from cambist.exchanges.board import PRICES_SERVE, Board
from cambist.exchanges.breaker import Breaker
from cambist.exchanges.dialects.bitstamp import tickers as bitstamp
from cambist.exchanges.dialects.coinbase import tickers as coinbase
from cambist.exchanges.dialects.kraken import tickers as kraken
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.tickers import Ticker
from cambist.exchanges.under_way import UnderWay

# {ccxt id: reader of its BTC/USD}: each the cheapest public call that tells one pair.
SOURCES: Mapping[str, Callable[[Any], Awaitable[Ticker]]] = {
    "bitstamp": bitstamp.btc_usd,
    "coinbase": coinbase.btc_usd,
    "kraken": kraken.btc_usd,
}
ENOUGH = 2
WITHIN_S = 3
_BTC_USD: Pair = ("BTC", "USD")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What those told who answered, and when the oldest of it was asked for."""

    at: datetime
    prices: Mapping[str, Decimal]


class ForeignPrices:
    """Shared by all exchanges without dollars.

    exchange, board: of a ccxt id; a board only where its exchange has one already.
    price: "last" or "mid". urls: where there are any, nobody is asked whom they do not name.
    """

    def __init__(
        self,
        exchange: Callable[[str], Exchange],
        board: Callable[[str], Board | None],
        now: Callable[[], datetime],
        price: str,
        urls: Collection[str],
        within_s: int | float,
    ) -> None:
        self._exchange = exchange
        self._board = board
        self._now = now
        self._price = price
        self._within_s = within_s
        # Of their own: who is too slow for us here is still good for its own accounts.
        self._breakers = {name: Breaker(now) for name in SOURCES if name in urls or not urls}
        self._reading: _Reading | None = None
        self._under_way = UnderWay()

    async def prices(self) -> Mapping[str, Decimal]:
        """{ccxt id: its BTC/USD} of those that told it in time, at most two seconds old; never raises."""
        if len(self._breakers) < ENOUGH:
            return {}
        if self._reading is None or self._now() >= self._reading.at + PRICES_SERVE:
            return (await self._under_way.once("prices", self._read())).prices
        return self._reading.prices

    def close(self) -> None:
        self._under_way.end()

    async def _read(self) -> _Reading:
        told = await asyncio.gather(*map(self._told, self._breakers))
        by_name = zip(self._breakers, told, strict=True)
        prices = {name: price for name, (_, price) in by_name if price is not None}
        reading = self._reading = _Reading(min(at for at, _ in told), prices)
        return reading

    async def _told(self, name: str) -> tuple[datetime, Decimal | None]:
        """(when it was asked for, the price), None where there is none."""
        board = self._board(name)
        known = None if board is None else board.told_lately(_BTC_USD)
        if known is not None:
            return known
        began = self._now()
        try:
            with self._breakers[name].question(public=True):
                return began, await self._asked(name)
        except LoadFailed as failure:
            log.info("no BTC/USD from another exchange", exchange=name, why=str(failure))
            return began, None

    async def _asked(self, name: str) -> Decimal:
        """Raises LoadFailed."""
        try:
            async with asyncio.timeout(self._within_s):
                ticker = await self._exchange(name).ask_openly(SOURCES[name])
        except TimeoutError:
            raise ExchangeTimedOut(f"The exchange did not answer within {self._within_s} s.") from None
        price = ticker.price(self._price)
        if price is None:
            raise ExchangeUnavailable("The exchange's answer has no usable price.")
        return price
