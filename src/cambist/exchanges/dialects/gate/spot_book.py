"""Gate's records of its spot account, or the unified account in its place: each change of a balance."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from cambist.core.ledger import Entry, EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.gate.kinds import KINDS, OTHER_END, PAIRED, WITHIN
from cambist.exchanges.dialects.gate.pages import Told, at_ms, entry
from cambist.exchanges.guard import checked_json, figures, shaped


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
    quotes = _quotes(rows, groups, market)
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
    entries = (
        *entry(market, name, at, kind, row.currency, change, "spot", group=together, quote=quote),
        *_at_the_other_end(market, row, name, at, change, other_end),
    )
    return Told(name, at, entries)


def _at_the_other_end(
    market: Market, row: _Row, name: str, at: int, change: Decimal, wallet: str
) -> Iterator[Entry]:
    """What left spot came to another wallet of ours, and the other way round."""
    if wallet:
        there = change.copy_negate()
        yield from entry(
            market, f"{name}:other", at, EntryKind.TRANSFER, row.currency, there, wallet, group=name
        )


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


def _quotes(rows: Sequence[_Row], groups: Mapping[str, str], market: Market) -> Mapping[str, str]:
    """Which currency each trade is measured in. The records tell no pairs: money before coins."""
    money = [*(quote for quote in market.quotes if quote != "BTC"), "BTC"]
    legs: dict[str, set[str]] = {}
    for row in rows:
        group = groups.get(str(row.id), "")
        if group and row.kind is EntryKind.TRADE:
            legs.setdefault(group, set()).add(row.currency)
    return {group: next((quote for quote in money if quote in both), "") for group, both in legs.items()}
