"""OKX, v5: what is known of it beyond ccxt."""

from dataclasses import replace

from cambist.exchanges.budget import NOT_COUNTED, Weights, each_by_itself
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.okx import account, control, funding, ledger, tickers, trading, wallets
from cambist.exchanges.dialects.okx.failures import ERRORS

_WINDOW_MS = 2_000
# How often each path may be asked in two seconds, says its page of OKX's documentation: what is public by
# address, the rest by user, whose calls count for no address.
_OF_AN_ADDRESS = each_by_itself(
    {
        "/api/v5/market/history-candles": 20,
        "/api/v5/market/tickers": 20,
        "/api/v5/public/instruments": 20,
        "/api/v5/public/time": 10,
    },
    _WINDOW_MS,
)
_OF_A_KEY = each_by_itself(
    {
        "/api/v5/account/balance": 10,
        "/api/v5/account/bills-archive": 5,
        "/api/v5/account/config": 5,
        "/api/v5/asset/asset-valuation": 2,
        "/api/v5/asset/balances": 12,
        "/api/v5/asset/bills-history": 2,
        "/api/v5/asset/currencies": 12,
        "/api/v5/asset/deposit-address": 12,
        "/api/v5/asset/deposit-history": 12,
        "/api/v5/asset/withdrawal-history": 12,
        "/api/v5/finance/savings/balance": 12,
        "/api/v5/finance/savings/lending-history": 12,
        "/api/v5/finance/staking-defi/orders-active": 6,
        "/api/v5/trade/orders-pending": 60,
    },
    _WINDOW_MS,
)

OKX = Dialect(
    weights=replace(NOT_COUNTED, apart=_OF_AN_ADDRESS),
    key_weights=Weights(5, {}, apart=_OF_A_KEY, window_ms=_WINDOW_MS),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=account.rights,
    control=control.own_total,
    uid=account.uid,
    ledger=ledger.LEDGER,
    candle=tickers.candle,
)
