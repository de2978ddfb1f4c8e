"""A scenario of each market: something in every wallet, a debt and an open position where it can."""

from typing import Any

from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET

BYBIT: dict[str, Any] = {
    "exchange": "bybit",
    "keys": [{"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "uid": "53888001"}],
    "wallets": {
        "unified": {
            "BTC": {"free": "0.5", "locked": "0.25"},
            "USDT": {"free": "100", "locked": "20", "borrowed": "150.5", "interest": "0.00056415"},
            "USDC": {"free": "10", "unrealized": "-13.45487861"},
        },
        "funding": {"ETH": {"free": "1.5", "freeze": "0.5"}, "XRP": {"free": "0"}},
    },
    "prices": {"BTCUSDT": "60000", "ETHUSDT": "2400", "BTCUSDC": "60000", "ETHBTC": "0.04"},
}

SCENARIOS: dict[str, dict[str, Any]] = {"bybit_spot": BYBIT, "bybit": BYBIT}
