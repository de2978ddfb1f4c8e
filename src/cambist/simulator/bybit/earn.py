"""What lies in a Bybit account's earn products: flexible, fixed, on-chain; a position of each asset."""

from collections.abc import Mapping
from typing import Any

from cambist.simulator.bybit.checks import missing
from cambist.simulator.bybit.wallets import total
from cambist.simulator.scenario import Balance, WalletName

WALLETS: Mapping[str, WalletName] = {"FlexibleSaving": "earn_flexible", "OnChain": "earn_onchain"}
_SETTLES = "2033081516000"
Row = dict[str, Any]


def wallet_of(category: str) -> WalletName:
    if category not in WALLETS:
        raise missing("category")
    return WALLETS[category]


def positions(category: str, held: Mapping[str, Balance], coin: str | None) -> Row:
    """The positions of a category; what is being taken out of on-chain products is one by itself."""
    shown = [(asset, each) for asset, each in held.items() if coin in (None, asset)]
    if category == "FlexibleSaving":
        return {"list": [_flexible(asset, each) for asset, each in shown]}
    amounts = [
        (asset, each.unrealized, status, amount)
        for asset, each in shown
        for status, amount in (("Active", total(each.free, each.locked)), ("Processing", each.withdrawing))
        if amount.strip("0.")
    ]
    return {"list": [_on_chain(number, *each) for number, each in enumerate(amounts, start=1)]}


def fixed_positions(held: Mapping[str, Balance], coin: str | None) -> Row:
    shown = [(asset, each) for asset, each in held.items() if coin in (None, asset)]
    return {"list": [_fixed(number, *each) for number, each in enumerate(shown, start=1)]}


def _flexible(asset: str, balance: Balance) -> Row:
    """Unrealized is what the position has brought since the last payment; what is locked backs a loan."""
    frozen = [{"amount": balance.locked, "description": "Locked in Fixed-Rate Loan"}]
    return {
        "coin": asset,
        "productId": "430",
        "amount": total(balance.free, balance.locked),
        "totalPnl": "",
        "claimableYield": balance.unrealized,
        "id": "",
        "status": "",
        "orderId": "",
        "estimateRedeemTime": "",
        "estimateStakeTime": "",
        "estimateInterestCalculationTime": "",
        "settlementTime": "",
        "autoReinvest": "Disable",
        "availableAmount": balance.free,
        "freezeDetails": frozen if balance.locked.strip("0.") else [],
    }


def _on_chain(number: int, asset: str, profit: str, status: str, amount: str) -> Row:
    return {
        "coin": asset,
        "productId": "8",
        "amount": amount,
        "totalPnl": profit,
        "claimableYield": "",
        "id": str(325 + number),
        "status": status,
        "orderId": f"order-of-position-{number}",
        "estimateRedeemTime": "",
        "estimateStakeTime": "",
        "estimateInterestCalculationTime": "",
        "settlementTime": "",
        "autoReinvest": "Disable",
        "availableAmount": amount,
        "freezeDetails": [],
    }


def _fixed(number: int, asset: str, balance: Balance) -> Row:
    """Unrealized is what the position is to bring by its end."""
    amount = total(balance.free, balance.locked)
    reward = {"coin": asset, "apy": "5.00%", "expectReturnEarning": balance.unrealized, "price": "1.00"}
    return {
        "positionId": str(4063 + number),
        "productId": "724",
        "category": "FixedTermSaving",
        "coin": asset,
        "amount": amount,
        "effectiveAmount": amount,
        "duration": "3d",
        "status": "Active",
        "settlementTime": _SETTLES,
        "createdAt": "1687000000000",
        "orderId": f"order-of-position-{number}",
        "earlyRedeemInfo": None,
        "allowAutoReinvest": False,
        "autoReinvest": "Disable",
        "interestCoinApyList": [reward],
    }
