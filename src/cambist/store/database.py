"""One SQLite file: reads on the caller's thread, writes one after the other, commits on their own."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from cambist.core.errors import StoreUnavailable
from cambist.store.connection import Connection, connect, patiently

T = TypeVar("T")

QUEUE_LIMIT = 10_000
MOST_TOGETHER = 64


class StoreOverloaded(StoreUnavailable):
    """More writes wait than the queue holds."""

    def __init__(self) -> None:
        super().__init__("The database does not keep up with what is to be written; try again later.")


class StoreClosed(StoreUnavailable):
    """A write after the store was closed."""

    def __init__(self) -> None:
        super().__init__("The database is closed; nothing is written any more.")


class Database:
    """The connections to one SQLite file. A write is one function, run whole or not at all, durably.

    Writes that wait share a transaction, and its commit; only one is under way at a time.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._gathered: list[_Job] = []
        self._is_writing = False
        self._is_closed = False
        self._handed_over: SimpleQueue[_Together | None] = SimpleQueue()
        self.reader = connect(path)
        self.reader.execute("PRAGMA query_only = ON")
        self._connection = connect(path)
        self._connection.execute("PRAGMA busy_timeout = 0")  # it may be asked to begin on a loop's thread
        self._writer = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """The function's result once its changes are on disk; its exception, and then no change.

        It runs on the writer's thread, and may take its time.
        """
        return await self._written(work, is_brief=False)

    async def write_briefly(self, work: Callable[[Connection], T]) -> T:
        """As `write`, for a few rows: it runs on the event loop's thread, only its commit on the writer's.

        Two threads that take turns at Python's lock, statement by statement, cost more than the statements.
        """
        return await self._written(work, is_brief=True)

    async def _written(self, work: Callable[[Connection], T], *, is_brief: bool) -> T:
        job = _Job(work, asyncio.get_running_loop(), is_brief)
        with self._lock:
            if self._is_closed:
                raise StoreClosed
            if len(self._gathered) >= QUEUE_LIMIT:
                raise StoreOverloaded
            if not self._gathered or self._gathered[-1].loop is not job.loop:
                job.loop.call_soon(self._hand_over)
            self._gathered.append(job)
        result: T = await job.done
        return result

    def version(self) -> int:
        """Changes whenever another connection, the writing one or another process's, has committed."""
        return int(self.reader.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Finishes what waits, then closes both connections."""
        with self._lock:
            self._is_closed = True
        self._handed_over.put(None)
        self._writer.join()
        self.reader.close()

    def _hand_over(self) -> None:
        """What one turn of the event loop asked for, or waited while another transaction was under way."""
        together = self._next()
        if together is not None:
            try:
                if together.is_brief:
                    together.run_at_once(self._connection)
            finally:
                self._handed_over.put(together)

    def _next(self) -> "_Together | None":
        with self._lock:
            if self._is_writing or not self._gathered:
                return None
            self._is_writing = True
            jobs, self._gathered = self._gathered[:MOST_TOGETHER], self._gathered[MOST_TOGETHER:]
            return _Together(jobs)

    def _run(self) -> None:
        with closing(self._connection):
            for together in self._until_closed():
                together.finish(self._connection)
                self._tell(together)

    def _until_closed(self) -> "Iterator[_Together]":
        while (together := self._handed_over.get()) is not None:
            yield together
        # What a loop of another thread has begun by then comes after the word to close.
        while together := self._next() or (self._handed_over.get() if self._is_writing else None):
            yield together

    def _tell(self, together: "_Together") -> None:
        """Tells the event loops of those who asked, and those of others who wait that it is their turn."""
        with self._lock:
            self._is_writing = False
            to_tell: dict[asyncio.AbstractEventLoop, list[_Job]] = {job.loop: [] for job in self._gathered}
        for job in together.jobs:
            to_tell.setdefault(job.loop, []).append(job)
        for loop, jobs in to_tell.items():
            with suppress(RuntimeError):  # it was closed: nobody waits there any more
                loop.call_soon_threadsafe(self._told, jobs)

    def _told(self, jobs: "Sequence[_Job]") -> None:
        for job in jobs:
            job.tell()
        self._hand_over()


class _Job:
    """A function to run in a transaction of its own, and the future that waits for it in an event loop."""

    def __init__(
        self, work: Callable[[Connection], Any], loop: asyncio.AbstractEventLoop, is_brief: bool
    ) -> None:
        self._work = work
        self._settle: Callable[[], None] = self._never_ran
        self.loop = loop
        self.is_brief = is_brief
        self.done: asyncio.Future[Any] = loop.create_future()

    def run(self, connection: Connection) -> None:
        """Runs the function between savepoints: what it raises undoes its own changes and no other's."""
        connection.execute("SAVEPOINT job")
        try:
            result = self._work(connection)
        except BaseException as failure:
            if not connection.in_transaction:  # a full disk, for one, undoes every job's changes
                raise
            connection.execute("ROLLBACK TO job")
            self.fail(failure)
        else:
            self._settle = partial(self.done.set_result, result)
        connection.execute("RELEASE job")

    def fail(self, failure: BaseException) -> None:
        if isinstance(failure, StopIteration):  # which no future takes
            failure = RuntimeError("a write raised StopIteration")
        self._settle = partial(self.done.set_exception, failure)

    def tell(self) -> None:
        """Tells who waits, unless they have gone away."""
        if not self.done.done():
            self._settle()

    def _never_ran(self) -> None:
        self.done.set_exception(AssertionError("a job is told of after it has run"))


class _Together:
    """Jobs that share one transaction: nobody is told anything before all of it is on disk."""

    def __init__(self, jobs: Sequence[_Job]) -> None:
        self.jobs = jobs
        self.is_brief = all(job.is_brief for job in jobs)
        self._has_run = False
        self._failure: BaseException | None = None

    def run_at_once(self, connection: Connection) -> None:
        """Runs the jobs, unless the transaction cannot begin now: then `finish` tries, and tells."""
        with suppress(StoreUnavailable, sqlite3.Error):
            connection.execute("BEGIN IMMEDIATE")
            self._run(connection)

    def finish(self, connection: Connection) -> None:
        """Runs the jobs if they did not yet, once no other program is in its way, and commits."""
        try:
            if not self._has_run:
                patiently(connection, "BEGIN IMMEDIATE")
                self._run(connection)
            if self._failure is not None:
                raise self._failure
            connection.execute("COMMIT")
        except BaseException as failure:  # noqa: BLE001 - the transaction failed: every job did
            for job in self.jobs:
                job.fail(failure)
            if connection.in_transaction:
                with suppress(StoreUnavailable, sqlite3.Error):  # then the next one does not begin either
                    connection.execute("ROLLBACK")

    def _run(self, connection: Connection) -> None:
        self._has_run = True
        try:
            for job in self.jobs:
                job.run(connection)
        except BaseException as failure:  # noqa: BLE001 - what one job broke is every job's
            self._failure = failure
