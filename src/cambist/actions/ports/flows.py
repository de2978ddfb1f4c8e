"""What actions need of the store for flows: entries of ledgers, changes. Each verb is one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cambist.actions.facts import Due, Noted
from cambist.actions.flow_facts import Candidate, FlowStanding, Place, SourceState, Unexplained
from cambist.core.changes import Totals
from cambist.core.flows import Change, NetFlows
from cambist.core.ledger import Booked, EntryKind, Page


class Flows(Protocol):
    async def due(self, now: datetime, resting: Sequence[tuple[str, str | None]], most: int) -> list[Due]:
        """Accounts whose ledgers are to be read, the longest due first.

        Not those that somebody reads, locked ones, those whose keys are rejected, those that are `resting`.
        """
        ...

    async def claim(
        self, user_id: int, account_id: int, now: datetime, lease: timedelta
    ) -> Sequence[SourceState] | None:
        """How far each source has told, for whoever reads on; None where it is not due, or another reads.

        A lease that ends without `end` leaves the account due. Each page kept extends it.
        """
        ...

    async def keep_page(
        self, account_id: int, source: str, page: Page, booked: Sequence[Booked], now: datetime
    ) -> None:
        """Keeps a page whole: entries, those that came to nothing away, how far it told; residuals follow.

        booked: the page's entries with their worths, but those of wallets that are not covered. The same
        page kept again changes nothing. What is matched, and what has a price that is not estimated, stays
        so where an entry is told again as it was.
        """
        ...

    async def fail(self, account_id: int, source: str, why: str, at: datetime) -> None:
        """Notes why a source told nothing."""
        ...

    async def end(self, account_id: int, next_at: datetime, known_from: datetime | None) -> None:
        """Ends the lease. A load that has asked for the next reading meanwhile has it at once."""
        ...

    async def soon(self, account_id: int, now: datetime) -> None:
        """Has the account's ledgers read soon, where they are read at all."""
        ...

    async def book(self, account_id: int, booked: Sequence[Booked]) -> None:
        """Keeps entries that no source tells: imported ones, coverage."""
        ...

    async def booked(
        self,
        account_id: int,
        since: datetime,
        until: datetime,
        kinds: Collection[EntryKind] = frozenset(EntryKind),
        most: int = 1_000,
        after: Booked | None = None,
    ) -> list[Booked]:
        """Entries in (since, until], by time, source and id; after: the last one of the page before."""
        ...

    async def changes(
        self, account_id: int, since: datetime, until: datetime, *, open_only: bool = False
    ) -> list[Change]:
        """What loads in (since, until] found changed, by time; open_only: only what has a residual."""
        ...

    async def net(self, account_id: int, version: int | None = None) -> NetFlows:
        """version: the account's, where it is known; then nothing is read if it was read before."""
        ...

    async def standing(self, account_id: int) -> FlowStanding:
        """One of nothing where no load has noted any changes yet."""
        ...

    async def candidates_to_match(self, user_id: int, tx: Collection[str]) -> list[Candidate]:
        """Deposits, withdrawals and transfers of these transactions, of all accounts of the user."""
        ...

    async def match(self, left: Place, arrived: Place) -> bool:
        """Makes two entries the ends of one transfer: what arrived is worth what of it had left.

        False, and nothing changed, where they are not, or are no longer, the two signs of one asset.
        """
        ...

    async def unexplained(self, now: datetime, most: int) -> list[Unexplained]:
        """So much at most of what may be told by now, nothing explains, and was not told yet.

        What stretches of time next to each other make up for is not among it, nor what is worth too little.
        """
        ...

    async def told(self, unexplained: Sequence[Unexplained]) -> None:
        """Marks them as told and tells each by an event, but one that was told or explained meanwhile."""
        ...

    async def totals(
        self, account_id: int, at: datetime, positions: frozenset[str] = frozenset()
    ) -> Totals | None:
        """What the complete load of this very time counted; None where its balances are not kept.

        positions: the wallets that move by themselves.
        """
        ...

    def remember(self, account_id: int, noted: Noted) -> None:
        """What a load found that was just kept, so that the next one need not read it."""
        ...
