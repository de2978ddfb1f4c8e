"""Connections to SQLite as this house has them, and the door for SQLite's own failures."""

import sqlite3
import time
from pathlib import Path
from typing import Any, Self

import aiosql

from cambist.core.errors import StoreUnavailable

BUSY_TIMEOUT_S = 10
_LOOK_AGAIN_S = 0.005

queries: Any = aiosql.from_path(Path(__file__).parent / "queries", "sqlite3")


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


def connect(path: Path) -> Connection:
    """A connection of this house: write-ahead log, every commit on disk, erased pages overwritten."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, factory=Connection
    )
    connection.row_factory = sqlite3.Row
    # SQLite does not wait by itself for whoever writes then.
    patiently(connection, "PRAGMA journal_mode = WAL")
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def patiently(connection: Connection, statement: str) -> None:
    """Executes a statement once no other program's lock is in its way.

    Raises StoreLocked after BUSY_TIMEOUT_S.
    """
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute(statement)
        except StoreLocked:
            if time.monotonic() > until:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return
