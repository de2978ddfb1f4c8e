"""SQLite: one file, one writer thread, reads on the caller's thread; opening checks the schema first."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from queue import Full, Queue
from typing import Any, TypeVar

import aiosql

from cambist.core.errors import SetupError

T = TypeVar("T")
Connection = sqlite3.Connection

QUEUE_LIMIT = 10_000
BUSY_TIMEOUT_S = 10
MIGRATE_TIMEOUT_S = 600

_ROOM = Path(__file__).parent
queries: Any = aiosql.from_path(_ROOM / "queries", "sqlite3")


class StoreOverloaded(SetupError):
    """More writes wait than the queue holds."""

    def __init__(self) -> None:
        super().__init__("The database does not keep up with what is to be written; try again later.")


class Database:
    """The connections to one SQLite file. `write` runs one function in one transaction, durably."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: Queue[_Job | None] = Queue(QUEUE_LIMIT)
        self.reader = connect(path)
        self.reader.execute("PRAGMA query_only = ON")
        self._writer = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """The function's result once its transaction is on disk; its exception after a rollback."""
        job = _Job(work, asyncio.get_running_loop())
        try:
            self._waiting.put_nowait(job)
        except Full:
            raise StoreOverloaded from None
        result: T = await job.done
        return result

    def close(self) -> None:
        """Finishes what waits, then closes both connections."""
        self._waiting.put(None)
        self._writer.join()
        self.reader.close()

    def _run(self) -> None:
        with closing(connect(self._path)) as connection:
            while (job := self._waiting.get()) is not None:
                job.run(connection)


class _Job:
    """A function to run in a transaction, and the future that waits for it in an event loop."""

    def __init__(self, work: Callable[[Connection], Any], loop: asyncio.AbstractEventLoop) -> None:
        self._work = work
        self._loop = loop
        self.done: asyncio.Future[Any] = loop.create_future()

    def run(self, connection: Connection) -> None:
        try:
            result = in_transaction(connection, self._work)
        except BaseException as failure:  # noqa: BLE001 - handed to whoever waits
            self._settle(self.done.set_exception, failure)
        else:
            self._settle(self.done.set_result, result)

    def _settle(self, settle: Callable[[Any], None], value: object) -> None:
        def unless_cancelled() -> None:
            if not self.done.done():
                settle(value)

        self._loop.call_soon_threadsafe(unless_cancelled)


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
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def open_database(path: Path) -> Database:
    """A database whose schema is this program's, made or migrated where needed.

    Raises SetupError for a schema that is newer than this program, or a file that is no database.
    """
    try:
        found = _revision(path)
    except sqlite3.DatabaseError as broken:
        raise SetupError(f"{path} is not a database that can be opened: {broken}.") from broken
    known = _known_revisions()
    if found is not None and found not in known:
        raise SetupError(
            f"The database {path} was written by a newer Cambist (schema {found}; this program knows "
            f"{known[-1]}): install that version, or restore a backup made before the update."
        )
    if found != known[-1]:
        _migrate(path)
    return Database(path)


def _known_revisions() -> list[str]:
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
    done = subprocess.run(  # noqa: S603 - this interpreter, our own module
        [sys.executable, "-m", "cambist.store.migrate", str(path)],
        capture_output=True,
        text=True,
        timeout=MIGRATE_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise SetupError(f"The database {path} could not be brought up to date: {reason[0]}")
