"""One page of one of WhiteBIT's lists, which are read by offset, a hundred rows at a time."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from cambist.core.history import moment
from cambist.core.ledger import Asked, Entry, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.whitebit.reading import if_offered, newest_first
from cambist.exchanges.guard import Unusable, all_differ
from cambist.exchanges.ledger_rows import Told
from cambist.exchanges.windows import Place, Window, all_within, halved, place, told, window

PAGE = 100
FURTHEST = 10_000
# Lists that take no times are read in one go: this is longer than the exchange is old.
ALL_AT_ONCE = timedelta(days=36_500)
_SECOND_MS = 1_000
A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Listing:
    """A call that tells a list, and how it is asked.

    call: by ccxt's name. start, end: its names of the seconds that a stretch of time begins and ends with;
    empty where it takes none, so that it is read until its rows are older. time: how it wants them written.
    again: how much is read again in the next sync. whole: always all of it, since old rows change. of: tells
    the ids that are asked for one after another, as `id`. optional: only some accounts may ask; to the
    others it tells nothing.
    """

    call: str
    rows: Callable[[bytes, Market], Iterable[Told]]
    span: timedelta = ALL_AT_ONCE
    again: timedelta = timedelta(days=1)
    start: str = ""
    end: str = ""
    time: Callable[[int], int | str] = int
    whole: bool = False
    of: Callable[[Any], Awaitable[Sequence[str]]] | None = None
    optional: bool = False

    def source(self, terms: Terms) -> LedgerSource:
        return LedgerSource(terms, partial(_page, self, terms))


def once_each(entries: Iterable[Entry]) -> list[Entry]:
    return list({each.id: each for each in entries}.values())


def next_page(rows: Sequence[Told], here: Place) -> str:
    """The page that follows a full one; empty after another. Raises Unusable where that is itself."""
    all_differ([row.id for row in rows], "a row")
    if rows and rows[0].id == here.last:
        raise Unusable("the answer leads to itself")
    return str(Place(here.name, str(offset_of(here) + PAGE), rows[0].id)) if len(rows) >= PAGE else ""


def offset_of(here: Place) -> int:
    return int(here.at or 0)


async def _page(listing: Listing, terms: Terms, client: Any, market: Market, asked: Asked) -> Page:
    """One call: the next page of the next id of the window. Raises Unusable, NotOffered."""
    read = window(asked, listing.span, terms.reach, listing.again)
    if read.is_empty:
        return told(read, asked, ())
    client.raw = client.large = True
    ids = [""] if listing.of is None else list(await listing.of(client))
    if not ids:
        return told(read, asked, ())
    here = place(read, ids)
    rows = list(listing.rows(await _answer(listing, client, read, here), market))
    next_at = next_page(rows, here)
    if listing.start:
        all_within((row.at for row in rows), read, A_SECOND)
    begins = moment(read.known_from)
    entries = once_each(each for row in rows for each in row.entries if each.at >= begins)
    if not next_at or _reaches_back(listing, rows, read):
        return told(read, asked, entries, here.following(ids))
    if offset_of(here) < FURTHEST:
        return told(read, asked, entries, next_at)
    if not listing.start:
        raise Unusable("the answer has more rows than the exchange tells")
    return halved(read, asked, str(Place(ids[0])))


def _reaches_back(listing: Listing, rows: Sequence[Told], read: Window) -> bool:
    """Whether all that follows in a list is older than what is asked for."""
    times = [row.at for row in rows]
    return not listing.start and not listing.whole and newest_first(times) and times[-1] < read.start


async def _answer(listing: Listing, client: Any, read: Window, here: Place) -> bytes:
    params: dict[str, Any] = {"limit": PAGE, "offset": offset_of(here)}
    if listing.start:
        params[listing.start] = listing.time(read.start // _SECOND_MS)
        params[listing.end] = listing.time(read.end // _SECOND_MS)
    if here.name:
        params["id"] = here.name
    if listing.optional:
        return await if_offered(client, listing.call, params)
    answer: bytes = await getattr(client, listing.call)(params)
    return answer
