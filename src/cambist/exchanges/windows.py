"""A source of a ledger read window by window, page by page: where the next page is, and what one has told."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, Page

_MILLISECOND = timedelta(milliseconds=1)


class Window(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of time, in ms since 1970, from `start` to before `end`; `at` is where its next page begins.

    at: in the words of the source; empty for the first page. known_from: where the first window began.
    """

    known_from: int
    start: int
    end: int
    at: str = ""


_decoder = msgspec.json.Decoder(Window)


def window(
    asked: Asked, span: timedelta, reach: timedelta | None = None, again: timedelta | None = None
) -> Window:
    """The window to read now.

    span: how long one may be. reach: how far back the exchange tells; None for all there is. again: how much
    of what was read is read again, for what had not come to its end then; shorter than `span`.
    """
    now = milliseconds(asked.now)
    if asked.cursor:
        last = _decoder.decode(asked.cursor)
        if last.at:
            return last
        first = last.known_from
        start = max(first, last.end - (again or timedelta(0)) // _MILLISECOND)
    else:
        first = start = milliseconds(asked.since if reach is None else max(asked.since, asked.now - reach))
    if reach is not None:
        start = max(start, now - reach // _MILLISECOND)
    return Window(first, min(start, now), min(start + span // _MILLISECOND, now))


def told(
    read: Window, asked: Asked, entries: Iterable[Entry], next_at: str = "", void: Iterable[str] = ()
) -> Page:
    """The page read of a window. next_at: where its next page begins; empty where it was the last."""
    on = msgspec.structs.replace(read, at=next_at)
    return Page(
        entries=tuple(entries),
        cursor=msgspec.json.encode(on).decode(),
        until=moment(read.start if next_at else read.end),
        known_from=moment(read.known_from),
        more=bool(next_at) or read.end < milliseconds(asked.now),
        void=tuple(void),
    )
