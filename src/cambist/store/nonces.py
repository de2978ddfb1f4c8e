"""Nonces of strict signatures: inserting one is the check, so it holds over processes and restarts."""

from datetime import datetime, timedelta

from cambist.actions.facts import ApiKey
from cambist.core.audit import AuditEntry, Event
from cambist.core.history import milliseconds
from cambist.core.signing import OLDEST, Stamp
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, Database, queries

# Beyond the time that a stamp holds: room for a clock that is set back.
KEPT_LONGER = timedelta(seconds=60)
FORGOTTEN_EVERY = timedelta(seconds=10)
MOST_FORGOTTEN = 10_000


class NonceStore:
    """Fits the port `Nonces`. The first replay of a nonce is entered in the audit log, its others are not."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit
        self._forget_at_ms = 0

    async def spend(self, key: ApiKey, stamp: Stamp, now: datetime) -> bool:
        until_ms = stamp.created * 1000 + (OLDEST + KEPT_LONGER) // timedelta(milliseconds=1)

        def work(connection: Connection) -> bool:
            self._forget(connection, milliseconds(now))
            spent = queries.spend_nonce(connection, api_key_id=key.id, nonce=stamp.nonce, until=until_ms)
            if not spent and queries.note_replay(connection, api_key_id=key.id, nonce=stamp.nonce):
                replayed = AuditEntry(
                    now, Event.REQUEST_REFUSED, f"api key {key.short}", key.user_id, about="replayed"
                )
                self._audit.append(connection, replayed)
            return bool(spent)

        return await self._database.write(work)

    def _forget(self, connection: Connection, now_ms: int) -> None:
        """Forgets what is too old, some at a time and now and then."""
        if now_ms >= self._forget_at_ms:
            self._forget_at_ms = now_ms + FORGOTTEN_EVERY // timedelta(milliseconds=1)
            queries.forget_nonces(connection, now=now_ms, most=MOST_FORGOTTEN)
