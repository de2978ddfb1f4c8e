"""A Binance market list and its tickers, worked out from a scenario's prices in whole numbers and text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from msgspec import json

from cambist.simulator.scenario import Scenario, split_symbol

DAY_MS = 86_400_000
_COINED_QUOTES = ("USDT", "BTC", "USDC", "ETH", "BNB", "EUR")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORDER_TYPES = [
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
]
_PERMISSIONS = ["SPOT", "MARGIN", *(f"TRD_GRP_{number:03d}" for number in range(4, 46))]
_PREVENTIONS = ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of the market; without a price it is listed but has no ticker."""

    symbol: str
    base: str
    quote: str
    price: str | None
    halted: bool = False


@dataclass(frozen=True, slots=True)
class Units:
    """A decimal text as a whole number of its last digit's units."""

    count: int
    digits: int

    @classmethod
    def of(cls, text: str) -> "Units":
        whole, _, fraction = text.partition(".")
        return cls(int(whole + fraction), len(fraction))

    def __str__(self) -> str:
        text = str(self.count).rjust(self.digits + 1, "0")
        return f"{text[: -self.digits]}.{text[-self.digits :]}" if self.digits else text

    def plus(self, count: int) -> "Units":
        return Units(max(self.count + count, 0), self.digits)

    def times(self, factor: int) -> "Units":
        return Units(self.count * factor, self.digits)

    def by(self, other: "Units") -> "Units":
        return Units(self.count * other.count, self.digits + other.digits)


class Market:
    """Everything public a scenario says about its pairs; long answers are encoded once."""

    def __init__(self, scenario: Scenario) -> None:
        halted, assets = set(scenario.halted), scenario.assets()
        self.pairs = {
            symbol: Pair(symbol, *split_symbol(symbol, assets), scenario.prices.get(symbol), symbol in halted)
            for symbol in (*scenario.prices, *scenario.halted)
        }
        for pair in _coined_pairs(assets):
            if len(self.pairs) >= scenario.symbols:
                break
            self.pairs.setdefault(pair.symbol, pair)
        self.priced = {symbol: pair for symbol, pair in self.pairs.items() if pair.price is not None}

    @cached_property
    def all_prices(self) -> bytes:
        return json.encode([price_row(pair) for pair in self.priced.values()])

    @cached_property
    def all_books(self) -> bytes:
        return json.encode([book_row(pair) for pair in self.priced.values()])

    @cached_property
    def all_symbols(self) -> bytes:
        return json.encode([symbol_entry(pair) for pair in self.pairs.values()])


def price_row(pair: Pair) -> Row:
    return {"symbol": pair.symbol, "price": pair.price}


def book_row(pair: Pair) -> Row:
    """Bid and ask one tick around the price, so that their middle is the price to the digit."""
    price = Units.of(pair.price or "0")
    tick = 1 if price.count else 0
    return {
        "symbol": pair.symbol,
        "bidPrice": str(price.plus(-tick)),
        "bidQty": "7.15931000",
        "askPrice": str(price.plus(tick)),
        "askQty": "0.09592000",
    }


def day_row(pair: Pair, now_ms: int) -> Row:
    """The 24 hours of a pair whose price did not move; a halted one last traded 30 days ago."""
    close_ms = now_ms - 30 * DAY_MS if pair.halted else now_ms
    price = pair.price or "0"
    zero = str(Units(0, Units.of(price).digits))
    return {
        "symbol": pair.symbol,
        "priceChange": zero,
        "priceChangePercent": "0.000",
        "weightedAvgPrice": price,
        "prevClosePrice": price,
        "lastPrice": price,
        "lastQty": "0.00731000",
        **{name: value for name, value in book_row(pair).items() if name != "symbol"},
        "openPrice": price,
        "highPrice": price,
        "lowPrice": price,
        "volume": "1000.00000000",
        "quoteVolume": str(Units.of(price).times(1000)),
        "openTime": close_ms - DAY_MS,
        "closeTime": close_ms,
        "firstId": 1,
        "lastId": 1000,
        "count": 1000,
    }


def symbol_entry(pair: Pair) -> Row:
    """An exchangeInfo entry of the real thing's fields and size."""
    return {
        "symbol": pair.symbol,
        "status": "BREAK" if pair.halted else "TRADING",
        "baseAsset": pair.base,
        "baseAssetPrecision": 8,
        "quoteAsset": pair.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": _ORDER_TYPES,
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": list(_filters(str(Units(1, Units.of(pair.price or "0.01").digits)))),
        "permissions": [],
        "permissionSets": [_PERMISSIONS],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": _PREVENTIONS,
    }


def _filters(tick: str) -> Iterator[Row]:
    yield {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000.00000000", "tickSize": tick}
    yield {
        "filterType": "LOT_SIZE",
        "minQty": "0.00001000",
        "maxQty": "9000.00000000",
        "stepSize": "0.00001000",
    }
    yield {"filterType": "ICEBERG_PARTS", "limit": 100}
    yield {
        "filterType": "MARKET_LOT_SIZE",
        "minQty": "0.00000000",
        "maxQty": "120.76",
        "stepSize": "0.00000000",
    }
    yield {
        "filterType": "TRAILING_DELTA",
        "minTrailingAboveDelta": 10,
        "maxTrailingAboveDelta": 2000,
        "minTrailingBelowDelta": 10,
        "maxTrailingBelowDelta": 2000,
    }
    yield {
        "filterType": "PERCENT_PRICE_BY_SIDE",
        "bidMultiplierUp": "5",
        "bidMultiplierDown": "0.2",
        "askMultiplierUp": "5",
        "askMultiplierDown": "0.2",
        "avgPriceMins": 5,
    }
    yield {
        "filterType": "NOTIONAL",
        "minNotional": "5.00000000",
        "applyMinToMarket": True,
        "maxNotional": "9000000.00000000",
        "applyMaxToMarket": False,
        "avgPriceMins": 5,
    }
    yield {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200}
    yield {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20}
    yield {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5}
    yield {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10}


def _coined_pairs(held: Iterable[str]) -> Iterator[Pair]:
    """Pairs of assets that exist nowhere, so that no held asset gains a price by them; always the same."""
    held = set(held)
    bases = ("Q" + "".join(letters) for letters in product(_LETTERS, repeat=3))
    for number, (base, quote) in enumerate(
        product((base for base in bases if base not in held), _COINED_QUOTES)
    ):
        price = Units(number * 7919 % 99_999_989 + 1, 4 if quote in ("USDT", "USDC", "EUR") else 8)
        yield Pair(base + quote, base, quote, str(price))
