"""MEXC's answers in their documented form, with numbers of our own."""

from typing import Any

from tests.exchanges.recordings import Recorded

ACCOUNT: dict[str, Any] = {
    "canTrade": True,
    "canWithdraw": True,
    "canDeposit": True,
    "updateTime": None,
    "accountType": "SPOT",
    "balances": [
        {"asset": "USDT", "free": "1250.000000000674", "locked": "100.5"},
        {"asset": "BTC", "free": "0.125", "locked": "0"},
        {"asset": "MX", "free": "0", "locked": "0"},
    ],
    "permissions": ["SPOT"],
}


def asset(currency: str, equity: float, available: float, unrealized: float = 0) -> dict[str, Any]:
    return {
        "currency": currency,
        "positionMargin": 0,
        "availableBalance": available,
        "cashBalance": available,
        "frozenBalance": 0,
        "equity": equity,
        "unrealized": unrealized,
        "bonus": 0,
    }


ASSETS: dict[str, Any] = {
    "success": True,
    "code": 0,
    "data": [asset("USDT", 873.21459, 500.125, -12.5), asset("BTC", 0, 0)],
}
MEXC = Recorded({"/api/v3/account": ACCOUNT, "/account/assets": ASSETS})
RECORDINGS = {"mexc": MEXC}
