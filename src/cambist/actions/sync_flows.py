"""Sync an account's flows: read on in every source of its exchange's ledger, and keep what it tells."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from cambist.actions.facts import BACKGROUND, Background, Caller, Priority
from cambist.actions.flow_facts import SourceState
from cambist.actions.match_transfers import match_transfers
from cambist.actions.past_prices import PastPrices
from cambist.actions.ports import Outside
from cambist.actions.tell_unexplained import tell_unexplained
from cambist.actions.use_keys import use_keys
from cambist.actions.value_entries import portions, value_entries
from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.flows import GRACE
from cambist.core.ledger import IMPORTED, Asked, Page, Terms
from cambist.core.terms import Account, Credentials, Market
from cambist.core.transfers import ENDS, of_account

T = TypeVar("T")

PURPOSE = "reading flows"
LEASE = timedelta(minutes=3)
PAGES_A_TURN = 50
EVERY = timedelta(hours=1)
EVERY_UNEXPLAINED = timedelta(minutes=2)
# Where trades are among what nothing explains, or a trader's account would be read all the time.
EVERY_LEFT_OUT = timedelta(minutes=10)
EVERY_FAILED = timedelta(minutes=2)
EVERY_REFUSED = timedelta(days=1)
SOON = timedelta(seconds=1)
# What is open for longer is asked for no more: no exchange tells that late.
OPEN_FOR = timedelta(days=1)
# There is room within the minute: waiting for it costs less than another use of the keys.
LONGEST_WAIT_S = 61
# So many entries are worked on in one go, a few dozen ms; then it rests for so many times as long.
PORTION = 200
REST_TIMES = 9
LONGEST_REST = timedelta(seconds=2)
WAITS_A_TURN = 10


@dataclass(slots=True)
class Synced:
    """What one turn of a sync has read so far.

    source, until: of the page read last, and until when it has told. entries: how many were kept. more: there
    is more to be read at once. refused: why sources tell nothing, by their names. failure: what cut the turn
    short; it is tried again later. next_at: when.
    """

    source: str = ""
    until: datetime | None = None
    pages: int = 0
    entries: int = 0
    more: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    failure: LoadFailed | None = None
    next_at: datetime | None = None


Told = Callable[[Synced], None]


def _nobody(_: Synced) -> None: ...


async def sync_flows(
    outside: Outside, caller: Caller, account_id: int, *, anew: bool = False, told: Told = _nobody
) -> Synced | None:
    """What was read; None where nothing was due, or another reads. The keys' use is on record once.

    anew: though nothing is due, and of sources that refused lately too. told: hears of each page kept. Cut
    short at any moment, what was kept stays, and the next sync goes on from there. Raises NotFound.
    """
    account = await outside.accounts.get(caller.user_id, account_id)
    now = outside.clock.now()
    if anew:
        await outside.flows.soon(account_id, now)
    states = await outside.flows.claim(caller.user_id, account_id, now, LEASE)
    if states is None:
        return None
    turn = _Turn(outside, account, {state.source: state for state in states}, anew, told)
    try:
        with _in_the_background():
            await use_keys(outside, caller, account_id, PURPOSE, turn.read)
    except LoadFailed as failure:
        turn.done.failure = failure
    finally:
        await asyncio.shield(turn.end())
    await tell_unexplained(outside)
    return turn.done


@contextmanager
def _in_the_background() -> Iterator[None]:
    token = BACKGROUND.set(Background(Priority.FLOWS))
    try:
        yield
    finally:
        BACKGROUND.reset(token)


class _Turn:
    """Reads source after source from where each has come to, so many pages at most."""

    def __init__(
        self, outside: Outside, account: Account, states: dict[str, SourceState], anew: bool, told: Told
    ) -> None:
        self.done = Synced()
        self._outside = outside
        self._account = account
        self._states = states
        self._anew = anew
        self._told = told
        self._began = outside.clock.now()
        self._waits_left = WAITS_A_TURN
        self._known_from: list[datetime] = []
        self._complete = False
        self._leaves_out = leaves_out(outside, account)

    async def read(self, market: Market, credentials: Credentials) -> None:
        """Raises LoadFailed for what may pass; what a source refuses is noted."""
        prices = PastPrices(self._outside, market, self._account.id)
        for terms in sources_of(self._outside, self._account):
            state = self._states.get(terms.name, SourceState(terms.name))
            if self._has_refused_lately(state):
                self.done.refused[terms.name] = state.failure or ""
                continue
            asked = await self._asked(terms, state)
            try:
                await self._read_source(terms, state, asked, market, credentials, prices)
            except NotOffered:
                nothing = Page((), asked.cursor, self._began, state.known_from or asked.since)
                await self._keep(terms.name, nothing, prices)
            except (KeysRejected, ExchangeRefused) as refusal:
                self.done.refused[terms.name] = str(refusal)
                now = self._outside.clock.now()
                await self._outside.flows.fail(self._account.id, terms.name, str(refusal), now)
            if self.done.more:
                return
        self._complete = True

    async def end(self) -> None:
        """Ends the lease, and says when to read on and since when flows are known."""
        flows, account_id, now = self._outside.flows, self._account.id, self._outside.clock.now()
        known_from = (await flows.standing(account_id)).known_from
        if self._complete:
            known_from = known_since(self._known_from, self._states.get(IMPORTED))
        if self.done.refused or self._leaves_out:
            known_from = None
        self.done.next_at = now + await self._pause(now)
        await flows.end(account_id, self.done.next_at, known_from)

    async def _pause(self, now: datetime) -> timedelta:
        if self.done.failure is not None:
            return max(EVERY_FAILED, timedelta(seconds=self.done.failure.retry_after_s or 0))
        if self.done.more:
            return SOON
        if not self._complete:
            return EVERY_FAILED  # cut short
        if not self._known_from:
            return EVERY_REFUSED  # nothing tells anything
        lately = await self._outside.flows.changes(self._account.id, now - GRACE, now, open_only=True)
        if not lately:
            return EVERY
        return EVERY_LEFT_OUT if self._leaves_out else EVERY_UNEXPLAINED

    def _has_refused_lately(self, state: SourceState) -> bool:
        return (
            not self._anew
            and state.failure is not None
            and state.failed_at is not None
            and self._began - state.failed_at < EVERY_REFUSED
        )

    async def _asked(self, terms: Terms, state: SourceState) -> Asked:
        """Where the source is asked by asset: for those whose amounts changed since it told, or are open.

        A first sync begins where the account's history does: its first snapshot, own or imported. Trades
        and the like, which cost a call for each pair, explain what loads found changed, and nothing before.
        """
        outside, account = self._outside, self._account
        if not terms.by_asset:
            first = await outside.history.begins_at(account.id)
            return Asked(state.cursor, min(first or self._began, account.created_at), self._began)
        standing = await outside.flows.standing(account.id)
        since = standing.changes_from or self._began
        changed = await outside.flows.changes(account.id, state.until or since, self._began)
        opened = self._began - OPEN_FOR
        changed += await outside.flows.changes(account.id, opened, self._began, open_only=True)
        return Asked(state.cursor, since, self._began, frozenset(change.asset for change in changed))

    async def _read_source(
        self,
        terms: Terms,
        state: SourceState,
        asked: Asked,
        market: Market,
        credentials: Credentials,
        prices: PastPrices,
    ) -> None:
        if terms.by_asset and not asked.assets:
            nothing = Page((), state.cursor, self._began, state.known_from or asked.since)
            await self._keep(terms.name, nothing, prices)
            return
        more = True
        while more:
            if self.done.pages == PAGES_A_TURN:
                self.done.more = True
                return
            page = await self._with_room(
                lambda: self._outside.ledgers.page(market, credentials, terms.name, asked)  # noqa: B023
            )
            if page.more and page.cursor == asked.cursor:
                raise ExchangeUnavailable("The exchange's ledger does not go on.")
            await self._keep(terms.name, page, prices)
            asked, more = replace(asked, cursor=page.cursor), page.more

    async def _keep(self, source: str, page: Page, prices: PastPrices) -> None:
        """Keeps a page, some entries at a time; how far it told with the last ones, or it is told again."""
        outside, account = self._outside, self._account
        page = replace(page, known_from=known_on(self._states.get(source), page))
        entries = of_account(page.entries, account.coverage)
        *others, last = [*portions(entries, PORTION)] or [()]
        for portion in others:
            began = outside.clock.now()
            booked = await self._with_room(lambda: value_entries(prices, source, portion))  # noqa: B023
            await outside.flows.book(account.id, booked)
            await self._rest(began)
        began = outside.clock.now()
        booked = await self._with_room(lambda: value_entries(prices, source, last))
        await outside.flows.keep_page(account.id, source, page, booked, outside.clock.now())
        transactions = {entry.tx for entry in entries if entry.tx and entry.kind in ENDS}
        await match_transfers(outside, account.user_id, transactions)
        await self._rest(began)
        if not page.more:
            self._known_from.append(page.known_from)
        self.done.source, self.done.until = source, page.until
        self.done.pages += 1
        self.done.entries += len(entries)
        self._told(self.done)

    async def _rest(self, began: datetime) -> None:
        """Loads have the processor and the database most of the time."""
        worked = self._outside.clock.now() - began
        await self._outside.clock.sleep(min(REST_TIMES * worked, LONGEST_REST).total_seconds())

    async def _with_room(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer, once there is room for the call. Raises LoadFailed."""
        while True:
            try:
                return await ask()
            except ExchangeLimiting as limiting:
                wait_s = limiting.retry_after_s
                if wait_s is None or wait_s > LONGEST_WAIT_S or not self._waits_left:
                    raise
            self._waits_left -= 1
            await self._outside.clock.sleep(wait_s)


