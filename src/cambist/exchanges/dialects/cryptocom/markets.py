"""Crypto.com Exchange's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS

MARKETS = (
    Market(
        code="cryptocom",
        permission="Can Read",
        not_read={
            "staking": "whether the balance holds it is not documented",
        },
        ccxt_id="cryptocom",
        exchange_name="Crypto.com",
        pretty_display_type="CryptoCom",
        icon="cryptocom",
        url="https://crypto.com/exchange",
        help_url="https://help.crypto.com/en/articles/3511424-api",
        wallets=("spot",),
        quotes=("BTC", "USD", "USDT", "USDC", "EUR"),
        steps=("ETH", "CRO"),
        spellings={"USD_STABLE_COIN": "USDC"},
        supported_market_types=("spot", "futures"),
        capabilities=NO_DEPOSITS,
    ),
)
