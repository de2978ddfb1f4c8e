"""HTX's pairs and prices of spot."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.prices import Pair
from cambist.exchanges.candles import bounds_s, close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.htx.envelope import data_of
from cambist.exchanges.guard import told_once
from cambist.exchanges.tickers import by_symbol


class _Pair(msgspec.Struct, rename="kebab", gc=False):
    symbol: str
    base_currency: str
    quote_currency: str
    state: str


class _Ticker(msgspec.Struct, gc=False):
    """JSON numbers; of a pair that nobody offers or wants, null."""

    symbol: str
    close: msgspec.Raw
    bid: msgspec.Raw
    ask: msgspec.Raw


class _Candle(msgspec.Struct):
    """began: in seconds since 1970; close: a JSON number."""

    began: int = msgspec.field(name="id")
    close: msgspec.Raw


_pairs = msgspec.json.Decoder(list[_Pair])
_tickers = msgspec.json.Decoder(list[_Ticker])
_candles = msgspec.json.Decoder(list[_Candle])


async def listed(client: Any) -> Listed:
    """GET /v1/common/symbols: the pairs, those that are online apart; assets are written small there."""
    client.raw = client.large = True
    raw = await client.spot_public_get_v1_common_symbols()
    rows = data_of(raw, _pairs, "a list of pairs")
    told_once(raw, **dict.fromkeys(("symbol", "base-currency", "quote-currency", "state"), len(rows)))
    return Listed(
        symbols={_pair(row): row.symbol for row in rows if row.state == "online"},
        halted={_pair(row): row.symbol for row in rows if row.state != "online"},
    )


def _pair(row: _Pair) -> Pair:
    return row.base_currency.upper(), row.quote_currency.upper()


async def last(client: Any) -> Texts:
    return by_symbol([(row.symbol, (_text(row.close),)) for row in await _all(client)])


async def mid(client: Any) -> Texts:
    return by_symbol([(row.symbol, (_text(row.bid), _text(row.ask))) for row in await _all(client)])


async def _all(client: Any) -> list[_Ticker]:
    """GET /market/tickers of all pairs: last price, best bid and ask."""
    client.raw = client.large = True
    raw = await client.spot_public_get_market_tickers()
    rows = data_of(raw, _tickers, "a list of prices")
    told_once(raw, **dict.fromkeys(("symbol", "close", "bid", "ask"), len(rows)))
    return rows


def _text(told: msgspec.Raw) -> str:
    """What is no number is no usable price, as null."""
    return bytes(told).decode(errors="replace")


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /market/history/candles, which takes times; /market/history/kline tells the newest alone."""
    client.raw = True
    began, ended = bounds_s(minute)
    asked = {"symbol": symbol, "period": "1min", "from": began, "to": ended}
    raw = await client.spot_public_get_market_history_candles(asked)
    rows = data_of(raw, _candles, "candles")
    told_once(raw, id=len(rows), close=len(rows))
    return close_at(((row.began, row.close) for row in rows), began, 1)


PRICES = Source(listed, last, mid)
