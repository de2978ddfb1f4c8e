"""The sources of Binance's and Binance US's ledgers: what each tells, how far back, of whose wallets."""

from collections.abc import Mapping
from datetime import timedelta

from cambist.core.ledger import Asked, EntryKind, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialects.binance import flows
from cambist.exchanges.dialects.binance.histories import History, Params

_WEEK = timedelta(days=7)
_SPOT = frozenset({"spot"})
_PURSE = frozenset({"spot", "funding"})
_DEPOSITS = frozenset({EntryKind.DEPOSIT})
_WITHDRAWALS = frozenset({EntryKind.WITHDRAWAL, EntryKind.FEE})


def _coins(_: Market, asked: Asked) -> Mapping[str, Params]:
    """Coin by coin, as Binance US wants it."""
    return {coin: {"coin": coin} for coin in sorted(asked.assets)}


LEDGER = (
    History("sapi_get_capital_deposit_hisrec", flows.deposits, 1_000, again=_WEEK, page="offset").source(
        Terms("deposits", _DEPOSITS, wallets=_PURSE)
    ),
    History("sapi_get_capital_withdraw_history", flows.withdrawals, 1_000, again=_WEEK, page="offset").source(
        Terms("withdrawals", _WITHDRAWALS, wallets=_PURSE)
    ),
)

LEDGER_US = ()
