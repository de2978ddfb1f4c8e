"""Bitstamp's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS

MARKETS = (
    Market(
        code="bitstamp",
        permission="Account balance",
        not_read={
            "earn": "its form is not documented",
            "derivatives": "ccxt has no call of them",
        },
        ccxt_id="bitstamp",
        exchange_name="Bitstamp",
        pretty_display_type="Bitstamp",
        icon="bitstamp",
        url="https://www.bitstamp.net/",
        help_url="https://www.bitstamp.net/api/",
        wallets=("spot",),
        quotes=("BTC", "USD", "USDC", "USDT", "EUR", "GBP"),
        capabilities=NO_DEPOSITS,
    ),
)
