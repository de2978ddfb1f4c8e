"""Hyperliquid's histories: rows from a time on, the oldest first, as many as it tells at once."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from cambist.core.ledger import Asked
from cambist.exchanges.dialects.hyperliquid import asking
from cambist.exchanges.guard import Unusable
from cambist.exchanges.windows import Window, window

# "Responses that take a time range will only return 500 elements"; of fills and updates they return 2,000. A
# page of 500 may be cut, one of 2,000 is.
FULL, MOST = 500, 2_000
AGAIN = timedelta(hours=1)
# Pages go on by themselves, so there is no need of windows: this is longer than Hyperliquid exists.
_ALL_AT_ONCE = timedelta(days=36_500)


def stretch(asked: Asked, again: timedelta = AGAIN) -> Window:
    """The time to read now, to its end."""
    return window(asked, _ALL_AT_ONCE, again=again)


async def rows_from(client: Any, what: str, start: int, read: Window) -> bytes:
    """POST /info of a stretch of time from `start` on; both of its ends are inclusive."""
    return await asking.told(client, what, startTime=start, endTime=read.end - 1)


def kept(times: Sequence[int], start: int, end: int) -> tuple[int, int | None]:
    """How many of a page's rows it tells, and when the next one begins; None where it is the last.

    The last millisecond of a page that may be cut is left to the next one, so that rows of one time are
    always told together. Raises Unusable.
    """
    if any(not start <= time < end for time in times):
        raise Unusable("the answer has a row of another time than was asked for")
    if len(times) < FULL:
        return len(times), None
    if list(times) != sorted(times):
        raise Unusable("the answer is full, and does not begin with the oldest row")
    if times[0] < times[-1]:
        return bisect_left(times, times[-1]), times[-1]
    if len(times) >= MOST:
        raise Unusable("the answer has more rows of one time than it can tell")
    return len(times), times[-1] + 1 if times[-1] + 1 < end else None


def each_by_name(names: Sequence[str]) -> Iterator[str]:
    """Names of rows, of which some have the same: those are numbered, in the order in which they come."""
    seen: Counter[str] = Counter()
    for name in names:
        yield f"{name}:{seen[name]}" if seen[name] else name
        seen[name] += 1
