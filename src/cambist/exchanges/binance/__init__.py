"""Binance and Binance US: what is known of them beyond ccxt."""

from dataclasses import replace

from cambist.exchanges.binance import funding, rights, tickers, trading, wallets
from cambist.exchanges.binance.failures import CODES
from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect

# What a call costs of the limit by address (Binance's documentation of each path; all symbols).
_BY_PATH = {
    "/api/v3/account": 20,
    "/api/v3/ticker/price": 4,
    "/api/v3/ticker/bookTicker": 4,
    "/api/v3/exchangeInfo": 20,
    "/api/v3/openOrders": 80,
    "/api/v3/myTrades": 20,
    "/sapi/v1/capital/config/getall": 10,
    "/sapi/v1/capital/deposit/address": 10,
    "/api/v3/time": 1,
    "/api/v3/ping": 1,
    "/sapi/v1/account/apiRestrictions": 1,
}

BINANCE = Dialect(
    weights=Weights(6_000, _BY_PATH, other=10, used_header="X-MBX-USED-WEIGHT-1M"),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    codes=CODES,
    rights=rights.rights,
    trades=trading.trades,
)
BINANCE_US = replace(BINANCE, weights=replace(BINANCE.weights, limit=1_200), rights=None)
