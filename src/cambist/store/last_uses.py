"""When API keys were last used: nobody waits for it, and each is written once a minute at most."""

import asyncio
from datetime import datetime

import structlog

from cambist.core.errors import StoreUnavailable
from cambist.core.history import milliseconds
from cambist.store.connection import queries
from cambist.store.database import Database

EVERY_S = 60

log = structlog.get_logger(__name__)


class LastUses:
    """Fits the port `LastUses`. The first use is written at once, what follows within a minute after it.

    What cannot be written is tried again a minute later, and is told of in the process's own log.
    """

    def __init__(self, database: Database, every_s: int | float = EVERY_S) -> None:
        self._database = database
        self._every_s = every_s
        self._used: dict[int, datetime] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, api_key_id: int, at: datetime) -> None:
        self._used[api_key_id] = at
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_while_used())

    async def finish(self) -> None:
        """Writes what is not written yet."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._write()

    async def _write_while_used(self) -> None:
        while self._used:
            await self._write()
            await asyncio.sleep(self._every_s)

    async def _write(self) -> None:
        used = dict(self._used)
        if not used:
            return
        rows = [{"id": each, "at": milliseconds(at)} for each, at in used.items()]
        try:
            await self._database.write(lambda connection: queries.api_keys_used(connection, rows))
        except StoreUnavailable as refused:
            log.warning("last uses of API keys not written yet", keys=len(used), why=str(refused))
            return
        self._used = {each: at for each, at in self._used.items() if at != used.get(each)}
