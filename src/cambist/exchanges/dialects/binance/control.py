"""What Binance says that an account is worth, wallet by wallet."""

from typing import Any

import msgspec

from cambist.core.control import OwnTotal
from cambist.exchanges.guard import Unusable, all_differ, checked_json, numbers, shaped

# Binance's names of wallets as its page "Query User Wallet Balance" shows them, and ours of what is in them.
# An account in portfolio margin mode has its own names, which no page shows; they were seen in answers.
HOLDS = {
    "Spot": ("spot",),
    "Funding": ("funding",),
    "Earn": ("earn_flexible", "earn_locked"),
    "Cross Margin": ("cross_margin",),
    "Isolated Margin": ("isolated_margin",),
    "USDⓈ-M Futures": ("futures_usdm",),
    "COIN-M Futures": ("futures_coinm",),
    "Cross Margin (PM)": ("portfolio_margin",),
    "USDⓈ-M Futures (PM)": ("portfolio_margin",),
    "COIN-M Futures (PM)": ("portfolio_margin",),
}


class _Wallet(msgspec.Struct, rename="camel"):
    wallet_name: str
    balance: str


_wallets = msgspec.json.Decoder(list[_Wallet])


async def own_total(client: Any) -> OwnTotal:
    """GET /sapi/v1/asset/wallet/balance in BTC; wallets with nothing in them are told too."""
    client.raw = True
    raw = await client.sapi_get_asset_wallet_balance({"quoteAsset": "BTC"})
    checked_json(raw)  # a wallet's worth told twice is not told
    told = shaped(_wallets, raw, "a list of wallets")
    if not told:
        raise Unusable("the answer names no wallet")
    names = [wallet.wallet_name for wallet in told]
    all_differ(names, "a wallet")
    worth = numbers([wallet.balance for wallet in told])
    return OwnTotal("BTC", dict(zip(names, worth, strict=True)), HOLDS)
