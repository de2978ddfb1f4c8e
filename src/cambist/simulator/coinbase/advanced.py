"""Coinbase's Advanced REST protocol, and of the API before it what Advanced lacks: routes and errors."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from msgspec import json

from cambist.simulator.coinbase import accounts, checks, markets, records
from cambist.simulator.coinbase.checks import Refusal
from cambist.simulator.coinbase.transactions import Past
from cambist.simulator.pairs import listed
from cambist.simulator.protocol import Answer, Ask, milliseconds
from cambist.simulator.scenario import DEFAULT_UID, Key, Scenario

API = "/api/v3/brokerage/"
PRODUCTS = API + "market/products"
KEY_PERMISSIONS = API + "key_permissions"
TRANSACTIONS = re.compile(r"/v2/accounts/(?P<account>[^/]+)/transactions(/(?P<name>[^/]+))?")
_LISTS = ("accounts", "products", "trades", "fills", "data")
_LIMITED = (429, "rate_limit_exceeded", "too many requests")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A checked call: its parameters, and what the key that signed it sees."""

    params: Mapping[str, str]
    key: Key
    portfolio: str
    wallets: accounts.Wallets
    accounts: list[accounts.Account]


class CoinbaseAdvanced:
    """The protocol over one scenario."""

    key_header = "Authorization"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.products = {f"{pair.base}-{pair.quote}": pair for pair in listed(scenario).values()}
        self._keys = {key.api_key: key for key in scenario.keys}

    def weight(self, ask: Ask) -> int:
        known = ask.path in PUBLIC or ask.path in PRIVATE or ask.path.startswith(PRODUCTS + "/")
        return int(known or TRANSACTIONS.fullmatch(ask.path) is not None)

    def window(self, ask: Ask) -> str:
        return ask.api_key or "public"

    def own_limit(self, ask: Ask) -> None:
        """No path has one."""

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        return {}

    def answer(self, ask: Ask, at: datetime) -> Answer:
        try:
            return Answer(200, json.encode(self._told(ask, at)))
        except Refusal as refusal:
            if refusal is checks.UNAUTHORIZED:
                return self.refusal(401)
            if refusal.older:
                told = {"errors": [{"id": refusal.code, "message": refusal.msg}]}
                return Answer(refusal.status, json.encode(told))
            return self.error(refusal.status, refusal.code, refusal.msg)

    def rows(self, body: Any) -> list[Any]:
        """Accounts, products, trades, transactions or currencies; none where the answer is of one."""
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
        signed = PRIVATE.get(ask.path) if ask.method == "GET" else None
        if signed is not None:
            return signed(self, self._request(ask, at))
        if ask.method == "GET" and (of := TRANSACTIONS.fullmatch(ask.path)):
            return self._transactions(self._request(ask, at), **of.groupdict())
        if ask.path.startswith(API) and not ask.path.startswith(API + "market/"):
            raise checks.UNAUTHORIZED  # what else needs a key has its place here
        raise Refusal(404, "NOT_FOUND", "not found")

    def _request(self, ask: Ask, at: datetime) -> Request:
        key = checks.signer(ask, self._keys, at, needs_view=ask.path != KEY_PERMISSIONS)
        uid = key.uid or DEFAULT_UID
        wallets = self.scenario.wallets if key.wallets is None else key.wallets
        held = accounts.accounts_of(wallets, uid)
        return Request(ask.params, key, accounts.portfolio_of(uid), wallets, held)

    def _transactions(self, request: Request, account: str, name: str | None) -> Row:
        found = next((each for each in request.accounts if each.id == account), None)
        if found is None:
            raise Refusal(404, "not_found", "Not found", older=True)
        past = self._past(request.key)
        return past.transactions(found, request.params) if name is None else past.transaction(found, name)

    def _past(self, key: Key) -> Past:
        flows = self.scenario.flows if key.flows is None else key.flows
        trades = self.scenario.trades if key.trades is None else key.trades
        return Past(flows, trades, self.products)

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

    def accounts(self, request: Request) -> Row:
        return accounts.advanced_page(request.accounts, request.params, request.portfolio)

    def older_accounts(self, request: Request) -> Row:
        return accounts.older_page(request.accounts, request.params)

    def futures(self, request: Request) -> Row:
        return accounts.futures_summary(request.wallets)

    def key_permissions(self, request: Request) -> Row:
        return records.key_permissions(request.key, request.portfolio)

    def portfolios(self, request: Request) -> Row:
        return records.portfolios(request.portfolio)

    def transaction_summary(self, _: Request) -> Row:
        return records.transaction_summary()

    def open_orders(self, request: Request) -> Row:
        own = request.key.orders
        orders = self.scenario.orders if own is None else own
        ids = {pair.symbol: product_id for product_id, pair in self.products.items()}
        return records.open_orders(orders, ids, request.params, request.portfolio)

    def fills(self, request: Request) -> Row:
        return self._past(request.key).fills(request.params, request.portfolio)

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

PRIVATE: Mapping[str, Callable[[CoinbaseAdvanced, Request], Row]] = {
    API + "accounts": CoinbaseAdvanced.accounts,
    API + "cfm/balance_summary": CoinbaseAdvanced.futures,
    API + "orders/historical/batch": CoinbaseAdvanced.open_orders,
    API + "orders/historical/fills": CoinbaseAdvanced.fills,
    API + "portfolios": CoinbaseAdvanced.portfolios,
    API + "transaction_summary": CoinbaseAdvanced.transaction_summary,
    KEY_PERMISSIONS: CoinbaseAdvanced.key_permissions,
    "/v2/accounts": CoinbaseAdvanced.older_accounts,
}
