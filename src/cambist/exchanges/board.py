"""An exchange's board of pairs and prices: read once however many wait, kept as long as it serves."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog

from cambist.core.errors import LoadFailed
from cambist.core.listings import Limits, Rates
from cambist.core.prices import Pair, PriceList
from cambist.exchanges.dialect import Listed, Texts
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.jumps import JumpGuard
from cambist.exchanges.tickers import Prices, usable_price
from cambist.exchanges.under_way import UnderWay

PRICES_SERVE = timedelta(seconds=2)
PAIRS_SERVE = timedelta(hours=1)
PAIRS_RETRY = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The texts of one bulk read, and when it began."""

    at: datetime
    texts: Texts

    def serves(self, now: datetime) -> bool:
        return now < self.at + PRICES_SERVE


class Board:
    """Shared by all accounts of an exchange. price: "last" or "mid"."""

    def __init__(self, exchange: Exchange, price: str) -> None:
        self._exchange = exchange
        self._source = exchange.dialect.prices
        self._price = price if self._source.tells_books else "last"
        self._readings: dict[str, _Reading] = {}
        self._prices: tuple[_Reading, PriceList] | None = None
        self._jumps = JumpGuard()
        self._pairs: Listed | None = None
        self._pairs_until: datetime | None = None
        self._under_way = UnderWay()

    async def prices(self) -> PriceList:
        """Prices at most two seconds old, of pairs that trade; raises LoadFailed."""
        if self._prices is None or not self._prices[0].serves(self._exchange.now()):
            return await self._under_way.once("prices", self._read_prices())
        return self._prices[1]

    async def pairs(self) -> Listed:
        """The pairs, at most an hour old; a renewal happens behind the back of who asks."""
        if self._pairs is None:
            return await self._under_way.once("pairs", self._read_pairs())
        if self._pairs_until is None or self._exchange.now() >= self._pairs_until:
            self._pairs_until = self._exchange.now() + PAIRS_RETRY
            self._under_way.begin("pairs", self._renew_pairs())
        return self._pairs

    async def rates(self, pair: Pair) -> Rates | None:
        """A pair's prices, at most two seconds old, and limits; None for one that does not trade here."""
        listed = await self.pairs()
        symbol = listed.symbols.get(pair)
        if symbol is None:
            return None
        lasts, books = await asyncio.gather(self._texts("last"), self._texts("mid"))
        (last,) = lasts.texts.get(symbol, ("",))
        book = books.texts.get(symbol, ())
        bid, ask = book if len(book) == 2 else ("", "")  # some exchanges tell the middle alone
        filters, read = listed.filters.get(symbol), self._source.limits
        limits = Limits() if filters is None or read is None else read(filters)
        return Rates(usable_price(last), usable_price(bid), usable_price(ask), limits)

    def told_lately(self, pair: Pair) -> tuple[datetime, Decimal | None] | None:
        """(when it was asked for, a pair's price) where a reading serves still; nobody is asked."""
        reading = self._readings.get(self._price)
        if self._pairs is None or reading is None or not reading.serves(self._exchange.now()):
            return None
        return reading.at, Prices(self._pairs.symbols, reading.texts).get(pair)

    def close(self) -> None:
        self._under_way.end()

    async def _read_prices(self) -> PriceList:
        listed, reading = await asyncio.gather(self.pairs(), self._texts(self._price))
        name = f"{self._exchange.id} {reading.at.isoformat(timespec='milliseconds')}"
        prices = self._jumps.watched(Prices(listed.symbols, reading.texts), reading.at)
        price_list = PriceList(name, prices, prices.quarantined)
        self._prices = (reading, price_list)
        return price_list

    async def _texts(self, price: str) -> _Reading:
        """What the exchange says of every symbol: last prices, or bids and asks; shared by all who ask."""
        reading = self._readings.get(price)
        if reading is None or not reading.serves(self._exchange.now()):
            return await self._under_way.once(price, self._read_texts(price))
        return reading

    async def _read_texts(self, price: str) -> _Reading:
        read_at = self._exchange.now()
        call = self._source.mid if price == "mid" else self._source.last
        reading = self._readings[price] = _Reading(read_at, await self._exchange.ask_openly(call))
        return reading

    async def _read_pairs(self) -> Listed:
        async def question(client: Any) -> Listed:
            pairs = await self._source.pairs(client)
            if client.weight_limit is not None:
                self._exchange.allow(client.weight_limit)
            if client.markets:
                self._exchange.pool.share_markets(client)
            return pairs

        self._pairs = await self._exchange.ask_openly(question)
        self._pairs_until = self._exchange.now() + PAIRS_SERVE
        return self._pairs

    async def _renew_pairs(self) -> None:
        try:
            await self._read_pairs()
        except LoadFailed as failure:
            log.warning(
                "the list of pairs could not be renewed", exchange=self._exchange.id, why=str(failure)
            )
