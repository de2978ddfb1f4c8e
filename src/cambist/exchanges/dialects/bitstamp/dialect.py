"""Bitstamp: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.bitstamp import funding, ledger, tickers, trading, wallets
from cambist.exchanges.dialects.bitstamp.failures import ERRORS
from cambist.exchanges.dialects.ccxt_rules import funding as by_ccxt

# 10,000 calls in ten minutes; each counts one.
_PATHS = (
    "/account_balances/",
    "/ticker/",
    "/ticker/btcusd/",
    "/markets/",
    "/open_orders/all/",
    "/user_transactions/",
)

BITSTAMP = Dialect(
    weights=Weights(1_000, dict.fromkeys(_PATHS, 1)),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=by_ccxt.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)
