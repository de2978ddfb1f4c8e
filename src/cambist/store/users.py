"""People of this installation, and the key check value of its master key."""

import sqlite3
from datetime import datetime

from cambist.actions.facts import User
from cambist.core.errors import InvalidInput, NotFound, SetupError
from cambist.core.history import milliseconds
from cambist.core.terms import Mode
from cambist.store.connection import Connection, Database, queries
from cambist.store.rows import user_from

_KEY_CHECK = "master_key_check"


class UserStore:
    """Fits the port `Users`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, data_key: bytes, at: datetime) -> User:
        def work(connection: Connection) -> User:
            try:
                added = queries.add_user(
                    connection, name=name, data_key=data_key, created_at=milliseconds(at)
                )
            except sqlite3.IntegrityError as taken:
                raise InvalidInput({"name": ["has already been taken"]}) from taken
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

    async def set_password(self, user_id: int, password_hash: str) -> None:
        await self._database.write(
            lambda connection: queries.set_password(connection, id=user_id, password_hash=password_hash)
        )

    async def set_mode(self, user_id: int, mode: Mode) -> None:
        await self._database.write(lambda connection: queries.set_mode(connection, id=user_id, mode=mode))

    async def key_check(self) -> str | None:
        """The check value of the master key that this data was written under; None before the first."""
        row = queries.note_of_installation(self._database.reader, name=_KEY_CHECK)
        return None if row is None else str(row["value"])

    async def keep_key_check(self, check: str) -> None:
        await self._database.write(
            lambda connection: queries.keep_note_of_installation(connection, name=_KEY_CHECK, value=check)
        )
