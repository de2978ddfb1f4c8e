"""Kraken Futures' REST protocol: figures are JSON numbers, errors come with status 200."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Raw, json

from cambist.core.money import exact
from cambist.simulator.kraken.checks import Refusal, signed
from cambist.simulator.kraken.codes import short_code
from cambist.simulator.kraken.futures_ledger import Log
from cambist.simulator.kraken.spot import KrakenSpot
from cambist.simulator.protocol import Answer, Ask, OwnLimit
from cambist.simulator.scenario import Balance, Key, Scenario, milliseconds_of

ACCOUNTS = "/derivatives/api/v3/accounts"
OPEN_ORDERS = "/derivatives/api/v3/openorders"
ACCOUNT_LOGS = frozenset({"/api/history/v3/account-log", "/api/history/v2/account-log"})
# A pool of 100 tokens, of which a long page takes 3.
_PAGES_IN_TEN_MINUTES = 33
_REFUSALS: Mapping[int, str] = {429: "apiLimitExceeded", 418: "apiLimitExceeded"}
_ZERO = Decimal()
Row = dict[str, Any]
Wallet = Mapping[str, Balance]


class KrakenFutures:
    """The protocol over one scenario.

    Its wallet `futures` is the flex account, `futures_coinm` the accounts of one collateral each, `funding`
    the cash account. Unrealised profit of the flex account is in dollars, whichever row tells it. Kraken's
    public calls are answered too, since its spot prices value these accounts.
    """

    key_header = "APIKey"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._keys = {key.api_key: key for key in scenario.keys}
        self._spot = KrakenSpot(scenario)

    def weight(self, ask: Ask) -> int:
        if ask.path in ACCOUNT_LOGS:
            return 0
        return 2 if ask.path in {ACCOUNTS, OPEN_ORDERS} else self._spot.weight(ask)

    def window(self, ask: Ask) -> str:
        return ask.api_key or "public"

    def own_limit(self, ask: Ask) -> OwnLimit | None:
        """History is counted apart."""
        if ask.path not in ACCOUNT_LOGS:
            return None
        name, ten_minutes = f"history {ask.api_key}", timedelta(minutes=10)
        return OwnLimit(name, _PAGES_IN_TEN_MINUTES, ten_minutes, self.limited)

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        return {}

    def answer(self, ask: Ask, at: datetime) -> Answer:
        if ask.path.startswith("/0/public/"):
            return self._spot.answer(ask, at)
        try:
            if ask.path in ACCOUNT_LOGS:
                return Answer(200, json.encode(self._log(ask)))
            body = self._told(ask)
        except Refusal as refusal:
            return self.error(200, str(refusal), "")
        time = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Answer(200, json.encode({"result": "success", **body, "serverTime": time}))

    def rows(self, body: Any) -> list[Any] | dict[str, Any]:
        if not isinstance(body, dict):
            return {}
        flex = body.get("accounts", {}).get("flex", {})
        rows: list[Any] | dict[str, Any] = body.get("logs", flex.get("currencies", {}))
        return rows

    def error(self, status: int, code: int | str, msg: str) -> Answer:
        return Answer(status, json.encode({"result": "error", "error": f"{code}{msg}"}))

    def refusal(self, status: int) -> Answer:
        return self.error(status, _REFUSALS.get(status, "Server Error"), "")

    def limited(self, until: datetime, at: datetime) -> Answer:
        return self.error(200, "apiLimitExceeded", "")

    def banned(self, until: datetime, at: datetime) -> Answer:
        return self.error(200, "apiLimitExceeded", "")

    def _told(self, ask: Ask) -> Row:
        if ask.method != "GET" or ask.path not in {ACCOUNTS, OPEN_ORDERS}:
            raise Refusal("notFound")
        key = self._signer(ask)
        return (
            {"accounts": self._accounts(key)} if ask.path == ACCOUNTS else {"openOrders": self._orders(key)}
        )

    def _log(self, ask: Ask) -> Row:
        """Without the envelope that other answers have."""
        key = self._signer(ask)
        flows = self.scenario.flows if key.flows is None else key.flows
        trades = self.scenario.trades if key.trades is None else key.trades
        return {
            "accountUid": key.uid or "simulated",
            "logs": Log(flows, trades, self._spot.pairs).page(ask.params),
        }

    def _signer(self, ask: Ask) -> Key:
        """The signature is over the parameters, the nonce where there is one, and the path from /api on."""
        key = self._keys.get(ask.api_key or "")
        if key is None or not key.admits(ask.remote) or "read" not in key.permissions:
            raise Refusal("authenticationError")
        nonce, path = ask.headers.get("Nonce", ""), ask.path.removeprefix("/derivatives")
        digest = hashlib.sha256(ask.query + ask.body + nonce.encode() + path.encode()).digest()
        if not signed(digest, key.secret, ask.headers.get("Authent", "")):
            raise Refusal("authenticationError")
        return key

    def _accounts(self, key: Key) -> Row:
        wallets = self.scenario.wallets if key.wallets is None else key.wallets
        single = wallets.get("futures_coinm", {})
        return {
            "cash": _cash(wallets.get("funding", {})),
            **{f"fi_{_small(asset)}usd": _single(asset, held) for asset, held in single.items()},
            "flex": _flex(wallets.get("futures", {}), self.scenario.prices),
        }

    def _orders(self, key: Key) -> list[Row]:
        orders = self.scenario.orders if key.orders is None else key.orders
        return [
            {
                "order_id": f"order-{number}",
                "symbol": order.symbol,
                "side": order.side,
                "orderType": "lmt",
                "limitPrice": _figure(Decimal(order.price)),
                "unfilledSize": _figure(Decimal(order.quantity)),
                "receivedTime": milliseconds_of(order),
                "status": "untouched",
            }
            for number, order in enumerate(orders, start=1)
        ]


def _cash(wallet: Wallet) -> Row:
    with exact():
        held = {_small(asset): Decimal(row.free) + Decimal(row.locked) for asset, row in wallet.items()}
    return {"balances": {code: _figure(amount) for code, amount in held.items()}, "type": "cashAccount"}


def _single(asset: str, held: Balance) -> Row:
    with exact():
        balance = Decimal(held.free) + Decimal(held.locked)
        worth = balance + Decimal(held.unrealized)
        free = worth - Decimal(held.locked)
    requirements = {"im": _figure(Decimal(held.locked)), "mm": 0, "lt": 0, "tt": 0}
    return {
        "auxiliary": {
            "usd": 0,
            "pv": _figure(worth),
            "pnl": _figure(Decimal(held.unrealized)),
            "af": _figure(free),
            "funding": 0,
        },
        "marginRequirements": requirements,
        "triggerEstimates": {"im": 0, "mm": 0, "lt": 0, "tt": 0},
        "balances": {_small(asset): _figure(balance)},
        "currency": _small(asset),
        "type": "marginAccount",
    }


def _flex(wallet: Wallet, prices: Mapping[str, str]) -> Row:
    """Values are in dollars, by the scenario's prices; the whole of them is collateral."""
    with exact():
        quantities = {asset: Decimal(row.free) + Decimal(row.locked) for asset, row in wallet.items()}
        dollars = {asset: Decimal(prices.get(f"{asset}USD", "0")) for asset in wallet} | {"USD": Decimal(1)}
        values = {asset: quantity * dollars[asset] for asset, quantity in quantities.items()}
        value = sum(values.values(), _ZERO)
        margin = sum((Decimal(row.locked) * dollars[asset] for asset, row in wallet.items()), _ZERO)
        unrealized = sum((Decimal(row.unrealized) for row in wallet.values()), _ZERO)
        worth, available = value + unrealized, value + unrealized - margin
    currencies = {
        short_code(asset): {
            "quantity": _figure(quantities[asset]),
            "value": _figure(values[asset]),
            "collateral": _figure(values[asset]),
            "available": _figure(Decimal(row.free)),
        }
        for asset, row in wallet.items()
    }
    return {
        "currencies": currencies,
        "initialMargin": _figure(margin),
        "initialMarginWithOrders": _figure(margin),
        "maintenanceMargin": 0,
        "balanceValue": _figure(value),
        "portfolioValue": _figure(worth),
        "collateralValue": _figure(value),
        "pnl": _figure(unrealized),
        "unrealizedFunding": 0,
        "totalUnrealized": _figure(unrealized),
        "totalUnrealizedAsMargin": _figure(unrealized),
        "availableMargin": _figure(available),
        "marginEquity": _figure(worth),
        "type": "multiCollateralMarginAccount",
    }


def _small(asset: str) -> str:
    return short_code(asset).lower()


def _figure(amount: Decimal) -> Raw:
    """A JSON number of all its digits."""
    return Raw(format(amount, "f").encode())
