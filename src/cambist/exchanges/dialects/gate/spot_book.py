"""Gate's records of its spot account, or the unified account in its place: each change of a balance."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from cambist.core.ledger import EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.gate.kinds import KINDS, OTHER_END, PAIRED, WITHIN
from cambist.exchanges.guard import checked_json, figures, shaped
from cambist.exchanges.ledger_rows import Told, at_ms, entry, quotes_of


class _Row(msgspec.Struct):
    """type: what it was about before there were codes. text: what belongs together, as an order's number."""

    id: str | int
    time: str | int
    currency: str
    change: msgspec.Raw
    type: str | None = None
    code: str | int | None = None
    text: str | None = None

    @property
    def about(self) -> str:
        return str(self.code or self.type or "")

    @property
    def kind(self) -> EntryKind:
        return KINDS.get(self.about) or KINDS.get(self.type or "", EntryKind.TRANSFER)


_rows = msgspec.json.Decoder(list[_Row])


def book_answer(raw: bytes, market: Market) -> list[Told]:
    """The rows of GET /spot/account_book. Raises Unusable.

    A trade is a row of what was sold, one of what was bought, and one of the fee, when it is made.
    """
    checked_json(raw)  # an amount told twice is not told
    rows = shaped(_rows, raw, "an account's records")
    changes = figures([row.change for row in rows])
    groups = _groups(rows)
    traded = (row for row in rows if row.kind is EntryKind.TRADE and str(row.id) in groups)
    quotes = quotes_of(((groups[str(row.id)], row.currency) for row in traded), market)
    return [
        _told(row, change, groups.get(str(row.id), ""), market, quotes)
        for row, change in zip(rows, changes, strict=True)
    ]


def _told(row: _Row, change: Decimal, group: str, market: Market, quotes: Mapping[str, str]) -> Told:
    name, at = str(row.id), at_ms(row.time)
    if row.about in WITHIN:
        return Told(name, at)
    other_end = OTHER_END.get(row.about, "")
    kind = EntryKind.TRANSFER if other_end else row.kind
    quote = kind is EntryKind.TRADE and bool(group) and quotes[group] == row.currency
    together = name if other_end else group
    entries = entry(market, name, at, kind, row.currency, change, "spot", group=together, quote=quote)
    if other_end:  # what left spot came to another wallet of ours, and the other way round
        there = change.copy_negate()
        entries += entry(market, f"{name}:other", at, kind, row.currency, there, other_end, group=name)
    return Told(name, at, entries)


def _groups(rows: Sequence[_Row]) -> Mapping[str, str]:
    """By row, the trade it is of: rows of one order and time, in order, until one of a sort comes again."""
    groups: dict[str, str] = {}
    begun: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for row in sorted(rows, key=lambda each: (len(str(each.id)), str(each.id))):
        if row.about not in PAIRED:
            continue
        order = (row.text or "", str(row.time))
        name, told = begun.get(order, ("", set()))
        if not told or row.about in told:
            name, told = str(row.id), set()
        told.add(row.about)
        begun[order] = name, told
        groups[str(row.id)] = name
    return groups
