"""Coinbase Advanced and Coinbase Exchange: what is known of them beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules import funding
from cambist.exchanges.dialects.ccxt_rules import trading as ccxt_trading
from cambist.exchanges.dialects.coinbase import exchange, rights, tickers, trading, wallets
from cambist.exchanges.dialects.coinbase.failures import ERRORS, EXCHANGE_ERRORS

_SECOND_MS = 1_000
# 10 public calls a second of an address, 30 of a user (Advanced's rate limits). The older API lets a key ask
# 10,000 times an hour: weighed so that 18 a second are fewer than 6,000.
_BY_PATH = {
    "/api/v3/brokerage/market/products": 1,
    "/api/v3/brokerage/market/products/BTC-USD/ticker": 1,
    "/v2/time": 1,
    "/api/v3/brokerage/accounts": 1,
    "/api/v3/brokerage/cfm/balance_summary": 1,
    "/api/v3/brokerage/key_permissions": 1,
    "/api/v3/brokerage/orders/historical/batch": 1,
    "/v2/accounts": 11,
}

COINBASE_ADVANCED = Dialect(
    weights=Weights(10, _BY_PATH, window_ms=_SECOND_MS),
    key_weights=Weights(30, _BY_PATH, window_ms=_SECOND_MS),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    uid=rights.uid,
)

# 10 public calls a second of an address, 15 of a profile (Coinbase Exchange's rate limits).
COINBASE_EXCHANGE = Dialect(
    weights=Weights(10, {"/accounts": 1, "/time": 1, "/orders": 1}, window_ms=_SECOND_MS),
    key_weights=Weights(15, {}, window_ms=_SECOND_MS),
    wallets=exchange.WALLETS,
    prices=exchange.NO_PRICES,
    open_orders=ccxt_trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=EXCHANGE_ERRORS,
)
