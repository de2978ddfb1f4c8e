"""A history of Bybit's: rows with their times, told by windows of time and by pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cambist.simulator.bybit.checks import Refusal, missing
from cambist.simulator.changes import Past

Row = dict[str, Any]
Timed = tuple[int, Row]
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class History:
    """rows: the newest first; key: what they are called. most, usual: of a page at most, and unless asked.

    days: how long a window may be; under: whether it must be shorter than that. recent: the days of one that
    is not named, where they are fewer. bounds: the names of its start and end, in units of `unit_ms`.
    """

    rows: Callable[[Past, Mapping[str, str]], Sequence[Timed]]
    days: int
    most: int
    usual: int
    key: str = "list"
    under: bool = False
    recent: int | None = None
    bounds: tuple[str, str] = ("startTime", "endTime")
    unit_ms: int = 1

    def page(self, past: Past, params: Mapping[str, str]) -> Row:
        start, end = self._window(past, params)
        most, first = _whole(params, "limit", self.usual), _whole(params, "cursor", 0)
        if not 1 <= most <= self.most:
            raise missing("limit")
        rows = [row for at, row in self.rows(past, params) if start <= at <= end]
        more = len(rows) > first + most
        return {"nextPageCursor": str(first + most) if more else "", self.key: rows[first : first + most]}

    def _window(self, past: Past, params: Mapping[str, str]) -> tuple[int, int]:
        longest = self.days * DAY_MS - self.under
        recent = longest if self.recent is None else self.recent * DAY_MS
        start, end = (
            _whole(params, name, given // self.unit_ms) * self.unit_ms
            for name, given in zip(self.bounds, (past.now_ms - recent, past.now_ms), strict=True)
        )
        if end < start or end - start > longest:
            raise Refusal(10001, f"The time range between startTime and endTime is over {self.days} days.")
        return start, end


def _whole(params: Mapping[str, str], name: str, given: int) -> int:
    text = params.get(name, str(given))
    if not (text.isascii() and text.isdigit()):
        raise missing(name)
    return int(text)
