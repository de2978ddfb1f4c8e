"""What accounts' keys may do, when that was read, and the lock that it may bring."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from cambist.actions.facts import Due
from cambist.core.audit import AuditEntry, Event
from cambist.core.history import milliseconds
from cambist.core.rights import KeyRights
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import encode_resting, encode_rights


class RightsStore:
    """Fits the port `Rights`."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit

    async def due(
        self,
        before: datetime,
        markets: Sequence[str],
        resting: Sequence[tuple[str, str | None]],
        most: int,
    ) -> list[Due]:
        rows = queries.due_rights(
            self._database.reader,
            before=milliseconds(before),
            markets=msgspec.json.encode(markets).decode(),
            resting=encode_resting(resting),
            most=most,
        )
        return [
            Due(row["user_id"], row["id"], row["market"], rights=True, egress=row["egress"]) for row in rows
        ]

    async def keep(
        self,
        user_id: int,
        account_id: int,
        api_key: str,
        rights: KeyRights,
        by: str,
        at: datetime,
        lock_reason: str | None,
    ) -> None:
        def work(connection: Connection) -> None:
            kept = queries.keep_rights(
                connection,
                rights=encode_rights(rights),
                at=milliseconds(at),
                id=account_id,
                api_key=api_key,
            )
            if kept and lock_reason is not None:
                queries.lock_account(
                    connection,
                    reason=lock_reason,
                    for_keys=True,
                    at=milliseconds(at),
                    id=account_id,
                    user_id=user_id,
                )
                locked = AuditEntry(at, Event.ACCOUNT_LOCKED, by, user_id, account_id, lock_reason)
                self._audit.append(connection, locked)

        await self._database.write(work)

    async def not_told(self, account_id: int, at: datetime) -> None:
        await self._database.write(
            lambda connection: queries.rights_not_told(connection, id=account_id, at=milliseconds(at))
        )


def keep_rights_of_new_keys(connection: Connection, account_id: int, rights: KeyRights, at: datetime) -> None:
    """Within the transaction that keeps the keys. Where nothing was told, they are due at once."""
    told = milliseconds(at) if rights.told else None
    queries.set_rights(
        connection, id=account_id, rights=encode_rights(rights), read_at=told, asked_at=told or 0
    )
