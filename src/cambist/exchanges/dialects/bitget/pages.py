"""One page of one of Bitget's histories: a stretch of time, in it each thing to ask for, row after row."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec

from cambist.core.errors import ExchangeRefused, NotOffered
from cambist.core.ledger import Asked, Entry, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json
from cambist.exchanges.ledger_rows import at_ms
from cambist.exchanges.windows import Place, Window, all_within, place, told, window

Row = TypeVar("Row")
Params = Mapping[str, str]

# Bitget tells of 90 days, most calls of 30 days at once; of each a little less is asked for.
REACH, SPAN = timedelta(days=89), timedelta(days=28)
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
_DIGITS_OF_AN_ID = 20


class Bills(msgspec.Struct, Generic[Row]):
    """Rows of futures, the newest first, and the id that the next page is older than. Null: none."""

    rows: list[Row] | None = msgspec.field(name="bills")
    next_page: str | None = msgspec.field(name="endId", default=None)


class Results(msgspec.Struct, Generic[Row]):
    """The same of margin and of earn, which call the id otherwise."""

    rows: list[Row] | None = msgspec.field(name="resultList")
    next_page: str | None = msgspec.field(name="endId", default=None)
    least: str | None = msgspec.field(name="minId", default=None)


class Listed(msgspec.Struct, Generic[Row]):
    """Rows of a unified account, and a cursor of Bitget's; both are null where there is nothing."""

    rows: list[Row] | None = msgspec.field(name="list")
    next_page: str | None = msgspec.field(name="cursor", default=None)


def once(_: Market, __: Asked) -> Mapping[str, Params]:
    return {"": {}}


async def as_they_are(_: Any, __: Sequence[Any], entries: Sequence[Entry]) -> Sequence[Entry]:
    return entries


@dataclass(frozen=True, slots=True)
class History(Generic[Row]):
    """A history of Bitget's.

    call: by ccxt's name. answer: of a list of rows, or of Bills, Results or Listed. id, at: a row's own name
    (Bitget's, with what tells it from others of that name after a colon), and its time in ms. entries: what
    rows changed; they are told which variant was asked. longest: the rows that a page may have. variants:
    what has to be asked one after another for each window, by name. by_id: whether a page begins after the
    row named last, and a short one is the last; else where Bitget's cursor says, until there is none. opened:
    whether a variant that is refused is one that the account has not. again: how much of what the last sync
    read is read again. finish: what is yet to be found out of entries. found: the variants of a window
    instead, where they have to be asked for themselves.
    """

    call: str
    answer: msgspec.json.Decoder[Any]
    shape: str
    id: Callable[[Row], str]
    at: Callable[[Row], str]
    entries: Callable[[Sequence[Row], Market, str], Iterable[Entry]]
    longest: int
    variants: Callable[[Market, Asked], Mapping[str, Params]] = once
    by_id: bool = True
    opened: bool = False
    again: timedelta = AN_HOUR
    finish: Callable[[Any, Sequence[Row], Sequence[Entry]], Awaitable[Sequence[Entry]]] = as_they_are
    found: Callable[[Any, Market, Window, Asked], Awaitable[Mapping[str, Params]]] | None = None

    def source(self, terms: Terms) -> LedgerSource:
        return LedgerSource(terms, partial(self._page, terms))

    async def _page(self, terms: Terms, client: Any, market: Market, asked: Asked) -> Page:
        """The next page of the next variant of the window. Raises Unusable, LoadFailed."""
        read = window(asked, SPAN, terms.reach, self.again)
        if read.is_empty:
            return told(read, asked, ())
        found = await self.found(client, market, read, asked) if self.found is not None else None
        variants = self.variants(market, asked) if found is None else found
        if not variants:
            return told(read, asked, ())
        names = list(variants)
        here = place(read, names)
        rows, goes_on = await self._rows(client, read, variants[here.name], here.at)
        known = [row for row in rows if at_ms(self.at(row)) >= read.known_from]
        entries = await self.finish(client, known, [*self.entries(known, market, here.name)])
        next_at = str(Place(here.name, goes_on)) if goes_on else here.following(names)
        return told(read, asked, entries, next_at)

    async def _rows(self, client: Any, read: Window, params: Params, after: str) -> tuple[Sequence[Row], str]:
        """Those of a page, and what the next one begins after; empty where there is none."""
        client.raw = client.large = True
        begins = {"idLessThan" if self.by_id else "cursor": after} if after else {}
        bounds = {"startTime": str(read.start), "endTime": str(read.end), "limit": str(self.longest)}
        try:
            raw = await getattr(client, self.call)({**params, **bounds, **begins})
        except NotOffered:
            raise
        except ExchangeRefused:
            if self.opened:
                return (), ""
            raise
        answer = data_of(client, raw, self.answer, self.shape)
        checked_json(raw)  # an amount told twice is not told
        rows = answer if isinstance(answer, list) else answer.rows or []
        all_differ([self.id(row) for row in rows], "a row")
        if len(rows) > self.longest or not all(self.id(row) for row in rows):
            raise Unusable("the answer has more rows than were asked for, or some without an id")
        all_within((at_ms(self.at(row)) for row in rows), read, A_DAY)
        goes_on = self._next(rows, answer)
        if self.by_id and goes_on and after and _id(goes_on) >= _id(after):
            raise Unusable("the answer leads to itself")
        return rows, goes_on

    def _next(self, rows: Sequence[Row], answer: Any) -> str:
        """Bitget tells the newest first. Raises Unusable."""
        if not rows:
            return ""
        next_page = getattr(answer, "next_page", None) or getattr(answer, "least", None) or ""
        if not self.by_id:
            if len(rows) >= self.longest and not next_page:
                raise Unusable("the answer does not tell whether there is more")
            return str(next_page)
        if len(rows) < self.longest:
            return ""
        return str(next_page or min((self.id(row).partition(":")[0] for row in rows), key=_id))


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_AN_ID):
        raise Unusable("the answer has an id that is none")
    return int(text)
