"""What Bybit says that an account is worth, by kind of account, in USD."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cambist.simulator.bybit.checks import missing
from cambist.simulator.scenario import WalletName, Wallets
from cambist.simulator.worth import dollars, fixed

_ALWAYS_TOLD: Mapping[str, tuple[WalletName, ...]] = {
    "UnifiedTradingAccount": ("unified",),
    "FundingAccount": ("funding",),
}
_TOLD_WITH_ASSETS: Mapping[str, tuple[WalletName, ...]] = {
    "TradingBot": ("trading_bots",),
    "CopyTrading": ("copy_trading",),
}
_CENTS = 2


def overview(wallets: Wallets, prices: Mapping[str, str], currency: str, now_ms: int) -> dict[str, Any]:
    """Each kind to the cent, without the coins in it; nothing but USD is played."""
    if currency != "USD":
        raise missing("valuationCurrency")
    earn = {"Earn": tuple(name for name in wallets if name.startswith("earn"))}
    worth = {
        name: dollars(wallets, parts, prices)
        for name, parts in {**_ALWAYS_TOLD, **earn, **_TOLD_WITH_ASSETS}.items()
    }
    return {
        "totalEquity": fixed(sum(worth.values(), Fraction(0)), _CENTS),
        "list": [
            {
                "totalEquity": fixed(amount, _CENTS),
                "valuationCurrency": currency,
                "accountType": name,
                "snapshotTime": str(now_ms),
                "coinDetail": [],
            }
            for name, amount in worth.items()
            if amount or name in _ALWAYS_TOLD
        ],
    }
