"""Hyperliquid's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import FUTURES

# Hyperliquid's own pages call these tokens so, which Unit and Tether issue there (`spotCurrencyMapping` of
# ccxt has them too). Each is valued by its own pair there.
_ISSUED = {
    "UBTC": "BTC",
    "UETH": "ETH",
    "USOL": "SOL",
    "UBONK": "BONK",
    "UDZ": "2Z",
    "UFART": "FARTCOIN",
    "UPUMP": "PUMP",
    "UUUSPX": "SPX",
    "UXPL": "XPL",
    "USDT0": "USDT",
    "XAUT0": "XAUT",
}

MARKETS = (
    Market(
        code="hyperliquid",
        permission="none: an address is public",
        not_read={
            "dexes of others (HIP-3) in standard mode": "a call for each, not read yet",
            "sub-accounts": "connect them by their own addresses",
        },
        ccxt_id="hyperliquid",
        exchange_name="Hyperliquid",
        pretty_display_type="Hyperliquid",
        icon="hyperliquid",
        url="https://app.hyperliquid.xyz/",
        help_url="https://hyperliquid.gitbook.io/hyperliquid-docs/",
        credentials=("address",),
        wallets=("perp", "spot", "hype_staking", "vaults"),
        positions=frozenset({"vaults"}),
        quotes=("BTC", "USD", "USDC", "USDT", "USDH", "USDE"),
        steps=("HYPE", "USDT", "USDH", "USDE"),
        # Anybody may issue a token there: one that is called as what another stands for is not that.
        spellings={**{asset: f"{asset} of Hyperliquid" for asset in _ISSUED.values()}, **_ISSUED},
        supported_market_types=("spot", "futures"),
        capabilities=FUTURES,
    ),
)
