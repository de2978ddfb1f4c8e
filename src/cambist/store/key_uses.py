"""Uses of accounts' keys beside loads: each has its row among the attempts, ended as soon as it began."""

from datetime import datetime

from cambist.actions.facts import KeyUse
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import AccountLocked, LoadFailed, NotFound
from cambist.core.history import milliseconds
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import encode_failure
from cambist.store.rows import sealed_from


class KeyUseStore:
    """Fits the port `KeyUses`. The rows are ended, so none is the account's turn."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit

    async def begin(self, user_id: int, account_id: int, use_id: str, cause: str, at: datetime) -> KeyUse:
        def work(connection: Connection) -> KeyUse:
            row = queries.turn_credentials(connection, id=account_id, user_id=user_id)
            if row is None:
                raise NotFound("Not Found")
            if row["lock_reason"] is not None:
                raise AccountLocked(row["lock_reason"])
            queries.record_attempt(
                connection,
                load_id=use_id,
                user_id=user_id,
                account_id=account_id,
                cause=cause,
                at=milliseconds(at),
                failure=None,
            )
            used = AuditEntry(at, Event.KEYS_USED, cause, user_id, account_id, use_id)
            self._audit.append(connection, used)
            return KeyUse(account_id, user_id, row["market"], row["data_key"], sealed_from(row))

        return await self._database.write(work)

    async def fail(self, use_id: str, at: datetime, failure: LoadFailed) -> None:
        await self._database.write(
            lambda connection: queries.note_failed_use(
                connection, load_id=use_id, at=milliseconds(at), failure=encode_failure(failure)
            )
        )
