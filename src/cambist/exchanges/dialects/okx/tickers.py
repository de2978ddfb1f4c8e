"""OKX's spot pairs and their prices."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.exchanges.candles import close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.okx.answers import Answer, rows_in
from cambist.exchanges.tickers import by_symbol

_SPOT = {"instType": "SPOT"}


class _Instrument(msgspec.Struct, rename="camel"):
    """One that is announced only has no currencies yet."""

    inst_id: str
    state: str
    base_ccy: str = ""
    quote_ccy: str = ""


class _Ticker(msgspec.Struct, rename="camel"):
    inst_id: str
    last: str
    bid_px: str
    ask_px: str


_instruments = msgspec.json.Decoder(Answer[_Instrument])
_tickers = msgspec.json.Decoder(Answer[_Ticker])
_candles = msgspec.json.Decoder(Answer[list[str]])


async def listed(client: Any) -> Listed:
    """GET /api/v5/public/instruments: the spot pairs, those that are `live` apart."""
    client.raw = client.large = True
    raw = await client.public_get_public_instruments(_SPOT)
    rows = [row for row in rows_in(_instruments, raw, "a list of pairs") if row.base_ccy and row.quote_ccy]
    return Listed(
        symbols={(row.base_ccy, row.quote_ccy): row.inst_id for row in rows if row.state == "live"},
        halted={(row.base_ccy, row.quote_ccy): row.inst_id for row in rows if row.state != "live"},
    )


async def last(client: Any) -> Texts:
    """GET /api/v5/market/tickers: the only bulk call, so the cheapest."""
    return by_symbol([(row.inst_id, (row.last,)) for row in await _read(client)])


async def mid(client: Any) -> Texts:
    """The same call's best bid and ask."""
    return by_symbol([(row.inst_id, (row.bid_px, row.ask_px)) for row in await _read(client)])


async def _read(client: Any) -> list[_Ticker]:
    client.raw = client.large = True
    return rows_in(_tickers, await client.public_get_market_tickers(_SPOT), "a list of prices")


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /api/v5/market/history-candles: the newest that began before the next millisecond."""
    client.raw = True
    began = milliseconds(minute)
    asked = {"instId": symbol, "bar": "1m", "after": str(began + 1), "limit": "1"}
    rows = rows_in(_candles, await client.public_get_market_history_candles(asked), "candles")
    return close_at(rows, began)


PRICES = Source(listed, last, mid)
