"""The queue of refreshes and syncs of flows, in this process: PgQueuer without a database.

Imported when a first refresh is due, for it takes a third of a second and 13 MB.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

import msgspec
from pgqueuer.adapters.inmemory import InMemoryDriver, InMemoryQueries
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager

from cambist.actions.facts import Due

MOST_AT_ONCE = 8
MOST_SYNCS_AT_ONCE = 2  # beside the refreshes, which they never crowd out
STOP_WITHIN_S = 8
_REFRESH, _SYNC = "refresh", "sync"


class MemoryQueue:
    """Fits the port `Worker`. What is enqueued is forgotten with the process: the store knows what is due."""

    def __init__(self, refresh: Callable[[Due], Awaitable[None]]) -> None:
        self._queries = InMemoryQueries(InMemoryDriver())
        self._manager = QueueManager(self._queries)

        self._syncs: set[asyncio.Task[None]] = set()

        @self._manager.entrypoint(_REFRESH, concurrency_limit=MOST_AT_ONCE)
        async def run(job: Job) -> None:
            await refresh(_due_in(job))

        @self._manager.entrypoint(_SYNC, concurrency_limit=MOST_SYNCS_AT_ONCE)
        async def run_sync(job: Job) -> None:
            sync = asyncio.ensure_future(refresh(_due_in(job)))
            self._syncs.add(sync)
            try:
                await asyncio.wait({sync})
            finally:
                self._syncs.discard(sync)
            if not sync.cancelled():
                sync.result()

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(
            self._manager.run(
                batch_size=MOST_AT_ONCE // 2,
                max_concurrent_tasks=MOST_AT_ONCE + MOST_SYNCS_AT_ONCE,
                log_aggregation_interval=timedelta(0),
            )
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Begins nothing more, lets end what runs, and lets go of what has not ended in time.

        A sync is cut short at once: it goes on from where it was.
        """
        self._manager.shutdown.set()
        for sync in self._syncs:
            sync.cancel()
        await asyncio.wait({self._running}, timeout=STOP_WITHIN_S)
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def enqueue(self, due: Sequence[Due]) -> None:
        if self._running.done():
            self._running.result()
            raise RuntimeError("the queue has ended")
        await self._queries.clear_queue_log()  # PgQueuer keeps three rows a job and never drops them
        count = len(due)
        await self._queries.enqueue(
            [_SYNC if each.flows else _REFRESH for each in due],
            [msgspec.json.encode(each) for each in due],
            [0] * count,
            dedupe_key=[f"{each.account_id} {each.rights} {each.flows}" for each in due],
            on_conflict="skip",
        )


def _due_in(job: Job) -> Due:
    return msgspec.json.decode(job.payload or b"", type=Due)
