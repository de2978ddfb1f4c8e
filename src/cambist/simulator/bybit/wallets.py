"""A Bybit account's wallets, worked out from a scenario's balances in whole numbers and text."""

from collections.abc import Mapping
from typing import Any

from cambist.simulator.pairs import Units
from cambist.simulator.scenario import Balance

Row = dict[str, Any]


def unified(held: Mapping[str, Balance], asked: frozenset[str]) -> Row:
    """The unified account; coins without assets or debts are told only where they are asked for."""
    coins = [_coin(asset, balance) for asset, balance in held.items()]
    shown = [row for row in coins if row["coin"] in asked or (not asked and _some(row))]
    return {
        "totalEquity": "0",
        "accountIMRate": "0.0101",
        "totalMarginBalance": "0",
        "totalInitialMargin": "0",
        "accountType": "UNIFIED",
        "totalAvailableBalance": "0",
        "accountMMRate": "0",
        "totalPerpUPL": "0",
        "totalWalletBalance": "0",
        "accountLTV": "0",
        "totalMaintenanceMargin": "0",
        "coin": shown,
    }


def _coin(asset: str, balance: Balance) -> Row:
    """equity = walletBalance − spotBorrow + unrealisedPnl; interest accrued is charged by the hour."""
    wallet = total(balance.free, balance.locked)
    return {
        "availableToBorrow": "",
        "bonus": "0",
        "accruedInterest": balance.interest,
        "availableToWithdraw": "",
        "totalOrderIM": "0",
        "equity": total(wallet, balance.unrealized, less=balance.borrowed),
        "totalPositionMM": "0",
        "usdValue": "0",
        "unrealisedPnl": balance.unrealized,
        "collateralSwitch": True,
        "spotHedgingQty": "0",
        "borrowAmount": balance.borrowed,
        "spotBorrow": balance.borrowed,
        "totalPositionIM": "0",
        "walletBalance": wallet,
        "cumRealisedPnl": "0",
        "locked": balance.locked,
        "marginCollateral": True,
        "coin": asset,
    }


def funding(held: Mapping[str, Balance], asked: frozenset[str], uid: str) -> Row:
    """The funding wallet: what is locked, frozen or being withdrawn cannot be moved."""
    return {
        "memberId": uid,
        "accountType": "FUND",
        "balance": [
            {
                "coin": asset,
                "transferBalance": balance.free,
                "walletBalance": total(balance.free, balance.locked, balance.freeze, balance.withdrawing),
                "bonus": "",
            }
            for asset, balance in held.items()
            if asset in asked or not asked
        ],
    }


def total(*amounts: str, less: str = "0") -> str:
    """The exact sum of decimal texts, less one of them."""
    parts = [*map(Units.of, amounts), Units.of(less).times(-1)]
    digits = max(part.digits for part in parts)
    count = sum(int(part.count * 10 ** (digits - part.digits)) for part in parts)
    return ("-" if count < 0 else "") + str(Units(abs(count), digits))


def _some(row: Row) -> bool:
    told = ("equity", "walletBalance", "borrowAmount", "accruedInterest")
    return any(row[name].strip("-0.") for name in told)
