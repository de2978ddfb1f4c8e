"""A Binance market list and its tickers, worked out from a scenario's prices in whole numbers and text."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from msgspec import json

from cambist.simulator.pairs import Pair, Units, listed
from cambist.simulator.scenario import Scenario

DAY_MS = 86_400_000
MINUTE_MS = 60_000
MOST_CANDLES = 1_000
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


class Market:
    """Everything public a scenario says about its pairs; long answers are encoded once."""

    def __init__(self, scenario: Scenario) -> None:
        self.pairs = listed(scenario)
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


def candles(pair: Pair, start_ms: int, limit: int, now_ms: int) -> list[list[Any]]:
    """Minutes of a pair whose price did not move, those that had begun."""
    price, first = pair.price or "0", -(-start_ms // MINUTE_MS) * MINUTE_MS
    began = range(first, now_ms + 1, MINUTE_MS)[: min(limit, MOST_CANDLES)]
    return [
        [at, price, price, price, price, "1.00000000", at + MINUTE_MS - 1, price, 10, "0.5", price, "0"]
        for at in began
    ]


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
