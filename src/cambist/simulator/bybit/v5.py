"""Bybit's v5 REST protocol: routes, envelopes, answers, error bodies. It plays both of its markets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import json

from cambist.simulator.bybit import checks, earn, histories, records, totals, wallets
from cambist.simulator.bybit.checks import Refusal, missing
from cambist.simulator.bybit.history import History
from cambist.simulator.changes import Past
from cambist.simulator.pairs import Pair, listed
from cambist.simulator.protocol import Answer, Ask, OwnLimit, milliseconds
from cambist.simulator.scenario import DEFAULT_UID, Balance, Key, Scenario, WalletName

_UNKNOWN = (10016, "Server error.")
_REFUSALS: Mapping[int, tuple[int, str]] = {
    429: (10006, "Too many visits. Exceeded the API Rate Limit."),
}
NOBODY = Key(api_key="", secret="", permissions=())


@dataclass(frozen=True, slots=True)
class Request:
    """A checked call: the exchange's clock, and the key that signed it."""

    params: Mapping[str, str]
    now_ms: int
    key: Key = NOBODY

    @property
    def uid(self) -> str:
        return self.key.uid or DEFAULT_UID

    @property
    def coins(self) -> frozenset[str]:
        return frozenset(filter(None, self.params.get("coin", "").split(",")))


class BybitV5:
    """The protocol over one scenario; every call weighs one."""

    key_header = "X-BAPI-API-KEY"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.pairs = listed(scenario)
        self._keys = {key.api_key: key for key in scenario.keys}

    def weight(self, ask: Ask) -> int:
        return 1 if (ask.method, ask.path) in ROUTES else 0

    def window(self, ask: Ask) -> str:
        return "ip"

    def own_limit(self, ask: Ask) -> OwnLimit | None:
        """So many calls of a signed path in a second, or in a minute, of one user."""
        route, key = ROUTES.get((ask.method, ask.path)), self._keys.get(ask.api_key or "")
        if route is None or key is None or not route.signed:
            return None
        name, length = f"{ask.path} {key.uid or DEFAULT_UID}", timedelta(seconds=route.seconds)
        return OwnLimit(name, route.calls, length, self._too_many_visits)

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        return {}

    def answer(self, ask: Ask, at: datetime) -> Answer:
        route, now_ms = ROUTES.get((ask.method, ask.path)), milliseconds(at)
        try:
            if route is None:
                raise Refusal(10017, f"Route not found: {ask.path}")
            key = checks.signer(ask, self._keys, now_ms) if route.signed else NOBODY
            result = route.answer(self, Request(ask.params, now_ms, key))
        except Refusal as refusal:
            return _enveloped(200, refusal.code, refusal.msg, {}, now_ms)
        return _enveloped(200, 0, "OK", result, now_ms)

    def rows(self, body: Any) -> list[Any]:
        """The coins of a wallet, or the pairs of a list."""
        match body:
            case {"result": {"list": [{"accountType": _, "coin": list() as rows}]}}:
                return rows
            case {
                "result": {"balance": list() as rows} | {"rows": list() as rows} | {"list": list() as rows}
            }:
                return rows
            case _:
                return []

    def refusal(self, status: int) -> Answer:
        return self.error(status, *_REFUSALS.get(status, _UNKNOWN))

    def error(self, status: int, code: int | str, msg: str) -> Answer:
        return _enveloped(status, code, msg, {}, 0)

    def limited(self, until: datetime, at: datetime) -> Answer:
        """What stands before Bybit says so, without a code and without a warning."""
        return Answer(403, b"403, access too frequent", "text/plain")

    banned = limited

    def _too_many_visits(self, until: datetime, at: datetime) -> Answer:
        """With status 200, as all that is Bybit's own word."""
        answer = _enveloped(200, *_REFUSALS[429], {}, milliseconds(at))
        return answer.with_headers({"X-Bapi-Limit-Reset-Timestamp": str(milliseconds(until))})

    def _wallet(self, key: Key, name: WalletName) -> Mapping[str, Balance]:
        held = self.scenario.wallets if key.wallets is None else key.wallets
        return held.get(name, {})

    def time(self, request: Request) -> Any:
        seconds = request.now_ms // 1000
        return {"timeSecond": str(seconds), "timeNano": f"{request.now_ms}000000"}

    def instruments(self, request: Request) -> Any:
        chosen = self._chosen(request.params, self.pairs.values())
        return {"category": "spot", "list": [*map(records.instrument, chosen)]}

    def tickers(self, request: Request) -> Any:
        priced = [pair for pair in self.pairs.values() if pair.price is not None]
        chosen = self._chosen(request.params, priced)
        return {"category": "spot", "list": [*map(records.ticker, chosen)]}

    def candles(self, request: Request) -> Any:
        """The minutes between `start` and `end` of a price that never moved, the newest first."""
        (pair,) = self._chosen({"symbol": "", **request.params}, self.pairs.values())
        if request.params.get("interval") != "1":
            raise Refusal(10001, "Invalid period!")
        rows = records.candles(pair, request.params, request.now_ms)
        return {"category": "spot", "symbol": pair.symbol, "list": rows}

    def wallet_balance(self, request: Request) -> Any:
        if request.params.get("accountType") != "UNIFIED":
            raise Refusal(10001, "accountType only support UNIFIED.")
        held = self._wallet(request.key, "unified")
        return {"list": [wallets.unified(held, request.coins, self.scenario.prices)]}

    def coins_balance(self, request: Request) -> Any:
        if request.params.get("accountType") != "FUND":
            raise missing("accountType")
        return wallets.funding(self._wallet(request.key, "funding"), request.coins, request.uid)

    def earn_positions(self, request: Request) -> Any:
        category = request.params.get("category", "")
        held = self._wallet(request.key, earn.wallet_of(category))
        return earn.positions(category, held, request.params.get("coin"))

    def fixed_positions(self, request: Request) -> Any:
        return earn.fixed_positions(self._wallet(request.key, "earn_fixed"), request.params.get("coin"))

    def asset_overview(self, request: Request) -> Any:
        held = self.scenario.wallets if request.key.wallets is None else request.key.wallets
        currency = request.params.get("valuationCurrency", "USD")
        return totals.overview(held, self.scenario.prices, currency, request.now_ms)

    def key_information(self, request: Request) -> Any:
        return records.key_information(request.key, request.uid)

    def account_information(self, request: Request) -> Any:
        return records.account_information(request.now_ms)

    def open_orders(self, request: Request) -> Any:
        own = request.key.orders
        return records.open_orders(self.scenario.orders if own is None else own, request.params)

    def coin_information(self, request: Request) -> Any:
        return records.coins(self.scenario.coins, request.params.get("coin"))

    def deposit_address(self, request: Request) -> Any:
        return records.deposit_address(self.scenario.coins, request.params)

    def past(self, request: Request) -> Past:
        key, played = request.key, self.scenario
        flows = played.flows if key.flows is None else key.flows
        trades = played.trades if key.trades is None else key.trades
        return Past(flows, trades, self.pairs, request.now_ms, "unified", "funding")

    def _chosen(self, params: Mapping[str, str], pairs: Any) -> list[Pair]:
        """The pairs of spot, or the one that `symbol` names."""
        if params.get("category") != "spot":
            raise missing("category")
        chosen = [pair for pair in pairs if params.get("symbol", pair.symbol) == pair.symbol]
        if not chosen and "symbol" in params:
            raise Refusal(10001, "Not supported symbols")
        return chosen


