"""KuCoin's spot pairs and their prices."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.exchanges.candles import CLOSE_SECOND, bounds_s, close_at, rows_decoder
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.kucoin.assets import asset_of
from cambist.exchanges.dialects.kucoin.envelope import data_of
from cambist.exchanges.guard import told_once
from cambist.exchanges.tickers import by_symbol


class _Pair(msgspec.Struct, rename="camel"):
    symbol: str
    base_currency: str
    quote_currency: str
    enable_trading: bool


class _Ticker(msgspec.Struct):
    """buy: the best bid; sell: the best ask. None where there is none yet."""

    symbol: str
    last: str | None
    buy: str | None
    sell: str | None


class _Tickers(msgspec.Struct):
    ticker: list[_Ticker]


_pairs = msgspec.json.Decoder(list[_Pair])
_tickers = msgspec.json.Decoder(_Tickers)
_candles = rows_decoder()


async def listed(client: Any) -> Listed:
    """GET /api/v2/symbols: the spot pairs, those that trade apart."""
    client.raw = client.large = True
    rows = data_of(client, await client.public_get_symbols(), _pairs, "a list of pairs")
    pairs = {row.symbol: (asset_of(row.base_currency), asset_of(row.quote_currency)) for row in rows}
    trading = {row.symbol for row in rows if row.enable_trading}
    return Listed(
        symbols={pair: symbol for symbol, pair in pairs.items() if symbol in trading},
        halted={pair: symbol for symbol, pair in pairs.items() if symbol not in trading},
    )


async def last(client: Any) -> Texts:
    """GET /api/v1/market/allTickers: the only bulk call, so the cheapest."""
    return by_symbol([(row.symbol, (row.last or "",)) for row in await _read(client)])


async def mid(client: Any) -> Texts:
    """The same call's best bid and ask."""
    return by_symbol([(row.symbol, (row.buy or "", row.sell or "")) for row in await _read(client)])


async def _read(client: Any) -> list[_Ticker]:
    client.raw = client.large = True
    raw = await client.public_get_market_alltickers()
    rows = data_of(client, raw, _tickers, "a list of prices").ticker
    told_once(raw, ticker=1, **dict.fromkeys(_Ticker.__struct_fields__, len(rows)))
    return rows


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /api/v1/market/candles from the minute to the next: [when it began, open, close, high, low, …]."""
    client.raw = True
    began, ended = bounds_s(minute)
    asked = {"symbol": symbol, "type": "1min", "startAt": began, "endAt": ended}
    rows = data_of(client, await client.public_get_market_candles(asked), _candles, "candles")
    return close_at(rows, began, CLOSE_SECOND)


PRICES = Source(listed, last, mid)
