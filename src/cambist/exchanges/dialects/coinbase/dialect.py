"""Coinbase Advanced and Coinbase Exchange: what is known of them beyond ccxt."""

import re

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules import funding
from cambist.exchanges.dialects.ccxt_rules import trading as ccxt_trading
from cambist.exchanges.dialects.coinbase import (
    exchange,
    exchange_ledger,
    ledger,
    rights,
    tickers,
    trading,
    wallets,
)
from cambist.exchanges.dialects.coinbase.failures import ERRORS, EXCHANGE_ERRORS

# 10 public calls a second of an address, 30 of a user (Advanced's rate limits). Counted by the minute, since
# one load asks ten times at most and prices are asked for every two seconds: no second ever has so many. The
# older API lets a key ask 10,000 times an hour, which is one eleventh of that.
_BY_PATH = {
    "/api/v3/brokerage/market/products": 1,
    "/api/v3/brokerage/market/products/BTC-USD/ticker": 1,
    "/candles": 1,
    "/v2/time": 1,
    "/api/v3/brokerage/accounts": 1,
    "/api/v3/brokerage/cfm/balance_summary": 1,
    "/api/v3/brokerage/key_permissions": 1,
    "/api/v3/brokerage/orders/historical/batch": 1,
    "/api/v3/brokerage/orders/historical/fills": 1,
    "/v2/accounts": 11,
    "/v2/accounts/transactions": 11,
}
_TRANSACTIONS = re.compile(r"/v2/accounts/[^/]+/transactions(/[^/]+)?\Z")


def _path_of(path: str, _: str | None) -> str:
    """Of all accounts and transactions the same."""
    return _TRANSACTIONS.sub("/v2/accounts/transactions", path)


COINBASE_ADVANCED = Dialect(
    weights=Weights(600, _BY_PATH),
    key_weights=Weights(1_800, _BY_PATH),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    uid=rights.uid,
    path_of=_path_of,
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)

# 10 public calls a second of an address, 15 of a profile (Coinbase Exchange's rate limits); by the minute.
COINBASE_EXCHANGE = Dialect(
    weights=Weights(600, {"/accounts": 1, "/time": 1, "/orders": 1}),
    key_weights=Weights(900, {}),
    wallets=exchange.WALLETS,
    prices=exchange.NO_PRICES,
    open_orders=ccxt_trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=EXCHANGE_ERRORS,
    ledger=exchange_ledger.SOURCES,
)
