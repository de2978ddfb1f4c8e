"""Kraken's REST protocol: routes, counters, answers; errors come with status 200."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from msgspec import json

from cambist.core.money import exact
from cambist.simulator.kraken import checks, ledger, margin, markets
from cambist.simulator.kraken.checks import KeyUse, Refusal
from cambist.simulator.kraken.codes import code_of, short_code
from cambist.simulator.kraken.ledger import EARN_SUFFIXES
from cambist.simulator.pairs import listed
from cambist.simulator.protocol import Answer, Ask
from cambist.simulator.scenario import Balance, Flow, Key, Network, Scenario, Wallets, milliseconds_of

PUBLIC, DOLLAR = "public", "ZUSD"
_RIGHTS = {
    "read": ("query-funds", "query-open-trades", "query-closed-trades", "query-ledger"),
    "trade": ("modify-trades", "close-trades"),
    "withdraw": ("withdraw-funds",),
}
_REFUSALS: Mapping[int, str] = {429: "EAPI:Rate limit exceeded", 418: "EGeneral:Temporary lockout"}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A checked call: its parameters, when it came, and the key that signed it."""

    params: Mapping[str, str]
    at: datetime
    key: Key


class KrakenSpot:
    """The protocol over one scenario; it remembers the nonces and counters of its keys."""

    key_header = "API-Key"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.pairs = listed(scenario)
        self._keys_of_pairs = markets.keys_by_name(self.pairs.values())
        self._keys = {key.api_key: key for key in scenario.keys}
        self._uses = {key.api_key: KeyUse() for key in scenario.keys}

    def weight(self, ask: Ask) -> int:
        return 1 if (ask.method, ask.path) in ROUTES else 0

    def window(self, ask: Ask) -> str:
        return ask.api_key or PUBLIC

    def own_limit(self, ask: Ask) -> None:
        """No path has one."""

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        return {}

    def answer(self, ask: Ask, at: datetime) -> Answer:
        route = ROUTES.get((ask.method, ask.path))
        try:
            if route is None:
                raise Refusal("EGeneral:Unknown method")
            key = self._signer(ask, at, route) if ask.path.startswith("/0/private/") else _NOBODY
            result = route.answer(self, Request(ask.params, at, key))
        except Refusal as refusal:
            return self.error(200, str(refusal), "")
        return Answer(200, json.encode({"error": [], "result": result}))

    def rows(self, body: Any) -> list[Any] | dict[str, Any]:
        result = body.get("result") if isinstance(body, dict) else None
        rows = result.get("ledger", result) if isinstance(result, dict) else None
        return rows if isinstance(rows, dict) else []

    def error(self, status: int, code: int | str, msg: str) -> Answer:
        return Answer(status, json.encode({"error": [f"{code}:{msg}" if msg else str(code)]}))

    def refusal(self, status: int) -> Answer:
        return self.error(status, _REFUSALS.get(status, "EGeneral:Internal error"), "")

    def limited(self, until: datetime, at: datetime) -> Answer:
        return self.error(200, "EAPI:Rate limit exceeded", "")

    def banned(self, until: datetime, at: datetime) -> Answer:
        return self.error(200, "EGeneral:Temporary lockout", "")

    def _signer(self, ask: Ask, at: datetime, route: "Route") -> Key:
        key = checks.signer(ask, self._keys)
        use = self._uses[key.api_key]
        use.spend_nonce(ask.params.get("nonce", ""))
        use.count(route.weight, at)
        if route.permission and route.permission not in key.permissions:
            raise Refusal("EGeneral:Permission denied")
        return key

    def time(self, request: Request) -> Row:
        at = request.at.astimezone(UTC)
        return {"unixtime": int(at.timestamp()), "rfc1123": format_datetime(at, usegmt=True)}

    def assets(self, _: Request) -> Row:
        ends = (asset for pair in self.pairs.values() for asset in (pair.base, pair.quote))
        return markets.assets(dict.fromkeys((*self.scenario.coins, *ends)))

    def asset_pairs(self, _: Request) -> Row:
        return markets.asset_pairs(self.pairs.values())

    def ticker(self, request: Request) -> Row:
        """Of all pairs, or of those named as Kraken takes them: by key or by alternative name."""
        told = markets.tickers(self.pairs.values())
        wanted = request.params.get("pair")
        if not wanted:
            return told
        keys = [self._keys_of_pairs.get(name, "") for name in wanted.split(",")]
        if not told.keys() >= set(keys):
            raise Refusal("EQuery:Unknown asset pair")
        return {key: told[key] for key in keys}

    def candles(self, request: Request) -> Row:
        """The last 720 minutes of a price that never moved, those since `since`."""
        key = self._keys_of_pairs.get(request.params.get("pair", ""), "")
        price = markets.prices(self.pairs.values()).get(key)
        if price is None:
            raise Refusal("EQuery:Unknown asset pair")
        now, since = int(request.at.timestamp()), int(request.params.get("since", 0))
        return {key: markets.candles(price, since, now), "last": now // 60 * 60 - 60}

    def extended_balance(self, request: Request) -> Row:
        return {code: _balance_row(held) for code, held in self._held(request.key).items()}

    def balance(self, request: Request) -> Row:
        return {code: _sum(held.free, held.locked) for code, held in self._held(request.key).items()}

    def trade_balance(self, request: Request) -> Row:
        if request.params.get("asset", DOLLAR) not in (DOLLAR, short_code("USD")):
            raise Refusal("EQuery:Unknown asset")
        return margin.trade_balance(self._wallets(request.key), self.scenario.prices)

    def _wallets(self, key: Key) -> Wallets:
        return self.scenario.wallets if key.wallets is None else key.wallets

    def _held(self, key: Key) -> dict[str, Balance]:
        wallets = self._wallets(key)
        held = {code_of(asset): balance for asset, balance in wallets.get("spot", {}).items()}
        for name, wallet in wallets.items():
            if suffix := EARN_SUFFIXES.get(name):
                held |= {short_code(asset) + suffix: balance for asset, balance in wallet.items()}
        return held

    def open_orders(self, request: Request) -> Row:
        own = request.key.orders
        orders = self.scenario.orders if own is None else own
        return {
            "open": {
                f"OSIM00-{number:05d}-SIM000": {
                    "refid": None,
                    "status": "open",
                    "opentm": milliseconds_of(order) / 1000,
                    "descr": {
                        "pair": order.symbol,
                        "type": order.side,
                        "ordertype": "limit",
                        "price": order.price,
                    },
                    "vol": order.quantity,
                    "vol_exec": "0.00000000",
                }
                for number, order in enumerate(orders, start=1)
            }
        }

    def ledgers(self, request: Request) -> Row:
        own = request.key.trades
        trades = self.scenario.trades if own is None else own
        return ledger.ledger(self._flows(request), trades, self.pairs, request.params)

    def deposit_status(self, request: Request) -> list[Row]:
        return ledger.statuses(self._flows(request), "deposit", request.params)

    def withdraw_status(self, request: Request) -> list[Row]:
        return ledger.statuses(self._flows(request), "withdrawal", request.params)

    def _flows(self, request: Request) -> tuple[Flow, ...]:
        own = request.key.flows
        return self.scenario.flows if own is None else own

    def key_info(self, request: Request) -> Row:
        key = request.key
        return {
            "apiKeyName": "simulated",
            "apiKey": key.api_key,
            "nonce": request.params["nonce"],
            "nonceWindow": 0,
            "permissions": [right for name in key.permissions for right in _RIGHTS[name]],
            "iban": "AA00 N84G SIMU LATE",
            "validUntil": "0",
            "queryFrom": "0",
            "queryTo": "0",
            "createdTime": "1687193457",
            "modifiedTime": "1687193457",
            "ipAllowlist": list(key.ips),
            "lastUsed": str(int(request.at.timestamp())),
        }

    def deposit_methods(self, request: Request) -> list[Row]:
        return [
            {"method": network.name or network.network, "limit": False, "gen-address": True}
            for network in self._networks(request)
        ]

    def deposit_addresses(self, request: Request) -> list[Row]:
        method = request.params.get("method")
        network = next(
            (each for each in self._networks(request) if method in (each.name, each.network)), None
        )
        if network is None:
            raise Refusal("EFunding:No funding method")
        if not network.deposits or not network.address:
            return []
        row: Row = {"address": network.address, "expiretm": "0", "new": True}
        return [row | {"tag": network.tag} if network.tag else row]

    def _networks(self, request: Request) -> tuple[Network, ...]:
        wanted = request.params.get("asset")
        coins = self.scenario.coins.items()
        coin = next((coin for code, coin in coins if wanted in (code, code_of(code), short_code(code))), None)
        if coin is None:
            raise Refusal("EFunding:Unknown asset")
        return coin.networks


def _balance_row(held: Balance) -> Row:
    """What is borrowed of a line of credit is in no balance; the line here is as long as its use."""
    row = {"balance": _sum(held.free, held.locked), "hold_trade": held.locked}
    owed = _sum(held.borrowed, held.interest)
    return row | {"credit": owed, "credit_used": owed} if owed.strip("0.") else row


def _sum(*amounts: str) -> str:
    with exact():
        return format(sum(map(Decimal, amounts), Decimal()), "f")


@dataclass(frozen=True, slots=True)
class Route:
    """permission: what a key needs for a private call; none for a public one, or where any key may ask.

    weight: how much the key's counter rises.
    """

    answer: Callable[[KrakenSpot, Request], Any]
    permission: str = ""
    weight: int = 1


_NOBODY = Key(api_key="", secret="", permissions=())
ROUTES: Mapping[tuple[str, str], Route] = {
    ("GET", "/0/public/Time"): Route(KrakenSpot.time),
    ("GET", "/0/public/Assets"): Route(KrakenSpot.assets),
    ("GET", "/0/public/AssetPairs"): Route(KrakenSpot.asset_pairs),
    ("GET", "/0/public/Ticker"): Route(KrakenSpot.ticker),
    ("GET", "/0/public/OHLC"): Route(KrakenSpot.candles),
    ("POST", "/0/private/BalanceEx"): Route(KrakenSpot.extended_balance, "read"),
    ("POST", "/0/private/Balance"): Route(KrakenSpot.balance, "read"),
    ("POST", "/0/private/TradeBalance"): Route(KrakenSpot.trade_balance, "read"),
    ("POST", "/0/private/OpenOrders"): Route(KrakenSpot.open_orders, "read"),
    ("POST", "/0/private/GetApiKeyInfo"): Route(KrakenSpot.key_info),
    ("POST", "/0/private/Ledgers"): Route(KrakenSpot.ledgers, "read", weight=2),
    ("POST", "/0/private/DepositStatus"): Route(KrakenSpot.deposit_status, "read"),
    ("POST", "/0/private/WithdrawStatus"): Route(KrakenSpot.withdraw_status, "read"),
    ("POST", "/0/private/DepositMethods"): Route(KrakenSpot.deposit_methods, "read"),
    ("POST", "/0/private/DepositAddresses"): Route(KrakenSpot.deposit_addresses, "read"),
}
