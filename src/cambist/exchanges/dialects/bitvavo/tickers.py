"""Bitvavo's pairs and their prices."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.exchanges.candles import bounds_ms, close_at, rows_decoder
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.guard import shaped
from cambist.exchanges.tickers import by_symbol


class _Market(msgspec.Struct):
    market: str
    status: str
    base: str
    quote: str


class _Last(msgspec.Struct):
    """One that has never traded has no price."""

    market: str
    price: str = ""


class _Book(msgspec.Struct):
    market: str
    bid: str | None = None
    ask: str | None = None


_markets = msgspec.json.Decoder(list[_Market])
_lasts = msgspec.json.Decoder(list[_Last])
_books = msgspec.json.Decoder(list[_Book])
_candles = rows_decoder()


async def listed(client: Any) -> Listed:
    """GET /v2/markets: the pairs, those that trade apart from those that are halted or in auction."""
    client.raw = client.large = True
    rows = shaped(_markets, await client.public_get_markets(), "a list of pairs")
    return Listed(
        symbols={(row.base, row.quote): row.market for row in rows if row.status == "trading"},
        halted={(row.base, row.quote): row.market for row in rows if row.status != "trading"},
    )


async def last(client: Any) -> Texts:
    """GET /v2/ticker/price: the last price of every pair."""
    client.raw = True
    rows = shaped(_lasts, await client.public_get_ticker_price(), "a list of prices")
    return by_symbol([(row.market, (row.price,)) for row in rows])


async def mid(client: Any) -> Texts:
    """GET /v2/ticker/book: best bid and ask of every pair."""
    client.raw = True
    rows = shaped(_books, await client.public_get_ticker_book(), "a list of prices")
    return by_symbol([(row.market, (row.bid or "", row.ask or "")) for row in rows])


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /v2/{market}/candles from the minute to the next."""
    client.raw = True
    began, ended = bounds_ms(minute)
    asked = {"market": symbol, "interval": "1m", "start": began, "end": ended}
    rows = shaped(_candles, await client.public_get_market_candles(asked), "candles")
    return close_at(rows, began)


PRICES = Source(listed, last, mid)
