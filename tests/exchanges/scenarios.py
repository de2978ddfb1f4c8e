"""A scenario for each market: something in every wallet, a debt and a position where it can have them."""

from typing import Any

from tests.worlds import scenario

SPOT = {
    "BTC": {"free": "0.40000000", "locked": "0.10000000"},
    "ETH": {"free": "2.500000000000000001", "locked": "0"},
    "USDT": {"free": "31.17895883163168", "locked": "0"},
}

SCENARIOS: dict[str, dict[str, Any]] = {
    "binance": scenario(exchange="binance", wallets={"spot": SPOT}),
    "binance_us": scenario(exchange="binance_us", wallets={"spot": SPOT}),
}
