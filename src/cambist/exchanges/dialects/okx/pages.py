"""One page of one of OKX's histories, which go from the newest row back: by a row's id, or by its time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec

from cambist.core.ledger import Asked, Entry, Page
from cambist.core.terms import Market
from cambist.exchanges.dialects.okx.answers import Answer, rows_in
from cambist.exchanges.guard import Unusable, all_differ, checked_json
from cambist.exchanges.ledger_rows import at_ms
from cambist.exchanges.windows import Window, told, window

Row = TypeVar("Row")

LONGEST = 100
# Pages go back by themselves, so there is no need of windows: this is longer than OKX remembers.
_ALL_AT_ONCE = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class History(Generic[Row]):
    """A history of OKX's, a page of which has a hundred rows.

    call: by ccxt's name. name: what no other row of it is called by; None where rows have no name, and those
    of one time are told together. at: a row's time, in ms. entries: what rows changed. void: what came to
    nothing. by_id: whether a page begins after a row's name; else before a time. reach, again: as
    `windows.window` takes them.
    """

    call: str
    decoder: msgspec.json.Decoder[Answer[Row]]
    shape: str
    at: Callable[[Row], str]
    entries: Callable[[Sequence[Row], Market], Iterable[Entry]]
    again: timedelta
    name: Callable[[Row], str] | None = None
    void: Callable[[Row], Iterable[str]] = lambda _: ()
    by_id: bool = False
    reach: timedelta | None = None
    asked: tuple[tuple[str, str], ...] = ()

    async def read(self, client: Any, market: Market, asked: Asked) -> Page:
        read = window(asked, _ALL_AT_ONCE, self.reach, self.again)
        after = read.at or ("" if self.by_id else str(read.end))
        client.raw = True
        question = {**dict(self.asked), "limit": str(LONGEST), **({"after": after} if after else {})}
        raw = await getattr(client, self.call)(question)
        rows = rows_in(self.decoder, raw, self.shape)
        checked_json(raw)  # an amount told twice is not told
        if self.name is not None:
            all_differ([self.name(row) for row in rows], "a row")
        rows, next_at = self._kept(rows, read)
        voided = [each for row in rows for each in self.void(row)]
        return told(read, asked, self.entries(rows, market), next_at, voided)

    def _kept(self, rows: list[Row], read: Window) -> tuple[list[Row], str]:
        """The rows that this page tells, and where the next one begins. Raises Unusable.

        By time, the oldest of a full page are left to the next: others of their time may be on it.
        """
        times = [at_ms(self.at(row)) for row in rows]
        if len(rows) < LONGEST or times[-1] < read.start:
            next_at = ""
        elif self.by_id and self.name is not None:
            next_at = self.name(rows[-1])
        else:
            next_at = str(times[-1] + 1)
            rows = [row for row, at in zip(rows, times, strict=True) if at > times[-1]]
            if not rows:
                raise Unusable("the answer has more rows of one time than it can tell")
        return [row for row in rows if at_ms(self.at(row)) >= read.start], next_at
