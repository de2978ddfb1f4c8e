"""Gemini's answers: what an account holds, and what is staked, in the form of its documentation."""

from typing import Any

from cambist.core.terms import Credentials, Secret
from tests.exchanges.recordings import Recorded

KEYS = Credentials("account-key-of-the-test", Secret("c2VjcmV0" * 8))


def balance(currency: str, amount: str, available: str) -> dict[str, Any]:
    return {
        "type": "exchange",
        "currency": currency,
        "amount": amount,
        "available": available,
        "availableForWithdrawal": available,
    }


def staked(currency: str, amount: float) -> dict[str, Any]:
    return {
        "type": "Staking",
        "currency": currency,
        "balance": amount,
        "available": 0,
        "availableForWithdrawal": amount,
        "balanceByProvider": {"62b21e17-2534-4b9f-afcf-b7edb609dd8d": {"balance": amount}},
    }


GEMINI = Recorded(
    {
        "/v1/balances/staking": [staked("MATIC", 10), staked("ETH", 3.0123456789)],
        "/v1/balances": [
            balance("BTC", "1154.62034001", "1129.10517279"),
            balance("USD", "18722.79", "14481.62"),
            balance("ETH", "0", "0"),
        ],
        "/v1/symbols": ["btcusd", "ethusd", "ethbtc", "btcgusd", "paxgusd", "btcgusdperp", "solusdc"],
        "/v1/pricefeed": [
            {"pair": "BTCUSD", "price": "63722.10", "percentChange24h": "0.0146"},
            {"pair": "ETHUSD", "price": "2603.37", "percentChange24h": "0.0000"},
            {"pair": "PAXGUSD", "price": "2601", "percentChange24h": "0.0000"},
        ],
        "/v1/roles": {"isAuditor": True, "isFundManager": False, "isTrader": False},
        "/v1/orders": [{"order_id": "107421210", "symbol": "ethusd"}],
        "/v1/addresses/bitcoin": [
            {"address": "old-of-the-test", "timestamp": 1424285102000, "label": "mine"},
            {"address": "new-of-the-test", "timestamp": 1824785101000},
        ],
    },
    KEYS,
)
