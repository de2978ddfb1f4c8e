"""The state of a database file, looked at without making, migrating or changing anything."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cambist.core.errors import SetupError
from cambist.core.history import moment
from cambist.store.connection import BUSY_TIMEOUT_S, queries
from cambist.store.installation import MASTER_KEY_CHECK
from cambist.store.opening import known_revisions

_SCHEMA = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True, slots=True)
class Health:
    """What a database file says of itself.

    faults: what SQLite's quick check found; none where it is whole. schema, known: the revision it has, and
    this program's. key_check: the check value of its master key. markets: those that its accounts use.
    waits: until when exchanges have told an address of ours to wait; egresses: those that its accounts go by;
    none of both where the schema is not this program's.
    """

    faults: tuple[str, ...]
    schema: str
    known: str
    key_check: str | None
    markets: tuple[str, ...]
    waits: Mapping[tuple[str, str], datetime]
    egresses: tuple[str, ...]


def health_of(path: Path) -> Health:
    """Raises SetupError for a file that cannot be opened as a database of ours."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", BUSY_TIMEOUT_S, uri=True)
        ) as opened:
            opened.row_factory = sqlite3.Row
            opened.execute("PRAGMA query_only = ON")
            check = queries.note_of_installation(opened, name=MASTER_KEY_CHECK)
            told = [str(row["told"]) for row in queries.quick_check(opened)]
            schema, known = str(opened.execute(_SCHEMA).fetchone()[0]), known_revisions()[-1]
            is_ours = schema == known
            waits = queries.waits(opened) if is_ours else ()
            egresses = queries.egresses_named(opened) if is_ours else ()
            return Health(
                faults=tuple(line for line in told if line != "ok"),
                schema=schema,
                known=known,
                key_check=None if check is None else str(check["value"]),
                markets=tuple(row["market"] for row in queries.markets_in_use(opened)),
                waits={(row["exchange"], row["address"]): moment(row["until"]) for row in waits},
                egresses=tuple(row["egress"] for row in egresses),
            )
    except (sqlite3.Error, TypeError) as broken:
        raise SetupError(f"{path} cannot be read as a database of Cambist: {broken}.") from broken
