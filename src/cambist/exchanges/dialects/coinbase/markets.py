"""Coinbase's rows of the catalogue."""

from dataclasses import replace

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS
from cambist.exchanges.dialects.coinbase.assets import SPELLINGS

_ADVANCED = Market(
    code="coinbase_advanced",
    permission="View",
    not_read={
        "INTX perpetuals": "their open profit has a call of its own, not read",
        "loans, DeFi, stocks and prediction markets": "not told by the APIs that are read",
    },
    ccxt_id="coinbase",
    exchange_name="Coinbase Advanced",
    pretty_display_type="CoinbaseAdvanced",
    icon="coinbase_advanced",
    url="https://www.coinbase.com/advanced-trade",
    help_url="https://docs.cdp.coinbase.com/coinbase-app/authentication-authorization/api-key-authentication",
    wallets=("spot", "vault", "futures"),
    positions=frozenset({"futures"}),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "GBP"),
    spellings=SPELLINGS,
    tells_rights=True,
    capabilities=NO_DEPOSITS,
)

MARKETS = (
    _ADVANCED,
    replace(
        _ADVANCED,
        code="gdax",
        permission="View",
        not_read={
            "margin and loans": "have calls of their own, not read yet",
        },
        ccxt_id="coinbaseexchange",
        prices_from="coinbase",
        tells_rights=False,
        exchange_name="Coinbase Exchange",
        pretty_display_type="Gdax",
        icon="gdax",
        url="https://exchange.coinbase.com/",
        help_url="https://docs.cdp.coinbase.com/exchange/introduction/welcome",
        credentials=("api_key", "secret", "passphrase"),
        wallets=("spot",),
    ),
)
