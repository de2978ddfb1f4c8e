"""How Gate tells its histories: a month at most at once, page by page, asked for by seconds."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from cambist.core.ledger import Asked, Entry, Page
from cambist.core.terms import Market
from cambist.exchanges.guard import Unusable, all_differ
from cambist.exchanges.ledger_rows import Told
from cambist.exchanges.windows import Place, Window, all_within, halved, place, told, window

# Of 30 days that one call may tell, so that what is asked for around its times is within them too.
SPAN = timedelta(days=28)
# limit × (page − 1) may be 100,000 at most.
MOST_PAGES = 100
_SECOND_MS = 1_000
_BORDER = timedelta(seconds=2)


Rows = Callable[[bytes, Market], Sequence[Told]]
Beside = Callable[[Any, Market, Sequence[Entry]], Awaitable[tuple[Sequence[Entry], Sequence[str]]]]


@dataclass(frozen=True, slots=True)
class History:
    """A call that tells a history, and how it is asked.

    call: by ccxt's name. rows: reads an answer. size: how many rows one has at most. page: "page", counted
    from 1, or "offset" of rows; empty where it has neither, so that windows are halved until all fits.
    by_pair: asked pair by pair. again: how much is read again in the next sync. is_there: asked before,
    whether the account has such a history at all. beside: what else tells of a page's entries; it gives them
    back with what it knows, and the ids of those that came to nothing. ended: hears of each pair that has
    been read until now.
    """

    call: str
    rows: Rows
    size: int
    params: Mapping[str, str] = field(default_factory=dict)
    page: str = "page"
    by_pair: bool = False
    again: timedelta = timedelta(hours=1)
    is_there: Callable[[Any], Awaitable[bool]] | None = None
    beside: Beside | None = None
    ended: Callable[[str], Awaitable[None]] | None = None

    async def read(self, client: Any, market: Market, asked: Asked) -> Page:
        """The next page of the window's next pair. Raises Unusable."""
        read = window(asked, SPAN, again=self.again)
        pairs = sorted(asked.symbols.values()) if self.by_pair else [""]
        client.raw = client.large = True
        if read.is_empty or not pairs or not (self.is_there is None or await self.is_there(client)):
            return told(read, asked, ())
        here = place(read, pairs)
        number = int(here.at or 1)
        rows = await self._rows(client, market, read, here.name, number)
        is_full = len(rows) >= self.size
        if is_full and rows[-1].id == here.last:
            raise Unusable("the answer leads to itself")
        if is_full and (not self.page or number == MOST_PAGES):
            return halved(read, asked, str(Place(here.name)))
        entries: Sequence[Entry] = [entry for row in rows for entry in row.entries]
        void: Sequence[str] = ()
        if self.beside is not None:
            entries, void = await self.beside(client, market, entries)
        if self.ended is not None and read.last and not is_full:
            await self.ended(here.name)
        on = Place(here.name, str(number + 1), rows[-1].id) if is_full else None
        return told(read, asked, entries, str(on) if on else here.following(pairs), void)

    async def _rows(
        self, client: Any, market: Market, read: Window, pair: str, number: int
    ) -> Sequence[Told]:
        """Those of a page, each once and of its window. Raises Unusable."""
        question: dict[str, Any] = {
            **self.params,
            "from": read.start // _SECOND_MS,
            "to": -(-read.end // _SECOND_MS),
            "limit": self.size,
        }
        if self.by_pair:
            question["currency_pair"] = pair
        if self.page:
            question[self.page] = (number - 1) * self.size if self.page == "offset" else number
        rows = self.rows(await getattr(client, self.call)(question), market)
        all_differ([row.id for row in rows], "a row")
        if not all(row.id for row in rows):
            raise Unusable("the answer has a row without an id")
        if len(rows) > self.size:
            raise Unusable("the answer has more rows than were asked for")
        all_within((row.at for row in rows), read, _BORDER)
        return [row if row.at >= read.known_from else replace(row, entries=()) for row in rows]