def _enveloped(status: int, code: int | str, msg: str, result: Any, now_ms: int) -> Answer:
    told = {"retCode": code, "retMsg": msg, "result": result, "retExtInfo": {}, "time": now_ms}
    return Answer(status, json.encode(told))


@dataclass(frozen=True, slots=True)
class Route:
    answer: Callable[[BybitV5, Request], Any]
    calls: int = 50
    signed: bool = True
    seconds: int = 1


def _told(history: History) -> Callable[[BybitV5, Request], Any]:
    return lambda played, request: history.page(played.past(request), request.params)


ROUTES: Mapping[tuple[str, str], Route] = {
    ("GET", "/v5/market/time"): Route(BybitV5.time, signed=False),
    ("GET", "/v5/market/instruments-info"): Route(BybitV5.instruments, signed=False),
    ("GET", "/v5/market/tickers"): Route(BybitV5.tickers, signed=False),
    ("GET", "/v5/market/kline"): Route(BybitV5.candles, signed=False),
    ("GET", "/v5/account/wallet-balance"): Route(BybitV5.wallet_balance),
    ("GET", "/v5/account/info"): Route(BybitV5.account_information),
    ("GET", "/v5/asset/asset-overview"): Route(BybitV5.asset_overview, 10),
    ("GET", "/v5/asset/transfer/query-account-coins-balance"): Route(BybitV5.coins_balance, 5),
    ("GET", "/v5/user/query-api"): Route(BybitV5.key_information, 10),
    ("GET", "/v5/order/realtime"): Route(BybitV5.open_orders),
    ("GET", "/v5/account/transaction-log"): Route(_told(histories.TRANSACTION_LOG), 30),
    ("GET", "/v5/asset/coin/query-info"): Route(BybitV5.coin_information, 5),
    ("GET", "/v5/asset/deposit/query-internal-record"): Route(_told(histories.INTERNAL_DEPOSITS), 5),
    ("GET", "/v5/asset/deposit/query-record"): Route(_told(histories.DEPOSITS), 100, seconds=60),
    ("GET", "/v5/asset/fundinghistory"): Route(_told(histories.FUNDING), 30),
    ("GET", "/v5/asset/withdraw/query-record"): Route(_told(histories.WITHDRAWALS), 5),
    ("GET", "/v5/asset/deposit/query-address"): Route(BybitV5.deposit_address, 5),
    ("GET", "/v5/earn/position"): Route(BybitV5.earn_positions, 10),
    ("GET", "/v5/earn/order"): Route(_told(histories.EARN_ORDERS), 10),
    ("GET", "/v5/earn/yield"): Route(_told(histories.EARN_YIELDS), 10),
    ("GET", "/v5/earn/fixed-term/order"): Route(_told(histories.FIXED_ORDERS), 10),
    ("GET", "/v5/earn/fixed-term/position"): Route(BybitV5.fixed_positions, 10),
}
