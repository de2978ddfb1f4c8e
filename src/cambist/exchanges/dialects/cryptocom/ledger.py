"""Crypto.com's journal: each change of a currency's quantity in the account, the newest first."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.cryptocom.envelope import result_of
from cambist.exchanges.dialects.cryptocom.transactions import with_transactions
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures
from cambist.exchanges.ledger_rows import entry, measured
from cambist.exchanges.windows import told, window

# Of longer stretches nothing is documented but that a day is what is told where none is named.
SPAN, AGAIN = timedelta(days=1), timedelta(hours=3)
PAGE = 100
_NS_IN_MS = 1_000_000
_NS_DIGITS = 19

# Those that are no longer documented too, which older rows have. The rest, and what comes to be, are
# transfers: to and from sub-accounts, what is staked, or what nobody can say of.
_KINDS = {
    **dict.fromkeys(
        ("TRADING", "AUTO_CONVERSION", "MANUAL_CONVERSION", "CRYPTO_DUSTING"),
        EntryKind.TRADE,
    ),
    **dict.fromkeys(("TRADE_FEE", "WITHDRAW_FEE", "LIQUIDATION_FEE", "SETTLEMENT_FEE"), EntryKind.FEE),
    **dict.fromkeys(
        ("ONCHAIN_DEPOSIT", "OFFCHAIN_DEPOSIT", "DEPOSIT", "ROLLBACK_DEPOSIT"), EntryKind.DEPOSIT
    ),
    **dict.fromkeys(
        (
            "ONCHAIN_WITHDRAWAL",
            "OFFCHAIN_WITHDRAWAL",
            "WITHDRAW",
            "ROLLBACK_WITHDRAW",
            "FIAT_WITHDRAWAL_CANCEL",
        ),
        EntryKind.WITHDRAWAL,
    ),
    "FUNDING": EntryKind.FUNDING,
    **dict.fromkeys(
        (
            "REALIZED_PNL",
            "SESSION_SETTLE",
            "SESSION_RESET",
            "INSURANCE_FUND",
            "SOCIALIZED_LOSS",
            "UNCOVERED_LOSS",
        ),
        EntryKind.REALISED,
    ),
    **dict.fromkeys(("SOFT_STAKE_REWARD", "CORRECTION_REWARD"), EntryKind.REWARD),
    "MARGIN_TRADE_INTEREST": EntryKind.INTEREST,
}
_OF_TRADES = (EntryKind.TRADE, EntryKind.FEE)
_CONTRACT = "-"


class _Row(msgspec.Struct):
    """instrument: a currency, or a contract, whose position has changed by the quantity."""

    kind: str = msgspec.field(name="journal_type")
    id: int | str = msgspec.field(name="journal_id")
    quantity: msgspec.Raw = msgspec.field(name="transaction_qty")
    instrument: str = msgspec.field(name="instrument_name")
    time_ns: int | str = msgspec.field(name="event_timestamp_ns")
    trade_id: int | str | None = None
    order_id: int | str | None = None
    isolation_id: int | str | None = None


class _Journal(msgspec.Struct):
    data: list[_Row]


class Told(NamedTuple):
    """oldest: the lowest time of the rows, in ns since 1970; 0 without any. rows: how many there are."""

    entries: list[Entry]
    oldest: int
    rows: int


_journal = msgspec.json.Decoder(_Journal)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /exchange/v1/private/get-transactions of a stretch of time.

    start_time is inclusive and end_time exclusive, in ns. The next page ends with the moment of the last
    row, of which others may be.
    """
    stretch = window(asked, SPAN, again=AGAIN)
    if stretch.is_empty:
        return told(stretch, asked, ())
    end = int(stretch.at) if stretch.at else stretch.end * _NS_IN_MS
    times = {"start_time": str(stretch.start * _NS_IN_MS), "end_time": str(end)}
    client.raw = client.large = True
    raw = await client.v1_private_post_private_get_transactions({**times, "limit": PAGE})
    read = journal_answer(raw, market)
    following = read.oldest + 1 if read.rows >= PAGE else 0
    if following >= end:
        raise Unusable("the answer is full, and of one moment")
    entries = await with_transactions(client, market, read.entries)
    return told(stretch, asked, entries, str(following) if following else "")


def journal_answer(raw: bytes, market: Market) -> Told:
    """The entries of an answer. Raises Unusable.

    Rows of contracts are left out: what a position gains or loses has a row of the currency it is paid in.
    """
    checked_json(raw)
    rows = result_of(raw, _journal, "a journal").data
    all_differ([_name(row) for row in rows], "a row")
    times = [_time_ns(row) for row in rows]
    entries = measured(_entries(rows, times, market), market)
    return Told(entries, min(times, default=0), len(rows))


def _entries(rows: Sequence[_Row], times: Sequence[int], market: Market) -> Iterator[Entry]:
    quantities = figures([row.quantity for row in rows])
    for row, time, quantity in zip(rows, times, quantities, strict=True):
        if _CONTRACT not in row.instrument:
            kind = _KINDS.get(row.kind, EntryKind.TRANSFER)
            group = _group(row) if kind in _OF_TRADES else ""
            at = time // _NS_IN_MS
            yield from entry(market, _name(row), at, kind, row.instrument, quantity, "spot", group=group)


def _name(row: _Row) -> str:
    """An example of the documentation has one journal_id twice, with and without an isolated position."""
    if not str(row.id):
        raise Unusable("the answer has a row without an id")
    return ":".join(str(part) for part in (row.id, row.kind, row.instrument, row.isolation_id) if part)


def _group(row: _Row) -> str:
    """What the legs and the fee of one fill have in common; 0 stands for none."""
    return next((str(each) for each in (row.trade_id, row.order_id) if each not in (None, "", 0, "0")), "")


def _time_ns(row: _Row) -> int:
    text = str(row.time_ns)
    if not (text.isascii() and text.isdigit() and len(text) == _NS_DIGITS):
        raise Unusable("the answer has a time that no clock shows")
    return int(text)


SOURCES = (LedgerSource(Terms("journal", frozenset({*_KINDS.values(), EntryKind.TRANSFER})), page),)
