"""Bybit: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.bybit import control, funding, rights, tickers, trading, wallets
from cambist.exchanges.dialects.bybit.failures import ERRORS

# Every call counts as one of the 600 in 5 s that an address may send (Bybit's rate limit rules). What a
# user may ask of a path in a second (10 to 50) is more than one account's load asks.
_PATHS = (
    "/v5/account/wallet-balance",
    "/v5/asset/asset-overview",
    "/v5/asset/transfer/query-account-coins-balance",
    "/v5/asset/coin/query-info",
    "/v5/asset/deposit/query-address",
    "/v5/market/instruments-info",
    "/v5/market/tickers",
    "/v5/market/time",
    "/v5/order/realtime",
    "/v5/user/query-api",
)

BYBIT = Dialect(
    weights=Weights(600, dict.fromkeys(_PATHS, 1), window_ms=5_000),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    control=control.own_total,
)
