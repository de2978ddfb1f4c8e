"""Bybit's pairs and prices of spot."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.exchanges.candles import close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.dialects.bybit.limits import limits_in
from cambist.exchanges.guard import Unusable, told_once
from cambist.exchanges.tickers import by_symbol

_SPOT = {"category": "spot"}


class _Instrument(msgspec.Struct, rename="camel"):
    symbol: str
    base_coin: str
    quote_coin: str
    status: str
    lot_size_filter: msgspec.Raw = msgspec.Raw(b"{}")
    price_filter: msgspec.Raw = msgspec.Raw(b"{}")


class _Instruments(msgspec.Struct):
    category: str
    rows: list[_Instrument] = msgspec.field(name="list")
    next_page: str = msgspec.field(name="nextPageCursor", default="")


class _Ticker(msgspec.Struct):
    symbol: str
    last: str = msgspec.field(name="lastPrice")
    bid: str = msgspec.field(name="bid1Price")
    ask: str = msgspec.field(name="ask1Price")


class _Tickers(msgspec.Struct):
    category: str
    rows: list[_Ticker] = msgspec.field(name="list")


class _Candles(msgspec.Struct):
    symbol: str
    rows: list[list[str]] = msgspec.field(name="list")


_instruments = msgspec.json.Decoder(_Instruments)
_tickers = msgspec.json.Decoder(_Tickers)
_candles = msgspec.json.Decoder(_Candles)


async def listed(client: Any) -> Listed:
    """GET /v5/market/instruments-info of spot, which comes whole; those that trade apart."""
    client.raw = client.large = True
    raw = await client.public_get_v5_market_instruments_info(_SPOT)
    told = result_of(client, raw, _instruments, "a list of pairs")
    if told.category != "spot" or told.next_page:
        raise Unusable("the answer is not the whole list of pairs")
    return Listed(
        symbols={(row.base_coin, row.quote_coin): row.symbol for row in told.rows if _trades(row)},
        halted={(row.base_coin, row.quote_coin): row.symbol for row in told.rows if not _trades(row)},
        filters={row.symbol: _filters(row) for row in told.rows if _trades(row)},
    )


async def last(client: Any) -> Texts:
    return by_symbol([(row.symbol, (row.last,)) for row in await _read(client)])


async def mid(client: Any) -> Texts:
    return by_symbol([(row.symbol, (row.bid, row.ask)) for row in await _read(client)])


async def _read(client: Any) -> list[_Ticker]:
    """GET /v5/market/tickers of spot: last price, best bid and ask of every pair, the one bulk call."""
    client.raw = client.large = True
    raw = await client.public_get_v5_market_tickers(_SPOT)
    told = result_of(client, raw, _tickers, "a list of prices")
    each = dict.fromkeys(("symbol", "lastPrice", "bid1Price", "ask1Price"), len(told.rows))
    told_once(raw, **each)
    if told.category != "spot":
        raise Unusable("the answer is of another market")
    return told.rows


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /v5/market/kline of the one minute."""
    client.raw = True
    began = milliseconds(minute)
    asked = {**_SPOT, "symbol": symbol, "interval": "1", "start": began, "end": began, "limit": 1}
    raw = await client.public_get_v5_market_kline(asked)
    told = result_of(client, raw, _candles, "candles")
    told_once(raw, symbol=1, list=1)
    if told.symbol != symbol:
        raise Unusable("the answer is of another pair")
    return close_at(told.rows, began)


def _filters(row: _Instrument) -> bytes:
    return b"[" + bytes(row.lot_size_filter) + b"," + bytes(row.price_filter) + b"]"


def _trades(row: _Instrument) -> bool:
    return row.status == "Trading"


PRICES = Source(listed, last, mid, limits_in)
