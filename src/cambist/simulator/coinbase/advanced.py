"""Coinbase's Advanced REST protocol: routes, answers, error bodies. What needs a key is not played yet."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import json

from cambist.simulator.coinbase import markets
from cambist.simulator.pairs import listed
from cambist.simulator.protocol import Answer, Ask, milliseconds
from cambist.simulator.scenario import Scenario

API = "/api/v3/brokerage/"
PRODUCTS = API + "market/products"
_LISTS = ("products", "trades", "data")
_LIMITED = (429, "rate_limit_exceeded", "too many requests")
Row = dict[str, Any]


class Refusal(Exception):
    """A call the exchange turns down, by its own error body."""

    def __init__(self, status: int, code: str, msg: str) -> None:
        super().__init__(msg)
        self.status, self.code, self.msg = status, code, msg


class CoinbaseAdvanced:
    """The protocol over one scenario."""

    key_header = "Authorization"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.products = {f"{pair.base}-{pair.quote}": pair for pair in listed(scenario).values()}

    def weight(self, ask: Ask) -> int:
        return 1 if ask.path in PUBLIC or ask.path.startswith(PRODUCTS + "/") else 0

    def window(self, ask: Ask) -> str:
        return "public"

    def own_limit(self, ask: Ask) -> None:
        """No path has one."""

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        return {}

    def answer(self, ask: Ask, at: datetime) -> Answer:
        try:
            return Answer(200, json.encode(self._told(ask, at)))
        except Refusal as refusal:
            if refusal.status == 401:
                return self.refusal(401)
            return self.error(refusal.status, refusal.code, refusal.msg)

    def rows(self, body: Any) -> list[Any]:
        """Products, trades or currencies; none where the answer is of one product."""
        lists = [body.get(name) for name in _LISTS] if isinstance(body, dict) else []
        return next((rows for rows in lists if isinstance(rows, list)), [])

    def error(self, status: int, code: int | str, msg: str) -> Answer:
        return Answer(status, json.encode({"error": str(code), "error_details": msg, "message": msg}))

    def refusal(self, status: int) -> Answer:
        """One without a key, or with a wrong one, is told in plain text."""
        if status == 401:
            return Answer(401, b"Unauthorized\n", "text/plain")
        return self.error(*(_LIMITED if status == 429 else (status, "unknown", "")))

    def limited(self, until: datetime, at: datetime) -> Answer:
        """Coinbase does not say how long."""
        return self.error(*_LIMITED)

    def banned(self, until: datetime, at: datetime) -> Answer:
        return self.error(*_LIMITED)

    def _told(self, ask: Ask, at: datetime) -> Row:
        route = PUBLIC.get(ask.path)
        if ask.method == "GET" and route is not None:
            return route(self, ask, at)
        if ask.method == "GET" and ask.path.startswith(PRODUCTS + "/"):
            return self._product(ask.path.removeprefix(PRODUCTS + "/"), ask, at)
        if ask.path.startswith(API) and not ask.path.startswith(API + "market/"):
            raise Refusal(401, "unauthorized", "")  # what needs a key has its place here
        raise Refusal(404, "NOT_FOUND", "not found")

    def _product(self, path: str, ask: Ask, at: datetime) -> Row:
        product_id, _, part = path.partition("/")
        pair = self.products.get(product_id)
        if pair is None or part not in ("", "ticker"):
            raise Refusal(404, "NOT_FOUND", "not found")
        if not part:
            return markets.product(pair)
        if not ask.params.get("limit", "").isdecimal():
            raise Refusal(400, "INVALID_ARGUMENT", "limit is required")
        return markets.ticker(pair, int(ask.params["limit"]), at)

    def time(self, _: Ask, at: datetime) -> Row:
        seconds = str(milliseconds(at) // 1000)
        return {"iso": _iso(at), "epochSeconds": seconds, "epochMillis": str(milliseconds(at))}

    def older_time(self, _: Ask, at: datetime) -> Row:
        return {"data": {"iso": _iso(at), "epoch": milliseconds(at) // 1000}}

    def all_products(self, ask: Ask, _: datetime) -> Row:
        """Spot alone: no futures are played."""
        spot = ask.params.get("product_type", "SPOT") == "SPOT"
        rows = [markets.product(pair) for pair in self.products.values() if spot]
        return {"products": rows, "num_products": len(rows)}

    def currencies(self, _: Ask, __: datetime) -> Row:
        return {"data": [markets.fiat(code) for code in self._ends() if code in markets.FIAT]}

    def crypto_currencies(self, _: Ask, __: datetime) -> Row:
        return {"data": [markets.crypto(code) for code in self._ends() if code not in markets.FIAT]}

    def exchange_rates(self, _: Ask, __: datetime) -> Row:
        return {"data": {"currency": "USD", "rates": markets.rates(self.products.values())}}

    def _ends(self) -> list[str]:
        ends = (asset for pair in self.products.values() for asset in (pair.base, pair.quote))
        return list(dict.fromkeys(ends))


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


PUBLIC: Mapping[str, Callable[[CoinbaseAdvanced, Ask, datetime], Row]] = {
    API + "time": CoinbaseAdvanced.time,
    PRODUCTS: CoinbaseAdvanced.all_products,
    "/v2/time": CoinbaseAdvanced.older_time,
    "/v2/currencies": CoinbaseAdvanced.currencies,
    "/v2/currencies/crypto": CoinbaseAdvanced.crypto_currencies,
    "/v2/exchange-rates": CoinbaseAdvanced.exchange_rates,
}
