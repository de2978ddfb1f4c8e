"""Bitfinex: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.bitfinex import funding, ledger, rights, tickers, trading, wallets
from cambist.exchanges.dialects.bitfinex.failures import ERRORS
from cambist.exchanges.dialects.ccxt_rules import funding as by_ccxt

# An address has 90 calls a minute of each of these paths, and is shut out for a minute after that.
_PATHS = (
    "/auth/r/wallets",
    "/auth/r/info/margin/base",
    "/auth/r/ledgers/hist",
    "/auth/r/positions",
    "/auth/r/orders",
    "/auth/r/permissions",
    "/auth/r/info/user",
    "/tickers",
    "/conf/",
)
_A_MINUTE = 90
_CANDLES = {"/candles/": Weights(30, {"/hist": 1})}  # 30 a minute, as some of its pages say, or 90 as others

BITFINEX = Dialect(
    weights=Weights(_A_MINUTE, {}, apart={path: Weights(_A_MINUTE, {path: 1}) for path in _PATHS} | _CANDLES),
    rising_nonces=True,
    wallets=wallets.WALLETS,
    together=wallets.together,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=by_ccxt.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    uid=rights.uid,
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)
