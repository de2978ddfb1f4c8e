"""A source of a ledger read window by window, page by page: where the next page is, and what one has told."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, Page
from cambist.exchanges.guard import Unusable

_MILLISECOND = timedelta(milliseconds=1)
# A window begun so much earlier than the exchange reaches now is not gone on with.
_STALE = timedelta(days=1)


class Window(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of time, in ms since 1970, from `start` to before `end`; `at` is where its next page begins.

    at: in the words of the source; empty for the first page. known_from: where the first window began.
    until: everything before then has been told. last: whether it reaches the time when it was begun; what has
    passed since then is for the next sync, or a slow one would have no end.
    """

    known_from: int
    start: int
    end: int
    at: str = ""
    until: int = 0
    last: bool = False

    @property
    def is_empty(self) -> bool:
        return self.start >= self.end


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where in a window a page begins, of a source that is asked for one thing after another.

    name: what is asked for. at: in the words of the source; empty for the first page of that. last: a row of
    the page before, where one that is told again says that the pages have no end.
    """

    name: str
    at: str = ""
    last: str = ""

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    def following(self, names: Sequence[str]) -> str:
        """The first page of the next of what is asked for; empty after the last."""
        later = names[names.index(self.name) + 1 :]
        return str(Place(later[0])) if later else ""


_decoder = msgspec.json.Decoder(Window)
_place = msgspec.json.Decoder(Place)


def place(read: Window, names: Sequence[str]) -> Place:
    """Where the page to read now begins: with the first of the names where none is told, or it is no more."""
    try:
        known = _place.decode(read.at)
    except msgspec.DecodeError:
        return Place(names[0])
    return known if known.name in names else Place(names[0])


def all_within(times: Iterable[int], read: Window, border: timedelta) -> None:
    """Raises Unusable where a row is of another time than was asked for. times: in ms."""
    beyond = border // _MILLISECOND
    if any(not read.start - beyond < at < read.end + beyond for at in times):
        raise Unusable("the answer has a row of another time than was asked for")


def window(
    asked: Asked, span: timedelta, reach: timedelta | None = None, again: timedelta | None = None
) -> Window:
    """The window to read now.

    span: how long one may be. reach: how far back the exchange tells; None for all there is; what it has
    ceased to tell meanwhile is a gap, after which `known_from` begins anew. again: how much of what the last
    sync read is read again, for what had not come to its end then.
    """
    now = milliseconds(asked.now)
    earliest = 0 if reach is None else now - reach // _MILLISECOND
    if asked.cursor:
        last = _decoder.decode(asked.cursor)
        if last.at and last.start >= earliest - _STALE // _MILLISECOND:
            return last
        read_until = last.start if last.at else last.end
        overlap = (again or timedelta(0)) // _MILLISECOND if last.last else 0
        first = last.known_from if read_until >= earliest else earliest
        start, until = max(first, read_until - overlap, earliest), last.until
    else:
        first = start = max(milliseconds(asked.since), earliest)
        until = 0
    start = min(start, now)
    end = min(start + span // _MILLISECOND, now)
    return Window(first, start, end, until=max(until, start), last=end == now)


def told(
    read: Window, asked: Asked, entries: Iterable[Entry], next_at: str = "", void: Iterable[str] = ()
) -> Page:
    """The page read of a window. next_at: where its next page begins; empty where it was the last.

    Raises Unusable where that is where this one began.
    """
    if next_at and next_at == read.at:
        raise Unusable("the answer leads to itself")
    more = bool(next_at) or not read.last
    until = read.until if next_at else min(max(read.until, read.end), milliseconds(asked.now))
    on = msgspec.structs.replace(read, at=next_at, until=until)
    return Page(
        entries=tuple(entries),
        cursor=msgspec.json.encode(on).decode(),
        until=moment(until),
        known_from=moment(read.known_from),
        more=more,
        void=tuple(void),
    )


def halved(read: Window, asked: Asked, at: str) -> Page:
    """No entries yet: the window holds more than the exchange tells at once, so its first half is read next.

    at: where that begins. Raises Unusable where it cannot be halved.
    """
    middle = (read.start + read.end) // 2
    if middle == read.start:
        raise Unusable("the answer is full, and of one millisecond")
    return told(msgspec.structs.replace(read, end=middle, last=False, at=""), asked, (), at)
