"""Deribit's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import FUTURES

MARKETS = (
    Market(
        code="deribit",
        permission="account: read",
        not_read={
            "other subaccounts": "connect them by keys of their own",
        },
        ccxt_id="deribit",
        exchange_name="Deribit",
        pretty_display_type="Deribit",
        icon="deribit",
        url="https://www.deribit.com/",
        help_url="https://support.deribit.com/",
        wallets=("account",),
        quotes=("BTC", "USD", "USDC", "USDT", "EURR"),
        steps=("ETH",),
        tells_rights=True,
        supported_market_types=("spot", "futures"),
        capabilities=FUTURES,
    ),
)
