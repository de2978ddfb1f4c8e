"""How Gate tells its histories: a month at most at once, page by page, asked for by seconds."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page
from cambist.core.terms import Market
from cambist.exchanges.guard import Unusable, all_differ
from cambist.exchanges.windows import Window, halved, told, window

# Of 30 days that one call may tell, so that what is asked for around its times is within them too.
SPAN = timedelta(days=28)
# limit × (page − 1) may be 100,000 at most.
MOST_PAGES = 100
_SECOND_MS = 1_000
_BORDER_MS = 2 * _SECOND_MS
_DIGITS = 14


@dataclass(frozen=True, slots=True)
class Told:
    """A row as it was read. id: no other's of its answer. at: the time that windows go by, in ms."""

    id: str
    at: int
    entries: tuple[Entry, ...] = ()


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """The next page of a window: of which pair, its number from 1, and the last row of the one before."""

    pair: str
    page: int = 1
    last: str = ""


_place = msgspec.json.Decoder(_Place)
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
        place = _place.decode(read.at) if read.at else _Place("")
        if place.pair not in pairs:
            place = _Place(pairs[0])
        rows = await self._rows(client, market, read, place)
        entries: Sequence[Entry] = [entry for row in rows for entry in row.entries]
        void: Sequence[str] = ()
        if self.beside is not None:
            entries, void = await self.beside(client, market, entries)
        if len(rows) >= self.size:
            if rows[-1].id == place.last:
                raise Unusable("the answer's next page is itself")
            if not self.page or place.page == MOST_PAGES:
                return halved(read, asked, _at(_Place(place.pair)))
            return told(read, asked, entries, _at(_Place(place.pair, place.page + 1, rows[-1].id)), void)
        if self.ended is not None and read.last:
            await self.ended(place.pair)
        following = pairs[pairs.index(place.pair) + 1 :]
        return told(read, asked, entries, _at(_Place(following[0])) if following else "", void)

    async def _rows(self, client: Any, market: Market, read: Window, place: _Place) -> Sequence[Told]:
        """Those of a page, each once and of its window. Raises Unusable."""
        question: dict[str, Any] = {
            **self.params,
            "from": read.start // _SECOND_MS,
            "to": -(-read.end // _SECOND_MS),
            "limit": self.size,
        }
        if self.by_pair:
            question["currency_pair"] = place.pair
        if self.page:
            question[self.page] = (place.page - 1) * self.size if self.page == "offset" else place.page
        rows = self.rows(await getattr(client, self.call)(question), market)
        all_differ([row.id for row in rows], "a row")
        if not all(row.id for row in rows):
            raise Unusable("the answer has a row without an id")
        if len(rows) > self.size:
            raise Unusable("the answer has more rows than were asked for")
        if any(not read.start - _BORDER_MS < row.at < read.end + _BORDER_MS for row in rows):
            raise Unusable("the answer has a row of another time than was asked for")
        return [row if row.at >= read.known_from else replace(row, entries=()) for row in rows]


def _at(place: _Place) -> str:
    return msgspec.json.encode(place).decode()


def at_ms(text: str | int) -> int:
    """Milliseconds since 1970, told in digits alone. Raises Unusable."""
    digits = str(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS):
        raise Unusable("the answer has a time that is none")
    return int(digits)


def entry(
    market: Market, name: str, at: int, kind: EntryKind, code: str, amount: Decimal, wallet: str, **more: Any
) -> Iterable[Entry]:
    """An entry of an amount that changed; none where it did not. at: in ms. code: as Gate writes it."""
    if amount:
        asset = market.spellings.get(code, code)
        yield Entry(name, moment(at), kind, asset, amount, wallet, **more)
