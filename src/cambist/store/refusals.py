"""Refused requests and sign-ins in the audit log: nobody waits, and a flood makes one entry a minute."""

import asyncio
from dataclasses import replace
from datetime import datetime

import structlog

from cambist.core.audit import AuditEntry
from cambist.core.errors import StoreUnavailable
from cambist.core.history import EPOCH
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection
from cambist.store.database import Database

EVERY_S = 60
MOST_KINDS = 1_000

log = structlog.get_logger(__name__)


class RefusalLog:
    """Fits the port `Refusals`. The first of a kind is entered at once; those that follow within a minute
    are entered together after it, with their number. At most 1,000 kinds are told apart in a minute.

    What cannot be written is tried again a minute later, and is told of in the process's own log.
    """

    def __init__(self, database: Database, audit: AuditStore, every_s: int | float = EVERY_S) -> None:
        self._database = database
        self._audit = audit
        self._every_s = every_s
        self._new: list[AuditEntry] = []
        self._seen: dict[AuditEntry, tuple[int, datetime]] = {}
        self._minute: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def note(self, entry: AuditEntry) -> None:
        kind = replace(entry, at=EPOCH)
        if kind not in self._seen and len(self._seen) >= MOST_KINDS:
            kind = AuditEntry(EPOCH, entry.event, by="others")
        if kind in self._seen:
            self._seen[kind] = (self._seen[kind][0] + 1, entry.at)
            return
        self._seen[kind] = (0, entry.at)
        self._new.append(replace(kind, at=entry.at))
        self._write_soon()

    async def finish(self) -> None:
        """Enters what is not entered yet."""
        if self._minute is not None:
            self._minute.cancel()
        if self._writing is not None:
            await self._writing
        self._gather()
        await self._write()

    def _write_soon(self) -> None:
        if self._minute is None:
            self._minute = asyncio.get_running_loop().call_later(self._every_s, self._end_minute)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    def _end_minute(self) -> None:
        self._minute = None
        self._gather()
        if self._new:
            self._write_soon()

    def _gather(self) -> None:
        """Makes one entry of all that followed the first of its kind; the next of each is a first again."""
        seen, self._seen = self._seen, {}
        for kind, (more, at) in seen.items():
            if more:
                self._new.append(replace(kind, at=at, about=f"{kind.about} ({more} more times)".strip()))

    async def _write(self) -> None:
        while self._new:
            entries, self._new = self._new, []

            def work(connection: Connection, entries: list[AuditEntry] = entries) -> None:
                for entry in entries:
                    self._audit.append(connection, entry)

            try:
                await self._database.write(work)
            except StoreUnavailable as refused:
                log.warning("refusals not entered yet", entries=len(entries), why=str(refused))
                self._new = [*entries, *self._new][:MOST_KINDS]
                return
