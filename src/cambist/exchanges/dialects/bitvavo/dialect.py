"""Bitvavo: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.bitvavo import ledger, tickers, trading, wallets
from cambist.exchanges.dialects.bitvavo.failures import ERRORS
from cambist.exchanges.dialects.ccxt_rules.funding import currencies

# 1000 a minute of a key, of an address without one ("Rate limiting").
_WEIGHTS = Weights(
    1_000,
    {
        "/v2/account/history": 1,
        "/v2/assets": 1,
        "/v2/balance": 5,
        "/candles": 1,
        "/v2/deposit": 1,
        "/v2/depositHistory": 5,
        "/v2/markets": 1,
        "/v2/ordersOpen": 100,
        "/v2/stakingBalance": 5,
        "/v2/ticker/book": 1,
        "/v2/ticker/price": 1,
        "/v2/time": 1,
        "/v2/withdrawalHistory": 5,
    },
    other=5,
)

BITVAVO = Dialect(
    weights=_WEIGHTS,
    key_weights=_WEIGHTS,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=currencies,
    deposit_address=trading.deposit_address,
    errors=ERRORS,
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)
