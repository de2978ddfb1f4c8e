"""Coinbase's pairs and last prices, and its price of BTC in dollars alone."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.exchanges.candles import bounds_s, close_at
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.dialects.coinbase.assets import SPELLINGS
from cambist.exchanges.dialects.coinbase.limits import Filters, limits_in
from cambist.exchanges.guard import Unusable, shaped, told_once
from cambist.exchanges.tickers import Ticker, by_symbol

_SPOT = {"product_type": "SPOT"}


class _Product(Filters, kw_only=True):
    product_id: str
    base: str = msgspec.field(name="base_currency_id")
    quote: str = msgspec.field(name="quote_currency_id")
    is_disabled: bool = False
    trading_disabled: bool = False
    cancel_only: bool = False
    view_only: bool = False


class _Products(msgspec.Struct):
    products: list[_Product]


class _Price(msgspec.Struct):
    """bid, ask: empty where the list does not tell them, which it seldom does."""

    product_id: str
    price: str
    bid: str = msgspec.field(name="best_bid_price", default="")
    ask: str = msgspec.field(name="best_ask_price", default="")


class _Prices(msgspec.Struct):
    products: list[_Price]


class _Trade(msgspec.Struct):
    price: str


class _Snapshot(msgspec.Struct):
    trades: list[_Trade]
    best_bid: str
    best_ask: str


class _Candle(msgspec.Struct):
    """start: in seconds since 1970."""

    start: str
    close: str


class _Candles(msgspec.Struct):
    candles: list[_Candle]


_products = msgspec.json.Decoder(_Products)
_prices = msgspec.json.Decoder(_Prices)
_snapshot = msgspec.json.Decoder(_Snapshot)
_candles = msgspec.json.Decoder(_Candles)


async def listed(client: Any) -> Listed:
    """The products of spot; those that take no orders apart."""
    raw = await _read(client)
    rows = shaped(_products, raw, "a list of pairs").products
    _check_told_once(raw, len(rows))
    pairs = {row.product_id: (_asset(row.base), _asset(row.quote)) for row in rows}
    if not rows or len(pairs) < len(rows):
        raise Unusable("the answer has a pair twice, or none")
    halted = {row.product_id for row in rows if _is_halted(row)}
    return Listed(
        symbols={pair: symbol for symbol, pair in pairs.items() if symbol not in halted},
        halted={pair: symbol for symbol, pair in pairs.items() if symbol in halted},
        filters={row.product_id: _filters(row) for row in rows if row.product_id not in halted},
    )


async def last(client: Any) -> Texts:
    return by_symbol([(row.product_id, (row.price,)) for row in await _told(client)])


async def mid(client: Any) -> Texts:
    return by_symbol([(row.product_id, (row.bid, row.ask)) for row in await _told(client)])


async def _told(client: Any) -> list[_Price]:
    raw = await _read(client)
    rows = shaped(_prices, raw, "a list of prices").products
    _check_told_once(raw, len(rows))
    return rows


async def _read(client: Any) -> bytes:
    """GET /api/v3/brokerage/market/products: every product with its last price, in one answer."""
    client.raw = client.large = True
    raw: bytes = await client.v3_public_get_brokerage_market_products(_SPOT)
    return raw


def _check_told_once(raw: bytes, count: int) -> None:
    each = dict.fromkeys(("product_id", "price", "base_currency_id", "quote_currency_id"), count)
    told_once(raw, products=1, **each)


def _is_halted(row: _Product) -> bool:
    return row.is_disabled or row.trading_disabled or row.cancel_only or row.view_only


def _asset(code: str) -> str:
    return SPELLINGS.get(code, code)


def _filters(row: _Product) -> bytes:
    return msgspec.json.encode({name: getattr(row, name) for name in Filters.__struct_fields__})


async def btc_usd(client: Any) -> Ticker:
    """GET /api/v3/brokerage/market/products/BTC-USD/ticker: its last trade, the best bid and ask.

    Coinbase's own copy of a public answer is up to a second old.
    """
    client.raw = True
    raw = await client.v3_public_get_brokerage_market_products_product_id_ticker(
        {"product_id": "BTC-USD", "limit": 1}
    )
    told = shaped(_snapshot, raw, "a price")
    told_once(raw, trades=1, price=len(told.trades), best_bid=1, best_ask=1)
    return Ticker(told.trades[0].price if told.trades else "", told.best_bid, told.best_ask)


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /api/v3/brokerage/market/products/{product_id}/candles, from the minute to the next."""
    client.raw = True
    began, ended = bounds_s(minute)
    asked = {"product_id": symbol, "granularity": "ONE_MINUTE", "start": began, "end": ended}
    raw = await client.v3_public_get_brokerage_market_products_product_id_candles(asked)
    rows = shaped(_candles, raw, "candles").candles
    told_once(raw, candles=1, start=len(rows), close=len(rows))
    return close_at(((row.start, row.close) for row in rows), began, 1)


PRICES = Source(listed, last, mid, limits_in)
