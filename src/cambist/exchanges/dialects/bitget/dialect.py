"""Bitget: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights, each_by_itself
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.bitget import account, funding, ledger, tickers, trading, wallets
from cambist.exchanges.dialects.bitget.failures import ERRORS

# 6,000 calls a minute of an address, whatever they are.
_A_MINUTE = 6_000
# How often a user may ask each path in a second, says its page of Bitget's documentation, where it says so;
# of the rest no more than of their neighbours. What a key is, which may be asked once, no sync asks.
_OF_A_KEY = each_by_itself(
    {
        "/api/v2/spot/account/assets": 10,
        "/api/v2/spot/trade/unfilled-orders": 20,
        "/api/v2/spot/wallet/deposit-address": 10,
        "/api/v2/account/funding-assets": 10,
        "/api/v2/account/bot-assets": 10,
        "/api/v2/earn/account/assets": 10,
        "/api/v2/margin/crossed/account/assets": 10,
        "/api/v2/margin/isolated/account/assets": 10,
        "/api/v2/mix/account/accounts": 10,
        "/api/v3/account/assets": 20,
        "/api/v3/account/funding-assets": 20,
        "/api/v3/account/deposit-address": 10,
        "/api/v2/spot/account/bills": 10,
        "/api/v2/spot/account/transferRecords": 20,
        "/api/v2/spot/wallet/deposit-records": 10,
        "/api/v2/spot/wallet/withdrawal-records": 10,
        "/api/v2/earn/savings/records": 10,
        "/api/v2/earn/sharkfin/records": 10,
        "/api/v2/margin/crossed/financial-records": 10,
        "/api/v2/margin/crossed/interest-history": 10,
        "/api/v2/margin/isolated/financial-records": 10,
        "/api/v2/margin/isolated/interest-history": 10,
        "/api/v2/mix/account/bill": 10,
        "/api/v3/account/financial-records": 20,
        "/api/v3/account/funding-financial-records": 20,
        "/api/v3/account/deposit-records": 10,
        "/api/v3/account/withdrawal-records": 10,
    },
    window_ms=1_000,
)
_PATHS = (
    *_OF_A_KEY,
    "/api/v2/spot/account/info",
    "/api/v3/account/info",
    "/api/v2/spot/public/symbols",
    "/api/v2/spot/public/coins",
    "/api/v2/spot/market/tickers",
    "/api/v2/spot/market/candles",
    "/api/v2/spot/market/history-candles",
    "/api/v2/public/time",
)

BITGET = Dialect(
    weights=Weights(_A_MINUTE, dict.fromkeys(_PATHS, 1)),
    key_weights=Weights(10, {}, apart=_OF_A_KEY, window_ms=1_000),
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
