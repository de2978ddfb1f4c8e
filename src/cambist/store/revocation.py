"""Revoking everything at once, for the hour in which something has been stolen."""

from datetime import datetime

from cambist.actions.facts import Revoked
from cambist.core.audit import AuditEntry, Event
from cambist.core.history import milliseconds
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.sessions import end_all_sessions

ERASED = "Its exchange keys were erased when everything was revoked: give it new ones."
REVOKED = "Disabled when everything was revoked."


class RevocationStore:
    """Fits the port `Revocation`. All of it is one transaction, its entries in the audit log too."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit

    async def everything(self, user_id: int | None, exchange_keys: bool, by: str, at: datetime) -> Revoked:
        def work(connection: Connection) -> Revoked:
            now = milliseconds(at)
            api_keys = queries.revoke_api_keys(connection, user_id=user_id, at=now)
            people = [row["id"] for row in queries.ids_of_users(connection, user_id=user_id)]
            sessions = sum(end_all_sessions(connection, self._audit, each, by, at) for each in people)
            webhooks = queries.disable_webhooks(connection, user_id=user_id, at=now, why=REVOKED)
            accounts = []
            if exchange_keys:
                accounts = list(queries.accounts_with_keys(connection, user_id=user_id))
                queries.erase_exchange_keys(connection, user_id=user_id, reason=ERASED, at=now)
            for row in accounts:
                erased = AuditEntry(at, Event.KEYS_ERASED, by, row["user_id"], row["id"])
                self._audit.append(connection, erased)
            about = f"{api_keys} API keys, {sessions} sessions, exchange keys of {len(accounts)} accounts"
            about += f", {webhooks} webhooks" if webhooks else ""
            self._audit.append(connection, AuditEntry(at, Event.EVERYTHING_REVOKED, by, user_id, about=about))
            return Revoked(api_keys, sessions, tuple((row["name"], row["market"]) for row in accounts))

        return await self._database.write(work)
