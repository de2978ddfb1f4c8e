"""Kraken's pairs and prices."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.core.prices import Pair
from cambist.exchanges.candles import close_at, rows_decoder
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.kraken.assets import asset_of
from cambist.exchanges.dialects.kraken.envelope import result_of
from cambist.exchanges.guard import Unusable, shaped, told_once
from cambist.exchanges.tickers import Ticker


class _Pair(msgspec.Struct):
    base: str
    quote: str
    status: str


class _Ticker(msgspec.Struct):
    """Price first, then volumes: the best ask, the best bid, the last trade."""

    ask: list[str] = msgspec.field(name="a")
    bid: list[str] = msgspec.field(name="b")
    last: list[str] = msgspec.field(name="c")


_pairs = msgspec.json.Decoder(dict[str, _Pair])
_tickers = msgspec.json.Decoder(dict[str, _Ticker])
_by_name = msgspec.json.Decoder(dict[str, msgspec.Raw])
_candles = rows_decoder()
_CANDLES_KEPT = timedelta(minutes=720)


async def listed(client: Any) -> Listed:
    """GET /0/public/AssetPairs: the pairs, those that are online apart."""
    client.raw = client.large = True
    raw = await client.public_get_assetpairs()
    rows = result_of(raw, _pairs, "a list of pairs")
    told_once(raw, **dict.fromkeys(("base", "quote", "status"), len(rows)))
    online: dict[Pair, str] = {}
    halted: dict[Pair, str] = {}
    for symbol, row in rows.items():
        trading = online if row.status == "online" else halted
        trading.setdefault((asset_of(row.base), asset_of(row.quote)), symbol)
    return Listed(symbols=online, halted=halted)


async def last(client: Any) -> Texts:
    """The last trade of every pair; one never traded has none."""
    return {symbol: (row.last[0],) for symbol, row in (await _all(client)).items() if row.last}


async def mid(client: Any) -> Texts:
    """The best bid and ask of every pair."""
    rows = (await _all(client)).items()
    return {symbol: (row.bid[0], row.ask[0]) for symbol, row in rows if row.bid and row.ask}


async def _all(client: Any) -> dict[str, _Ticker]:
    """GET /0/public/Ticker of all pairs."""
    client.raw = client.large = True
    raw = await client.public_get_ticker()
    rows = result_of(raw, _tickers, "a list of prices")
    told_once(raw, **dict.fromkeys("abc", len(rows)))
    return rows


async def btc_usd(client: Any) -> Ticker:
    """GET /0/public/Ticker of the one pair, which is XBTUSD when asked for and XXBTZUSD in the answer."""
    client.raw = True
    raw = await client.public_get_ticker({"pair": "XBTUSD"})
    rows = list(result_of(raw, _tickers, "a price").values())
    told_once(raw, **dict.fromkeys("abc", len(rows)))
    if len(rows) != 1:
        raise Unusable("the answer has not one pair")
    last, bid, ask = (next(iter(told), "") for told in (rows[0].last, rows[0].bid, rows[0].ask))
    return Ticker(last, bid, ask)


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /0/public/OHLC: of each pair it tells the last 720 minutes, whatever is asked for."""
    if client.now() - minute >= _CANDLES_KEPT:
        return None
    client.raw = True
    began = milliseconds(minute) // 1000
    raw = await client.public_get_ohlc({"pair": symbol, "interval": 1, "since": began - 60})
    told = result_of(raw, _by_name, "candles")
    rows = shaped(_candles, bytes(told.get(symbol, b"[]")), "candles")
    return close_at(rows, began)


PRICES = Source(listed, last, mid)
