"""How dYdX's indexer tells its histories: the newest row first, up to a time, or by the number of a page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from cambist.core.history import milliseconds
from cambist.core.ledger import Asked
from cambist.exchanges.guard import Unusable
from cambist.exchanges.windows import Window, window

PAGE = 1_000
AGAIN = timedelta(hours=1)
# Pages go back by themselves, so there is no need of windows: this is longer than dYdX exists.
_ALL_AT_ONCE = timedelta(days=36_500)
_SMALLEST = 500

Time = Annotated[datetime, msgspec.Meta(tz=True)]


def stretch(asked: Asked) -> Window:
    """The time to read now, to its beginning."""
    return window(asked, _ALL_AT_ONCE, again=AGAIN)


def kept(times: Sequence[datetime], read: Window, before: int) -> tuple[slice, int | None]:
    """Which of a page's rows, told up to a time, it tells; and up to when the next page is, None for none.

    Rows of the oldest time of a full page are left to the next one, others of which may be on it. What is
    before the stretch is not told. Raises Unusable.
    """
    ats = [milliseconds(time) for time in times]
    if ats != sorted(ats, reverse=True):
        raise Unusable("the answer does not begin with the newest row")
    if ats and ats[0] > before:
        raise Unusable("the answer has a row of another time than was asked for")
    told = sum(at >= read.start for at in ats)
    if len(ats) < PAGE or told < len(ats):
        return slice(told), None
    if ats[0] == ats[-1]:
        raise Unusable("the answer has more rows of one time than it can tell")
    return slice(ats.index(ats[-1])), ats[-1]


def numbered(offset: int) -> tuple[int, int]:
    """How long a page is, and its number, counted from 1: with the row at an offset, and most after it.

    Pages begin at multiples of their length only, so it may begin a little before.
    """
    size = max(range(_SMALLEST, PAGE + 1), key=lambda each: (offset // each + 1) * each)
    return size, offset // size + 1
