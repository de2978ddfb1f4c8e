"""Deribit's answers in their documented form, with numbers of our own."""

from typing import Any

from tests.exchanges.recordings import Recorded


def summary(currency: str, equity: float, available: float, **more: Any) -> dict[str, Any]:
    """An account's summary of one currency, as far as it is read, and some of what is beside it."""
    return {
        "currency": currency,
        "balance": equity,
        "equity": equity,
        "available_withdrawal_funds": available,
        "available_funds": available,
        "margin_balance": equity,
        "margin_model": "segregated_sm",
        "cross_collateral_enabled": False,
        "limits": {"limits_per_currency": False, "non_matching_engine": {"burst": 1500, "rate": 1000}},
        **more,
    }


def answer(*summaries: dict[str, Any]) -> dict[str, Any]:
    account = {"id": 74512, "type": "main", "username": "somebody", "summaries": list(summaries)}
    return {"jsonrpc": "2.0", "result": account, "usIn": 1, "usOut": 2, "usDiff": 1, "testnet": False}


DERIBIT = Recorded(
    {
        "get_account_summaries": answer(
            summary("BTC", 2.71828182, 2.5),
            summary("ETH", 0, 0),
            summary("USDC", 1234.567891, 1000.25),
        )
    }
)
RECORDINGS = {"deribit": DERIBIT}
