"""Scenarios of exchanges that tell totals of their own, in prices and amounts that divide without a rest."""

from typing import Any

from tests.exchanges.scenarios import EXCHANGE_PASSPHRASE
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET

_KEY = {"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "uid": "53888001"}
_PRICES = {"BTCUSDT": "62500", "ETHUSDT": "3125", "BTCUSDC": "62500", "BNBUSDT": "500"}

# Spot 0.6 BTC, funding 0.02, earn 0.10064; USD-M futures 0.0152 and trading bots 0.002 are of other wallets.
BINANCE: dict[str, Any] = {
    "exchange": "binance",
    "keys": [_KEY],
    "wallets": {
        "spot": {
            "BTC": {"free": "0.4", "locked": "0.1"},
            "ETH": {"free": "2"},
            "LDUSDT": {"free": "40"},
        },
        "funding": {"USDT": {"free": "1000", "freeze": "200", "withdrawing": "50"}},
        "earn_flexible": {"USDT": {"free": "40"}},
        "earn_locked": {"BNB": {"free": "12.5"}},
        "futures_usdm": {"USDT": {"free": "900", "locked": "100", "unrealized": "-50"}},
        "trading_bots": {"USDT": {"free": "125"}},
    },
    "prices": _PRICES,
}

# Trading 0.736 BTC, funding 0.133, earn 0.0002.
OKX: dict[str, Any] = {
    "exchange": "okex",
    "keys": [{**_KEY, "passphrase": EXCHANGE_PASSPHRASE}],
    "wallets": {
        "trading": {
            "BTC": {"free": "0.5", "locked": "0.25"},
            "USDT": {"free": "1000.5", "locked": "99.5", "unrealized": "-100"},
            "ETH": {"free": "0", "borrowed": "0.5", "interest": "0.1"},
        },
        "funding": {"BTC": {"free": "0.125", "freeze": "0.0005"}, "BNB": {"free": "0.9375"}},
        "earn": {"USDT": {"free": "0.5", "locked": "12"}},
    },
    "prices": _PRICES,
}

# The unified account 46,851 USD, funding 6,250, and 1,000 in copy trading, which no market reads.
BYBIT: dict[str, Any] = {
    "exchange": "bybit",
    "keys": [_KEY],
    "wallets": {
        "unified": {
            "BTC": {"free": "0.5", "locked": "0.25"},
            "USDT": {"free": "100", "locked": "20", "borrowed": "150.5", "interest": "0.00056415"},
            "USDC": {"free": "10", "unrealized": "-3.5"},
        },
        "funding": {"ETH": {"free": "1.5", "freeze": "0.5"}, "XRP": {"free": "0"}},
        "copy_trading": {"USDT": {"free": "1000"}},
    },
    "prices": _PRICES,
}

# {market code: its scenario, what the exchange says of the wallets that such an account covers, its unit}
TOTALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "binance": (BINANCE, "0.72064", "BTC"),
    "binance_futures": (BINANCE, "0.0152", "BTC"),
    "okex": (OKX, "0.8692", "BTC"),
    "okex_futures": (OKX, "0.736", "BTC"),
    "bybit": (BYBIT, "53101.0", "USD"),
    "bybit_spot": (BYBIT, "53101.0", "USD"),
}
