"""Prices: one bulk read shared by all accounts of an exchange, and the list of pairs behind it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.money import exact, exchange_number
from cambist.core.prices import Pair
from cambist.exchanges.guard import Unusable, shaped

_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Listed:
    """The pairs an exchange lists, with its symbol of each: those that trade, and those halted now.

    filters: what an order must keep to, by symbol, as the exchange writes it; read when it is asked for.
    """

    symbols: Mapping[Pair, str]
    halted: Mapping[Pair, str] = field(default_factory=dict)
    filters: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prices:
    """Usable prices of one bulk read, parsed when they are asked for.

    symbols: the exchange's symbol of each pair that trades. texts: what it says of a symbol: the last
    price, or bid and ask.
    """

    symbols: Mapping[Pair, str]
    texts: Mapping[str, tuple[str, ...]]

    def get(self, pair: Pair, /) -> Decimal | None:
        symbol = self.symbols.get(pair)
        texts = None if symbol is None else self.texts.get(symbol)
        if not texts:
            return None
        parts = [usable_price(text) for text in texts]
        if len(parts) == 1:
            return parts[0]
        bid, ask = parts
        if bid is None or ask is None:
            return None
        with exact():
            return (bid + ask) * _HALF


def usable_price(text: str) -> Decimal | None:
    """The price an exchange wrote, if it is a number in the accepted form and positive."""
    try:
        price = exchange_number(text)
    except ValueError:
        return None
    return price if price > 0 else None


class _Symbol(msgspec.Struct):
    symbol: str
    status: str
    base: str = msgspec.field(name="baseAsset")
    quote: str = msgspec.field(name="quoteAsset")
    filters: msgspec.Raw = msgspec.Raw(b"[]")


class _RateLimit(msgspec.Struct):
    kind: str = msgspec.field(name="rateLimitType", default="")
    interval: str = ""
    intervals: int = msgspec.field(name="intervalNum", default=1)
    limit: int = 0

    @property
    def weight_a_minute(self) -> int | None:
        """The limit of weight a minute, where this is the one that says so."""
        tells = (self.kind, self.interval) == ("REQUEST_WEIGHT", "MINUTE")
        return self.limit // self.intervals if tells and min(self.limit, self.intervals) > 0 else None


class _ExchangeInfo(msgspec.Struct):
    symbols: list[_Symbol]
    limits: list[_RateLimit] = msgspec.field(name="rateLimits", default_factory=list)


class _Last(msgspec.Struct):
    symbol: str
    price: str


class _Book(msgspec.Struct):
    symbol: str
    bid: str = msgspec.field(name="bidPrice")
    ask: str = msgspec.field(name="askPrice")


_exchange_info = msgspec.json.Decoder(_ExchangeInfo)
_lasts = msgspec.json.Decoder(list[_Last])
_books = msgspec.json.Decoder(list[_Book])


async def binance_listed(client: Any) -> Listed:
    """GET /api/v3/exchangeInfo: the pairs, those that are TRADING apart, and the limit of weight a minute."""
    client.raw = client.large = True
    info = shaped(_exchange_info, await client.public_get_exchangeinfo(), "a list of pairs")
    told = (limit.weight_a_minute for limit in info.limits)
    client.weight_limit = min((limit for limit in told if limit is not None), default=None)
    trading = [row for row in info.symbols if row.status == "TRADING"]
    same: dict[bytes, bytes] = {}  # many pairs have the same filters: one text for all of them
    texts = ((row.symbol, bytes(row.filters)) for row in trading)
    return Listed(
        symbols={(row.base, row.quote): row.symbol for row in trading},
        halted={(row.base, row.quote): row.symbol for row in info.symbols if row.status != "TRADING"},
        filters={symbol: same.setdefault(text, text) for symbol, text in texts},
    )


async def binance_last(client: Any) -> dict[str, tuple[str, ...]]:
    """GET /api/v3/ticker/price: the cheapest bulk call there is."""
    client.raw = True
    rows = shaped(_lasts, await client.public_get_ticker_price(), "a list of prices")
    return _by_symbol([(row.symbol, (row.price,)) for row in rows])


async def binance_mid(client: Any) -> dict[str, tuple[str, ...]]:
    """GET /api/v3/ticker/bookTicker: best bid and ask."""
    client.raw = True
    rows = shaped(_books, await client.public_get_ticker_bookticker(), "a list of prices")
    return _by_symbol([(row.symbol, (row.bid, row.ask)) for row in rows])


async def listed_by_default_rules(client: Any) -> Listed:
    """ccxt's markets: the spot pairs that it does not call inactive."""
    client.large = True
    listed: dict[str, dict[str, Any]] = await client.load_markets(reload=True)
    spot = {symbol: market for symbol, market in listed.items() if market.get("spot")}
    pairs = {symbol: (market["base"], market["quote"]) for symbol, market in spot.items()}
    halted = {symbol for symbol, market in spot.items() if market.get("active") is False}
    return Listed(
        symbols={pair: symbol for symbol, pair in pairs.items() if symbol not in halted},
        halted={pair: symbol for symbol, pair in pairs.items() if symbol in halted},
    )


async def last_by_default_rules(client: Any) -> dict[str, tuple[str, ...]]:
    client.large = True
    tickers: dict[str, dict[str, Any]] = await client.fetch_tickers()
    return {symbol: (str(t["last"]),) for symbol, t in tickers.items() if t.get("last") is not None}


async def mid_by_default_rules(client: Any) -> dict[str, tuple[str, ...]]:
    client.large = True
    tickers: dict[str, dict[str, Any]] = await client.fetch_tickers()
    both = {symbol: (t.get("bid"), t.get("ask")) for symbol, t in tickers.items()}
    return {symbol: (str(bid), str(ask)) for symbol, (bid, ask) in both.items() if bid and ask}


Texts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """The calls that tell an exchange's pairs, last prices, and bids and asks."""

    pairs: Callable[[Any], Awaitable[Listed]]
    last: Callable[[Any], Awaitable[Texts]]
    mid: Callable[[Any], Awaitable[Texts]]


_BINANCE = Source(binance_listed, binance_last, binance_mid)
_BY_DEFAULT_RULES = Source(listed_by_default_rules, last_by_default_rules, mid_by_default_rules)
_SOURCES = {"binance": _BINANCE, "binanceus": _BINANCE}


def source_of(ccxt_id: str) -> Source:
    return _SOURCES.get(ccxt_id, _BY_DEFAULT_RULES)


def _by_symbol(rows: list[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    texts = dict(rows)
    if len(texts) != len(rows):
        raise Unusable("the answer has a pair twice")
    return texts
