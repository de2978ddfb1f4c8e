"""Chart worth over time: of an account, or of several together; exact, or as many points as an eye needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from cambist.actions.facts import Worths
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.history import milliseconds
from cambist.core.summary import Point, thinned, times_between, worth_over_time

MOST_POINTS = 100_000
# So many snapshots are looked up for one drawing, over all its accounts; between these bounds of each.
_MOST_LOOKED_UP, _FEWEST, _MOST_DRAWN = 4_500, 45, 360


async def worths_in(
    outside: Outside, account_id: int, since: datetime, until: datetime, taken: int = 0
) -> Worths:
    """Every snapshot in the span. Raises InvalidInput on too many; so many are taken already."""
    most = MOST_POINTS - taken
    found = await outside.history.worths(account_id, since, until, most + 1)
    if found.count > most:
        raise InvalidInput({"date_from": [f"spans too many points (maximum is {MOST_POINTS})"]})
    return found


async def worths_together(
    outside: Outside, account_ids: Sequence[int], since: datetime, until: datetime
) -> tuple[Sequence[Point], Sequence[tuple[int, int]]]:
    """The accounts' worth together at each snapshot of one of them; in between each stands as it was.

    Beside it the accounts that have any, each with the time of its first in milliseconds. Raises InvalidInput
    where there are too many.
    """
    series, taken, began = [], 0, []
    for account_id in account_ids:
        found = await worths_in(outside, account_id, since, until, taken)
        taken += found.count
        before, _ = await outside.history.worths_beside(account_id, since, until)
        series.append([*_exact(before), *_exact(found)])
        began += [(account_id, series[-1][0].at)] if series[-1] else []
    return worth_over_time(series, milliseconds(since)), began


async def worths_drawn(
    outside: Outside, account_ids: Sequence[int], since: datetime | None, until: datetime
) -> Sequence[Point]:
    """The same, of the snapshots that stood at evenly spaced times, from what stood at the first of them.

    since: None for the first snapshot there is. Nothing where there is no snapshot.
    """
    first = await outside.history.first_at(account_ids) or until
    begin = max(since or first, first)
    each = max(_FEWEST, min(_MOST_DRAWN, _MOST_LOOKED_UP // max(1, len(account_ids))))
    found = await worths_at(outside, account_ids, begin, until, each)
    start = milliseconds(begin)
    points = worth_over_time(found.values(), start) if any(found.values()) else []
    return thinned(points, start, milliseconds(until), _MOST_DRAWN)


async def worths_at(
    outside: Outside, account_ids: Sequence[int], since: datetime, until: datetime, count: int
) -> Mapping[int, Sequence[Point]]:
    """{account: the snapshots that stood at evenly spaced times}; an earlier one stands where they begin."""
    found = await outside.history.worths_at(account_ids, times_between(since, until, count))
    start = milliseconds(since)
    return {
        account_id: [point if point.at >= start else point._replace(at=start) for point in points]
        for account_id, points in found.items()
    }


def _exact(worths: Worths) -> list[Point]:
    if not worths.count:
        return []
    at, usd, btc = (column.split(",") for column in (worths.at, worths.usd, worths.btc))
    return list(map(Point, map(int, at), map(Decimal, usd), map(Decimal, btc)))
