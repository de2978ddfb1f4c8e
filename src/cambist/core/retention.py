"""What is kept of an account's history as it ages: which snapshots, and which with their balances.

Age only ever takes away, and what stays decides alike about what goes, whatever has gone already: so that a
roll-up may be cut short, run again or run late, and leaves the same history.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import groupby, pairwise

from cambist.core.history import milliseconds
from cambist.core.profit import DAY, MONTH

WHOLE_FOR = timedelta(days=7)
HOURLY_FOR = timedelta(days=90)
# Nothing measured for longer than this stays a gap between two snapshots for good.
LONG_GAP = timedelta(hours=1)
# No load's month begins in a day that began so long ago any more. Its neighbours may be older; they are then
# the last of their days, which stay for good.
_MONTH_OVER = MONTH + 2 * DAY

_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
_FOR_EVER = timedelta.max


class Keep(Enum):
    """What stays of a snapshot: all of it, its worth without its balances, or nothing."""

    WHOLE = "whole"
    WORTH = "worth"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Aged:
    """A snapshot as far as its keeping goes. at: milliseconds since 1970.

    kind: "own" of a complete load, "partial" or "imported". pinned: it stays whatever its age. full: it
    stays with its balances as well. marked: as wrong; it stays, and is nobody's first, last or extreme.
    after_gap: nothing was measured for long before it.
    """

    at: int
    usd: Decimal
    btc: Decimal
    kind: str = "own"
    pinned: bool = False
    full: bool = False
    marked: bool = False
    after_gap: bool = False


def kept(points: Sequence[Aged], now: datetime) -> dict[int, Keep]:
    """What stays of each snapshot, by its time; the snapshots are those of whole days (UTC), oldest first."""
    at_now, stays = milliseconds(now), _lifetimes(points)
    whole_until = {each.at: _FOR_EVER if each.full or each.marked else WHOLE_FOR for each in points}
    for series in _series(points):
        for day in _spans(series, _DAY_MS):
            whole_until[day[-1].at] = _FOR_EVER
    found = {}
    for each in points:
        age = timedelta(milliseconds=at_now - each.at)
        if age > stays[each.at]:
            found[each.at] = Keep.NOTHING
        else:
            found[each.at] = Keep.WHOLE if age <= whole_until[each.at] else Keep.WORTH
    return found


def days_to_look_at(first: datetime, done: datetime | None, now: datetime) -> Iterable[datetime]:
    """The first moments of the days (UTC) in which something may have come of age.

    first: the oldest snapshot's time. done: when all of it was looked at last; None where it never was. A
    look that comes so late that a month may begin among what it would thin leaves that to later ones.
    """
    oldest = _midnight(first)
    is_late = done is None or _midnight(done - WHOLE_FOR) <= now - MONTH + DAY
    days: set[datetime] = set()
    for limit in (WHOLE_FOR, _MONTH_OVER, HOURLY_FOR):
        day = oldest if done is None else max(oldest, _midnight(done - limit))
        while day < now - (max(limit, _MONTH_OVER) if is_late else limit):
            days.add(day)
            day += DAY
    return sorted(days)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _lifetimes(points: Sequence[Aged]) -> Mapping[int, timedelta]:
    """How old each snapshot becomes."""
    stays = {each.at: _FOR_EVER if _always(each) else WHOLE_FOR for each in points}
    for before, after in pairwise(points):
        if after.after_gap:
            stays[before.at] = _FOR_EVER
    for series in _series(points):
        for hour in _spans(series, _HOUR_MS):
            stays[hour[-1].at] = max(stays[hour[-1].at], HOURLY_FOR)
        for day in _spans(series, _DAY_MS):
            stays |= {each.at: _FOR_EVER for each in _telling(day)}
    return stays


def _always(point: Aged) -> bool:
    return point.pinned or point.full or point.marked or point.after_gap or point.kind == "imported"


def _series(points: Sequence[Aged]) -> tuple[Sequence[Aged], Sequence[Aged]]:
    """What profit is measured by, and what partial loads told: neither stands for the other."""
    good = [each for each in points if not each.marked]
    return (
        [each for each in good if each.kind != "partial"],
        [each for each in good if each.kind == "partial"],
    )


def _spans(points: Sequence[Aged], span_ms: int) -> Iterable[Sequence[Aged]]:
    return (list(group) for _, group in groupby(points, lambda each: each.at // span_ms))


def _telling(day: Sequence[Aged]) -> Iterable[Aged]:
    """The first and last of a day, its lowest and highest in USD and in BTC, the earlier of equal ones."""
    yield from (day[0], day[-1])
    yield from (min(day, key=lambda each: each.usd), max(day, key=lambda each: each.usd))
    yield from (min(day, key=lambda each: each.btc), max(day, key=lambda each: each.btc))
