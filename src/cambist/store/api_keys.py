"""Keys of ours."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cambist.actions.facts import ApiKey, shortened
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import NotFound
from cambist.core.history import milliseconds
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.memo import Memo
from cambist.store.rows import api_key_from
from cambist.store.users import data_key_of


class ApiKeyStore:
    """Fits the port `ApiKeys`."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit
        self._keys = Memo(database, self._read)

    async def add(self, key: ApiKey, seal: Callable[[bytes], bytes] | None, by: str) -> ApiKey:
        def work(connection: Connection) -> ApiKey:
            user_key = data_key_of(connection, key.user_id)
            sealed = None if seal is None else seal(user_key)
            added = queries.add_api_key(
                connection,
                user_id=key.user_id,
                api_key=key.api_key,
                name=key.name,
                permissions=" ".join(sorted(key.permissions)),
                kind=key.kind,
                secret=sealed,
                public_key=key.public_key,
                unsigned_body=key.unsigned_body,
                created_at=milliseconds(key.created_at),
                expires_at=None if key.expires_at is None else milliseconds(key.expires_at),
                allow=" ".join(map(str, key.allow)),
            )
            created = AuditEntry(key.created_at, Event.API_KEY_CREATED, by, key.user_id, about=key.short)
            self._audit.append(connection, created)
            return replace(key, id=added["id"], user_key=user_key, secret=sealed)

        return await self._database.write(work)

    async def find(self, api_key: str) -> ApiKey | None:
        return self._keys.get(api_key)

    def _read(self, api_key: str) -> ApiKey | None:
        row = queries.api_key(self._database.reader, api_key=api_key)
        return None if row is None else api_key_from(row)

    async def listed(self, user_id: int) -> list[ApiKey]:
        rows = queries.api_keys_of_user(self._database.reader, user_id=user_id)
        return [api_key_from(row) for row in rows]

    async def revoke(self, user_id: int, api_key: str, by: str, at: datetime) -> None:
        def work(connection: Connection) -> None:
            if not queries.revoke_api_key(connection, user_id=user_id, api_key=api_key, at=milliseconds(at)):
                raise NotFound("There is no such API key.")
            revoked = AuditEntry(at, Event.API_KEY_REVOKED, by, user_id, about=shortened(api_key))
            self._audit.append(connection, revoked)

        await self._database.write(work)
