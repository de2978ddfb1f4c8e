"""WhiteBIT's deposits and withdrawals: the newest first, each with the time it was begun, and no other."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.whitebit.lists import FURTHEST, PAGE
from cambist.exchanges.dialects.whitebit.reading import at_ms, entry, newest_first
from cambist.exchanges.guard import Unusable, all_differ, checked_json, shaped
from cambist.exchanges.ledger_rows import came

# What is under way is told again until it ends; of what waits for longer, nothing is known.
AGAIN = timedelta(days=30)
# A deposit that is there this soon is in the balance of the time when it was begun.
AT_ONCE = timedelta(minutes=5)
# A sync follows a load that found something unexplained within seconds: what came lies before that load.
FOLLOWS = timedelta(seconds=10)
_MILLISECOND = timedelta(milliseconds=1)
# So many of a kind are kept in mind from one sync to the next; those begun last.
MOST_KEPT = 250

_DEPOSIT, _WITHDRAWAL = 1, 2
_SUCCESSFUL = frozenset({3, 7})
_CAME_BACK = frozenset({4, 9})
_PARTIAL = 18


class _Partial(msgspec.Struct, rename="camel"):
    processed_amount: str
    processed_fee: str


class _Details(msgspec.Struct):
    partial: _Partial | None = None


class Row(msgspec.Struct, rename="camel"):
    """amount: with its fee, as it was asked for. details: an empty list where there are none."""

    transaction_id: str
    created_at: msgspec.Raw
    ticker: str
    method: int
    amount: str
    fee: str
    status: int
    transaction_hash: str | None = None
    details: _Details | list[str] | None = None


class _History(msgspec.Struct):
    records: list[Row]


class Place(msgspec.Struct, array_like=True):
    """How far they are read. Times in ms since 1970.

    known_from: what counts from then on is told. until: all was told before then. now: when this sync began;
    0 where none is under way. offset: of its next page. last: the first row of the page before. waiting:
    the deposits that were not there yet. arrived: when deposits were first told that had begun earlier. Of
    both, `found` is what this sync has seen so far.
    """

    known_from: int
    until: int
    now: int = 0
    offset: int = 0
    last: str = ""
    waiting: list[str] = []
    arrived: dict[str, int] = {}
    found_waiting: list[str] = []
    found_arrived: dict[str, int] = {}

    @property
    def start(self) -> int:
        """What began a while before `known_from` may come after it."""
        return self.until - AGAIN // _MILLISECOND


_history = msgspec.json.Decoder(_History)
_place = msgspec.json.Decoder(Place)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /api/v4/main-account/history, back to what is older than what may change."""
    place = _begun(asked)
    client.raw = client.large = True
    raw = await client.v4_private_post_main_account_history({"limit": PAGE, "offset": place.offset})
    return transactions_answer(raw, place, market)


def transactions_answer(raw: bytes, place: Place, market: Market) -> Page:
    """What an answer tells of the rows of a place. Raises Unusable."""
    rows = history_answer(raw)
    times = [at_ms(row.created_at) for row in rows]
    if rows and rows[0].transaction_id == place.last:
        raise Unusable("the answer leads to itself")
    entries: list[Entry] = []
    void: list[str] = []
    for row, at in zip(rows, times, strict=True):
        if place.start <= at < place.now:
            counts_at = _time(row, at, place)
            told = _entries(row, counts_at, market)
            entries += told if counts_at >= place.known_from else []
            void += [] if told else [row.transaction_id, f"{row.transaction_id}:fee"]
    reaches_back = newest_first(times) and times[-1] < place.start
    more = len(rows) >= PAGE and not reaches_back
    if more and place.offset >= FURTHEST:
        raise Unusable("the answer has more transactions than the exchange tells")
    place = _gone_on(place, rows[0].transaction_id) if more else _ended(place)
    return Page(
        entries=tuple(entries),
        cursor=msgspec.json.encode(place).decode(),
        until=moment(place.until),
        known_from=moment(place.known_from),
        more=more,
        void=tuple(void),
    )


def history_answer(raw: bytes) -> list[Row]:
    """The rows of an answer, each once. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_history, raw, "a list of transactions").records
    all_differ([row.transaction_id for row in rows], "a transaction")
    if len(rows) > PAGE:
        raise Unusable("the answer has more rows than were asked for")
    return rows


def _begun(asked: Asked) -> Place:
    now = milliseconds(asked.now)
    if not asked.cursor:
        since = min(milliseconds(asked.since), now)
        return Place(since, since, now)
    place = _place.decode(asked.cursor)
    return place if place.now else msgspec.structs.replace(place, now=now)


def _gone_on(place: Place, last: str) -> Place:
    return msgspec.structs.replace(place, offset=place.offset + PAGE, last=last)


def _ended(place: Place) -> Place:
    return Place(place.known_from, place.now, waiting=place.found_waiting, arrived=place.found_arrived)


def _time(row: Row, at: int, place: Place) -> int:
    """When a transaction counts, in ms; notes it where that has to be known in the next sync.

    The exchange does not say when a deposit was credited. One that was seen waiting, or that began since the
    last sync and not just now, counts from right before the sync that is first told so.
    """
    name = row.transaction_id
    if row.method != _DEPOSIT:
        return at
    if row.status not in _SUCCESSFUL:
        if row.status not in _CAME_BACK and len(place.found_waiting) < MOST_KEPT:
            place.found_waiting.append(name)
        return at
    is_first = place.until == place.known_from
    is_new = not is_first and place.until <= at < place.now - AT_ONCE // _MILLISECOND
    lately = max(at, place.until, place.now - FOLLOWS // _MILLISECOND)
    arrived = place.arrived.get(name, lately if name in place.waiting or is_new else 0)
    if arrived and len(place.found_arrived) < MOST_KEPT:
        place.found_arrived[name] = arrived
    return arrived or at


def _entries(row: Row, at: int, market: Market) -> list[Entry]:
    """What the transaction changed, its fee apart; nothing where it came to nothing, or is not there yet.

    Withdrawals count while they are pending. The fee is in the amount, as where a withdrawal is asked for.
    """
    name, is_deposit = row.transaction_id, row.method == _DEPOSIT
    if row.method not in (_DEPOSIT, _WITHDRAWAL):
        raise Unusable("the answer has neither a deposit nor a withdrawal")
    whole, fee = _amounts(row)
    if row.status in _CAME_BACK or (is_deposit and row.status not in _SUCCESSFUL):
        return []
    with exact():
        amount = whole if is_deposit else fee - whole
    kind = EntryKind.DEPOSIT if is_deposit else EntryKind.WITHDRAWAL
    tx = row.transaction_hash or ""
    moved = entry(market, name, at, kind, row.ticker, amount, tx=tx)
    paid = entry(market, f"{name}:fee", at, EntryKind.FEE, row.ticker, fee.copy_negate())
    return [*moved, *paid]


def _amounts(row: Row) -> tuple[Decimal, Decimal]:
    """The whole amount, and the fee. Of a withdrawal that came about in part, those of that part."""
    partial = row.details.partial if isinstance(row.details, _Details) else None
    if row.status == _PARTIAL and partial is not None:
        return came(partial.processed_amount), came(partial.processed_fee)
    return came(row.amount), came(row.fee)


SOURCE = LedgerSource(
    Terms(
        "transactions",
        frozenset({EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.FEE}),
        wallets=frozenset({"main"}),
    ),
    page,
)
