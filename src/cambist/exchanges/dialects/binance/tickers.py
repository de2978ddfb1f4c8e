"""Binance's pairs and prices."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.exchanges.candles import close_at, rows_decoder
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.binance.limits import limits_in
from cambist.exchanges.guard import shaped
from cambist.exchanges.tickers import by_symbol


class _Symbol(msgspec.Struct):
    symbol: str
    status: str
    base: str = msgspec.field(name="baseAsset")
    quote: str = msgspec.field(name="quoteAsset")
    filters: msgspec.Raw = msgspec.Raw(b"[]")


class _RateLimit(msgspec.Struct):
    kind: str = msgspec.field(name="rateLimitType", default="")
    interval: str = ""
    intervals: int = msgspec.field(name="intervalNum", default=1)
    limit: int = 0

    @property
    def weight_a_minute(self) -> int | None:
        """The limit of weight a minute, where this is the one that says so."""
        tells = (self.kind, self.interval) == ("REQUEST_WEIGHT", "MINUTE")
        return self.limit // self.intervals if tells and min(self.limit, self.intervals) > 0 else None


class _ExchangeInfo(msgspec.Struct):
    symbols: list[_Symbol]
    limits: list[_RateLimit] = msgspec.field(name="rateLimits", default_factory=list)


class _Last(msgspec.Struct):
    symbol: str
    price: str


class _Book(msgspec.Struct):
    symbol: str
    bid: str = msgspec.field(name="bidPrice")
    ask: str = msgspec.field(name="askPrice")


_exchange_info = msgspec.json.Decoder(_ExchangeInfo)
_lasts = msgspec.json.Decoder(list[_Last])
_books = msgspec.json.Decoder(list[_Book])
_candles = rows_decoder()


async def listed(client: Any) -> Listed:
    """GET /api/v3/exchangeInfo: the pairs, those that are TRADING apart, and the limit of weight a minute."""
    client.raw = client.large = True
    info = shaped(_exchange_info, await client.public_get_exchangeinfo(), "a list of pairs")
    told = (limit.weight_a_minute for limit in info.limits)
    client.weight_limit = min((limit for limit in told if limit is not None), default=None)
    trading = [row for row in info.symbols if row.status == "TRADING"]
    same: dict[bytes, bytes] = {}  # many pairs have the same filters: one text for all of them
    texts = ((row.symbol, bytes(row.filters)) for row in trading)
    return Listed(
        symbols={(row.base, row.quote): row.symbol for row in trading},
        halted={(row.base, row.quote): row.symbol for row in info.symbols if row.status != "TRADING"},
        filters={symbol: same.setdefault(text, text) for symbol, text in texts},
    )


async def last(client: Any) -> Texts:
    """GET /api/v3/ticker/price: the cheapest bulk call there is."""
    client.raw = True
    rows = shaped(_lasts, await client.public_get_ticker_price(), "a list of prices")
    return by_symbol([(row.symbol, (row.price,)) for row in rows])


async def mid(client: Any) -> Texts:
    """GET /api/v3/ticker/bookTicker: best bid and ask."""
    client.raw = True
    rows = shaped(_books, await client.public_get_ticker_bookticker(), "a list of prices")
    return by_symbol([(row.symbol, (row.bid, row.ask)) for row in rows])


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /api/v3/klines of the one minute."""
    client.raw = True
    began = milliseconds(minute)
    asked = {"symbol": symbol, "interval": "1m", "startTime": began, "limit": 1}
    rows = shaped(_candles, await client.public_get_klines(asked), "candles")
    return close_at(rows, began)


PRICES = Source(listed, last, mid, limits_in)
