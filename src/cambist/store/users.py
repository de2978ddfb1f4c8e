"""People of this installation."""

import sqlite3
from collections.abc import Callable
from datetime import datetime

from cambist.actions.facts import User
from cambist.core.audit import AuditEntry, Event
from cambist.core.currencies import Chosen
from cambist.core.errors import InvalidInput, NotFound, SetupError
from cambist.core.history import milliseconds
from cambist.core.sessions import subject_of_user
from cambist.core.terms import Mode
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.installation import MASTER_KEY_CHECK
from cambist.store.rows import user_from
from cambist.store.sessions import end_all_sessions


class UserStore:
    """Fits the port `Users`."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit

    async def add(
        self, name: str, new_data_key: Callable[[str | None], bytes], by: str, at: datetime
    ) -> User:
        def work(connection: Connection) -> User:
            # Within the transaction, since a rotation of the master key may have ended a moment before.
            check = queries.note_of_installation(connection, name=MASTER_KEY_CHECK)
            data_key = new_data_key(None if check is None else check["value"])
            try:
                added = queries.add_user(
                    connection, name=name, data_key=data_key, created_at=milliseconds(at)
                )
            except sqlite3.IntegrityError as taken:
                raise InvalidInput({"name": ["has already been taken"]}) from taken
            self._audit.append(connection, AuditEntry(at, Event.USER_ADDED, by, added["id"], about=name))
            return User(added["id"], name, data_key, at)

        return await self._database.write(work)

    async def get(self, user_id: int) -> User:
        row = queries.user_by_id(self._database.reader, id=user_id)
        if row is None:
            raise NotFound(f"There is no user {user_id}.")
        return user_from(row)

    async def named(self, name: str) -> User:
        row = queries.user_by_name(self._database.reader, name=name)
        if row is None:
            raise NotFound(f"There is no user named {name!r}.")
        return user_from(row)

    async def owner(self) -> User:
        row = queries.first_user(self._database.reader)
        if row is None:
            raise SetupError("This installation has no owner yet: run 'cambist init'.")
        return user_from(row)

    async def listed(self) -> list[User]:
        return [user_from(row) for row in queries.all_users(self._database.reader)]

    async def password_hash(self, user_id: int) -> str | None:
        row = queries.password_hash(self._database.reader, id=user_id)
        return None if row is None else row["password_hash"]

    async def set_password(
        self, user_id: int, password_hash: str, by: str, at: datetime, keep_session: int | None = None
    ) -> None:
        def work(connection: Connection) -> None:
            queries.set_password(connection, id=user_id, password_hash=password_hash)
            queries.forget_sign_in_failures(connection, subject=subject_of_user(user_id))
            self._audit.append(connection, AuditEntry(at, Event.PASSWORD_CHANGED, by, user_id))
            end_all_sessions(connection, self._audit, user_id, by, at, but=keep_session)

        await self._database.write(work)

    async def set_mode(self, user_id: int, mode: Mode) -> None:
        await self._database.write(lambda connection: queries.set_mode(connection, id=user_id, mode=mode))

    async def set_preferences(self, user_id: int, chosen: Chosen, by: str, at: datetime) -> None:
        currency, mode = chosen.display_currency, chosen.stablecoins
        dust = None if chosen.dust_usd is None else f"{chosen.dust_usd:f}"
        about = ", ".join(
            f"{name} {value or 'by default'}"
            for name, value in (("display currency", currency), ("stablecoins", mode), ("dust", dust))
        )

        def work(connection: Connection) -> None:
            queries.set_preferences(
                connection, id=user_id, display_currency=currency, stablecoins=mode, dust_usd=dust
            )
            queries.end_fresh_seconds(connection, user_id=user_id)
            self._audit.append(
                connection, AuditEntry(at, Event.PREFERENCES_CHANGED, by, user_id, about=about)
            )

        await self._database.write(work)


def data_key_of(connection: Connection, user_id: int) -> bytes:
    """A user's data key as it is wrapped now: read in the transaction that writes what it seals.

    Raises NotFound.
    """
    row = queries.data_key(connection, id=user_id)
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return bytes(row["data_key"])
