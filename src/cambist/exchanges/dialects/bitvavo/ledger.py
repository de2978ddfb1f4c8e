"""Bitvavo's history of transactions: whatever changed an account, page by page of a stretch of time."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import ZERO, without_binary_noise
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bitvavo.transactions import with_transactions
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, shaped
from cambist.exchanges.ledger_rows import NOTHING, asset_of, or_nothing, utc
from cambist.exchanges.windows import told, window

SPAN, AGAIN = timedelta(days=90), timedelta(days=1)
PAGE = 100

# The rest, and types that come to be, are transfers: between people and accounts of Bitvavo, loans, and what
# its support books.
_KINDS = {
    **dict.fromkeys(("buy", "sell"), EntryKind.TRADE),
    "deposit": EntryKind.DEPOSIT,
    **dict.fromkeys(("withdrawal", "withdrawal_cancelled"), EntryKind.WITHDRAWAL),
}
# Of these what came is a reward; what went, if ever anything does, a transfer.
_REWARDS = frozenset(
    {"staking", "fixed_staking", "affiliate", "distribution", "rebate", "campaign_new_user_incentive"}
)


class _Row(msgspec.Struct, rename="camel"):
    """Which fields there are depends on the type. price_currency: the quote of a trade's pair."""

    transaction_id: str
    executed_at: str
    type: str
    price_currency: str | None = None
    sent_currency: str | None = None
    sent_amount: msgspec.Raw = NOTHING
    received_currency: str | None = None
    received_amount: msgspec.Raw = NOTHING
    fees_currency: str | None = None
    fees_amount: msgspec.Raw = NOTHING


class _History(msgspec.Struct, rename="camel"):
    items: list[_Row]
    current_page: int
    total_pages: int


_history = msgspec.json.Decoder(_History)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """GET /v2/account/history: a hundred at most, of all types; without times it tells a month.

    The stretch has a fixed end, so that what comes meanwhile moves no row out of view. Their order is not
    documented, and does not matter.
    """
    stretch = window(asked, SPAN, again=AGAIN)
    if stretch.is_empty:
        return told(stretch, asked, ())
    number = int(stretch.at or 1)
    times = {"fromDate": stretch.start, "toDate": stretch.end - 1}
    client.raw = client.large = True
    raw = await client.private_get_account_history({**times, "page": number, "maxItems": PAGE})
    entries, current, pages = history_answer(raw, market)
    if current != number:
        raise Unusable("the answer is another page than was asked for")
    entries = await with_transactions(client, market, entries)
    return told(stretch, asked, entries, str(number + 1) if number < pages else "")


def history_answer(raw: bytes, market: Market) -> tuple[list[Entry], int, int]:
    """The entries of an answer, which page it is, and how many there are. Raises Unusable."""
    checked_json(raw)
    history = shaped(_history, raw, "a history of transactions")
    names = [row.transaction_id for row in history.items]
    if not all(names):
        raise Unusable("the answer has a transaction without an id")
    all_differ(names, "a transaction")
    if not names and history.current_page < history.total_pages:
        raise Unusable("the answer has fewer rows than it counts")
    entries = [entry for row in history.items for entry in _entries(row, market)]
    return entries, history.current_page, history.total_pages


def _entries(row: _Row, market: Market) -> Iterator[Entry]:
    """What went, what came, and the fee, which is beside them both."""
    at, is_trade = utc(row.executed_at), row.type in ("buy", "sell")
    sent, received, fee = map(_figure, (row.sent_amount, row.received_amount, row.fees_amount))
    parts = (
        ("sent", row.sent_currency, sent.copy_negate()),
        ("received", row.received_currency, received),
        ("fee", row.fees_currency, fee.copy_negate()),
    )
    for name, code, amount in parts:
        if not amount:
            continue
        is_fee = name == "fee"
        yield Entry(
            id=f"{row.transaction_id}:{name}",
            at=at,
            kind=EntryKind.FEE if is_fee else _kind(row.type, amount),
            asset=asset_of(market, code or ""),
            amount=amount,
            wallet="spot",
            group=row.transaction_id if is_trade else "",
            quote=is_trade and not is_fee and code == row.price_currency,
        )


def _kind(of_type: str, amount: Decimal) -> EntryKind:
    if of_type in _REWARDS and amount > ZERO:
        return EntryKind.REWARD
    return _KINDS.get(of_type, EntryKind.TRANSFER)


def _figure(part: msgspec.Raw) -> Decimal:
    """Zero where a row has no such field; what it has must be a number.

    Bitvavo writes some amounts by way of binary fractions (0.00033875999999999996), and balances by none
    (0.00033876): as they are written, no trade would ever explain its change to the last digit.
    """
    return without_binary_noise(figures([or_nothing(part)])[0])


SOURCES = (
    LedgerSource(
        Terms(
            "history",
            frozenset({*_KINDS.values(), EntryKind.REWARD, EntryKind.FEE, EntryKind.TRANSFER}),
        ),
        page,
    ),
)
