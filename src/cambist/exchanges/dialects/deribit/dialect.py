"""Deribit: what is known of it beyond ccxt."""

from dataclasses import replace

from cambist.exchanges.budget import Weights, each_by_itself
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules.funding import currencies
from cambist.exchanges.dialects.deribit import ledger, rights, tickers, trading, wallets
from cambist.exchanges.dialects.deribit.failures import ERRORS

# 20 calls a second of a user, a hundred at once; of the list of instruments one a second ("Rate Limits",
# support.deribit.com). Public calls are limited by address, by how much is not told: counted alike.
_WEIGHTS = Weights(
    100,
    {
        "/private/get_account_summaries": 1,
        "/private/get_open_orders": 1,
        "/private/get_transaction_log": 1,
        "/public/auth": 1,
        "/public/get_book_summary_by_currency": 1,
        "/public/get_currencies": 1,
        "/public/get_instruments": 20,
        "/public/get_time": 1,
        "/public/get_tradingview_chart_data": 1,
    },
    window_ms=5_000,
)
# One a second, whatever else the key asks.
_OF_A_KEY = replace(_WEIGHTS, apart=each_by_itself({"/private/get_transaction_log": 20}, 20_000))

DERIBIT = Dialect(
    weights=_WEIGHTS,
    key_weights=_OF_A_KEY,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=currencies,
    deposit_address=trading.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)
