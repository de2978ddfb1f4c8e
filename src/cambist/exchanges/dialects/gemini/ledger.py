"""What tells a Gemini account's flows: its transfers, which are here, its trades and its staking."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import ZERO, exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.gemini.fills import TRADES
from cambist.exchanges.dialects.gemini.keys import check_keys
from cambist.exchanges.dialects.gemini.pages import ALL_AT_ONCE, following
from cambist.exchanges.dialects.gemini.staking import STAKING
from cambist.exchanges.guard import all_differ, checked_json, figures, shaped
from cambist.exchanges.ledger_rows import NOTHING, THIRTEEN, at_ms, entry
from cambist.exchanges.windows import told, window

# So long what comes and goes may take.
AGAIN = timedelta(days=14)
PAGE = 50

# The rest, and what comes to be, are transfers: what Gemini corrects, and blocks that are traded apart.
_KINDS = {
    "Deposit": EntryKind.DEPOSIT,
    "Withdrawal": EntryKind.WITHDRAWAL,
    "Reward": EntryKind.REWARD,
}
_THERE = ("Advanced", "Complete")
_CAME_TO_NOTHING = ("cancel", "fail", "reject", "return", "expire")

# Amount and fee of an advance, by its eid.
Advances = Mapping[int, tuple[Decimal, Decimal]]


class _Transfer(msgspec.Struct, rename="camel"):
    """fee_amount: beside the amount. advance_eid: of the row that told of a deposit before it was final."""

    eid: int
    type: str
    status: str
    timestampms: int
    currency: str
    amount: msgspec.Raw
    fee_amount: msgspec.Raw = NOTHING
    fee_currency: str | None = None
    tx_hash: str | None = None
    advance_eid: int | None = None

    @property
    def leaves(self) -> bool:
        return self.type == "Withdrawal" or "Debit" in self.type

    @property
    def is_void(self) -> bool:
        return self.status.lower().startswith(_CAME_TO_NOTHING)

    @property
    def counts(self) -> bool:
        """What leaves from when it is applied for, what comes when it can be traded."""
        return not self.is_void and (self.type != "Deposit" or self.status in _THERE)


_transfers = msgspec.json.Decoder(list[_Transfer])


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /v2/transfers of all currencies, from a time on, with the advances of deposits that are final."""
    check_keys(client)
    read = window(asked, ALL_AT_ONCE, again=AGAIN)
    start = int(read.at) if read.at else read.start
    question = {"timestamp": start, "limit_transfers": PAGE, "show_completed_deposit_advances": True}
    client.raw = client.large = True
    raw = await client.fetch2("v2/transfers", ["private"], "POST", question)
    entries, void, times = transfers_answer(raw, market)
    return told(read, asked, entries, following(times, start, PAGE), void)


def transfers_answer(raw: bytes, market: Market) -> tuple[list[Entry], list[str], list[int]]:
    """The entries of an answer, which of them came to nothing, and its rows' times in ms. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_transfers, raw, "a list of transfers")
    all_differ([str(row.eid) for row in rows], "a transfer")
    times = [at_ms(row.timestampms, THIRTEEN) for row in rows]
    amounts = figures([row.amount for row in rows])
    fees = figures([row.fee_amount for row in rows])
    told_before = {row.eid: both for row, both in zip(rows, zip(amounts, fees, strict=True), strict=True)}
    entries = [
        each
        for row, amount, fee in zip(rows, amounts, fees, strict=True)
        if row.counts
        for each in _entries(row, amount, fee, told_before, market)
    ]
    void = [name for row in rows if row.is_void for name in (str(row.eid), f"{row.eid}:fee")]
    return entries, void, times


def _entries(
    row: _Transfer, amount: Decimal, fee: Decimal, told_before: Advances, market: Market
) -> Iterator[Entry]:
    """Of a deposit that an advance told of, only what is more; an advance on no page was told long ago."""
    is_final = row.advance_eid not in (None, row.eid)
    advance = told_before.get(row.advance_eid or 0, (amount, fee)) if is_final else (ZERO, ZERO)
    with exact():
        moved, paid = amount - advance[0], advance[1] - fee
        changed = -moved if row.leaves else moved
    kind = _KINDS.get(row.type, EntryKind.TRANSFER)
    parts = (
        (str(row.eid), kind, row.currency, changed),
        (f"{row.eid}:fee", EntryKind.FEE, row.fee_currency or row.currency, paid),
    )
    for name, what, code, part in parts:
        tx = row.tx_hash or "" if what in (EntryKind.DEPOSIT, EntryKind.WITHDRAWAL) else ""
        yield from entry(market, name, row.timestampms, what, code.upper(), part, "spot", tx=tx)


TRANSFERS = LedgerSource(
    Terms("transfers", frozenset({*_KINDS.values(), EntryKind.FEE, EntryKind.TRANSFER})), page
)

SOURCES = (TRADES, TRANSFERS, STAKING)
