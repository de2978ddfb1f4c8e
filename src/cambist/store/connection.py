"""SQLite: one file, one writer thread, reads on the caller's thread; opening checks the schema first."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar

import aiosql

from cambist.core.errors import SetupError, StoreUnavailable

T = TypeVar("T")

QUEUE_LIMIT = 10_000
MOST_TOGETHER = 64
BUSY_TIMEOUT_S = 10
_LOOK_AGAIN_S = 0.05
MIGRATE_TIMEOUT_S = 600

_ROOM = Path(__file__).parent
queries: Any = aiosql.from_path(_ROOM / "queries", "sqlite3")


class StoreLocked(StoreUnavailable):
    """Another program is in a transaction, for longer than it is waited for."""


_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# What SQLite's code means to whoever runs Cambist; any other code is a fault of ours and stays as it is.
_UNAVAILABLE = {
    **dict.fromkeys(
        _LOCKED, "Another program holds the database locked: let it finish or end it, then try again."
    ),
    sqlite3.SQLITE_FULL: "There is no room left for the database: free some space, then try again.",
    sqlite3.SQLITE_IOERR: "The database's disk does not read or write: see that it is sound and has room, "
    "then try again.",
    **dict.fromkeys(
        (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
        "The database's files may not be written: give Cambist the right to them, then try again.",
    ),
}


class _Cursor(sqlite3.Cursor):
    """The door for SQLite's own failures. Raises StoreUnavailable where there is something to be done."""

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        try:
            return super().execute(sql, parameters)
        except sqlite3.OperationalError as refused:
            # The lowest byte is the code, the rest its details.
            code = getattr(refused, "sqlite_errorcode", 0) & 0xFF
            told = _UNAVAILABLE.get(code)
            if told is None:
                raise
            raise (StoreLocked if code in _LOCKED else StoreUnavailable)(told) from refused


class Connection(sqlite3.Connection):
    """A connection whose statements all go through that door."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        return self.cursor().execute(sql, parameters)


class StoreOverloaded(StoreUnavailable):
    """More writes wait than the queue holds."""

    def __init__(self) -> None:
        super().__init__("The database does not keep up with what is to be written; try again later.")


class StoreClosed(StoreUnavailable):
    """A write after the store was closed."""

    def __init__(self) -> None:
        super().__init__("The database is closed; nothing is written any more.")


class Database:
    """The connections to one SQLite file. `write` runs one function whole or not at all, durably."""

    def __init__(self, path: Path) -> None:
        self._gathered: list[_Job] = []
        self._waiting: SimpleQueue[list[_Job] | None] = SimpleQueue()
        self._asked = 0
        self._begun = 0
        self.reader = connect(path)
        self.reader.execute("PRAGMA query_only = ON")
        self._writing = connect(path)
        self._writer = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """The function's result once its changes are on disk; its exception, and then no change.

        What one turn of the event loop asks for is handed over together, and shares a commit.
        """
        if not self._writer.is_alive():
            raise StoreClosed
        if self._asked - self._begun >= QUEUE_LIMIT:
            raise StoreOverloaded
        job = _Job(work, asyncio.get_running_loop())
        if not self._gathered or self._gathered[-1].loop is not job.loop:
            job.loop.call_soon(self._hand_over)
        self._gathered.append(job)
        self._asked += 1
        result: T = await job.done
        return result

    def version(self) -> int:
        """Changes whenever another connection, the writer's or another process's, has committed."""
        return int(self.reader.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Finishes what waits, then closes both connections."""
        self._hand_over()
        self._waiting.put(None)
        self._writer.join()
        self.reader.close()

    def _hand_over(self) -> None:
        if self._gathered:
            self._waiting.put(self._gathered)
            self._gathered = []

    def _run(self) -> None:
        with closing(self._writing) as connection:
            while (first := self._waiting.get()) is not None:
                jobs = [*first, *self._also_waiting()]
                for start in range(0, len(jobs), MOST_TOGETHER):
                    some = jobs[start : start + MOST_TOGETHER]
                    self._begun += len(some)
                    _run_together(connection, some)

    def _also_waiting(self) -> "Iterator[_Job]":
        """What waits already, to share commits; the word to stop is left for the next turn."""
        while True:
            try:
                jobs = self._waiting.get_nowait()
            except Empty:
                return
            if jobs is None:
                self._waiting.put(None)
                return
            yield from jobs


class _Job:
    """A function to run in a transaction of its own, and the future that waits for it in an event loop."""

    def __init__(self, work: Callable[[Connection], Any], loop: asyncio.AbstractEventLoop) -> None:
        self._work = work
        self._settle: Callable[[], None] = self._never_ran
        self.loop = loop
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
            self._settle = partial(self.done.set_exception, failure)
        else:
            self._settle = partial(self.done.set_result, result)
        connection.execute("RELEASE job")

    def fail(self, failure: BaseException) -> None:
        self._settle = partial(self.done.set_exception, failure)

    def tell(self) -> None:
        """Tells who waits, unless they have gone away."""
        if not self.done.done():
            self._settle()

    def _never_ran(self) -> None:
        self.done.set_exception(AssertionError("a job is told of after it has run"))


def _run_together(connection: Connection, jobs: Sequence[_Job]) -> None:
    """Runs jobs that share one commit: nobody is told anything before all of it is on disk."""

    def work(connection: Connection) -> None:
        for job in jobs:
            job.run(connection)

    try:
        in_transaction(connection, work)
    except BaseException as failure:  # noqa: BLE001 - the commit failed: every job did
        for job in jobs:
            job.fail(failure)
    for loop, its in groupby(jobs, attrgetter("loop")):
        if not loop.is_closed():
            loop.call_soon_threadsafe(_tell, [*its])


def _tell(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.tell()


def in_transaction(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Runs a function between BEGIN IMMEDIATE and COMMIT; rolls back whatever it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def connect(path: Path) -> Connection:
    """A connection of this house: write-ahead log, every commit on disk, erased pages overwritten."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, factory=Connection
    )
    connection.row_factory = sqlite3.Row
    _write_ahead(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _write_ahead(connection: Connection) -> None:
    """Has the file logged ahead, if it is not yet: SQLite does not wait by itself for whoever writes then."""
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except StoreLocked:
            if time.monotonic() > until:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


def open_database(path: Path) -> Database:
    """A database whose schema is this program's, made or migrated where needed.

    Raises SetupError for a schema that is newer than this program, or a file that is no database.
    """
    try:
        found = _revision(path)
    except sqlite3.DatabaseError as broken:
        raise SetupError(f"{path} is not a database that can be opened: {broken}.") from broken
    known = known_revisions()
    if found is not None and found not in known:
        raise SetupError(
            f"The database {path} was written by a newer Cambist (schema {found}; this program knows "
            f"{known[-1]}): install that version, or restore a backup made before the update."
        )
    if found != known[-1]:
        _migrate(path)
    return Database(path)


def known_revisions() -> list[str]:
    return sorted(file.name.partition("_")[0] for file in (_ROOM / "migrations" / "versions").glob("0*.py"))


def _revision(path: Path) -> str | None:
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
        table = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        if connection.execute(table).fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])


def _migrate(path: Path) -> None:
    done = subprocess.run(  # nosec B603 # noqa: S603 - this interpreter, our own module
        [sys.executable, "-m", "cambist.store.migrate", str(path)],
        capture_output=True,
        text=True,
        timeout=MIGRATE_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise SetupError(f"The database {path} could not be brought up to date: {reason[0]}")
