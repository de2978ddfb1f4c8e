"""Hyperliquid: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules import funding
from cambist.exchanges.dialects.hyperliquid import asking, ledger, tickers, trading, wallets

# 1200 a minute of an address of ours; most questions weigh 20, a few 2 ("Rate limits and user limits").
_LIGHT = ("allMids", "clearinghouseState", "exchangeStatus", "spotClearinghouseState")
_HEAVY = (
    *("candleSnapshot", "delegatorSummary", "meta", "openOrders"),
    *("spotMeta", "userAbstraction", "userVaultEquities"),
)
# Histories weigh 20, and 1 more for each 20 rows: up to 45 for 500 of them, 120 for 2,000. Pages of so many
# are rare, so half of it is counted: where all are full, flows leave room for what they weigh.
_PAGED = ("delegatorRewards", "userBorrowLendInterest", "userFunding")
_LONG = ("userFillsByTime", "userNonFundingLedgerUpdates")
_BY_PATH = {
    **{f"/info#{what}": 2 for what in _LIGHT},
    **{f"/info#{what}": 20 for what in _HEAVY},
    **{f"/info#{what}": 30 for what in _PAGED},
    **{f"/info#{what}": 60 for what in _LONG},
}

HYPERLIQUID = Dialect(
    weights=Weights(1_200, _BY_PATH, other=20),
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=asking.ERRORS,
    path_of=asking.path_of,
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)
