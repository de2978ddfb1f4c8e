"""Hyperliquid: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules import funding
from cambist.exchanges.dialects.hyperliquid import asking, tickers, trading, wallets

# 1200 a minute of an address of ours; most questions weigh 20, a few 2 ("Rate limits and user limits").
_LIGHT = ("allMids", "clearinghouseState", "exchangeStatus", "spotClearinghouseState")
_HEAVY = ("delegatorSummary", "openOrders", "spotMeta", "userAbstraction", "userVaultEquities")
_BY_PATH = {
    **{f"/info#{what}": 2 for what in _LIGHT},
    **{f"/info#{what}": 20 for what in _HEAVY},
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
)
