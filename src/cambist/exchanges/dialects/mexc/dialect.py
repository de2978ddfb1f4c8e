"""MEXC: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules.funding import currencies
from cambist.exchanges.dialects.mexc import ledger, tickers, trading, wallets
from cambist.exchanges.dialects.mexc.failures import ERRORS

# Each path of spot may be asked for 500 in ten seconds, by address or by user ("Limits"); counted together.
# Of futures 20 calls in two seconds.
_SPOT = {
    "/api/v3/account": 10,
    "/api/v3/capital/config/getall": 10,
    "/api/v3/capital/deposit/address": 10,
    "/api/v3/capital/deposit/hisrec": 10,
    "/api/v3/capital/withdraw/history": 10,
    "/api/v3/exchangeInfo": 10,
    "/api/v3/openOrders": 3,
    "/api/v3/ticker/bookTicker": 10,
    "/api/v3/ticker/price": 10,
    "/api/v3/time": 1,
    "/api/v3/uid": 1,
}
_FUTURES = Weights(20, {"/api/v1/private/account/assets": 1}, window_ms=2_000)

MEXC = Dialect(
    weights=Weights(500, _SPOT, other=10, apart={"/api/v1/": _FUTURES}, window_ms=10_000),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=currencies,
    deposit_address=trading.deposit_address,
    errors=ERRORS,
    uid=wallets.uid,
    ledger=ledger.SOURCES,
)
