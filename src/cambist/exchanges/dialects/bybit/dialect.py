"""Bybit: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights, each_by_itself
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.bybit import control, funding, ledger, rights, tickers, trading, wallets
from cambist.exchanges.dialects.bybit.failures import ERRORS

# How often a user may ask each path in a second, say Bybit's rate limit rules (of deposit addresses and of
# withdrawals: 300 in a minute) and the pages of earn. Internal deposits: no more than their neighbours.
_OF_A_KEY = each_by_itself(
    {
        "/v5/account/transaction-log": 30,
        "/v5/account/wallet-balance": 50,
        "/v5/asset/transfer/query-account-coins-balance": 5,
        "/v5/asset/asset-overview": 10,
        "/v5/asset/coin/query-info": 5,
        "/v5/asset/deposit/query-address": 5,
        "/v5/asset/deposit/query-internal-record": 5,
        "/v5/asset/fundinghistory": 30,
        "/v5/asset/withdraw/query-record": 5,
        "/v5/earn/fixed-term/order": 10,
        "/v5/earn/fixed-term/position": 10,
        "/v5/earn/order": 10,
        "/v5/earn/position": 10,
        "/v5/earn/yield": 10,
        "/v5/order/realtime": 50,
        "/v5/user/query-api": 10,
    },
    window_ms=1_000,
) | each_by_itself({"/v5/asset/deposit/query-record": 100}, window_ms=60_000)
# Every call, whoever signs it, counts as one of the 600 in 5 s that an address may send.
_OF_AN_ADDRESS = dict.fromkeys(
    (*_OF_A_KEY, "/v5/market/instruments-info", "/v5/market/kline", "/v5/market/tickers", "/v5/market/time"),
    1,
)

BYBIT = Dialect(
    weights=Weights(600, _OF_AN_ADDRESS, window_ms=5_000),
    key_weights=Weights(5, {}, apart=_OF_A_KEY, window_ms=1_000),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    control=control.own_total,
    ledger=ledger.LEDGER,
    candle=tickers.candle,
)
