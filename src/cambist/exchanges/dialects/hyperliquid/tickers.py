"""Hyperliquid's spot pairs and their prices; a perpetual's price is not one."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.prices import Pair
from cambist.exchanges.candles import bounds_ms, close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.hyperliquid.markets import MARKETS
from cambist.exchanges.guard import checked_json, shaped

_SPELLINGS = MARKETS[0].spellings


class _Token(msgspec.Struct):
    name: str
    index: int


class _Pair(msgspec.Struct):
    """name: "PURR/USDC", or "@142" by its number; tokens: base and quote by their indices."""

    name: str
    tokens: tuple[int, int]


class _Meta(msgspec.Struct):
    tokens: list[_Token]
    universe: list[_Pair]


class _Candle(msgspec.Struct):
    """began: in milliseconds since 1970."""

    began: int = msgspec.field(name="t")
    close: str = msgspec.field(name="c")


_meta = msgspec.json.Decoder(_Meta)
_mids = msgspec.json.Decoder(dict[str, str])
_candles = msgspec.json.Decoder(list[_Candle])
_CANDLES_KEPT = timedelta(minutes=5_000)


async def spot_meta(client: Any) -> tuple[dict[int, str], dict[str, Pair]]:
    """`spotMeta`: {index: token}, and {name: pair}, by our names of the tokens."""
    client.raw = client.large = True
    raw = await client.public_post_info({"type": "spotMeta"})
    checked_json(raw)
    told = shaped(_meta, raw, "a list of pairs")
    tokens = {token.index: _SPELLINGS.get(token.name, token.name) for token in told.tokens}
    pairs: dict[str, Pair] = {}
    for pair in told.universe:
        base, quote = (tokens.get(index) for index in pair.tokens)
        if base is not None and quote is not None:
            pairs.setdefault(pair.name, (base, quote))
    return tokens, pairs


async def listed(client: Any) -> Listed:
    """The pairs of spot, all of which trade; of two that are the same, the first."""
    _, pairs = await spot_meta(client)
    symbols: dict[Pair, str] = {}
    for name, pair in pairs.items():
        symbols.setdefault(pair, name)
    return Listed(symbols)


async def mids(client: Any) -> Texts:
    """`allMids`: the middle of each book, and the last trade where it is empty.

    That is all that is told of every pair in one answer: neither last trades nor bids and asks are.
    """
    client.raw = True
    raw = await client.public_post_info({"type": "allMids"})
    checked_json(raw)
    return {name: (price,) for name, price in shaped(_mids, raw, "a list of prices").items()}


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """`candleSnapshot`: of each pair it has the last 5,000 minutes."""
    if client.now() - minute >= _CANDLES_KEPT:
        return None
    client.raw = True
    began, ended = bounds_ms(minute)
    span = {"coin": symbol, "interval": "1m", "startTime": began, "endTime": ended}
    raw = await client.public_post_info({"type": "candleSnapshot", "req": span})
    checked_json(raw)
    rows = shaped(_candles, raw, "candles")
    return close_at(((row.began, row.close) for row in rows), began, 1)


PRICES = Source(listed, mids, mids)
