"""Kraken's and Kraken Futures' rows of the catalogue."""

from dataclasses import replace

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS
from cambist.exchanges.dialects.kraken.assets import SPELLINGS

_KRAKEN = Market(
    code="kraken",
    ccxt_id="kraken",
    exchange_name="Kraken",
    pretty_display_type="Kraken",
    icon="kraken",
    url="https://www.kraken.com/",
    help_url="https://support.kraken.com/hc/en-us/articles/360000919966",
    wallets=("spot", "margin"),
    positions=frozenset({"margin"}),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY"),
    spellings=SPELLINGS,
    tells_rights=True,
    permission="Query funds, Query ledger entries",
    permissions={"margin": "Query open orders & trades"},
    not_read={"futures": "an account of its own: the market kraken_futures"},
    capabilities=NO_DEPOSITS,
)

MARKETS = (
    _KRAKEN,
    replace(
        _KRAKEN,
        code="kraken_futures",
        ccxt_id="krakenfutures",
        prices_from="kraken",
        tells_rights=False,
        exchange_name="Kraken Futures",
        pretty_display_type="KrakenFutures",
        icon="kraken_futures",
        url="https://futures.kraken.com/",
        help_url="https://support.kraken.com/hc/en-us/articles/360022839451",
        wallets=("futures",),
        positions=frozenset({"futures"}),
        permission="General API: Read Only",
        permissions={},
        not_read={},
        supported_market_types=("futures",),
    ),
)
