"""HTX (Huobi): what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules import funding as by_ccxt
from cambist.exchanges.dialects.htx import (
    contracts,
    funding,
    history,
    interest,
    rights,
    tickers,
    trading,
    wallets,
)
from cambist.exchanges.dialects.htx.failures import ERRORS

# A user has 100 calls in 2 s of the lightest paths, such as a balance, and fewer of others: each is counted
# as what it takes of the whole. Of contracts there are 72 in 3 s.
_OF_A_KEY = Weights(
    100,
    {
        "/v1/account/accounts": 1,
        "/v1/margin/accounts/balance": 1,
        "/v1/order/openOrders": 2,
        "/swap-api/v1/swap_account_info": 3,
        "/api/v1/contract_account_info": 3,
        "/v1/cross-margin/accounts/balance": 5,
        "/v2/user/uid": 5,
        "/v2/user/api-key": 5,
        "/v2/account/deposit/address": 5,
        "/v1/account/history": 20,
        "/v1/query/deposit-withdraw": 5,
        "/v1/margin/loan-orders": 1,
        "/v1/cross-margin/loan-orders": 50,
        "/swap-api/v3/swap_financial_record": 3,
        "/api/v3/contract_financial_record": 3,
        "/balance": 1,
    },
    other=5,
    window_ms=2_000,
)

HTX = Dialect(
    weights=Weights(600, {}),
    key_weights=_OF_A_KEY,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=by_ccxt.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    uid=rights.uid,
    ledger=(
        contracts.SWAPS.source(),
        contracts.DELIVERIES.source(),
        *history.SOURCES,
        *interest.SOURCES,
    ),
    candle=tickers.candle,
)
