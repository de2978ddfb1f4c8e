"""What comes before a session: sign-ins that failed lately, and the one-time token of the first run."""

import sqlite3
from datetime import datetime

from cambist.actions.facts import User
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import AccessDenied, InvalidInput
from cambist.core.history import milliseconds, moment
from cambist.core.sessions import FAILURES_REMEMBERED, FIRST_RUN, FirstRunOffer, pause_after
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.rows import user_from


class AttemptStore:
    """Fits the port `Attempts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, subject: str, at: datetime) -> datetime | None:
        def work(connection: Connection) -> datetime | None:
            queries.forget_old_sign_in_failures(connection, before=milliseconds(at - FAILURES_REMEMBERED))
            row = queries.sign_in_failures(connection, subject=subject)
            if row is not None and moment(row["until"]) > at:
                return moment(row["until"])
            failures = 1 if row is None else row["failures"] + 1
            until = milliseconds(at + pause_after(failures))
            queries.keep_sign_in_failures(
                connection, subject=subject, failures=failures, at=milliseconds(at), until=until
            )
            return None

        return await self._database.write(work)


class FirstRunStore:
    """Fits the port `FirstRuns`: the offer is a note of the installation, gone when it is used."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit

    async def offer(self, offer: FirstRunOffer, by: str, at: datetime) -> bool:
        def work(connection: Connection) -> bool:
            if not queries.offer_first_run(connection, value=_note(offer)):
                return False
            self._audit.append(connection, AuditEntry(at, Event.FIRST_RUN_OFFERED, by))
            return True

        return await self._database.write(work)

    async def offered(self) -> FirstRunOffer | None:
        row = queries.note_of_installation(self._database.reader, name="first_run")
        if row is None:
            return None
        token, until = row["value"].split()
        return FirstRunOffer(bytes.fromhex(token), moment(int(until)))

    async def finish(
        self, offer: FirstRunOffer, name: str, password_hash: str, by: str, at: datetime
    ) -> User:
        def work(connection: Connection) -> User:
            owner = user_from(queries.first_user(connection))
            if not queries.use_first_run(connection, value=_note(offer)) or owner.has_password:
                raise AccessDenied("This first-run token is used up.")
            try:
                queries.name_user(connection, id=owner.id, name=name)
            except sqlite3.IntegrityError as taken:
                raise InvalidInput({"name": ["has already been taken"]}) from taken
            queries.set_password(connection, id=owner.id, password_hash=password_hash)
            queries.forget_sign_in_failures(connection, subject=FIRST_RUN)
            self._audit.append(
                connection, AuditEntry(at, Event.PASSWORD_CHANGED, by, owner.id, about=FIRST_RUN)
            )
            return user_from(queries.user_by_id(connection, id=owner.id))

        return await self._database.write(work)


def _note(offer: FirstRunOffer) -> str:
    return f"{offer.token.hex()} {milliseconds(offer.until)}"
