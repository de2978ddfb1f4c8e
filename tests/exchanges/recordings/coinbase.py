"""Coinbase Exchange's answers, in the form of its documentation (List all trading accounts for a profile)."""

from typing import Any

from tests.exchanges.recordings import Recorded

PROFILE = "8058d771-2d88-4f0f-ab6e-299c153d4308"


def account(currency: str, balance: str, hold: str, available: str, profile: str = PROFILE) -> dict[str, Any]:
    return {
        "id": f"7fd0abc0-e5ad-4cbb-8d54-{currency.lower():0>12}",
        "currency": currency,
        "balance": balance,
        "hold": hold,
        "available": available,
        "profile_id": profile,
        "trading_enabled": True,
        "pending_deposit": "0.0000000000000000",
        "display_name": currency,
    }


ACCOUNTS = [
    account("BTC", "0.7512345678901234", "0.2500000000000000", "0.5012345678901234"),
    account("USD", "1200.2500000000000000", "200.2500000000000000", "1000"),
    account("CGLD", "3.5000000000000000", "0.0000000000000000", "3.5"),
    account("ETH", "0.0000000000000000", "0.0000000000000000", "0"),
]

RECORDINGS = {"gdax": Recorded({"/accounts": ACCOUNTS})}
