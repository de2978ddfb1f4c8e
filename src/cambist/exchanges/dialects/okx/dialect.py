"""OKX, v5: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.okx import account, control, funding, tickers, trading, wallets
from cambist.exchanges.dialects.okx.failures import ERRORS

# OKX limits each path by itself: the public ones by address (20 in 2 s, the time 10), the others by account
# (5 to 60 in 2 s). Counted here as one sum of an address, in tenths of a public call: what is public keeps
# well inside its own limit, and accounts, each loaded once a second at most, keep theirs without a count.
_A_MINUTE = 20 * 30 * 10
_BY_PATH = {
    "/api/v5/market/tickers": 10,
    "/api/v5/public/instruments": 10,
    "/api/v5/public/time": 20,
    "/api/v5/account/balance": 1,
    "/api/v5/account/config": 1,
    "/api/v5/asset/asset-valuation": 1,
    "/api/v5/asset/balances": 1,
    "/api/v5/asset/currencies": 1,
    "/api/v5/asset/deposit-address": 1,
    "/api/v5/finance/savings/balance": 1,
    "/api/v5/trade/orders-pending": 1,
}

OKX = Dialect(
    weights=Weights(_A_MINUTE, _BY_PATH, other=10),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=account.rights,
    control=control.own_total,
    uid=account.uid,
)
