"""A scenario for each market: something in every wallet, a debt and an open position where there can be."""

import base64
from typing import Any

KRAKEN_KEY = "kraken-key-of-the-test"
KRAKEN_SECRET = base64.b64encode(b"kraken-secret-of-the-test").decode()

KRAKEN: dict[str, Any] = {
    "exchange": "kraken",
    "keys": [{"api_key": KRAKEN_KEY, "secret": KRAKEN_SECRET}],
    "wallets": {
        "spot": {
            "BTC": {"free": "0.4012", "locked": "0.8423"},
            "USD": {"free": "17185.45", "locked": "8249.76", "borrowed": "1000.25"},
            "DOGE": {"free": "3900.123456789012345678901234567890"},
        },
        "earn_flexible": {"ETH": {"free": "2.0000000000"}, "BTC": {"free": "0.1"}},
        "earn_locked": {"SOL": {"free": "1.5"}},
        "earn": {"DOT": {"free": "7.25"}},
    },
    "prices": {
        "BTCUSD": "63722.1",
        "BTCUSDT": "63656.7",
        "ETHBTC": "0.04085",
        "ETHUSD": "2603.37",
        "SOLUSD": "148.66",
        "DOTUSD": "4.391",
        "DOGEUSD": "0.10523",
    },
}

KRAKEN_FUTURES: dict[str, Any] = {
    "exchange": "kraken_futures",
    "keys": [{"api_key": KRAKEN_KEY, "secret": KRAKEN_SECRET}],
    "wallets": {
        "funding": {"BTC": {"free": "0.1785169809"}, "EUR": {"free": "4567.7117591172"}},
        "futures_coinm": {
            "BTC": {"free": "88.51756797", "locked": "52.8", "unrealized": "12.42134766"},
            "ETH": {"free": "2.5", "unrealized": "-0.75"},
        },
        "futures": {
            "USD": {"free": "4000.25", "locked": "1000", "unrealized": "-310.125"},
            "BTC": {"free": "0.1185308247"},
            "ETH": {"free": "0.000000000000000000000000000000000000001"},
        },
    },
    "prices": {"BTCUSD": "63722.1", "BTCUSDT": "63656.7", "ETHUSD": "2603.37", "EURUSD": "1.1"},
}

SCENARIOS: dict[str, dict[str, Any]] = {"kraken": KRAKEN, "kraken_futures": KRAKEN_FUTURES}
