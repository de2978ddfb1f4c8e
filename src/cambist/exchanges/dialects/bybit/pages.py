"""One page of one of Bybit's histories: a window of time, and within it a cursor of Bybit's."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec

from cambist.core.ledger import Asked, Entry, Page
from cambist.core.terms import Market
from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json
from cambist.exchanges.windows import Window, told, window

Row = TypeVar("Row")


class Rows(msgspec.Struct, Generic[Row]):
    rows: list[Row]
    next_page: str | None = msgspec.field(name="nextPageCursor", default=None)


class Listed(msgspec.Struct, Generic[Row]):
    """The same, where Bybit calls the rows `list`."""

    rows: list[Row] = msgspec.field(name="list")
    next_page: str | None = msgspec.field(name="nextPageCursor", default=None)


@dataclass(frozen=True, slots=True)
class History(Generic[Row]):
    """A history of Bybit's.

    call: by ccxt's name, or a path that ccxt has no name of. decoder: of Rows or Listed of such rows. name:
    what no other row of it is called by. entries: what a row changed. longest: the rows that a page may have.
    span, reach, again: as `windows.window` takes them. void: what came to nothing. asked: what is asked for
    beside the window. bounds: what its start and end are called, in units of `unit_ms`.
    """

    call: str
    decoder: msgspec.json.Decoder[Any]
    shape: str
    name: Callable[[Row], str]
    entries: Callable[[Row, Market], Iterable[Entry]]
    longest: int
    span: timedelta
    again: timedelta
    reach: timedelta | None = None
    void: Callable[[Row], Iterable[str]] = lambda _: ()
    asked: tuple[tuple[str, str], ...] = ()
    bounds: tuple[str, str] = ("startTime", "endTime")
    unit_ms: int = 1

    async def read(self, client: Any, market: Market, asked: Asked) -> Page:
        """Both ends of a window are asked for: what stands at an end may be told twice, as the same entry."""
        read = window(asked, self.span, self.reach, self.again)
        client.raw = True
        question = self._question(read)
        if "/" in self.call:
            raw = await client.request(self.call, ["private"], "GET", question)
        else:
            raw = await getattr(client, self.call)(question)
        page: Rows[Row] | Listed[Row] = result_of(client, raw, self.decoder, self.shape)
        checked_json(raw)  # an amount told twice is not told
        all_differ([self.name(row) for row in page.rows], "a row")
        return told(
            read,
            asked,
            [entry for row in page.rows for entry in self.entries(row, market)],
            self._next(page),
            [each for row in page.rows for each in self.void(row)],
        )

    def _question(self, read: Window) -> dict[str, str]:
        start, end = self.bounds
        return {
            **dict(self.asked),
            start: str(read.start // self.unit_ms),
            end: str(-(-read.end // self.unit_ms)),
            "limit": str(self.longest),
            **({"cursor": read.at} if read.at else {}),
        }

    def _next(self, page: Rows[Row] | Listed[Row]) -> str:
        """The last page may have a cursor too: it leads to a page without rows. Raises Unusable."""
        if page.next_page is None and len(page.rows) >= self.longest:
            raise Unusable("the answer does not tell whether there is more")
        return page.next_page or "" if page.rows else ""
