"""Crypto.com's pairs and prices of spot."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.prices import Pair
from cambist.exchanges.candles import MINUTE_MS, bounds_ms, close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.cryptocom.envelope import result_of
from cambist.exchanges.guard import Unusable, told_once
from cambist.exchanges.tickers import by_symbol


class _Instrument(msgspec.Struct, gc=False):
    symbol: str
    kind: str = msgspec.field(name="inst_type")
    base: str = msgspec.field(name="base_ccy")
    quote: str = msgspec.field(name="quote_ccy")
    tradable: bool


class _Instruments(msgspec.Struct):
    data: list[_Instrument]


class _Ticker(msgspec.Struct, gc=False):
    """None where nobody has traded, wants or offers."""

    symbol: str = msgspec.field(name="i")
    last: str | None = msgspec.field(name="a")
    bid: str | None = msgspec.field(name="b")
    ask: str | None = msgspec.field(name="k")


class _Tickers(msgspec.Struct):
    data: list[_Ticker]


class _Candle(msgspec.Struct):
    """began: in milliseconds since 1970."""

    began: int = msgspec.field(name="t")
    close: str = msgspec.field(name="c")


class _Candles(msgspec.Struct):
    symbol: str = msgspec.field(name="instrument_name")
    data: list[_Candle]


_instruments = msgspec.json.Decoder(_Instruments)
_tickers = msgspec.json.Decoder(_Tickers)
_candles = msgspec.json.Decoder(_Candles)


async def listed(client: Any) -> Listed:
    """GET /exchange/v1/public/get-instruments: the pairs, those that trade apart from others."""
    client.raw = client.large = True
    raw = await client.v1_public_get_public_get_instruments()
    rows = result_of(raw, _instruments, "a list of instruments").data
    each = ("symbol", "inst_type", "base_ccy", "quote_ccy", "tradable")
    told_once(raw, **dict.fromkeys(each, len(rows)))
    pairs = [row for row in rows if row.kind == "CCY_PAIR"]
    return Listed(
        symbols={_pair(row): row.symbol for row in pairs if row.tradable},
        halted={_pair(row): row.symbol for row in pairs if not row.tradable},
    )


def _pair(row: _Instrument) -> Pair:
    return row.base, row.quote


async def last(client: Any) -> Texts:
    return by_symbol([(row.symbol, (row.last or "",)) for row in await _all(client)])


async def mid(client: Any) -> Texts:
    return by_symbol([(row.symbol, (row.bid or "", row.ask or "")) for row in await _all(client)])


async def _all(client: Any) -> list[_Ticker]:
    """GET /exchange/v1/public/get-tickers of all instruments."""
    client.raw = client.large = True
    raw = await client.v1_public_get_public_get_tickers()
    rows = result_of(raw, _tickers, "a list of prices").data
    told_once(raw, **dict.fromkeys(("i", "a", "b", "k"), len(rows)))
    return rows


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /exchange/v1/public/get-candlestick; the one that begins at `start_ts` may not be among them."""
    client.raw = True
    began, ended = bounds_ms(minute)
    raw = await client.v1_public_get_public_get_candlestick(
        {"instrument_name": symbol, "timeframe": "1m", "start_ts": began - MINUTE_MS, "end_ts": ended}
    )
    told = result_of(raw, _candles, "candles")
    told_once(raw, instrument_name=1, data=1, t=len(told.data), c=len(told.data))
    if told.symbol != symbol:
        raise Unusable("the answer is of another pair")
    return close_at(((row.began, row.close) for row in told.data), began, 1)


PRICES = Source(listed, last, mid)
