"""Gemini's pairs and prices of spot; bids and asks it tells pair by pair only, and none are read."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.prices import Pair
from cambist.exchanges.candles import bounds_ms, close_at, rows_decoder
from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.guard import all_differ, shaped, told_once
from cambist.exchanges.tickers import by_symbol

# A symbol is both names in one, "btcusd"; quotes that end in others come before them.
QUOTES = (
    *("GUSD", "RLUSD", "USD", "USDT", "USDC", "DAI", "EUR", "GBP", "SGD"),
    *("BTC", "ETH", "SOL", "LTC", "BCH", "FIL"),
)


class _Price(msgspec.Struct, gc=False):
    pair: str
    price: str


_symbols = msgspec.json.Decoder(list[str])
_prices = msgspec.json.Decoder(list[_Price])
_candles = rows_decoder()
_CANDLES_ASKED = timedelta(days=2)


async def listed(client: Any) -> Listed:
    """GET /v1/symbols: those of spot, all of which trade; perpetuals end in none of the quotes."""
    client.raw = client.large = True
    told = shaped(_symbols, await client.public_get_v1_symbols(), "a list of pairs")
    symbols = [symbol.upper() for symbol in told]
    all_differ(symbols, "a pair")
    return Listed(symbols=dict(_pairs(symbols)))


def _pairs(symbols: Collection[str]) -> Iterator[tuple[Pair, str]]:
    """((base, quote), symbol) of each symbol that ends in a quote."""
    known = set(symbols)
    for symbol in symbols:
        quotes = [quote for quote in QUOTES if symbol.endswith(quote) and symbol != quote]
        # PAXGUSD is PAXG in USD: there is no PAXUSD beside it, as there is BTCUSD beside BTCGUSD.
        fitting = [
            each for each in quotes if not _ends_in_dollars(each) or _base(symbol, each) + "USD" in known
        ]
        if fitting:
            yield (_base(symbol, fitting[0]), fitting[0]), symbol


def _ends_in_dollars(quote: str) -> bool:
    return quote.endswith("USD") and quote != "USD"


def _base(symbol: str, quote: str) -> str:
    return symbol.removesuffix(quote)


async def last(client: Any) -> Texts:
    """GET /v1/pricefeed of all pairs."""
    client.raw = client.large = True
    raw = await client.public_get_v1_pricefeed()
    rows = shaped(_prices, raw, "a list of prices")
    told_once(raw, **dict.fromkeys(("pair", "price"), len(rows)))
    return by_symbol([(row.pair, (row.price,)) for row in rows])


async def mid(_: Any) -> Texts:
    """Nothing is asked."""
    return {}


async def candle(client: Any, symbol: str, minute: datetime) -> Decimal | None:
    """GET /v2/candles/{symbol}/1m: the newest thousand or so; how far back they go is not documented."""
    if client.now() - minute >= _CANDLES_ASKED:
        return None
    client.raw = True
    began, _ = bounds_ms(minute)
    raw = await client.public_get_v2_candles_symbol_timeframe({"symbol": symbol.lower(), "timeframe": "1m"})
    rows = shaped(_candles, raw, "candles")
    return close_at(rows, began)


PRICES = Source(listed, last, mid, tells_books=False)
