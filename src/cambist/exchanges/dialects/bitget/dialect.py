"""Bitget: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.bitget import account, funding, ledger, tickers, trading, wallets
from cambist.exchanges.dialects.bitget.failures import ERRORS

# 6,000 calls a minute of an address, whatever they are. What a user may ask of a path in a second (10, or 20
# of unified accounts; one of what a key is) is more than one account's load asks.
_A_MINUTE = 6_000
_PATHS = (
    "/api/v2/spot/public/symbols",
    "/api/v2/spot/public/coins",
    "/api/v2/spot/market/tickers",
    "/api/v2/spot/market/candles",
    "/api/v2/spot/market/history-candles",
    "/api/v2/public/time",
    "/api/v2/spot/account/assets",
    "/api/v2/spot/account/info",
    "/api/v2/spot/trade/unfilled-orders",
    "/api/v2/spot/wallet/deposit-address",
    "/api/v2/account/funding-assets",
    "/api/v2/account/bot-assets",
    "/api/v2/earn/account/assets",
    "/api/v2/margin/crossed/account/assets",
    "/api/v2/margin/isolated/account/assets",
    "/api/v2/mix/account/accounts",
    "/api/v3/account/assets",
    "/api/v3/account/funding-assets",
    "/api/v3/account/info",
    "/api/v3/account/deposit-address",
    "/api/v2/spot/account/bills",
    "/api/v2/spot/account/transferRecords",
    "/api/v2/spot/wallet/deposit-records",
    "/api/v2/spot/wallet/withdrawal-records",
    "/api/v2/earn/savings/records",
    "/api/v2/earn/sharkfin/records",
    "/api/v2/margin/crossed/financial-records",
    "/api/v2/margin/crossed/interest-history",
    "/api/v2/margin/isolated/financial-records",
    "/api/v2/margin/isolated/interest-history",
    "/api/v2/mix/account/bill",
    "/api/v3/account/financial-records",
    "/api/v3/account/funding-financial-records",
    "/api/v3/account/deposit-records",
    "/api/v3/account/withdrawal-records",
)

BITGET = Dialect(
    weights=Weights(_A_MINUTE, dict.fromkeys(_PATHS, 1)),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=account.rights,
    uid=account.uid,
    orders_in="spot",
    ledger=ledger.LEDGER,
    candle=tickers.candle,
)
