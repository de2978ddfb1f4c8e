"""Bitget's spot pairs and their prices."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.exchanges.candles import bounds_ms, close_at, rows_decoder
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.guard import told_once
from cambist.exchanges.tickers import by_symbol


class _Pair(msgspec.Struct, rename="camel"):
    symbol: str
    base_coin: str
    quote_coin: str
    status: str


class _Ticker(msgspec.Struct, rename="camel"):
    symbol: str
    last_pr: str
    bid_pr: str
    ask_pr: str


_pairs = msgspec.json.Decoder(list[_Pair])
_tickers = msgspec.json.Decoder(list[_Ticker])
_candles = rows_decoder()
_RECENT = timedelta(days=29)
_TRADES = "online"


async def listed(client: Any) -> Listed:
    """GET /api/v2/spot/public/symbols: the spot pairs, those that trade apart."""
    client.raw = client.large = True
    rows = data_of(client, await client.public_spot_get_v2_spot_public_symbols(), _pairs, "a list of pairs")
    return Listed(
        symbols={(row.base_coin, row.quote_coin): row.symbol for row in rows if row.status == _TRADES},
        halted={(row.base_coin, row.quote_coin): row.symbol for row in rows if row.status != _TRADES},
    )


async def last(client: Any) -> Texts:
    """GET /api/v2/spot/market/tickers: the only bulk call, so the cheapest."""
    return by_symbol([(row.symbol, (row.last_pr,)) for row in await _read(client)])


async def mid(client: Any) -> Texts:
    """The same call's best bid and ask."""
    return by_symbol([(row.symbol, (row.bid_pr, row.ask_pr)) for row in await _read(client)])


async def _read(client: Any) -> list[_Ticker]:
    client.raw = client.large = True
    raw = await client.public_spot_get_v2_spot_market_tickers()
    rows = data_of(client, raw, _tickers, "a list of prices")
    told_once(raw, **dict.fromkeys(("symbol", "lastPr", "bidPr", "askPr"), len(rows)))
    return rows


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /api/v2/spot/market/candles, which tells the last month; history-candles of what is older.

    It tells the last ones until `endTime`; whether the one that begins then is among them is left open.
    """
    client.raw = True
    began, ended = bounds_ms(minute)
    asked = {"symbol": symbol, "granularity": "1min", "endTime": ended, "limit": 2}
    ask = (
        client.public_spot_get_v2_spot_market_candles
        if client.now() - minute < _RECENT
        else client.public_spot_get_v2_spot_market_history_candles
    )
    rows = data_of(client, await ask(asked), _candles, "candles")
    return close_at(rows, began)


PRICES = Source(listed, last, mid)
