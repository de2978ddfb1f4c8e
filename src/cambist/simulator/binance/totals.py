"""What Binance says that each wallet of an account is worth, in the currency asked for."""

from collections.abc import Mapping
from typing import Any

from cambist.simulator.binance.checks import Refusal
from cambist.simulator.scenario import WalletName, Wallets
from cambist.simulator.worth import bitcoin, dollars, fixed

_NAMES: Mapping[str, tuple[WalletName, ...]] = {
    "Spot": ("spot",),
    "Funding": ("funding",),
    "Cross Margin": ("cross_margin",),
    "Isolated Margin": ("isolated_margin",),
    "USDⓈ-M Futures": ("futures_usdm",),
    "COIN-M Futures": ("futures_coinm",),
    "Earn": ("earn_flexible", "earn_locked"),
    "Options": (),
    "Trading Bots": ("trading_bots",),
    "Copy Trading": ("copy_trading",),
}
# In portfolio margin mode, with what cross margin and USD-M futures have in one.
_IN_PORTFOLIO_MARGIN: Mapping[str, tuple[WalletName, ...]] = {
    "Spot": ("spot",),
    "Funding": ("funding",),
    "Cross Margin (PM)": ("portfolio_margin",),
    "Isolated Margin": ("isolated_margin",),
    "USDⓈ-M Futures (PM)": (),
    "COIN-M Futures (PM)": (),
    **{name: _NAMES[name] for name in ("Earn", "Options", "Trading Bots", "Copy Trading")},
}


def wallet_balance(wallets: Wallets, prices: Mapping[str, str], quote: str) -> list[dict[str, Any]]:
    """To eight decimals. Played in BTC and USDT."""
    if quote not in ("BTC", "USDT"):
        raise Refusal(400, -1100, "Illegal characters found in a parameter.")
    worth = bitcoin if quote == "BTC" else dollars
    names = _IN_PORTFOLIO_MARGIN if "portfolio_margin" in wallets else _NAMES
    return [
        {
            "activate": name != "Options",
            "balance": _shortest(fixed(worth(wallets, parts, prices), 8)),
            "walletName": name,
        }
        for name, parts in names.items()
    ]


def _shortest(text: str) -> str:
    """As Binance writes it: 0, and no zeros at the end."""
    return text.rstrip("0").rstrip(".")
