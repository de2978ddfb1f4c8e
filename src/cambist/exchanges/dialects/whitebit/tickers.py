"""WhiteBIT's spot pairs and their prices."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from cambist.exchanges.candles import CLOSE_SECOND, bounds_s, close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.guard import shaped, told_once


class _Market(msgspec.Struct, rename="camel"):
    name: str
    stock: str
    money: str
    type: str
    trades_enabled: bool


class _Last(msgspec.Struct):
    last_price: str


class _Book(msgspec.Struct):
    bid: str
    ask: str


class _Ticker(msgspec.Struct):
    ticker: _Book


class _Tickers(msgspec.Struct):
    success: Literal[True]
    result: dict[str, _Ticker]


class _Candles(msgspec.Struct):
    success: Literal[True]
    result: list[list[msgspec.Raw]]


_markets = msgspec.json.Decoder(list[_Market])
_lasts = msgspec.json.Decoder(dict[str, _Last])
_tickers = msgspec.json.Decoder(_Tickers)
_candles = msgspec.json.Decoder(_Candles)


async def listed(client: Any) -> Listed:
    """GET /api/v4/public/markets: the spot pairs, those that trade apart."""
    client.raw = client.large = True
    raw = await client.v4_public_get_markets()
    rows = [row for row in shaped(_markets, raw, "a list of pairs") if row.type == "spot"]
    return Listed(
        symbols={(row.stock, row.money): row.name for row in rows if row.trades_enabled},
        halted={(row.stock, row.money): row.name for row in rows if not row.trades_enabled},
    )


async def last(client: Any) -> Texts:
    """GET /api/v4/public/ticker: the last price of every pair."""
    client.raw = client.large = True
    raw = await client.v4_public_get_ticker()
    rows = shaped(_lasts, raw, "a list of prices")
    told_once(raw, last_price=len(rows))
    return {symbol: (row.last_price,) for symbol, row in rows.items()}


async def mid(client: Any) -> Texts:
    """GET /api/v1/public/tickers: best bid and ask of every pair, which v4 does not tell."""
    client.raw = client.large = True
    raw = await client.v1_public_get_tickers()
    rows = shaped(_tickers, raw, "a list of prices").result
    told_once(raw, result=1, bid=len(rows), ask=len(rows))
    return {symbol: (row.ticker.bid, row.ticker.ask) for symbol, row in rows.items()}


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /api/v1/public/kline, which v4 has not: [when it began, open, close, high, low, …]."""
    client.raw = True
    began, ended = bounds_s(minute)
    asked = {"market": symbol, "interval": "1m", "start": began, "end": ended}
    raw = await client.v1_public_get_kline(asked)
    rows = shaped(_candles, raw, "candles").result
    told_once(raw, success=1, result=1)
    return close_at(rows, began, CLOSE_SECOND)


PRICES = Source(listed, last, mid)
