"""Bitstamp's pairs and prices of spot, and its price of BTC in dollars for other exchanges."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.prices import Pair
from cambist.exchanges.candles import bounds_s, close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.guard import Unusable, shaped, told_once
from cambist.exchanges.tickers import Ticker, by_symbol


class _Ticker(msgspec.Struct):
    last: str
    bid: str
    ask: str


class _Market(msgspec.Struct, gc=False):
    name: str
    base_currency: str
    counter_currency: str
    trading: str
    market_type: str


class _Row(msgspec.Struct, gc=False):
    pair: str
    last: str | None
    bid: str | None
    ask: str | None


class _Candle(msgspec.Struct):
    """timestamp: when it began, in seconds since 1970."""

    timestamp: str
    close: str


class _CandlesOf(msgspec.Struct):
    pair: str
    ohlc: list[_Candle]


class _Candles(msgspec.Struct):
    data: _CandlesOf


_ticker = msgspec.json.Decoder(_Ticker)
_markets = msgspec.json.Decoder(list[_Market])
_rows = msgspec.json.Decoder(list[_Row])
_candles = msgspec.json.Decoder(_Candles)


async def btc_usd(client: Any) -> Ticker:
    """GET /api/v2/ticker/btcusd/: the last trade, the best bid and ask."""
    client.raw = True
    raw = await client.public_get_ticker_pair({"pair": "btcusd"})
    told = shaped(_ticker, raw, "a price")
    told_once(raw, last=1, bid=1, ask=1)
    return Ticker(told.last, told.bid, told.ask)


async def listed(client: Any) -> Listed:
    """GET /api/v2/markets/: those of spot, those that trade apart; known by their names, "BTC/USD"."""
    client.raw = client.large = True
    raw = await client.public_get_markets()
    rows = shaped(_markets, raw, "a list of markets")
    each = ("name", "base_currency", "counter_currency", "trading", "market_type")
    told_once(raw, **dict.fromkeys(each, len(rows)))
    spot = [row for row in rows if row.market_type == "SPOT"]
    return Listed(
        symbols={_pair(row): row.name for row in spot if row.trading == "Enabled"},
        halted={_pair(row): row.name for row in spot if row.trading != "Enabled"},
    )


def _pair(row: _Market) -> Pair:
    return row.base_currency, row.counter_currency


async def last(client: Any) -> Texts:
    return by_symbol([(row.pair, (row.last or "",)) for row in await _all(client)])


async def mid(client: Any) -> Texts:
    return by_symbol([(row.pair, (row.bid or "", row.ask or "")) for row in await _all(client)])


async def _all(client: Any) -> list[_Row]:
    """GET /api/v2/ticker/ of all pairs."""
    client.raw = client.large = True
    raw = await client.public_get_ticker()
    rows = shaped(_rows, raw, "a list of prices")
    told_once(raw, **dict.fromkeys(("pair", "last", "bid", "ask"), len(rows)))
    return rows


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /api/v2/ohlc/{pair}/ from the minute to the next; the pair "BTC/USD" is btcusd there."""
    client.raw = True
    began, ended = bounds_s(minute)
    pair = symbol.replace("/", "").lower()
    raw = await client.public_get_ohlc_pair(
        {"pair": pair, "step": 60, "start": began, "end": ended, "limit": 2}
    )
    told = shaped(_candles, raw, "candles").data
    told_once(raw, pair=1, ohlc=1, timestamp=len(told.ohlc), close=len(told.ohlc))
    if told.pair != symbol:
        raise Unusable("the answer is of another pair")
    return close_at(((row.timestamp, row.close) for row in told.ohlc), began, 1)


PRICES = Source(listed, last, mid)
