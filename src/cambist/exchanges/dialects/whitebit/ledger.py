"""The sources of WhiteBIT's ledger: what each tells, how far back, of whose wallets.

Transfers between the wallets of an account are told by none, and add up to nothing.
"""

from datetime import timedelta

from cambist.core.ledger import EntryKind, Terms
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.whitebit import lending, moves, trades, transactions
from cambist.exchanges.dialects.whitebit.lists import Listing

# Of conversions thirty days may be asked for at once; a little less is.
_MONTH, _YEAR = timedelta(days=29), timedelta(days=365)
_HOUR = timedelta(hours=1)


def _terms(name: str, *kinds: EntryKind, reach: timedelta | None = None, wallet: str = "main") -> Terms:
    return Terms(name, frozenset(kinds), reach, frozenset({wallet} if wallet else ()))


_CONVERSIONS = Listing(
    "v4_private_post_convert_history",
    moves.conversions,
    _MONTH,
    _HOUR,
    start="from",
    end="to",
    time=str,
)
_FLEXIBLE = Listing(
    "v4_private_post_main_account_smart_flex_investments_history",
    lending.flexible,
    _YEAR,
    start="dateFrom",
    end="dateTo",
)
_FIXED = Listing("v4_private_post_main_account_smart_investments", lending.fixed, whole=True, optional=True)
_INTEREST = Listing(
    "v4_private_post_main_account_smart_interest_payment_history", lending.interest, optional=True
)
_SUB_ACCOUNTS = Listing(
    "v4_private_post_sub_account_transfer_history",
    moves.sub_transfers,
    of=moves.sub_accounts,
)

LEDGER: tuple[LedgerSource, ...] = (
    transactions.SOURCE,
    trades.SOURCE,
    _CONVERSIONS.source(_terms("conversions", EntryKind.TRADE, reach=trades.REACH, wallet="")),
    Listing("v4_private_post_main_account_codes_history", moves.codes).source(
        _terms("codes", EntryKind.TRANSFER)
    ),
    _FLEXIBLE.source(_terms("flexible_lending", EntryKind.TRANSFER, EntryKind.REWARD)),
    _FIXED.source(_terms("fixed_lending", EntryKind.TRANSFER)),
    _INTEREST.source(_terms("fixed_interest", EntryKind.REWARD)),
    _SUB_ACCOUNTS.source(_terms("sub_accounts", EntryKind.TRANSFER)),
)
