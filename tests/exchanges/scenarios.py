"""A scenario for each market, with something in every wallet of it, debts and open positions included."""

from typing import Any

from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET

EXCHANGE_PASSPHRASE = "exchange-passphrase-of-the-test"

_OKX: dict[str, Any] = {
    "exchange": "okex",
    "keys": [
        {
            "api_key": EXCHANGE_KEY,
            "secret": EXCHANGE_SECRET,
            "passphrase": EXCHANGE_PASSPHRASE,
            "uid": "44705892343619584",
        }
    ],
    "wallets": {
        "trading": {
            "BTC": {"free": "0.5", "locked": "0.25"},
            "USDT": {"free": "1000.5", "locked": "99.5", "unrealized": "-7.545600000000006"},
            "ETH": {"free": "0", "borrowed": "2", "interest": "0.0003"},
        },
        "funding": {"BTC": {"free": "0.125", "freeze": "0.0005"}, "OKB": {"free": "10"}},
        "earn": {"USDT": {"free": "0.0000106745475002", "locked": "11.0010630707982819"}},
    },
    "prices": {"BTCUSDT": "60000", "ETHUSDT": "3000", "OKBUSDT": "50"},
}

SCENARIOS: dict[str, dict[str, Any]] = {"okex": _OKX, "okex_futures": _OKX}
