"""Binance's REST protocol (also Binance US): routes, weights, answers, error bodies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from typing import Any

import msgspec
from msgspec import json

from cambist.simulator.binance import checks, markets, records, totals
from cambist.simulator.binance.checks import Refusal
from cambist.simulator.binance.costs import day_weight, flat, ticker_weight
from cambist.simulator.binance.histories import HISTORIES, USER_LIMITED, History
from cambist.simulator.binance.past import Account
from cambist.simulator.binance.wallets import WALLETS, Played, some
from cambist.simulator.pairs import Pair
from cambist.simulator.protocol import Answer, Ask, OwnLimit, milliseconds
from cambist.simulator.scenario import DEFAULT_UID, Balance, Key, Scenario, WalletName, Wallets
from cambist.simulator.weights import WINDOW

ALWAYS_LISTED = ("BTC", "LTC", "BNB")
SIGNED = frozenset({"timestamp", "recvWindow", "signature"})
TICKERS = frozenset({"symbol", "symbols"})
CANDLES = frozenset({"symbol", "interval", "startTime", "endTime", "limit"})
TRADE_FILTERS = frozenset({"symbol", "orderId", "startTime", "endTime", "fromId", "limit"})
_USED, _USED_SAPI = "X-MBX-USED-WEIGHT-1M", "X-SAPI-USED-IP-WEIGHT-1M"
_ROWS = ("balances", "userAssets", "assets", "rows")
_UNKNOWN = (-1000, "An unknown error occurred while processing the request.")
_REFUSALS: Mapping[int, tuple[int, str]] = {
    429: (-1003, "Too many requests queued."),
    418: (-1003, "Way too much request weight used; IP banned."),
}
NOBODY = Key(api_key="", secret="", permissions=())


@dataclass(frozen=True, slots=True)
class Request:
    """A checked call: the exchange's clock, and the key that signed it."""

    params: Mapping[str, str]
    now_ms: int
    remote: str
    key: Key = NOBODY


