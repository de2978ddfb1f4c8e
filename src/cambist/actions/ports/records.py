"""What actions need of the store to answer for what was done. Each verb is one transaction."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from cambist.actions.facts import (
    ChainBroken,
    ChainWhole,
    Head,
    LogPage,
    Revoked,
    Rotated,
)
from cambist.actions.ports.vault import Resealing
from cambist.core.audit import AuditEntry, Event


class Audit(Protocol):
    """The log of who used or changed what: each entry is chained to the one before, none is ever changed.

    What a store verb changes it enters itself, in the same transaction.
    """

    async def record(self, entry: AuditEntry) -> None: ...

    async def entries(
        self,
        user_id: int | None = None,
        account_id: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[AuditEntry]:
        """Those of a user and of an account, from `since` to before `until`, oldest first."""
        ...

    async def latest(
        self, user_id: int | None, most: int, before: int | None = None, left_out: Event | None = None
    ) -> LogPage:
        """The last so many of a user, or of all, of those before a number; fewer where few are sought.

        left_out: an event of which only what failed is told.
        """
        ...

    async def verify(
        self, progress: Callable[[int], None], noted: Head | None = None
    ) -> ChainWhole | ChainBroken:
        """Whether all entries are as they were written; tells how many have been looked at meanwhile.

        noted: a head of before that must still be there, for entries cut off at the end break no chain.
        """
        ...


class Refusals(Protocol):
    """Requests and sign-ins that were refused, on their way into the audit log."""

    def note(self, entry: AuditEntry) -> None:
        """Enters it without anybody waiting; many of a kind become one entry with their number."""
        ...


class Revocation(Protocol):
    async def everything(self, user_id: int | None, exchange_keys: bool, by: str, at: datetime) -> Revoked:
        """Of a user, or of all: API keys revoked, sessions ended, exchange keys erased where asked."""
        ...


class SealedRecords(Protocol):
    """Everything in the database that is sealed."""

    def alone(self) -> AbstractContextManager[str]:
        """Keeps other rotations out, of all processes, while it lasts; the check value of the key in force.

        Raises SetupError where another runs.
        """
        ...

    async def reseal(
        self, resealing: Resealing, by: str, at: datetime, progress: Callable[[int, int], None]
    ) -> Rotated:
        """All of it, with the new check value and the audit entry, in one transaction.

        progress: how many of how many secrets. Raises SetupError where one does not open; nothing changes.
        """
        ...

    async def forget_old_frames(self) -> None:
        """Empties the write-ahead log, where what was sealed before still stands. Raises StoreUnavailable."""
        ...
