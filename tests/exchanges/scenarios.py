"""A scenario for every market of the catalogue, with something in each of its wallets."""

import base64
from typing import Any

from cambist.simulator.coinbase.keys import new_key
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, scenario

_PRICES = {"BTCUSDT": "63722.1", "BNBUSDT": "561.20", "ETHUSDT": "2603.37", "BNBBTC": "0.00881"}


def _binance(**wallets: Any) -> dict[str, Any]:
    return scenario(exchange="binance", prices=_PRICES, wallets=wallets)


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
        "earn_flexible": {"USDT": {"free": "100", "locked": "20", "unrealized": "0.0123"}},
        "earn_fixed": {"USDC": {"free": "201", "unrealized": "9.1689"}},
        "earn_onchain": {"BTC": {"free": "0.1", "withdrawing": "0.05", "unrealized": "0.000027397260273973"}},
    },
    "prices": {"BTCUSDT": "60000", "ETHUSDT": "2400", "BTCUSDC": "60000", "ETHBTC": "0.04"},
}

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
        "margin": {"USD": {"free": "0", "locked": "7.0354", "unrealized": "-10.0232"}},
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

# Keys of Coinbase sign by a private key, of which none lies in the repository.
COINBASE_KEY, COINBASE_SECRET = new_key()

COINBASE: dict[str, Any] = {
    "exchange": "coinbase_advanced",
    "keys": [{"api_key": COINBASE_KEY, "secret": COINBASE_SECRET, "uid": "77001"}],
    "wallets": {
        "spot": {
            "BTC": {"free": "0.412345678901234567890123456789", "locked": "0.005"},
            "USD": {"free": "10000.50", "locked": "450.00"},
            "CGLD": {"free": "12.5"},
        },
        "vault": {"BTC": {"free": "4.0", "locked": "0.25"}},
        "earn": {"ADA": {"free": "5.047160"}},
        "futures": {"USD": {"free": "7000.25", "locked": "1000", "unrealized": "-150.125"}},
    },
    "prices": {
        "BTCUSD": "60000",
        "BTCUSDC": "59998.5",
        "ADAUSD": "0.5",
        "CGLDUSD": "0.8",
    },
}

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
        "staking": {"ETH": {"free": "1.5", "locked": "0.25", "unrealized": "0.01061502"}},
    },
    "prices": {"BTCUSDT": "60000", "ETHUSDT": "3000", "OKBUSDT": "50"},
}

# Binance is one exchange: every market code of its is played by the same one.
SCENARIOS: dict[str, dict[str, Any]] = {
    "binance": _binance(
        spot={"BTC": {"free": "0.5", "locked": "0.1"}, "LDUSDT": {"free": "40"}},
        funding={"ETH": {"free": "1.5", "locked": "0.1", "freeze": "0.25", "withdrawing": "0.05"}},
        earn_flexible={"USDT": {"free": "40"}},
        earn_locked={"BNB": {"free": "12.5"}},
    ),
    "binance_us": scenario(),
    "binance_margin": _binance(
        cross_margin={
            "BTC": {"free": "0.00499500"},
            "BNB": {"free": "2346.5", "locked": "1.5", "borrowed": "201.66666672", "interest": "0.00000001"},
        },
        isolated_margin={
            "BTC": {"free": "0.02", "borrowed": "0.015", "interest": "0.00001"},
            "ETH": {"free": "0.3"},
            "USDT": {"free": "1000", "locked": "250"},
        },
    ),
    "binance_futures": _binance(
        futures_usdm={
            "USDT": {"free": "900", "locked": "103.12345678", "unrealized": "-55.5"},
            "BNB": {"free": "2"},
        }
    ),
    "binance_futures_coin": _binance(
        futures_coinm={"BTC": {"free": "0.00241969", "locked": "0.001", "unrealized": "0.00051"}}
    ),
    "binance_portfolio_margin": _binance(
        portfolio_margin={
            "USDT": {
                "free": "100",
                "locked": "3",
                "borrowed": "10",
                "interest": "0.72469206",
                "unrealized": "23.72469206",
            },
            "BTC": {"free": "0.25"},
        }
    ),
    "bybit_spot": BYBIT,
    "bybit": BYBIT,
    "coinbase_advanced": COINBASE,
    "kraken": KRAKEN,
    "kraken_futures": KRAKEN_FUTURES,
    "okex": _OKX,
    "okex_futures": _OKX,
}
