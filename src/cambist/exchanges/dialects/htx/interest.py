"""HTX's interest on what margin accounts owe: what each loan has come to cost since it was asked for last."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import ZERO, exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerReader, LedgerSource
from cambist.exchanges.dialects.htx.accounts import accounts_of
from cambist.exchanges.dialects.htx.envelope import data_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, number
from cambist.exchanges.ledger_rows import THIRTEEN, at_ms, entry

PAGE = 100
# Of loans that cost no more, so many are remembered; of those that do, there may be so many.
MOST_REMEMBERED, MOST_OWED = 300, 400
# In all other states (cleared, invalid, failed) they cost no more.
_COSTING = frozenset({"created", "accrual"})
# HTX lists loans of the last 61 days unless it is told since when; those from before may cost on.
_LOOKS_BACK = timedelta(days=365)


class _Loan(msgspec.Struct, rename="kebab", gc=False):
    """interest_amount: of all its time, paid or not. accrued_at: when interest was reckoned last."""

    id: int
    currency: str
    interest_amount: msgspec.Raw
    state: str
    created_at: int
    accrued_at: int | None = None


class _Place(msgspec.Struct, array_like=True):
    """Where a sync is. Times in ms.

    owed: by loan, the interest that was told of it. paid_back: loans that cost no more, the highest last, and
    forgotten, the highest that is in it no more. todo: the pairs whose loans this sync has still to read,
    before from_id those of the first. unseen: what is owed and this sync was not told of yet. forgetting:
    what will be forgotten with its end, for what it has still to read may be older and new to us.
    """

    known_from: int
    until: int
    now: int = 0
    owed: dict[int, str] = {}
    paid_back: list[int] = []
    forgotten: int = 0
    todo: list[str] = []
    from_id: int = 0
    unseen: list[int] = []
    forgetting: int = 0

    @property
    def is_first(self) -> bool:
        return self.until <= self.known_from

    def has_done_with(self, loan: int) -> bool:
        return loan in self.paid_back or loan <= self.forgotten

    def take(self, loan: _Loan, cost: Decimal) -> None:
        if loan.id in self.unseen:
            self.unseen.remove(loan.id)
        if loan.state not in _COSTING:
            self._be_done_with(loan.id)
            return
        self.owed[loan.id] = f"{cost:f}"
        if len(self.owed) > MOST_OWED:
            raise Unusable("there are more loans than can be remembered")

    def end(self) -> None:
        """The sync has read all. What it was not told of costs no more, unless it is told of again."""
        for gone in self.unseen:
            self._be_done_with(gone)
        self.unseen = []
        self.forgotten = max(self.forgotten, self.forgetting)

    def _be_done_with(self, loan: int) -> None:
        self.owed.pop(loan, None)
        if not self.has_done_with(loan):
            self.paid_back = sorted([*self.paid_back, loan])
            self.forgetting = max([self.forgetting, *self.paid_back[:-MOST_REMEMBERED]])
            self.paid_back = self.paid_back[-MOST_REMEMBERED:]


_loans = msgspec.json.Decoder(list[_Loan])
_place = msgspec.json.Decoder(_Place)


def reader(wallet: str, kind: str, call: str) -> LedgerReader:
    """Of each pair of isolated margin apart; of cross margin, whose account has none, at once."""

    async def page(client: Any, market: Market, asked: Asked) -> Page:
        since = milliseconds(asked.since)
        place = _place.decode(asked.cursor) if asked.cursor else _Place(since, since)
        if not place.todo:
            place.now = milliseconds(asked.now)
            place.todo = sorted({each.subtype for each in await accounts_of(client, kind)})
            place.unseen = [*place.owed]
        loans = await _read(client, call, place)
        is_last = len(loans) < PAGE or _are_settled(loans, place)
        entries = list(_told(loans, place, wallet, market))
        place.from_id = 0 if is_last else loans[-1].id
        place.todo = place.todo[1:] if is_last else place.todo
        if not place.todo:
            place.until = place.now
            place.end()
        cursor = msgspec.json.encode(place).decode()
        return Page(tuple(entries), cursor, moment(place.until), moment(place.known_from), bool(place.todo))

    return page


async def _read(client: Any, call: str, place: _Place) -> list[_Loan]:
    """The next loans of the first pair there is to do, the newest first."""
    symbol = {"symbol": place.todo[0]} if place.todo[0] else {}
    begin = {"from": place.from_id} if place.from_id else {}
    since = f"{moment(place.known_from) - _LOOKS_BACK:%Y-%m-%d}"
    client.raw = client.large = True
    asked = {**symbol, "start-date": since, "size": PAGE, "direct": "next", **begin}
    loans = loans_answer(await getattr(client, call)(asked))
    if len(loans) >= PAGE and place.from_id and loans[-1].id >= place.from_id:
        raise Unusable("the answer leads to itself")
    return loans


def loans_answer(raw: bytes) -> list[_Loan]:
    """The loans of an answer. Raises Unusable."""
    checked_json(raw)
    loans = data_of(raw, _loans, "a list of loans")
    all_differ([str(loan.id) for loan in loans], "a loan")
    return loans


def _told(loans: Sequence[_Loan], place: _Place, wallet: str, market: Market) -> Iterator[Entry]:
    """What each has come to cost since then. Of loans that were there before, only what they will."""
    costs = figures([loan.interest_amount for loan in loans])
    for loan, cost in zip(loans, costs, strict=True):
        at = _time(loan)
        before = _before(loan, place, cost)
        place.take(loan, cost)
        with exact():
            more = before - cost
        name = f"{loan.id}:{cost:f}"
        yield from entry(market, name, at, EntryKind.INTEREST, loan.currency.upper(), more, wallet)


def _before(loan: _Loan, place: _Place, cost: Decimal) -> Decimal:
    """What was told of it; all of it where nobody can say since when it has cost so much."""
    if loan.id in place.owed:
        return number(place.owed[loan.id])
    if place.has_done_with(loan.id):
        return cost
    if loan.created_at >= place.known_from:
        return ZERO
    if (loan.accrued_at or 0) >= place.known_from:
        place.known_from = place.now
    return cost


def _are_settled(loans: Sequence[_Loan], place: _Place) -> bool:
    """Whether neither these nor those before them can have come to cost more. The first sync reads all."""
    cost_no_more = all(
        place.has_done_with(loan.id) or (loan.state not in _COSTING and loan.created_at < place.known_from)
        for loan in loans
    )
    return cost_no_more and not place.is_first and not any(each < loans[-1].id for each in place.owed)


def _time(loan: _Loan) -> int:
    begun = at_ms(loan.created_at, THIRTEEN)
    return at_ms(loan.accrued_at, THIRTEEN) if loan.accrued_at else begun


# GET /v1/cross-margin/loan-orders, and /v1/margin/loan-orders of a pair.
SOURCES = tuple(
    LedgerSource(
        Terms(f"interest_{wallet}", frozenset({EntryKind.INTEREST}), wallets=frozenset({wallet})),
        reader(wallet, kind, call),
    )
    for wallet, kind, call in (
        ("cross_margin", "super-margin", "spot_private_get_v1_cross_margin_loan_orders"),
        ("isolated_margin", "margin", "spot_private_get_v1_margin_loan_orders"),
    )
)
