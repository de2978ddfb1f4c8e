"""Bitfinex's pairs and prices of spot."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.prices import Pair
from cambist.exchanges.candles import CLOSE_SECOND, bounds_ms, close_at, rows_decoder
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.bitfinex.assets import asset_of
from cambist.exchanges.guard import Unusable, all_differ, shaped
from cambist.exchanges.tickers import by_symbol

_DERIVATIVES = "F0"


class _Ticker(msgspec.Struct, array_like=True, gc=False):
    symbol: str
    bid: msgspec.Raw
    bid_size: msgspec.Raw
    ask: msgspec.Raw
    ask_size: msgspec.Raw
    change: msgspec.Raw
    change_percent: msgspec.Raw
    last: msgspec.Raw


_pairs = msgspec.json.Decoder(tuple[list[str]])
_tickers = msgspec.json.Decoder(list[_Ticker])
_candles = rows_decoder()


async def listed(client: Any) -> Listed:
    """GET /v2/conf/pub:list:pair:exchange: the pairs that trade; with a colon where names are long."""
    client.raw = client.large = True
    (names,) = shaped(_pairs, await client.public_get_conf_pub_list_pair_exchange(), "a list of pairs")
    all_differ(names, "a pair")
    return Listed(symbols={_pair(name): f"t{name}" for name in names if _DERIVATIVES not in name})


def _pair(name: str) -> Pair:
    base, colon, quote = name.partition(":")
    if not colon and len(name) != 6:
        raise Unusable("the answer has a pair whose halves cannot be told apart")
    return (asset_of(base), asset_of(quote)) if colon else (asset_of(name[:3]), asset_of(name[3:]))


async def last(client: Any) -> Texts:
    return by_symbol([(row.symbol, _texts(row.last)) for row in await _all(client)])


async def mid(client: Any) -> Texts:
    return by_symbol([(row.symbol, _texts(row.bid, row.ask)) for row in await _all(client)])


async def _all(client: Any) -> Sequence[_Ticker]:
    """GET /v2/tickers of all pairs, those of funding, which begin with an f, left out."""
    client.raw = client.large = True
    raw = await client.public_get_tickers({"symbols": "ALL"})
    return [row for row in shaped(_tickers, raw, "a list of prices") if row.symbol.startswith("t")]


def _texts(*told: msgspec.Raw) -> tuple[str, ...]:
    return tuple(bytes(each).decode(errors="replace") for each in told)


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /v2/candles/trade:1m:{symbol}/hist: [when it began, open, close, high, low, volume]."""
    client.raw = True
    began, ended = bounds_ms(minute)
    raw = await client.public_get_candles_trade_timeframe_symbol_hist(
        {"timeframe": "1m", "symbol": symbol, "start": began, "end": ended, "limit": 2}
    )
    rows = shaped(_candles, raw, "candles")
    return close_at(rows, began, CLOSE_SECOND)


PRICES = Source(listed, last, mid)
