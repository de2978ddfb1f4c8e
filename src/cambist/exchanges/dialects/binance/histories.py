"""How Binance tells its histories: window by window, page by page, each call by its own names for these."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import msgspec

from cambist.core.ledger import Asked, Entry, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.guard import Unusable, all_differ, shaped, told_once
from cambist.exchanges.ledger_rows import Told
from cambist.exchanges.windows import Place, Window, all_within, halved, place, told, window

# Of a limit of 90 days the exchange refuses calls of a little less (github.com/rotki/rotki/pull/10051).
QUARTER = timedelta(days=89)
MONTH = timedelta(days=30)
# Some times are told in whole seconds.
_WHOLE = timedelta(seconds=1)

Row = TypeVar("Row", bound=msgspec.Struct)
Params = Mapping[str, Any]


def _once(_: Market, __: Asked) -> Mapping[str, Params]:
    return {"": {}}


@dataclass(frozen=True, slots=True)
class History:
    """A call that tells a history, and how it is asked.

    call: by ccxt's name. rows: reads an answer; it is told which variant was asked. size: how many rows one
    has at most. variants: what has to be asked one after another for each window, by name, with the
    parameters of each. start, end, limit: its names of these. page: its name of pages, counted from 1, or of
    an offset in rows; empty where it has no pages, so that windows are halved until all fits.
    again: how much is read again in the next sync, since rows may come late or change.
    """

    call: str
    rows: Callable[[bytes, Market, str], Iterable[Told]]
    size: int
    span: timedelta = QUARTER
    again: timedelta = timedelta(days=1)
    variants: Callable[[Market, Asked], Mapping[str, Params]] = _once
    start: str = "startTime"
    end: str = "endTime"
    limit: str = "limit"
    page: str = ""

    def source(self, terms: Terms) -> LedgerSource:
        return LedgerSource(terms, partial(_page, self, terms))


async def _page(history: History, terms: Terms, client: Any, market: Market, asked: Asked) -> Page:
    """One call: the next page of the next variant of the window. Raises Unusable."""
    read = window(asked, history.span, terms.reach, history.again)
    variants = history.variants(market, asked)
    if read.is_empty or not variants:
        return told(read, asked, ())
    names = list(variants)
    here = place(read, names)
    page = int(here.at or 1)
    rows = await _rows(history, client, market, read, here.name, variants[here.name], page)
    entries, void = _taken(rows)
    is_full = len(rows) >= history.size
    if is_full and not history.page:
        return halved(read, asked, str(Place(here.name)))
    next_at = str(Place(here.name, str(page + 1))) if is_full else here.following(names)
    return told(read, asked, entries, next_at, void)


async def _rows(
    history: History, client: Any, market: Market, read: Window, name: str, params: Params, page: int
) -> list[Told]:
    """Those of a page, each once and all of its window, or Unusable: another answer than was asked for."""
    asked_for = {history.start: read.start, history.end: read.end - 1, history.limit: history.size, **params}
    if history.page:
        asked_for[history.page] = (page - 1) * history.size if history.page == "offset" else page
    client.raw = client.large = True
    rows = list(history.rows(await getattr(client, history.call)(asked_for), market, name))
    all_differ([row.id for row in rows], "a row")
    if len(rows) > history.size:
        raise Unusable("the answer has more rows than were asked for")
    all_within((row.at for row in rows), read, _WHOLE)
    return rows


def _taken(rows: Sequence[Told]) -> tuple[list[Entry], list[str]]:
    return [each for row in rows for each in row.entries], [each for row in rows for each in row.void]


def each_once(raw: bytes, rows: Sequence[msgspec.Struct], /, **outer: int) -> None:
    """Raises Unusable where an object has a key twice. outer: how often other keys stand there."""
    fields = msgspec.structs.fields(type(rows[0])) if rows else ()
    inner = {
        each.encode_name: sum(getattr(row, each.name) is not msgspec.UNSET for row in rows) for each in fields
    }
    told_once(raw, **outer, **inner)


def listed(decoder: msgspec.json.Decoder[list[Row]], raw: bytes, shape: str) -> list[Row]:
    """The rows of an answer that is a list. Raises Unusable."""
    rows = shaped(decoder, raw, shape)
    each_once(raw, rows)
    return rows
