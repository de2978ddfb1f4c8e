"""A scenario for every market of the catalogue, with something in each of its wallets."""

from typing import Any

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
    },
    "prices": {"BTCUSDT": "60000", "ETHUSDT": "2400", "BTCUSDC": "60000", "ETHBTC": "0.04"},
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
}
