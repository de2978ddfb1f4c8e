"""Bitstamp's REST protocol, v2: routes, answers, error bodies. What needs a key is not played."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import json

from cambist.simulator.pairs import Pair, Units, listed
from cambist.simulator.protocol import HTML, Answer, Ask, milliseconds
from cambist.simulator.scenario import Scenario

TICKER = "/api/v2/ticker/"
MARKETS = "/api/v2/markets/"
_NOT_FOUND = b"<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>"
_LIMITED = (400, "400.002", "Request rate limit exceeded.")
Row = dict[str, Any]


class Bitstamp:
    """The protocol over one scenario."""

    key_header = "X-Auth"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.pairs = {(pair.base + pair.quote).lower(): pair for pair in listed(scenario).values()}

    def weight(self, ask: Ask) -> int:
        return 1 if ask.path.startswith((TICKER, MARKETS)) else 0

    def window(self, ask: Ask) -> str:
        return "public"

    def own_limit(self, ask: Ask) -> None:
        """No path has one."""

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        return {}

    def answer(self, ask: Ask, at: datetime) -> Answer:
        told = self._told(ask.path, at) if ask.method == "GET" else None
        return Answer(404, _NOT_FOUND, HTML) if told is None else Answer(200, json.encode(told))

    def rows(self, body: Any) -> list[Any]:
        return body if isinstance(body, list) else []

    def error(self, status: int, code: int | str, msg: str) -> Answer:
        return Answer(status, json.encode({"status": "error", "reason": msg, "code": str(code)}))

    def refusal(self, status: int) -> Answer:
        if status == 429:
            return self.error(*_LIMITED)
        return Answer(status, json.encode({"error": "Invalid request."}))

    def limited(self, until: datetime, at: datetime) -> Answer:
        """Bitstamp tells a limit with status 400, and not how long."""
        return self.error(*_LIMITED)

    def banned(self, until: datetime, at: datetime) -> Answer:
        return self.error(*_LIMITED)

    def _told(self, path: str, at: datetime) -> list[Row] | Row | None:
        """None of a path that is not known."""
        if path == MARKETS:
            return [_market(symbol, pair) for symbol, pair in self.pairs.items()]
        priced = {symbol: pair.price for symbol, pair in self.pairs.items() if pair.price is not None}
        if path == TICKER:
            return [
                {**_ticker(price, at), "pair": f"{self.pairs[symbol].base}/{self.pairs[symbol].quote}"}
                for symbol, price in priced.items()
            ]
        price = priced.get(path.removeprefix(TICKER).removesuffix("/"))
        return None if price is None or not path.startswith(TICKER) else _ticker(price, at)


def _ticker(price: str, at: datetime) -> Row:
    """Bid and ask one tick around the price, so that their middle is the price to the digit."""
    units = Units.of(price)
    tick = 1 if units.count else 0
    return {
        "timestamp": str(milliseconds(at) // 1000),
        "open": price,
        "high": price,
        "low": price,
        "last": price,
        "volume": "1008.29813067",
        "vwap": price,
        "bid": str(units.plus(-tick)),
        "ask": str(units.plus(tick)),
        "side": "1",
        "open_24": price,
        "percent_change_24": "0.00",
        "market_type": "SPOT",
    }


def _market(symbol: str, pair: Pair) -> Row:
    return {
        "name": f"{pair.base}/{pair.quote}",
        "market_symbol": symbol,
        "base_currency": pair.base,
        "base_decimals": 8,
        "counter_currency": pair.quote,
        "counter_decimals": Units.of(pair.price or "0.01").digits,
        "minimum_order_value": "10",
        "trading": "Disabled" if pair.halted else "Enabled",
        "instant_order_counter_decimals": 2,
        "instant_and_market_orders": "Disabled" if pair.halted else "Enabled",
        "description": f"{pair.base} / {pair.quote}",
        "market_type": "SPOT",
    }
