"""Everything sealed, moved from one master key to the next: one rotation at a time, in one transaction."""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import Row
from typing import Any

from cambist.actions.facts import Place, Rotated, account_record, api_key_record
from cambist.actions.ports import Resealing
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import SetupError, StoreUnavailable
from cambist.core.webhooks import webhook_record
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.installation import AUDIT_KEY, MASTER_KEY_CHECK

_TELL_EVERY = 100


class RotationRuns(SetupError):
    """Another rotation holds the lock."""

    def __init__(self) -> None:
        super().__init__("Another rotation of the master key is running: wait until it has ended.")


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows with sealed fields; each field belongs to the row's record."""

    read: Callable[[Connection], Sequence[Row]]
    write: Callable[..., Any]
    record: Callable[[Row], str]
    fields: tuple[str, ...]


_TABLES = (
    _Table(
        lambda connection: list(queries.sealed_accounts(connection)),
        queries.reseal_account,
        lambda row: account_record(row["id"]),
        ("secret", "passphrase"),
    ),
    _Table(
        lambda connection: list(queries.sealed_api_keys(connection)),
        queries.reseal_api_key,
        lambda row: api_key_record(row["api_key"]),
        ("secret",),
    ),
    _Table(
        lambda connection: list(queries.sealed_webhooks(connection)),
        queries.reseal_webhook,
        lambda row: webhook_record(row["id"]),
        ("secret", "old_secret"),
    ),
)


class RotationStore:
    """Fits the port `SealedRecords`."""

    def __init__(self, database: Database, audit: AuditStore, lock: Path) -> None:
        self._database = database
        self._audit = audit
        self._lock = lock

    @contextmanager
    def alone(self) -> Iterator[str]:
        # The system lets go of the lock when its process dies, however it does.
        with self._lock.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RotationRuns from None
            yield _note(self._database.reader, MASTER_KEY_CHECK)

    async def reseal(
        self, resealing: Resealing, by: str, at: datetime, progress: Callable[[int, int], None]
    ) -> Rotated:
        def work(connection: Connection) -> Rotated:
            if _note(connection, MASTER_KEY_CHECK) != resealing.check_before:
                raise SetupError("The master key was changed meanwhile: nothing was done; try again.")
            user_keys = {row["id"]: resealing.new_user_key() for row in queries.all_users(connection)}
            secrets = _reseal_tables(connection, resealing, user_keys, progress)
            for user_id, data_key in user_keys.items():
                queries.set_data_key(connection, id=user_id, data_key=data_key)
            audit_key = resealing.audit_key(bytes.fromhex(_note(connection, AUDIT_KEY)))
            for name, value in ((AUDIT_KEY, audit_key.hex()), (MASTER_KEY_CHECK, resealing.check_after)):
                queries.change_note_of_installation(connection, name=name, value=value)
            rotated = AuditEntry(at, Event.MASTER_KEY_ROTATED, by, about=resealing.about)
            self._audit.append(connection, rotated)
            return Rotated(len(user_keys), secrets)

        return await self._database.write(work)

    async def forget_old_frames(self) -> None:
        if self._database.reader.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise StoreUnavailable(
                "The new master key is in force, but another program reads the database and keeps what was "
                "sealed before in its log: end that program, then run any command of Cambist."
            )


def _note(connection: Connection, name: str) -> str:
    row = queries.note_of_installation(connection, name=name)
    if row is None:
        raise SetupError("The database does not say what its master key is: run 'cambist init'.")
    return str(row["value"])


def _reseal_tables(
    connection: Connection,
    resealing: Resealing,
    user_keys: dict[int, bytes],
    progress: Callable[[int, int], None],
) -> int:
    """How many secrets were sealed anew."""
    found = [(table, row) for table in _TABLES for row in table.read(connection)]
    done = 0
    for number, (table, row) in enumerate(found, 1):
        anew = {field: _resealed(resealing, table, row, field, user_keys) for field in table.fields}
        table.write(connection, id=row["id"], **anew)
        done += sum(value is not None for value in anew.values())
        if number % _TELL_EVERY == 0 or number == len(found):
            progress(number, len(found))
    return done


def _resealed(
    resealing: Resealing, table: _Table, row: Row, field: str, user_keys: dict[int, bytes]
) -> bytes | None:
    if row[field] is None:
        return None
    user_id = row["user_id"]
    place = Place(user_id, row["data_key"], table.record(row), field)
    return resealing.sealed(row[field], place, user_keys[user_id])
