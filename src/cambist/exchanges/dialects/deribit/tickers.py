"""Deribit's spot pairs and their prices."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.exchanges.candles import bounds_ms, close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.deribit.envelope import result_of
from cambist.exchanges.guard import Unusable, told_once
from cambist.exchanges.tickers import by_symbol

# A summary is of one currency, and `any` is refused. That of a pair may be its base or its quote, which the
# documentation leaves open: whichever it is, these three tell of BTC and ETH in dollars.
_CURRENCIES = ("USDC", "BTC", "ETH")


class _Instrument(msgspec.Struct):
    symbol: str = msgspec.field(name="instrument_name")
    base: str = msgspec.field(name="base_currency")
    quote: str = msgspec.field(name="quote_currency")
    kind: str
    is_active: bool


class _Summary(msgspec.Struct):
    """Prices are JSON numbers, or null where nobody has traded, bids or asks."""

    symbol: str = msgspec.field(name="instrument_name")
    last: msgspec.Raw
    bid: msgspec.Raw = msgspec.field(name="bid_price")
    ask: msgspec.Raw = msgspec.field(name="ask_price")


class _Candles(msgspec.Struct):
    """ticks: when each began, in milliseconds since 1970; close: JSON numbers."""

    ticks: list[int]
    close: list[msgspec.Raw]


_instruments = msgspec.json.Decoder(list[_Instrument])
_summaries = msgspec.json.Decoder(list[_Summary])
_candles = msgspec.json.Decoder(_Candles)


async def listed(client: Any) -> Listed:
    """GET /public/get_instruments of spot, of all currencies; those that are active apart."""
    client.raw = client.large = True
    raw = await client.public_get_get_instruments({"kind": "spot"})
    rows = [row for row in result_of(raw, _instruments, "a list of pairs") if row.kind == "spot"]
    return Listed(
        symbols={(row.base, row.quote): row.symbol for row in rows if row.is_active},
        halted={(row.base, row.quote): row.symbol for row in rows if not row.is_active},
    )


async def last(client: Any) -> Texts:
    return {row.symbol: (_text(row.last),) for row in await _read(client)}


async def mid(client: Any) -> Texts:
    return {row.symbol: (_text(row.bid), _text(row.ask)) for row in await _read(client)}


async def _read(client: Any) -> list[_Summary]:
    """GET /public/get_book_summary_by_currency of spot: last price, best bid and ask."""
    client.raw = True
    found: list[_Summary] = []
    for currency in _CURRENCIES:
        raw = await client.public_get_get_book_summary_by_currency({"currency": currency, "kind": "spot"})
        rows = result_of(raw, _summaries, "a list of prices")
        told_once(raw, **dict.fromkeys(("instrument_name", "last", "bid_price", "ask_price"), len(rows)))
        by_symbol([(row.symbol, ()) for row in rows])
        found += rows
    return found


def _text(number: msgspec.Raw) -> str:
    return bytes(number).decode(errors="replace")


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /public/get_tradingview_chart_data from the minute to the next; of none, empty lists."""
    client.raw = True
    began, ended = bounds_ms(minute)
    raw = await client.public_get_get_tradingview_chart_data(
        {"instrument_name": symbol, "resolution": "1", "start_timestamp": began, "end_timestamp": ended}
    )
    told = result_of(raw, _candles, "candles")
    told_once(raw, ticks=1, close=1)
    if len(told.ticks) != len(told.close):
        raise Unusable("the answer has not a close of each candle")
    return close_at(zip(told.ticks, told.close, strict=True), began, 1)


PRICES = Source(listed, last, mid)