def known_on(before: SourceState | None, page: Page) -> datetime:
    """Since when a source has told all: since before, where the page goes on from what it had told.

    A source of what was not offered had nothing to tell; once it is, it reaches only so far back.
    """
    if before is None or before.known_from is None or before.until is None or before.until < page.known_from:
        return page.known_from
    return min(before.known_from, page.known_from)


def known_since(told: Sequence[datetime], imported: SourceState | None) -> datetime | None:
    """Since when flows are known: all sources tell since then, or what was imported is whole before that.

    Where nothing tells any, only the import says so.
    """
    known = [max(told)] if told else []
    if imported is not None and imported.known_from is not None:
        known.append(imported.known_from)
    return min(known, default=None)


def leaves_out(outside: Outside, account: Account) -> bool:
    """Whether amounts of the account's market change by more than its sources tell."""
    told = outside.ledgers.sources(outside.exchanges.market(account.market))
    return any(terms.leaves_out for terms in told)


def sources_of(outside: Outside, account: Account) -> Sequence[Terms]:
    """The sources that tell of wallets that the account covers; last those asked for what has changed.

    What the others tell shows more of that: of a move within the account, whose total stays, each tells half.
    """
    covered = frozenset(account.coverage.wallets)
    told = outside.ledgers.sources(outside.exchanges.market(account.market))
    own = (terms for terms in told if not terms.wallets or terms.wallets & covered)
    return sorted(own, key=lambda terms: terms.by_asset)
