"""Gate's ledger: the records of each account tell it, and nothing is told by two.

Those of spot tell trades too, and both ends of what moves to isolated margin and to Earn, whose own records
tell no more of it. What a unified account settles from its futures to its spot is told at both its ends.
"""

from datetime import timedelta

from cambist.core.ledger import EntryKind, Terms
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.gate import (
    earn_interest,
    futures_books,
    isolated_margin,
    margin_orders,
    spot_book,
    transactions,
)
from cambist.exchanges.dialects.gate.kinds import KINDS
from cambist.exchanges.dialects.gate.pages import History

_FUTURES = "private_futures_get_settle_account_book"
# Withdrawals have no transaction at first.
_A_DAY = timedelta(days=1)


def _source(name: str, wallets: set[str], kinds: set[EntryKind], history: History) -> LedgerSource:
    terms = Terms(name, frozenset(kinds), wallets=frozenset(wallets))
    return LedgerSource(terms, history.read)


def _futures(name: str, call: str, wallet: str, settle: str, page: str = "offset") -> LedgerSource:
    params = {"settle": settle} if settle else {}
    rows = futures_books.rows_of((settle or "usdt").upper(), wallet)
    return _source(name, {wallet}, set(futures_books.KINDS), History(call, rows, 1_000, params, page))


SOURCES = (
    _source(
        "spot",
        {"spot", "isolated_margin", "earn"},
        {*KINDS.values(), EntryKind.TRANSFER},
        History(
            "private_spot_get_account_book",
            spot_book.book_answer,
            1_000,
            again=_A_DAY,
            beside=transactions.beside,
        ),
    ),
    _source(
        "unified_futures",
        {"spot"},
        set(futures_books.KINDS),
        History(
            _FUTURES,
            futures_books.rows_of("USDT", "spot"),
            1_000,
            {"settle": "usdt"},
            "offset",
            is_there=futures_books.are_of_unified,
        ),
    ),
    LedgerSource(
        Terms(
            "margin_orders",
            frozenset({EntryKind.TRADE, EntryKind.FEE}),
            wallets=frozenset({"isolated_margin"}),
            by_asset=True,
        ),
        margin_orders.read,
    ),
    _source(
        "margin_interest",
        {"isolated_margin"},
        {EntryKind.INTEREST},
        History("private_margin_get_uni_interest_records", isolated_margin.interest_answer, 100),
    ),
    _source(
        "earn_interest",
        {"earn"},
        {EntryKind.REWARD},
        History("private_earn_get_uni_interest_records", earn_interest.interest_answer, 100),
    ),
    _futures("futures_usdt", _FUTURES, "futures_usdt", "usdt"),
    _futures("futures_btc", _FUTURES, "futures_btc", "btc"),
    _futures("delivery_usdt", "private_delivery_get_settle_account_book", "delivery_usdt", "usdt", page=""),
    _futures("options", "private_options_get_account_book", "options", ""),
)
