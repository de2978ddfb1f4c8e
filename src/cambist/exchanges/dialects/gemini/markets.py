"""Gemini's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS

MARKETS = (
    Market(
        code="gemini",
        permission="Auditor",
        not_read={
            "perpetuals": "their open profit is not read",
        },
        ccxt_id="gemini",
        exchange_name="Gemini",
        pretty_display_type="Gemini",
        icon="gemini",
        url="https://www.gemini.com/",
        help_url="https://support.gemini.com/hc/en-us/articles/360031080191",
        wallets=("spot", "staking"),
        quotes=("BTC", "USD", "GUSD", "USDC", "USDT", "EUR", "GBP", "SGD"),
        tells_rights=True,
        capabilities=NO_DEPOSITS,
    ),
)
