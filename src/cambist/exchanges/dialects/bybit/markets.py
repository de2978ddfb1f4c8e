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
    wallets=("unified", "funding"),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "DAI", "TRY", "BRL", "PLN"),
    steps=("ETH", "MNT"),
    tells_rights=True,
    tells_total=True,
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
