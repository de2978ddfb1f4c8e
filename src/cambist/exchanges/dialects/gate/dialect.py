"""Gate: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.gate import account, funding, ledger, tickers, trading, wallets
from cambist.exchanges.dialects.gate.failures import ERRORS

# Gate lets each path be called 200 times in 10 s, of an address where it is public and of a user where it is
# not (150 for margin, Earn and the unified account). Here all paths together keep within what one may have.
_IN_TEN_SECONDS = 150
_PATHS = (
    "/spot/currency_pairs",
    "/spot/tickers",
    "/spot/candlesticks",
    "/spot/currencies",
    "/spot/time",
    "/spot/accounts",
    "/spot/open_orders",
    "/unified/accounts",
    "/margin/accounts",
    "/earn/uni/lends",
    "/futures/usdt/accounts",
    "/futures/btc/accounts",
    "/delivery/usdt/accounts",
    "/options/accounts",
    "/account/detail",
    "/account/main_keys",
    "/wallet/deposit_address",
    "/wallet/deposits",
    "/wallet/withdrawals",
    "/spot/account_book",
    "/spot/orders",
    "/unified/unified_mode",
    "/margin/uni/interest_records",
    "/earn/uni/interest_records",
    "/futures/usdt/account_book",
    "/futures/btc/account_book",
    "/delivery/usdt/account_book",
    "/options/account_book",
)
_WEIGHTS = Weights(_IN_TEN_SECONDS, dict.fromkeys(_PATHS, 1), window_ms=10_000)

GATE = Dialect(
    weights=_WEIGHTS,
    key_weights=_WEIGHTS,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=account.rights,
    uid=account.uid,
    orders_in="spot",
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)
