"""Gemini's staking: what was moved from spot and back, and what it earned."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.gemini.keys import check_keys
from cambist.exchanges.dialects.gemini.pages import ALL_AT_ONCE
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, shaped
from cambist.exchanges.ledger_rows import THIRTEEN, at_ms, entry, written
from cambist.exchanges.windows import told, window

AGAIN = timedelta(days=1)
PAGE = 500


class _Event(msgspec.Struct, rename="camel"):
    """date_time: in ms, or as text."""

    transaction_id: str
    transaction_type: str
    amount_currency: str
    amount: msgspec.Raw
    date_time: int | datetime


class _Provider(msgspec.Struct):
    transactions: list[_Event]


_providers = msgspec.json.Decoder(list[_Provider])


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /v1/staking/history of a stretch of time, the newest first, of all providers.

    The next page ends after the millisecond of the oldest row, of which others may be.
    """
    check_keys(client)
    stretch = window(asked, ALL_AT_ONCE, again=AGAIN)
    end = int(stretch.at) if stretch.at else stretch.end
    times = {"since": written(stretch.start), "until": written(end)}
    client.raw = client.large = True
    raw = await client.private_post_v1_staking_history({**times, "limit": PAGE, "sortAsc": False})
    entries, oldest, rows = history_answer(raw, market)
    if rows >= PAGE and oldest + 1 >= end:
        raise Unusable("the answer is full, and of one millisecond")
    return told(stretch, asked, entries, str(oldest + 1) if rows >= PAGE else "")


def history_answer(raw: bytes, market: Market) -> tuple[list[Entry], int, int]:
    """The entries of an answer, its oldest row's time in ms, and how many rows it has. Raises Unusable."""
    checked_json(raw)
    rows = [row for each in shaped(_providers, raw, "a history of staking") for row in each.transactions]
    all_differ([row.transaction_id for row in rows], "an event")
    times = [_time(row) for row in rows]
    amounts = figures([row.amount for row in rows])
    entries = [
        each
        for row, at, amount in zip(rows, times, amounts, strict=True)
        for each in _entries(row, at, amount, market)
    ]
    return entries, min(times, default=0), len(rows)


def _entries(row: _Event, at: int, amount: Decimal, market: Market) -> Iterator[Entry]:
    """Of what is moved both ends at once, whose sum is nothing, whichever step of it a row is of."""

    def told_of(wallet: str, kind: EntryKind, amount: Decimal) -> tuple[Entry, ...]:
        return entry(market, f"{row.transaction_id}:{wallet}", at, kind, row.amount_currency, amount, wallet)

    kind, less = row.transaction_type, amount.copy_negate()
    if kind == "Interest":
        yield from told_of("staking", EntryKind.REWARD, amount)
    elif kind == "Deposit" or "Redeem" in kind:
        out, into = ("spot", "staking") if kind == "Deposit" else ("staking", "spot")
        yield from told_of(out, EntryKind.TRANSFER, less)
        yield from told_of(into, EntryKind.TRANSFER, amount)
    else:
        yield from told_of("staking", EntryKind.TRANSFER, less if "Debit" in kind else amount)


def _time(row: _Event) -> int:
    told_at = row.date_time
    if isinstance(told_at, int):
        return at_ms(told_at, THIRTEEN)
    return milliseconds(told_at if told_at.tzinfo else told_at.replace(tzinfo=UTC))


STAKING = LedgerSource(Terms("staking", frozenset({EntryKind.REWARD, EntryKind.TRANSFER})), page)
