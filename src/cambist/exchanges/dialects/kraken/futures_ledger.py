"""Kraken Futures' account log: profit settled, funding, fees and transfers, each a part of one change."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import ZERO, exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.kraken.futures import asset_of
from cambist.exchanges.guard import all_differ, checked_json, figures, shaped
from cambist.exchanges.ledger_rows import NOTHING, or_nothing
from cambist.exchanges.windows import told, window

SPAN, AGAIN = timedelta(days=365), timedelta(minutes=10)
PAGE = 1_000

# What is left of a row's change beside the parts that it tells: by what the row is about. The rest, and what
# comes to be, are transfers: to and from Kraken's spot wallet, sub-accounts, and between accounts here, which
# add up to nothing.
_KINDS = {
    **dict.fromkeys(
        (
            "futures trade",
            "futures liquidation",
            "futures assignee",
            "futures assignor",
            "futures unwind counterparty",
            "futures unwind bankrupt",
            "covered liquidation",
            "settlement",
        ),
        EntryKind.REALISED,
    ),
    "conversion": EntryKind.TRADE,
    "funding rate change": EntryKind.FUNDING,
    "interest payment": EntryKind.INTEREST,
    **dict.fromkeys(("kfee applied", "tax withheld", "tax refund"), EntryKind.FEE),
}
_PARTS = (EntryKind.REALISED, EntryKind.FUNDING, EntryKind.FEE)


class _Row(msgspec.Struct):
    """asset: of the balance that changed, or a contract, whose size has."""

    id: int
    date: datetime
    asset: str
    info: str
    old_balance: msgspec.Raw
    new_balance: msgspec.Raw
    contract: str | None = None
    booking_uid: str | None = None
    execution: str | None = None
    realized_pnl: msgspec.Raw = NOTHING
    realized_funding: msgspec.Raw = NOTHING
    fee: msgspec.Raw = NOTHING


class _Log(msgspec.Struct):
    logs: list[_Row]


_log = msgspec.json.Decoder(_Log)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """GET /api/history/v3/account-log of a stretch of time, the oldest first, from an id on."""
    stretch = window(asked, SPAN, again=AGAIN)
    if stretch.is_empty:
        return told(stretch, asked, ())
    times = {"since": max(stretch.start - 1, 0), "before": stretch.end + 1}
    start = {"from": stretch.at} if stretch.at else {}
    client.raw = client.large = True
    raw = await client.history_get_account_log({**times, **start, "sort": "asc", "count": PAGE})
    entries, last, rows = log_answer(raw, market)
    return told(stretch, asked, entries, str(last + 1) if rows >= PAGE else "")


def log_answer(raw: bytes, market: Market) -> tuple[list[Entry], int, int]:
    """The entries of an answer, its highest id, and how many rows it has. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_log, raw, "an account log").logs
    all_differ([str(row.id) for row in rows], "a row")
    entries = [entry for row in rows if row.asset != row.contract for entry in _entries(row, market)]
    return entries, max((row.id for row in rows), default=0), len(rows)


def _entries(row: _Row, market: Market) -> Iterator[Entry]:
    """The parts that a row tells, and what else its balance changed by."""
    asset, kind = asset_of(row.asset, market), _KINDS.get(row.info, EntryKind.TRANSFER)
    group = (row.execution or row.booking_uid or "") if row.info in _KINDS else ""
    is_quote = kind is EntryKind.TRADE and asset == "USD"

    def entry(name: str, kind: EntryKind, amount: Decimal, *, quote: bool = False) -> Entry:
        return Entry(name, row.date, kind, asset, amount, "futures", group, quote=quote)

    told_parts = (row.realized_pnl, row.realized_funding, row.fee)
    before, after, profit, funding, fee = figures(
        [row.old_balance, row.new_balance, *map(or_nothing, told_parts)]
    )
    with exact():
        parts = (profit, funding, -fee)
        rest = after - before - sum(parts, ZERO)
    for part, amount in zip(_PARTS, parts, strict=True):
        if amount:
            yield entry(f"{row.id}:{part}", part, amount)
    if rest:
        yield entry(str(row.id), kind, rest, quote=is_quote)


SOURCES = (
    LedgerSource(
        Terms(name="log", kinds=frozenset({*_KINDS.values(), EntryKind.TRANSFER})),
        page,
    ),
)
