"""Bybit's rows of the catalogue."""

from dataclasses import replace

from cambist.core.terms import Capabilities, Market

_BYBIT = Market(
    code="bybit",
    ccxt_id="bybit",
    exchange_name="Bybit",
    pretty_display_type="Bybit",
    icon="bybit",
    url="https://www.bybit.com/",
    help_url="https://www.bybit.com/en/help-center/article/How-to-create-your-API-key",
    wallets=("unified", "funding", "earn_flexible", "earn_fixed", "earn_onchain"),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "DAI", "TRY", "BRL", "PLN"),
    steps=("ETH", "MNT"),
    tells_rights=True,
    tells_total=True,
    permissions={
        "unified": "Unified Trading (read)",
        "funding": "Wallet (read)",
        **dict.fromkeys(("earn_flexible", "earn_fixed", "earn_onchain"), "Earn (read)"),
    },
    not_read={
        "dual assets, liquidity mining and crypto loans": "have calls of their own, not read yet",
        "trading bots and copy trading": "no API tells what they hold",
        "liquid staking": "its tokens lie in another wallet and count there",
    },
    supported_market_types=("spot", "futures"),
    capabilities=Capabilities(hedge_mode_available=True),
)

MARKETS = (
    replace(
        _BYBIT,
        code="bybit_spot",
        exchange_name="Bybit Spot",
        pretty_display_type="BybitSpot",
        supported_market_types=("spot",),
        capabilities=Capabilities(),
    ),
    _BYBIT,
)
