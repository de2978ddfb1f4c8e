"""Gemini's lists, told from a time on: the oldest of what is left, and of these the newest first."""

from collections.abc import Sequence
from datetime import timedelta

from cambist.exchanges.guard import Unusable

# Lists go on by themselves, so there is no need of windows.
ALL_AT_ONCE = timedelta(days=36_500)


def following(times: Sequence[int], start: int, most: int) -> str:
    """Where the next page begins: in the millisecond of the latest row, of which others may be.

    times: of the rows; start: where this page began; both in ms. Empty after the last. Raises Unusable.
    """
    if len(times) < most:
        return ""
    if max(times) <= start:
        raise Unusable("the answer is full, and of one millisecond")
    return str(max(times))
