"""Binance and Binance US: what is known of them beyond ccxt."""

from dataclasses import replace

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.binance import control, funding, rights, tickers, trading, wallets
from cambist.exchanges.dialects.binance.failures import ERRORS, NEEDS

_USED = "X-MBX-USED-WEIGHT-1M"

# What a call costs of the limit by address (Binance's documentation of each path; all symbols). The paths of
# /api share one limit, as those of each kind of futures do; each path of /sapi has its own ("Each endpoint
# with IP limits has an independent 12000 per minute limit", General Info).
_SAPI = {
    path: Weights(12_000, {path: weight}, used_header="X-SAPI-USED-IP-WEIGHT-1M")
    for path, weight in {
        "/sapi/v1/capital/config/getall": 10,
        "/sapi/v1/capital/deposit/address": 10,
        "/sapi/v1/account/apiRestrictions": 1,
        "/sapi/v1/asset/get-funding-asset": 1,
        "/sapi/v1/asset/wallet/balance": 60,
        "/sapi/v1/simple-earn/flexible/position": 150,
        "/sapi/v1/simple-earn/locked/position": 150,
        "/sapi/v1/margin/account": 10,
        "/sapi/v1/margin/isolated/account": 10,
    }.items()
}
_WEIGHTS = Weights(
    6_000,
    {
        "/api/v3/account": 20,
        "/api/v3/ticker/price": 4,
        "/api/v3/ticker/bookTicker": 4,
        "/api/v3/exchangeInfo": 20,
        "/api/v3/openOrders": 80,
        "/api/v3/klines": 2,
        "/api/v3/myTrades": 20,
        "/api/v3/time": 1,
        "/api/v3/ping": 1,
    },
    other=10,
    used_header=_USED,
    apart={
        **_SAPI,
        "/fapi/": Weights(2_400, {"/fapi/v3/account": 5}, other=10, used_header=_USED),
        "/dapi/": Weights(2_400, {"/dapi/v1/account": 5}, other=10, used_header=_USED),
        "/papi/": Weights(6_000, {"/papi/v1/balance": 20}, other=10, used_header=_USED),
    },
)

BINANCE = Dialect(
    weights=_WEIGHTS,
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
)
BINANCE_US = replace(BINANCE, weights=replace(_WEIGHTS, limit=1_200, apart={}), rights=None, control=None)