class BinanceSpot:
    """The protocol over one scenario."""

    key_header = "X-MBX-APIKEY"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.market = markets.Market(scenario)
        self._keys = {key.api_key: key for key in scenario.keys}
        self._rows_kept: dict[bool, bytes] = {}
        self._trades_kept: dict[str, records.Numbered] = {}

    def weight(self, ask: Ask) -> int:
        route = self._route(ask)
        return route.weight(ask.params) if route else 0

    def answer(self, ask: Ask, at: datetime) -> Answer:
        route = self._route(ask)
        if route is None:
            return self._not_found(ask, at)
        now_ms = milliseconds(at)
        try:
            checks.parameters(ask, route.parameters)
            key = checks.signer(ask, self._keys, now_ms) if route.signed else NOBODY
            body = route.answer(self, Request(ask.params, now_ms, ask.remote, key))
        except Refusal as refusal:
            return self.error(refusal.status, refusal.code, refusal.msg)
        return Answer(200, body if isinstance(body, bytes) else json.encode(body))

    def window(self, ask: Ask) -> str:
        """The family of the path, or of sapi the path itself: each has a minute of its own."""
        family = ask.path.lstrip("/").partition("/")[0]
        return ask.path if family == "sapi" else family

    def own_limit(self, ask: Ask) -> OwnLimit | None:
        """That of a user, of a path which counts calls by user."""
        history = HISTORIES.get((ask.method, ask.path))
        if history is None or history.a_minute is None:
            return None
        return OwnLimit(f"{ask.path} {ask.api_key}", history.a_minute, WINDOW, self._limited_user)

    def _limited_user(self, until: datetime, at: datetime) -> Answer:
        return _retry_after(self.error(429, -1003, USER_LIMITED), until, at)

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        return {_USED_SAPI if window.startswith("/sapi/") else _USED: str(weight)}

    def rows(self, body: Any) -> list[Any]:
        named = next((name for name in _ROWS if name in body), "") if isinstance(body, dict) else ""
        rows = body.get(named, []) if isinstance(body, dict) else body
        return rows if isinstance(rows, list) else []

    def refusal(self, status: int) -> Answer:
        return self.error(status, *_REFUSALS.get(status, _UNKNOWN))

    def error(self, status: int, code: int | str, msg: str) -> Answer:
        return Answer(status, json.encode({"code": code, "msg": msg}))

    def limited(self, until: datetime, at: datetime) -> Answer:
        msg = (
            f"Too much request weight used; current limit is {self.scenario.weight_limit} request weight "
            "per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."
        )
        return _retry_after(self.error(429, -1003, msg), until, at)

    def banned(self, until: datetime, at: datetime) -> Answer:
        msg = (
            f"Way too much request weight used; IP banned until {milliseconds(until)}. "
            "Please use WebSocket Streams for live updates to avoid bans."
        )
        return _retry_after(self.error(418, -1003, msg), until, at)

    def _route(self, ask: Ask) -> "Route | None":
        route = ROUTES.get((ask.method, ask.path))
        return route if route and self.scenario.exchange in route.exchanges else None

    def _not_found(self, ask: Ask, at: datetime) -> Answer:
        known = any(
            path == ask.path and self.scenario.exchange in route.exchanges
            for (_, path), route in ROUTES.items()
        )
        status = HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND
        time = at.astimezone(UTC).isoformat(timespec="milliseconds")
        return Answer(
            status,
            json.encode({"timestamp": time, "status": status, "error": status.phrase, "path": ask.path}),
        )

    def _wallet(self, key: Key, name: WalletName) -> Mapping[str, Balance]:
        return self._wallets(key).get(name, {})

    def _wallets(self, key: Key) -> Wallets:
        return self.scenario.wallets if key.wallets is None else key.wallets

    def ping(self, _: Request) -> Any:
        return {}

    def time(self, request: Request) -> Any:
        return {"serverTime": request.now_ms}

    def exchange_info(self, request: Request) -> bytes:
        chosen = self._chosen(request.params, self.market.pairs)
        entries = (
            self.market.all_symbols if chosen is None else json.encode([*map(markets.symbol_entry, chosen)])
        )
        limits = [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": self.scenario.weight_limit,
            },
            {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 61000},
        ]
        head = {"timezone": "UTC", "serverTime": request.now_ms, "rateLimits": limits, "exchangeFilters": []}
        return json.encode(head)[:-1] + b',"symbols":' + entries + b"}"

    def price(self, request: Request) -> Any:
        return self._rows(request, markets.price_row, lambda: self.market.all_prices)

    def book(self, request: Request) -> Any:
        return self._rows(request, markets.book_row, lambda: self.market.all_books)

    def day(self, request: Request) -> Any:
        def row(pair: Pair) -> markets.Row:
            return markets.day_row(pair, request.now_ms)

        return self._rows(request, row, lambda: json.encode([*map(row, self.market.priced.values())]))

    def candles(self, request: Request) -> Any:
        """Of a price that never moved, from `startTime` on."""
        pair = self.market.priced.get(request.params.get("symbol", ""))
        if pair is None:
            raise Refusal(400, -1121, "Invalid symbol.")
        if request.params.get("interval") != "1m":
            raise Refusal(400, -1120, "Invalid interval.")
        start, limit = request.params.get("startTime", ""), request.params.get("limit", "500")
        return markets.candles(pair, int(start or request.now_ms), int(limit), request.now_ms)

    def account(self, request: Request) -> bytes:
        bare = request.params.get("omitZeroBalances", "").lower() == "true"
        rows = self._shared_rows if request.key.wallets is None else _encoded_rows
        head = {**records.ACCOUNT, "updateTime": request.now_ms, "uid": int(request.key.uid or DEFAULT_UID)}
        return json.encode(head)[:-1] + b',"balances":' + rows(self._wallet(request.key, "spot"), bare) + b"}"

    def _shared_rows(self, wallet: Mapping[str, Balance], bare: bool) -> bytes:
        if bare not in self._rows_kept:
            self._rows_kept[bare] = _encoded_rows(wallet, bare)
        return self._rows_kept[bare]

    def restrictions(self, request: Request) -> Any:
        return records.restrictions(request.key)

    def wallet_balance(self, request: Request) -> Any:
        quote = request.params.get("quoteAsset", "BTC")
        return totals.wallet_balance(self._wallets(request.key), self.scenario.prices, quote)

    def open_orders(self, request: Request) -> Any:
        own = request.key.orders
        orders = self.scenario.orders if own is None else own
        return records.open_orders(orders, request.params, self.market.pairs)

    def my_trades(self, request: Request, wallet: WalletName = "spot") -> Any:
        key = request.key
        if key.api_key not in self._trades_kept:
            trades = self.scenario.trades if key.trades is None else key.trades
            self._trades_kept[key.api_key] = records.numbered(trades)
        return records.my_trades(self._trades_kept[key.api_key], request.params, self.market.pairs, wallet)

    def margin_trades(self, request: Request) -> Any:
        isolated = request.params.get("isIsolated", "FALSE").upper() == "TRUE"
        return self.my_trades(request, "isolated_margin" if isolated else "cross_margin")

    def portfolio_trades(self, request: Request) -> Any:
        return self.my_trades(request, "portfolio_margin")

    def coins(self, _: Request) -> Any:
        return records.coins(self.scenario.coins)

    def deposit_address(self, request: Request) -> Any:
        return records.deposit_address(self.scenario.coins, request.params)

    def told(self, request: Request, played: Played) -> Any:
        """What a wallet beside spot holds."""
        return played.answer(self._wallet(request.key, played.wallet), request.params)

    def history(self, request: Request, told: History) -> Any:
        """A part of the account's past."""
        key, scenario = request.key, self.scenario
        flows = scenario.flows if key.flows is None else key.flows
        trades = scenario.trades if key.trades is None else key.trades
        return told.answer(Account(flows, trades, self.market.pairs, request.now_ms), request.params)

    def _rows(
        self, request: Request, row: Callable[[Pair], markets.Row], everything: Callable[[], bytes]
    ) -> Any:
        chosen = self._chosen(request.params, self.market.priced)
        if chosen is None:
            return everything()
        rows = [*map(row, chosen)]
        return rows[0] if "symbol" in request.params else rows

    def _chosen(self, params: Mapping[str, str], pairs: Mapping[str, Pair]) -> list[Pair] | None:
        """The pairs that `symbol` or `symbols` name; None for all."""
        if "symbol" in params and "symbols" in params:
            raise Refusal(400, -1128, "Combination of optional parameters invalid.")
        if "symbol" in params:
            names = [params["symbol"]]
        elif "symbols" in params:
            try:
                names = json.decode(params["symbols"], type=list[str])
            except msgspec.DecodeError:
                raise Refusal(400, -1135, "JSON sent for parameter 'symbols' is not valid") from None
        else:
            return None
        if not names or not all(name in pairs for name in names):
            raise Refusal(400, -1121, "Invalid symbol.")
        return [pairs[name] for name in names]


