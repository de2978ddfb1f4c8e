"""dYdX's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import FUTURES

MARKETS = (
    Market(
        code="dydx",
        permission="none: an address is public",
        not_read={
            "subaccounts other than 0 and its isolated positions": "not read yet",
            "MegaVault, staked DYDX and what lies on the chain": "not told by the indexer",
        },
        ccxt_id="dydx",
        exchange_name="dYdX",
        pretty_display_type="Dydx",
        icon="dydx",
        url="https://dydx.trade/",
        help_url="https://docs.dydx.xyz/",
        credentials=("address",),
        wallets=("subaccount",),
        prices_from="kraken",
        supported_market_types=("futures",),
        capabilities=FUTURES,
    ),
)
