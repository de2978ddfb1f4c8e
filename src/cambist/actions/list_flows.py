"""List an account's flows: the entries of its ledger, and what changed that no entry explains."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.flows import GRACE, Change, counts, times
from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Booked, Entry, EntryKind
from cambist.core.money import ZERO
from cambist.core.terms import Worth

MOST_OPEN = 10_000
# Where a page ended: milliseconds, source; what comes then is the entry's id.
ENDED = re.compile("^([0-9]{1,14}):([^:]*):")


@dataclass(frozen=True, slots=True)
class Open:
    """A change that entries do not wholly explain. worth: of its residual; None without a price."""

    change: Change
    worth: Worth | None
    state: Literal["provisional", "unexplained", "unknown"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of entries, and what is open of the time that it spans; has_more: whether another comes."""

    entries: Sequence[Booked]
    open: Sequence[Open]
    has_more: bool

    @property
    def next(self) -> str | None:
        """What `page_after` reads for the rest; None where this is all."""
        if not self.has_more:
            return None
        last = self.entries[-1]
        return f"{milliseconds(last.entry.at)}:{last.source}:{last.entry.id}"


def page_after(text: str) -> Booked:
    """What stands for the last entry of the page before. Raises InvalidInput."""
    found = ENDED.match(text)
    if found is None:
        raise InvalidInput({"after": ["is invalid"]})
    at, source = found.groups()
    return Booked(source, Entry(text[found.end() :], moment(int(at)), EntryKind.DEPOSIT, "", ZERO), None)


async def list_flows(
    outside: Outside,
    caller: Caller,
    account_id: int,
    *,
    since: datetime,
    until: datetime,
    kind: EntryKind | None = None,
    most: int = 1_000,
    after: Booked | None = None,
) -> Listed:
    """Entries in (since, until], oldest first, of one kind or all; what is open comes with all.

    after: the last entry of the page before. Raises NotFound; InvalidInput where too much is open.
    """
    await outside.accounts.get(caller.user_id, account_id)
    kinds = frozenset(EntryKind) if kind is None else frozenset({kind})
    found = await outside.flows.booked(account_id, since, until, kinds, most + 1, after)
    entries, has_more = found[:most], len(found) > most
    if kind is not None:
        return Listed(entries, (), has_more)
    begins = since if after is None else max(since, after.entry.at)
    ends = entries[-1].entry.at if has_more else until
    return Listed(entries, await _open(outside, account_id, begins, ends), has_more)


async def _open(outside: Outside, account_id: int, since: datetime, until: datetime) -> list[Open]:
    changes = await outside.flows.changes(account_id, since, until, open_only=True)
    if len(changes) > MOST_OPEN:
        raise InvalidInput({"from": [f"spans too many changes (maximum is {MOST_OPEN})"]})
    known_from = (await outside.flows.standing(account_id)).known_from
    open_from = outside.clock.now() - GRACE

    def state(change: Change) -> Literal["provisional", "unexplained", "unknown"]:
        if not counts(change, known_from):
            return "unknown"
        return "provisional" if change.at >= open_from else "unexplained"

    return [
        Open(each, None if each.price is None else times(each.residual, each.price), state(each))
        for each in changes
    ]