def _encoded_rows(wallet: Mapping[str, Balance], bare: bool) -> bytes:
    """The balances of an account; `bare` leaves out zeros, else some assets are listed though never held."""
    rows = {asset: (balance.free, balance.locked) for asset, balance in wallet.items()}
    if bare:
        rows = {asset: amounts for asset, amounts in rows.items() if any(map(some, amounts))}
    else:
        rows = rows | {asset: (records.ZERO, records.ZERO) for asset in ALWAYS_LISTED if asset not in rows}
    return json.encode(
        [{"asset": asset, "free": free, "locked": locked} for asset, (free, locked) in rows.items()]
    )


def _retry_after(answer: Answer, until: datetime, at: datetime) -> Answer:
    return answer.with_headers({"Retry-After": str(max(ceil((until - at).total_seconds()), 1))})


@dataclass(frozen=True, slots=True)
class Route:
    answer: Callable[[BinanceSpot, Request], Any]
    weight: Callable[[Mapping[str, str]], int]
    parameters: frozenset[str] = frozenset()
    signed: bool = False
    exchanges: tuple[str, ...] = ("binance", "binance_us")


_COM = ("binance",)


def _wallet_route(played: Played) -> Route:
    def answer(exchange: BinanceSpot, request: Request) -> Any:
        return exchange.told(request, played)

    return Route(answer, flat(played.weight), SIGNED | played.parameters, True, _COM)


def _history_route(told: History) -> Route:
    def answer(exchange: BinanceSpot, request: Request) -> Any:
        return exchange.history(request, told)

    return Route(answer, flat(told.weight), SIGNED, True, told.exchanges)


ROUTES: Mapping[tuple[str, str], Route] = {
    ("GET", "/api/v3/ping"): Route(BinanceSpot.ping, flat(1)),
    ("GET", "/api/v3/time"): Route(BinanceSpot.time, flat(1)),
    ("GET", "/api/v3/exchangeInfo"): Route(BinanceSpot.exchange_info, flat(20), TICKERS),
    ("GET", "/api/v3/ticker/price"): Route(BinanceSpot.price, ticker_weight(2, 4), TICKERS),
    ("GET", "/api/v3/ticker/bookTicker"): Route(BinanceSpot.book, ticker_weight(2, 4), TICKERS),
    ("GET", "/api/v3/ticker/24hr"): Route(BinanceSpot.day, day_weight, TICKERS),
    ("GET", "/api/v3/klines"): Route(BinanceSpot.candles, flat(2), CANDLES),
    ("GET", "/api/v3/account"): Route(
        BinanceSpot.account, flat(20), SIGNED | {"omitZeroBalances"}, signed=True
    ),
    ("GET", "/api/v3/openOrders"): Route(
        BinanceSpot.open_orders, ticker_weight(6, 80), SIGNED | {"symbol"}, signed=True
    ),
    ("GET", "/api/v3/myTrades"): Route(BinanceSpot.my_trades, flat(20), SIGNED | TRADE_FILTERS, signed=True),
    ("GET", "/sapi/v1/margin/myTrades"): Route(BinanceSpot.margin_trades, flat(10), SIGNED, True, _COM),
    ("GET", "/papi/v1/margin/myTrades"): Route(BinanceSpot.portfolio_trades, flat(5), SIGNED, True, _COM),
    ("GET", "/sapi/v1/capital/config/getall"): Route(BinanceSpot.coins, flat(10), SIGNED, signed=True),
    ("GET", "/sapi/v1/capital/deposit/address"): Route(
        BinanceSpot.deposit_address, flat(10), SIGNED | {"coin", "network"}, signed=True
    ),
    ("GET", "/sapi/v1/account/apiRestrictions"): Route(BinanceSpot.restrictions, flat(1), SIGNED, True, _COM),
    ("GET", "/sapi/v1/asset/wallet/balance"): Route(
        BinanceSpot.wallet_balance, flat(60), SIGNED | {"quoteAsset"}, True, _COM
    ),
    **{at: _wallet_route(played) for at, played in WALLETS.items()},
    **{at: _history_route(told) for at, told in HISTORIES.items()},
}
