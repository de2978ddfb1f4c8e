"""Bitfinex's answers: three wallets in one, margin reckoned in dollars, a position of each kind."""

from typing import Any

from tests.exchanges.recordings import Recorded


def position(symbol: str, profit: float, number: int, kind: int) -> list[Any]:
    return [
        *(symbol, "ACTIVE", 0.0195, 8565.0267019, 0, 0, profit, -0.00031, 7045.87, 3.06, None, number),
        *(1574002216000, 1574002216000, None, kind, None, 12.5, 1.25, {"reason": "TRADE"}),
    ]


WALLETS = [
    ["exchange", "UST", 19788.6529257, 0, 19788.6529257, None, None],
    ["exchange", "LINK", 777.777777, 0, 700.5, None, {"reason": "TRADE"}],
    ["exchange", "EUR", 0, 0, 0, None, None],
    ["margin", "UST", 0.5, -0.00038653, 0.25, None, None],
    ["margin", "USTF0", 120.25, 0, 107.75, None, None],
    ["funding", "USD", 1000.125, 0, 0, None, None],
]
BITFINEX = Recorded(
    {
        "/auth/r/wallets": WALLETS,
        "/auth/r/info/margin/base": [
            "base",
            [-0.18392, -0.00038653, 14.80039951, 14.61609298, 0.25],
        ],
        "/auth/r/positions": [
            position("tBTCUSD", -0.33455568705000516, 142355652, 0),
            position("tBTCF0:USTF0", 4.75, 142355653, 1),
            position("tETHF0:USTF0", -1.5, 142355654, 1),
        ],
        "/conf/pub:list:pair:exchange": [["BTCUSD", "LINK:USD", "ETHBTC", "BTCUST", "BTCF0:USTF0"]],
        "/tickers": [
            ["tBTCUSD", 63722, 1.5, 63722.3, 2, 10, 0.01, 63722.1, 100, 64000, 63000],
            ["tLINK:USD", 13.5, 1, 13.7, 1, 0, 0, 13.6, 10, 14, 13],
            ["tETHBTC", 0.0409, 1, 0.0411, 1, 0, 0, 0.041, 10, 1, 1],
            ["tBTCUST", 63700, 1, 63701, 1, 0, 0, 63700.5, 1, 1, 1],
            ["fUSD", 0.0003, 0.0002, 30, 1000, 0.0004, 2, 1000, 0, 0, 0.0003, 1, 1, 1, None, None, 1],
        ],
        "/auth/r/permissions": [
            ["account", 1, 0],
            ["orders", 1, 0],
            ["positions", 1, 0],
            ["wallets", 1, 0],
            ["withdraw", 0, 1],
        ],
        "/auth/r/info/user": [53888001, "somebody@example.com", "somebody", 1527691729000, 0, None],
        "/auth/r/orders": [[33950998275, None, 1573476747887, "tETHUSD"], [33950998276, None, 1, "tBTCUSD"]],
    }
)
