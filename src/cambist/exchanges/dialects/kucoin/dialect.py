"""KuCoin: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.kucoin import account, funding, ledger, tickers, trading, wallets
from cambist.exchanges.dialects.kucoin.failures import ERRORS

# KuCoin counts weight in windows of 30 s: 2,000 of an address for what is public, and of each user as many
# in each of several pools (4,000 for spot), here taken for one.
_IN_HALF_A_MINUTE = 2_000
_BY_PATH = {
    "/api/v2/symbols": 4,
    "/api/v1/market/allTickers": 15,
    "/api/v1/market/candles": 3,
    "/api/v3/currencies": 3,
    "/api/v1/timestamp": 3,
    "/api/v1/accounts": 5,
    "/api/ua/v1/unified/account/balance": 5,
    "/api/ua/v1/account/balance": 5,
    "/api/ua/v1/account/mode": 30,
    "/api/v3/margin/accounts": 15,
    "/api/v3/isolated/accounts": 15,
    "/api/v1/earn/hold-assets": 5,
    "/api/v1/user/api-key": 20,
    "/api/v3/deposit-addresses": 5,
    "/api/v1/orders": 2,
    "/api/v1/hf/orders/active": 2,
    "/api/v1/hf/orders/active/symbols": 2,
    "/api/v1/accounts/ledgers": 2,
    "/api/v1/hf/accounts/ledgers": 2,
    "/api/v3/hf/margin/account/ledgers": 2,
    "/api/v3/margin/interest": 20,
    "/api/ua/v1/account/ledger": 2,
    "/api/v1/transaction-history": 2,
}
_WEIGHTS = Weights(_IN_HALF_A_MINUTE, _BY_PATH, other=20, window_ms=30_000)

KUCOIN = Dialect(
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
