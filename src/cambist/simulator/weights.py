"""The exchange's own counting of request weight: one sliding minute per address, warnings, then a ban."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
BAN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refused_until` is None for a call let through; `ban` tells 418 from 429."""

    used: int
    refused_until: datetime | None = None
    ban: bool = False


class WeightWindow:
    """Weight used in the last minute. A call over the limit is warned; calling on too early is a ban.

    length, bans: for what is counted by another rule.
    """

    def __init__(self, length: timedelta = WINDOW, *, bans: bool = True) -> None:
        self._length, self._bans = length, bans
        self._spent: deque[tuple[datetime, int]] = deque()
        self._used = 0
        self._warned_until: datetime | None = None
        self._banned_until: datetime | None = None

    def charge(self, weight: int, now: datetime, limit: int) -> Verdict:
        """Counts a call of this weight, unless it is refused. The window holds at most `limit` calls."""
        self._forget(now)
        if self._banned_until is not None and now < self._banned_until:
            return Verdict(self._used, self._banned_until, ban=True)
        if self._used + weight <= limit:
            if weight:
                self._spent.append((now, weight))
                self._used += weight
            return Verdict(self._used)
        if self._bans and self._warned_until is not None and now < self._warned_until:
            self._banned_until = now + BAN
            return Verdict(self._used, self._banned_until, ban=True)
        self._warned_until = self._room_at(weight, now, limit)
        return Verdict(self._used, self._warned_until)

    def _forget(self, now: datetime) -> None:
        while self._spent and self._spent[0][0] + self._length <= now:
            self._used -= self._spent.popleft()[1]

    def _room_at(self, weight: int, now: datetime, limit: int) -> datetime:
        used = self._used
        for at, spent in self._spent:
            used -= spent
            if used + weight <= limit:
                return at + self._length
        return now + self._length
