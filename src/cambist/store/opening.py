"""Opening a database: its schema is looked at first, and made or migrated where needed."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from cambist.core.errors import SetupError
from cambist.store.connection import BUSY_TIMEOUT_S
from cambist.store.database import Database

MIGRATE_TIMEOUT_S = 600

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


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
    return sorted(file.name.partition("_")[0] for file in _VERSIONS.glob("0*.py"))


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
