"""OKX's REST protocol, v5: routes, limits, answers, error bodies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import json

from cambist.simulator.changes import Past
from cambist.simulator.okx import histories, markets, records
from cambist.simulator.okx.checks import Refusal, signer
from cambist.simulator.pairs import listed
from cambist.simulator.protocol import Answer, Ask, OwnLimit, milliseconds
from cambist.simulator.scenario import DEFAULT_UID, Balance, Key, Scenario, WalletName

NOBODY = Key(api_key="", secret="", permissions=())
_LIMITED = (429, "50011", "Too Many Requests")
_REFUSALS: Mapping[int, tuple[str, str]] = {401: ("50113", "Invalid Sign"), 429: _LIMITED[1:]}
_UNKNOWN = ("1", "Operation failed.")


@dataclass(frozen=True, slots=True)
class Request:
    """A checked call: the exchange's clock, and the key that signed it."""

    params: Mapping[str, str]
    now_ms: int
    key: Key = NOBODY


class Okx:
    """The protocol over one scenario."""

    key_header = "OK-ACCESS-KEY"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._pairs = listed(scenario)
        self._keys = {key.api_key: key for key in scenario.keys}

    def weight(self, ask: Ask) -> int:
        """So much of a scenario's usual 6,000 that thirty times a path's own limit fit into a minute."""
        route = ROUTES.get((ask.method, ask.path))
        return -(-200 // route.calls_in_2_s) if route else 0

    def window(self, ask: Ask) -> str:
        """Each path counts by itself: what is signed for its user, the rest for the address."""
        route, key = ROUTES.get((ask.method, ask.path)), self._keys.get(ask.api_key or "")
        of_user = "" if key is None or route is None or not route.signed else f" {key.uid or DEFAULT_UID}"
        return f"{ask.path}{of_user}"

    def own_limit(self, ask: Ask) -> OwnLimit | None:
        route = ROUTES.get((ask.method, ask.path))
        if route is None:
            return None
        return OwnLimit(f"{self.window(ask)} in 2 s", route.calls_in_2_s, timedelta(seconds=2), self.limited)

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        return {}

    def answer(self, ask: Ask, at: datetime) -> Answer:
        route = ROUTES.get((ask.method, ask.path))
        if route is None:
            known = any(path == ask.path for _, path in ROUTES)
            return self.error(405, "50115", "Invalid request method") if known else self._not_found()
        now_ms = milliseconds(at)
        try:
            key = signer(ask, self._keys, now_ms) if route.signed else NOBODY
            rows = route.answer(self, Request(ask.params, now_ms, key))
        except Refusal as refusal:
            return self.error(refusal.status, refusal.code, refusal.msg)
        return Answer(200, json.encode({"code": "0", "data": rows, "msg": ""}))

    def rows(self, body: Any) -> list[Any]:
        """The rows of a list, or the currencies of the trading account or of the first staking order."""
        rows = body.get("data") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            return []
        first = rows[0] if rows and isinstance(rows[0], dict) else {}
        inner = first.get("details", first.get("investData"))
        return inner if isinstance(inner, list) else rows

    def refusal(self, status: int) -> Answer:
        return self.error(status, *_REFUSALS.get(status, _UNKNOWN))

    def error(self, status: int, code: int | str, msg: str) -> Answer:
        return Answer(status, json.encode({"code": str(code), "data": [], "msg": msg}))

    def limited(self, until: datetime, at: datetime) -> Answer:
        """OKX does not say how long."""
        return self.error(*_LIMITED)

    def banned(self, until: datetime, at: datetime) -> Answer:
        """OKX bans nobody: it goes on refusing."""
        return self.error(*_LIMITED)

    def _not_found(self) -> Answer:
        return self.error(404, "404", "Not Found")

    def _wallet(self, request: Request, name: WalletName) -> Mapping[str, Balance]:
        wallets = self.scenario.wallets if request.key.wallets is None else request.key.wallets
        wanted = request.params.get("ccy")
        codes = None if wanted is None else set(wanted.split(","))
        return {code: held for code, held in wallets.get(name, {}).items() if codes is None or code in codes}

    def time(self, request: Request) -> list[Any]:
        return [{"ts": str(request.now_ms)}]

    def instruments(self, request: Request) -> list[Any]:
        spot = _of_kind(request)
        return [markets.instrument(pair) for pair in self._pairs.values() if spot]

    def tickers(self, request: Request) -> list[Any]:
        spot = _of_kind(request)
        priced = (pair for pair in self._pairs.values() if pair.price is not None)
        return [markets.ticker(pair, request.now_ms) for pair in priced if spot]

    def candles(self, request: Request) -> list[Any]:
        """The minutes before `after` of a price that never moved, the newest first."""
        wanted = request.params.get("instId", "")
        pair = next((each for each in self._pairs.values() if markets.name(each) == wanted), None)
        if pair is None or pair.price is None:
            raise Refusal(400, "51001", "Instrument ID does not exist")
        until, limit = int(request.params.get("after", request.now_ms)), int(request.params.get("limit", 100))
        return markets.candles(pair.price, min(until, request.now_ms), limit)

    def balance(self, request: Request) -> list[Any]:
        return [records.account(self._wallet(request, "trading"), request.now_ms)]

    def funds(self, request: Request) -> list[Any]:
        return records.funds(self._wallet(request, "funding"))

    def savings(self, request: Request) -> list[Any]:
        return records.savings(self._wallet(request, "earn"))

    def staking(self, request: Request) -> list[Any]:
        return records.staking(self._wallet(request, "staking"))

    def valuation(self, request: Request) -> list[Any]:
        wallets = self.scenario.wallets if request.key.wallets is None else request.key.wallets
        unit = request.params.get("ccy", "BTC")
        return [records.valuation(wallets, self.scenario.prices, unit, request.now_ms)]

    def configuration(self, request: Request) -> list[Any]:
        return [records.configuration(request.key)]

    def pending_orders(self, request: Request) -> list[Any]:
        own = request.key.orders
        orders = self.scenario.orders if own is None else own
        return records.pending_orders(orders, request.params, self._pairs)

    def past(self, request: Request) -> Past:
        key, played = request.key, self.scenario
        flows = played.flows if key.flows is None else key.flows
        trades = played.trades if key.trades is None else key.trades
        return Past(flows, trades, self._pairs, request.now_ms, "trading", "funding")

    def currencies(self, _: Request) -> list[Any]:
        return records.currencies(self.scenario.coins)

    def addresses(self, request: Request) -> list[Any]:
        if not request.params.get("ccy"):
            raise Refusal(400, "50014", "Parameter ccy can not be empty.")
        return records.addresses(self.scenario.coins, request.params["ccy"])


def _of_kind(request: Request) -> bool:
    """Whether spot is asked for; nothing else is played."""
    kind = request.params.get("instType")
    if not kind:
        raise Refusal(400, "50014", "Parameter instType can not be empty.")
    if kind not in ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"):
        raise Refusal(400, "51000", "Parameter instType error")
    return kind == "SPOT"


@dataclass(frozen=True, slots=True)
class Route:
    answer: Callable[[Okx, Request], list[Any]]
    calls_in_2_s: int
    signed: bool = True


def _told(history: histories.History) -> Callable[[Okx, Request], list[Any]]:
    return lambda played, request: history.page(played.past(request), request.params)


ROUTES: Mapping[tuple[str, str], Route] = {
    ("GET", "/api/v5/public/time"): Route(Okx.time, 10, signed=False),
    ("GET", "/api/v5/public/instruments"): Route(Okx.instruments, 20, signed=False),
    ("GET", "/api/v5/market/tickers"): Route(Okx.tickers, 20, signed=False),
    ("GET", "/api/v5/market/history-candles"): Route(Okx.candles, 20, signed=False),
    ("GET", "/api/v5/account/balance"): Route(Okx.balance, 10),
    ("GET", "/api/v5/account/bills-archive"): Route(_told(histories.TRADING_BILLS), 5),
    ("GET", "/api/v5/account/config"): Route(Okx.configuration, 5),
    ("GET", "/api/v5/asset/asset-valuation"): Route(Okx.valuation, 2),
    ("GET", "/api/v5/asset/balances"): Route(Okx.funds, 12),
    ("GET", "/api/v5/asset/bills-history"): Route(_told(histories.FUNDING_BILLS), 2),
    ("GET", "/api/v5/asset/currencies"): Route(Okx.currencies, 12),
    ("GET", "/api/v5/asset/deposit-address"): Route(Okx.addresses, 12),
    ("GET", "/api/v5/asset/deposit-history"): Route(_told(histories.DEPOSITS), 12),
    ("GET", "/api/v5/asset/withdrawal-history"): Route(_told(histories.WITHDRAWALS), 12),
    ("GET", "/api/v5/finance/savings/balance"): Route(Okx.savings, 12),
    ("GET", "/api/v5/finance/savings/lending-history"): Route(_told(histories.LENT), 12),
    ("GET", "/api/v5/finance/staking-defi/orders-active"): Route(Okx.staking, 6),
    ("GET", "/api/v5/trade/orders-pending"): Route(Okx.pending_orders, 60),
}
