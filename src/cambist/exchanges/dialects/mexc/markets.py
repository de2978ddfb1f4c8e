"""MEXC's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS

MARKETS = (
    Market(
        code="mexc",
        permission="View Account Details, of spot and of futures; for flows SPOT_WITHDRAW_READ",
        not_read={
            "isolated margin and earn": "no call of them is documented",
        },
        ccxt_id="mexc",
        exchange_name="MEXC",
        pretty_display_type="Mexc",
        icon="mexc",
        url="https://www.mexc.com/",
        help_url="https://www.mexc.com/api-docs/spot-v3/introduction",
        wallets=("spot", "futures"),
        quotes=("BTC", "USD", "USDC", "USDT", "EUR", "USDE", "USD1"),
        steps=("ETH", "MX"),
        supported_market_types=("spot", "futures"),
        capabilities=NO_DEPOSITS,
    ),
)
