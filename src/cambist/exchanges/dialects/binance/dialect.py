"""Binance and Binance US: what is known of them beyond ccxt."""

from dataclasses import replace

from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.binance import control, funding, ledger, rights, tickers, trading, wallets
from cambist.exchanges.dialects.binance.failures import ERRORS, NEEDS
from cambist.exchanges.dialects.binance.weights import USER_WEIGHTS, WEIGHTS

BINANCE = Dialect(
    weights=WEIGHTS,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    control=control.own_total,
    trades=trading.trades,
    orders_in="spot",
    uid=wallets.uid,
    needs=NEEDS,
    candle=tickers.candle,
    key_weights=USER_WEIGHTS,
    ledger=ledger.LEDGER,
)
BINANCE_US = replace(
    BINANCE,
    weights=replace(WEIGHTS, limit=1_200, apart={}),
    rights=None,
    control=None,
    key_weights=None,
    ledger=ledger.LEDGER_US,
)
