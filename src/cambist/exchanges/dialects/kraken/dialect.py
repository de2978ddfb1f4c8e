"""Kraken and Kraken Futures: what is known of them beyond ccxt."""

from cambist.exchanges.budget import NOT_COUNTED, Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.kraken import (
    funding,
    futures,
    futures_ledger,
    ledger,
    rights,
    tickers,
    trading,
    wallets,
)
from cambist.exchanges.dialects.kraken.failures import ERRORS, FUTURES_ERRORS

# A counter of each key rises by one a call and falls by a third a second; over 15 (on the lowest tier)
# calls are refused. 60 % of 25 are 15: so many in any minute never overfill it.
_OF_A_KEY = Weights(25, {"/0/private/Ledgers": 2, "/0/private/TradesHistory": 2})

KRAKEN = Dialect(
    weights=Weights(60, {}, apart={"/0/private/": NOT_COUNTED}),
    key_weights=_OF_A_KEY,
    rising_nonces=True,
    ledger=ledger.SOURCES,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    candle=tickers.candle,
)

# 500 in any ten seconds, of which accounts and open orders take 2 each: 60 % of 830 are 498, in a minute.
# Of history a key has a pool of 100 tokens, filled by 100 in ten minutes, of which a long page takes 3.
_HISTORY = Weights(100, {"/api/history/v3/account-log": 3}, window_ms=600_000)
_OF_A_FUTURES_KEY = Weights(
    830,
    {"/derivatives/api/v3/accounts": 2, "/derivatives/api/v3/openorders": 2},
    apart={"/api/history/": _HISTORY},
)

KRAKEN_FUTURES = Dialect(
    weights=NOT_COUNTED,
    key_weights=_OF_A_FUTURES_KEY,
    wallets=futures.WALLETS,
    prices=futures.NO_PRICES,
    open_orders=futures.open_orders,
    currencies=futures.currencies,
    deposit_address=futures.deposit_address,
    errors=FUTURES_ERRORS,
    ledger=futures_ledger.SOURCES,
)
