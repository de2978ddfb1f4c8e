"""Transfers: those that stay within an account are none of its flows; others have two ends to be matched.

Rules: the specification's arithmetic page, "Flows".
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from cambist.core.history import EPOCH
from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Coverage

T = TypeVar("T")

ENDS = frozenset({EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.TRANSFER})


def of_account(entries: Iterable[Entry], coverage: Coverage) -> list[Entry]:
    """The entries of wallets while they are covered, without those of transfers from one to another.

    What happened in a wallet before it came is in what it held then.
    """
    since = dict.fromkeys(coverage.wallets, EPOCH) | {came.wallet: came.at for came in coverage.came}
    own = [entry for entry in entries if not entry.wallet or since.get(entry.wallet, entry.at) < entry.at]
    legs: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in own:
        name = entry.group or entry.tx
        if entry.kind is EntryKind.TRANSFER and name:
            legs[name, entry.asset].append(entry)
    within = {entry.id for both in legs.values() if _are_opposite(both) for entry in both}
    return [entry for entry in own if entry.id not in within]


def matched(left: Sequence[tuple[T, Entry]], arrived: Sequence[tuple[T, Entry]]) -> list[tuple[T, T]]:
    """Which of what arrived is which of what left, of one asset and one transaction.

    What arrives is at most what left. Of several, those of the same amount belong together, then those that
    lie nearest to it; each is matched once at most.
    """
    with exact():
        ways = sorted(
            (-out.amount - come.amount, come.id, start, end)
            for start, (_, out) in enumerate(left)
            for end, (_, come) in enumerate(arrived)
            if come.amount <= -out.amount
        )
    starts: set[int] = set()
    ends: set[int] = set()
    pairs = []
    for _, _, start, end in ways:
        if start not in starts and end not in ends:
            starts.add(start)
            ends.add(end)
            pairs.append((left[start][0], arrived[end][0]))
    return pairs


def _are_opposite(legs: Sequence[Entry]) -> bool:
    if len(legs) != 2:
        return False
    with exact():
        return legs[0].amount + legs[1].amount == 0
