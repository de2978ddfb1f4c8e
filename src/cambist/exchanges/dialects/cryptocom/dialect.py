"""Crypto.com Exchange: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules import funding as by_ccxt
from cambist.exchanges.dialects.cryptocom import funding, ledger, tickers, trading, wallets
from cambist.exchanges.dialects.cryptocom.failures import ERRORS

# A key has three calls of a path in 100 ms; an address 100 public calls a second.
_OF_A_KEY = Weights(
    30,
    dict.fromkeys(
        (
            "/private/user-balance",
            "/private/get-open-orders",
            "/private/get-transactions",
            "/private/get-deposit-history",
            "/private/get-withdrawal-history",
        ),
        1,
    ),
    window_ms=1_000,
)
_PUBLIC = ("/public/get-tickers", "/public/get-instruments", "/public/get-candlestick")

CRYPTOCOM = Dialect(
    weights=Weights(100, dict.fromkeys(_PUBLIC, 1), window_ms=1_000),
    key_weights=_OF_A_KEY,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=by_ccxt.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    uid=trading.uid,
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)
