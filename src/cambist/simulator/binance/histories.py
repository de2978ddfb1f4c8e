"""What Binance tells of an account's past: which call tells which flow or trade, in windows and pages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cambist.simulator.binance import pasts
from cambist.simulator.binance.checks import Refusal, missing, whole_number
from cambist.simulator.binance.pasts import Account, Row

DAY_MS = 86_400_000
_TOO_WIDE = (-1127, "Lookup interval is too big.")
_TOO_WIDE_CAPITAL = (-4047, "Time interval must be within 0-90 days")
_TOO_WIDE_EARN = (-6021, "Query time range too large")

USER_LIMITED = (
    "Too much request weight used; current limit is 180000 request weight per 1 MINUTE. "
    "Please use WebSocket Streams for live updates to avoid polling the API."
)

Params = Mapping[str, str]
Wrap = Callable[[Sequence[Row], int], Any]


def _bare(rows: Sequence[Row], _: int) -> Any:
    return rows


def _counted(rows: Sequence[Row], total: int) -> Any:
    return {"rows": rows, "total": total}


def _enveloped(rows: Sequence[Row], total: int) -> Any:
    return {"code": "000000", "message": "success", "data": rows, "total": total, "success": True}


@dataclass(frozen=True, slots=True)
class History:
    """A call that tells a part of the past.

    told: the rows of all time, with when each was, oldest first. days: how long a window may be; recent: how
    long it is where none is named. reach: in days, how far back rows are told. refused: the code and words
    of a window too long. size: rows of a page, by default and at most. a_minute: how many calls of a user
    are allowed, where those are counted instead of an address's weight. needs: a parameter that must be sent.
    """

    told: Callable[[Account, Params], Iterator[tuple[int, Row]]]
    wrap: Wrap = _bare
    days: int = 90
    recent: int = 90
    reach: int | None = None
    refused: tuple[int, str] = _TOO_WIDE
    size: tuple[int, int] = (100, 1_000)
    weight: int = 1
    a_minute: int | None = None
    start: str = "startTime"
    end: str = "endTime"
    limit: str = "limit"
    page: str = ""
    needs: str = ""
    newest_first: bool = True
    exchanges: tuple[str, ...] = ("binance",)

    def answer(self, account: Account, params: Params) -> Any:
        if self.needs and not params.get(self.needs):
            raise missing(self.needs)
        start, end = self._window(params, account.now_ms)
        rows = [row for at, row in self.told(account, params) if start <= at <= end]
        if self.newest_first:
            rows.reverse()
        size = _number(params, self.limit, self.size[0])
        if not 1 <= size <= self.size[1]:
            raise Refusal(400, -1130, "A parameter was larger than max value.")
        first = _number(params, self.page, 0) if self.page else 0
        if self.page and self.page != "offset":
            first = (max(first, 1) - 1) * size
        return self.wrap(rows[first : first + size], len(rows))

    def _window(self, params: Params, now_ms: int) -> tuple[int, int]:
        end = _number(params, self.end, now_ms)
        start = _number(params, self.start, end - self.recent * DAY_MS)
        if start > end or end - start > self.days * DAY_MS:
            raise Refusal(400, *self.refused)
        return start if self.reach is None else max(start, now_ms - self.reach * DAY_MS), end


def _number(params: Params, name: str, otherwise: int) -> int:
    return whole_number(name, params[name]) if name in params else otherwise


_BOTH = ("binance", "binance_us")
_CAPITAL: dict[str, Any] = {"refused": _TOO_WIDE_CAPITAL, "size": (1_000, 1_000), "page": "offset"}

HISTORIES: Mapping[tuple[str, str], History] = {
    ("GET", "/sapi/v1/capital/deposit/hisrec"): History(pasts.deposits, **_CAPITAL, exchanges=_BOTH),
    ("GET", "/sapi/v1/capital/withdraw/history"): History(
        pasts.withdrawals, **_CAPITAL, weight=0, a_minute=10, exchanges=_BOTH
    ),
}
