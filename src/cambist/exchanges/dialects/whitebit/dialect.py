"""WhiteBIT: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules.funding import currencies
from cambist.exchanges.dialects.whitebit import ledger, tickers, trading, wallets
from cambist.exchanges.dialects.whitebit.failures import ERRORS

# Each path has a limit of its own, of 1,000 in ten seconds (main account, orders) or more; counted together.
# The history of deposits and withdrawals has one of 200.
_PATHS = (
    "/api/v1/public/kline",
    "/api/v1/public/tickers",
    "/api/v4/collateral-account/balance-summary",
    "/api/v4/collateral-account/positions/history",
    "/api/v4/collateral-account/summary",
    "/api/v4/convert/history",
    "/api/v4/main-account/address",
    "/api/v4/main-account/balance",
    "/api/v4/main-account/codes/history",
    "/api/v4/main-account/smart-flex/investments/history",
    "/api/v4/main-account/smart/interest-payment-history",
    "/api/v4/main-account/smart/investments",
    "/api/v4/orders",
    "/api/v4/public/assets",
    "/api/v4/public/markets",
    "/api/v4/public/ticker",
    "/api/v4/public/time",
    "/api/v4/sub-account/list",
    "/api/v4/sub-account/transfer/history",
    "/api/v4/trade-account/balance",
    "/api/v4/trade-account/executed-history",
)
_WEIGHTS = {**dict.fromkeys(_PATHS, 1), "/api/v4/main-account/history": 5}

WHITEBIT = Dialect(
    weights=Weights(1_000, _WEIGHTS, window_ms=10_000),
    rising_nonces=True,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=currencies,
    deposit_address=trading.deposit_address,
    errors=ERRORS,
    ledger=ledger.LEDGER,
    candle=tickers.candle,
)
