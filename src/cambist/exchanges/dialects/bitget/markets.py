"""Bitget's rows of the catalogue."""

from dataclasses import replace

from cambist.core.terms import Market
from cambist.exchanges.capabilities import FUTURES, NO_DEPOSITS

_BITGET = Market(
    code="bitget",
    permission="Read-only",
    not_read={
        "P2P, and products locked without an API": "no API tells what they hold",
        "earn and bots of unified accounts": "refused by name",
    },
    ccxt_id="bitget",
    exchange_name="Bitget",
    pretty_display_type="Bitget",
    icon="bitget",
    url="https://www.bitget.com/",
    help_url="https://www.bitget.com/support/articles/360011132814",
    credentials=("api_key", "secret", "passphrase"),
    wallets=("spot", "funding", "earn", "cross_margin", "isolated_margin", "bots_spot", "bots_futures"),
    positions=frozenset({"bots_spot", "bots_futures"}),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "BRL"),
    steps=("ETH", "BGB"),
    tells_rights=True,
    capabilities=NO_DEPOSITS,
)
_FUTURES = replace(_BITGET, supported_market_types=("futures",), capabilities=FUTURES)

MARKETS = (
    _BITGET,
    replace(
        _FUTURES,
        code="bitget_usdt_futures",
        not_read={},
        exchange_name="Bitget USDT Futures",
        pretty_display_type="BitgetUsdtFutures",
        icon="bitget_usdt_futures",
        url="https://www.bitget.com/futures/usdt",
        wallets=("futures_usdt",),
        positions=frozenset({"futures_usdt"}),
    ),
    replace(
        _FUTURES,
        code="bitget_futures",
        not_read={},
        exchange_name="Bitget Futures",
        pretty_display_type="BitgetFutures",
        icon="bitget_futures",
        url="https://www.bitget.com/futures",
        wallets=("futures_usdt", "futures_usdc", "futures_coin"),
        positions=frozenset({"futures_usdt", "futures_usdc", "futures_coin"}),
    ),
)
