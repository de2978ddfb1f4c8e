"""WhiteBIT's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS

MARKETS = (
    Market(
        code="whitebit",
        permission=(
            "read, with histories of wallets, deals, positions, conversions, codes, lending and sub-accounts"
        ),
        not_read={
            "collateral with something borrowed": "refused, since whether it counts is not documented",
            "lending": "not read yet",
        },
        ccxt_id="whitebit",
        exchange_name="WhiteBIT",
        pretty_display_type="Whitebit",
        icon="whitebit",
        url="https://whitebit.com/",
        help_url="https://docs.whitebit.com/",
        wallets=("spot", "main", "collateral", "collateral_profit"),
        positions=frozenset({"collateral_profit"}),
        quotes=("BTC", "USD", "USDC", "USDT", "EUR", "UAH", "TRY", "PLN"),
        steps=("ETH", "WBT"),
        supported_market_types=("spot", "futures"),
        capabilities=NO_DEPOSITS,
    ),
)
