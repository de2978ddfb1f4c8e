"""MEXC's spot pairs and their prices."""

from typing import Any

import msgspec

from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.guard import shaped
from cambist.exchanges.tickers import by_symbol


class _Symbol(msgspec.Struct, rename="camel"):
    """status: "1" of one that trades, "2" of one that pauses, "3" of one that is no more."""

    symbol: str
    status: str
    base_asset: str
    quote_asset: str
    is_spot_trading_allowed: bool

    @property
    def trades(self) -> bool:
        return self.status == "1" and self.is_spot_trading_allowed


class _ExchangeInfo(msgspec.Struct):
    symbols: list[_Symbol]


class _Last(msgspec.Struct):
    symbol: str
    price: str | None


class _Book(msgspec.Struct, rename="camel"):
    symbol: str
    bid_price: str | None
    ask_price: str | None


_exchange_info = msgspec.json.Decoder(_ExchangeInfo)
_lasts = msgspec.json.Decoder(list[_Last])
_books = msgspec.json.Decoder(list[_Book])


async def listed(client: Any) -> Listed:
    """GET /api/v3/exchangeInfo: the pairs, those that trade apart."""
    client.raw = client.large = True
    rows = shaped(_exchange_info, await client.spot_public_get_exchangeinfo(), "a list of pairs").symbols
    return Listed(
        symbols={(row.base_asset, row.quote_asset): row.symbol for row in rows if row.trades},
        halted={(row.base_asset, row.quote_asset): row.symbol for row in rows if not row.trades},
    )


async def last(client: Any) -> Texts:
    """GET /api/v3/ticker/price: the cheapest bulk call there is."""
    client.raw = client.large = True
    rows = shaped(_lasts, await client.spot_public_get_ticker_price(), "a list of prices")
    return by_symbol([(row.symbol, (row.price or "",)) for row in rows])


async def mid(client: Any) -> Texts:
    """GET /api/v3/ticker/bookTicker: best bid and ask, null where there is none."""
    client.raw = client.large = True
    rows = shaped(_books, await client.spot_public_get_ticker_bookticker(), "a list of prices")
    return by_symbol([(row.symbol, (row.bid_price or "", row.ask_price or "")) for row in rows])


PRICES = Source(listed, last, mid)
