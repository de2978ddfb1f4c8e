"""A Bybit account's wallets, worked out from a scenario's balances in whole numbers and text."""

from collections.abc import Mapping
from typing import Any

from cambist.simulator.pairs import Units
from cambist.simulator.scenario import DOLLARS, Balance

Row = dict[str, Any]


def unified(held: Mapping[str, Balance], asked: frozenset[str], prices: Mapping[str, str]) -> Row:
    """The unified account; coins without assets or debts are told only where they are asked for.

    prices: of pairs by symbol, for what Bybit adds up in dollars. Margins are not played: they are 0.
    """
    coins = [_coin(asset, balance, prices) for asset, balance in held.items()]

    def in_dollars(field: str) -> str:
        return total("0", *(_dollars(row["coin"], row[field], prices) for row in coins))

    equity, margin = in_dollars("equity"), total(in_dollars("walletBalance"), in_dollars("unrealisedPnl"))
    return {
        "totalEquity": equity,
        "accountIMRate": "0",
        "totalMarginBalance": margin,
        "totalInitialMargin": "0",
        "accountType": "UNIFIED",
        "totalAvailableBalance": margin,
        "accountMMRate": "0",
        "totalPerpUPL": in_dollars("unrealisedPnl"),
        "totalWalletBalance": in_dollars("walletBalance"),
        "accountLTV": "0",
        "totalMaintenanceMargin": "0",
        "coin": [row for row in coins if row["coin"] in asked or (not asked and _some(row))],
    }


def _coin(asset: str, balance: Balance, prices: Mapping[str, str]) -> Row:
    """equity = walletBalance − spotBorrow + unrealisedPnl; interest accrued is charged by the hour."""
    wallet = total(balance.free, balance.locked)
    equity = total(wallet, balance.unrealized, less=balance.borrowed)
    return {
        "availableToBorrow": "",
        "bonus": "0",
        "accruedInterest": balance.interest,
        "availableToWithdraw": "",
        "totalOrderIM": "0",
        "equity": equity,
        "totalPositionMM": "0",
        "usdValue": _dollars(asset, equity, prices),
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


def _dollars(asset: str, amount: str, prices: Mapping[str, str]) -> str:
    """What an amount is worth by the asset's dollar pair; 0 without one, as Bybit says of such coins."""
    paired = (prices[asset + quote] for quote in ("USDT", "USDC", "USD") if asset + quote in prices)
    units = Units.of(amount)
    worth = Units(abs(units.count), units.digits).by(Units.of("1" if asset in DOLLARS else next(paired, "0")))
    return ("-" if units.count < 0 and worth.count else "") + str(worth)


def _some(row: Row) -> bool:
    told = ("equity", "walletBalance", "borrowAmount", "accruedInterest")
    return any(row[name].strip("-0.") for name in told)
