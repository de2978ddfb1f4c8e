"""Gate's spot pairs and their prices."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.exchanges.candles import CLOSE_SECOND, bounds_s, close_at, rows_decoder
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.guard import shaped, told_once
from cambist.exchanges.tickers import by_symbol


class _Pair(msgspec.Struct):
    id: str
    base: str
    quote: str
    trade_status: str


class _Ticker(msgspec.Struct):
    """Empty where there is none."""

    currency_pair: str
    last: str
    highest_bid: str
    lowest_ask: str


_pairs = msgspec.json.Decoder(list[_Pair])
_tickers = msgspec.json.Decoder(list[_Ticker])
_candles = rows_decoder()
_CANDLES_KEPT = timedelta(minutes=10_000)
_TRADES = "tradable"


async def listed(client: Any) -> Listed:
    """GET /spot/currency_pairs: the pairs, those that trade apart; others may only be sold, or not at all."""
    client.raw = client.large = True
    rows = shaped(_pairs, await client.public_spot_get_currency_pairs(), "a list of pairs")
    return Listed(
        symbols={(row.base, row.quote): row.id for row in rows if row.trade_status == _TRADES},
        halted={(row.base, row.quote): row.id for row in rows if row.trade_status != _TRADES},
    )


async def last(client: Any) -> Texts:
    """GET /spot/tickers: the only bulk call, so the cheapest."""
    return by_symbol([(row.currency_pair, (row.last,)) for row in await _read(client)])


async def mid(client: Any) -> Texts:
    """The same call's best bid and ask."""
    return by_symbol([(row.currency_pair, (row.highest_bid, row.lowest_ask)) for row in await _read(client)])


async def _read(client: Any) -> list[_Ticker]:
    client.raw = client.large = True
    raw = await client.public_spot_get_tickers()
    rows = shaped(_tickers, raw, "a list of prices")
    told_once(raw, **dict.fromkeys(_Ticker.__struct_fields__, len(rows)))
    return rows


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /spot/candlesticks of the last 10,000 minutes: [when it began, volume, close, high, low, …]."""
    if client.now() - minute >= _CANDLES_KEPT:
        return None
    client.raw = True
    began, ended = bounds_s(minute)
    asked = {"currency_pair": symbol, "interval": "1m", "from": began, "to": ended}
    rows = shaped(_candles, await client.public_spot_get_candlesticks(asked), "candles")
    return close_at(rows, began, CLOSE_SECOND)


PRICES = Source(listed, last, mid)
