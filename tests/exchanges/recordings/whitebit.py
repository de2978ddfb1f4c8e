"""WhiteBIT's answers in their documented form, with numbers of our own."""

from typing import Any

from tests.exchanges.recordings import Recorded

TRADE = {
    "BTC": {"available": "0.25", "freeze": "0.125"},
    "USDT": {"available": "1500.75", "freeze": "0"},
    "WBT": {"available": "0", "freeze": "0"},
}
MAIN = {
    "ETH": {"main_balance": "1.5"},
    "UAH": {"main_balance": "2500.25"},
    "WBT": {"main_balance": "0"},
}


def row(asset: str, balance: str, free: str, borrow: str = "0") -> dict[str, str]:
    return {
        "asset": asset,
        "balance": balance,
        "borrow": borrow,
        "availableWithoutBorrow": free,
        "availableWithBorrow": "5000",
    }


COLLATERAL = [row("USDT", "1000.5", "800.25"), row("BTC", "0.5", "0.5"), row("ETH", "0", "0")]
PROFIT: dict[str, Any] = {
    "equity": "33000.75",
    "margin": "200.25",
    "freeMargin": "32768.123",
    "unrealizedFunding": "0.127",
    "pnl": "-32.25",
    "leverage": 10,
}
WHITEBIT = Recorded(
    {
        "/trade-account/balance": TRADE,
        "/main-account/balance": MAIN,
        "/balance-summary": COLLATERAL,
        "/collateral-account/summary": PROFIT,
    }
)
RECORDINGS = {"whitebit": WHITEBIT}
