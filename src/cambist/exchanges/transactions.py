"""The network's transactions of what came and went, where a ledger has the amounts and other lists these."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact


class Moved(NamedTuple):
    """A deposit or withdrawal as it is listed.

    amounts: what the ledger may tell of it. first, last: between these the ledger has it. order: the
    exchange's name of it, where the ledger may have that too.
    """

    asset: str
    amounts: frozenset[Decimal]
    first: datetime
    last: datetime
    tx: str
    order: str = ""


Lists = Callable[[EntryKind, Sequence[Entry]], Awaitable[Sequence[Moved]]]


def amounts_of(amount: Decimal, fee: Decimal) -> frozenset[Decimal]:
    """What a ledger may tell of an amount: without the fee, with it, or less it."""
    with exact():
        return frozenset({amount, amount + fee, amount - fee})


async def with_transactions(
    entries: Sequence[Entry], listed: Lists, orders: Mapping[str, str] | None = None
) -> list[Entry]:
    """The entries, those of deposits and withdrawals with their transactions, where that is beyond doubt.

    listed: asks for a list where there are entries of its kind. orders: by the ids of such entries, the order
    that each is of, empty where that is not told, and no others have transactions. Without an order, asset,
    amount and time tell which of the list an entry is, if just one fits.
    """
    found: dict[str, str] = {}
    for kind in (EntryKind.DEPOSIT, EntryKind.WITHDRAWAL):
        asked = [each for each in entries if each.kind is kind and (orders is None or each.id in orders)]
        if asked:
            moved = await listed(kind, asked)
            found |= {each.id: _of(each, moved, (orders or {}).get(each.id, "")) for each in asked}
    return [replace(each, tx=found.get(each.id, each.tx)) for each in entries]


def _of(entry: Entry, moved: Sequence[Moved], order: str) -> str:
    named = [each.tx for each in moved if order and each.order == order]
    fits = [
        each.tx
        for each in moved
        if each.asset.upper() == entry.asset.upper()
        and entry.amount.copy_abs() in each.amounts
        and each.first <= entry.at <= each.last
    ]
    return named[0] if named else fits[0] if len(fits) == 1 else ""
