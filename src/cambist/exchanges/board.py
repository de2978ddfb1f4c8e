"""An exchange's board of pairs and prices: read once however many wait, kept as long as it serves."""

import asyncio
from collections.abc import Coroutine, Mapping
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from cambist.actions.facts import BACKGROUND
from cambist.core.errors import LoadFailed
from cambist.core.prices import Pair, PriceList
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.tickers import Prices, Source

T = TypeVar("T")

PRICES_SERVE = timedelta(seconds=2)
PAIRS_SERVE = timedelta(hours=1)
PAIRS_RETRY = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class Board:
    """Shared by all accounts of an exchange. price: "last" or "mid"."""

    def __init__(self, exchange: Exchange, source: Source, price: str) -> None:
        self._exchange = exchange
        self._source = source
        self._read_texts = source.mid if price == "mid" else source.last
        self._prices: PriceList | None = None
        self._prices_until: datetime | None = None
        self._pairs: Mapping[Pair, str] | None = None
        self._pairs_until: datetime | None = None
        self._reading: dict[str, asyncio.Task[Any]] = {}

    async def prices(self) -> PriceList:
        """Prices at most two seconds old, of pairs that trade; raises LoadFailed."""
        if self._prices is None or _is_past(self._prices_until, self._exchange.now()):
            return await self._once("prices", self._read_prices())
        return self._prices

    async def pairs(self) -> Mapping[Pair, str]:
        """The pairs that trade, at most an hour old; a renewal happens behind the back of who asks."""
        if self._pairs is None:
            return await self._once("pairs", self._read_pairs())
        if _is_past(self._pairs_until, self._exchange.now()):
            self._pairs_until = self._exchange.now() + PAIRS_RETRY
            self._share("pairs", self._renew_pairs())
        return self._pairs

    def close(self) -> None:
        for task in self._reading.values():
            task.cancel()

    async def _read_prices(self) -> PriceList:
        read_at = self._exchange.now()
        pairs, texts = await asyncio.gather(self.pairs(), self._exchange.ask(self._read_texts))
        name = f"{self._exchange.id} {read_at.isoformat(timespec='milliseconds')}"
        self._prices, self._prices_until = PriceList(name, Prices(pairs, texts)), read_at + PRICES_SERVE
        return self._prices

    async def _read_pairs(self) -> Mapping[Pair, str]:
        async def question(client: Any) -> Mapping[Pair, str]:
            pairs: Mapping[Pair, str] = await self._source.symbols(client)
            if client.weight_limit is not None:
                self._exchange.budget.allow(client.weight_limit)
            if client.markets:
                self._exchange.pool.share_markets(client)
            return pairs

        self._pairs = await self._exchange.ask(question)
        self._pairs_until = self._exchange.now() + PAIRS_SERVE
        return self._pairs

    async def _renew_pairs(self) -> None:
        try:
            await self._read_pairs()
        except LoadFailed as failure:
            log.warning(
                "the list of pairs could not be renewed", exchange=self._exchange.id, why=str(failure)
            )

    async def _once(self, what: str, read: Coroutine[Any, Any, T]) -> T:
        """The result of the one reading under way; a waiter that goes away does not end it."""
        result: T = await asyncio.shield(self._share(what, read))
        return result

    def _share(self, what: str, read: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        running = self._reading.get(what)
        if running is not None:
            read.close()
            return running
        for_all = copy_context()
        for_all.run(BACKGROUND.set, None)  # who waits for it may change while it is read
        task = self._reading[what] = asyncio.create_task(read, context=for_all)

        def forget(done: asyncio.Task[Any]) -> None:
            del self._reading[what]
            if not done.cancelled():
                done.exception()  # it went to those who waited; where all had gone away, to nobody

        task.add_done_callback(forget)
        return task


def _is_past(until: datetime | None, now: datetime) -> bool:
    return until is None or now >= until
