"""Bitfinex's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS
from cambist.exchanges.dialects.bitfinex.assets import SPELLINGS

MARKETS = (
    Market(
        code="bitfinex",
        permission="Wallets and Margin: get",
        not_read={
            "what is borrowed against collateral elsewhere": "no call of it is known to us",
        },
        ccxt_id="bitfinex",
        exchange_name="Bitfinex",
        pretty_display_type="Bitfinex",
        icon="bitfinex",
        url="https://www.bitfinex.com/",
        help_url="https://support.bitfinex.com/hc/en-us/articles/115003363429",
        wallets=("exchange", "margin", "funding", "positions", "derivatives"),
        positions=frozenset({"positions"}),
        quotes=("BTC", "USD", "USDT", "USDC", "EUR", "GBP", "JPY"),
        spellings=SPELLINGS,
        tells_rights=True,
        supported_market_types=("spot", "futures"),
        capabilities=NO_DEPOSITS,
    ),
)
