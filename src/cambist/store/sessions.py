"""Sessions of people in browsers, found by the SHA-256 of their tokens: the tokens are kept nowhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from sqlite3 import Row

from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import NotFound, SignInRefused
from cambist.core.history import milliseconds, moment
from cambist.core.sessions import IDLE, LONGEST, MOST_OPEN, SEEN_EVERY, Session, Visitor, subject_of_user
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.memo import Memo


class SessionStore:
    """Fits the port `Sessions`. A session that has ended is gone; the audit log tells that it was."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit
        self._open = Memo(database, self._read)

    async def begin(
        self, session: Session, token: bytes, password_hash: str, rehashed: str | None
    ) -> Session:
        at, user_id = session.created_at, session.user_id

        def work(connection: Connection) -> Session:
            queries.forget_sessions(connection, **_open_at(at))
            added = queries.add_session(
                connection,
                user_id=user_id,
                token=token,
                at=milliseconds(at),
                address=session.visitor.address,
                agent=session.visitor.agent,
                password_hash=password_hash,
            )
            if added is None:
                raise SignInRefused("The password was changed meanwhile: sign in again.")
            begun = replace(session, id=added["id"])
            if rehashed is not None:
                queries.set_password(connection, id=user_id, password_hash=rehashed)
            queries.forget_sign_in_failures(connection, subject=subject_of_user(user_id))
            by = f"sign-in from {session.visitor.address}"
            self._audit.append(connection, AuditEntry(at, Event.SIGNED_IN, by, user_id, about=begun.name))
            over = queries.sessions_over(connection, user_id=user_id, most=MOST_OPEN)
            end_sessions(connection, self._audit, user_id, [row["id"] for row in over], begun.name, at)
            return begun

        return await self._database.write(work)

    async def find(self, token: bytes) -> Session | None:
        return self._open.get(token)

    def _read(self, token: bytes) -> Session | None:
        row = queries.session_by_token(self._database.reader, token=token)
        return None if row is None else _session_from(row)

    async def seen(self, session_id: int, at: datetime) -> None:
        seen_before = milliseconds(at - SEEN_EVERY)
        await self._database.write(
            lambda connection: queries.session_seen(
                connection, id=session_id, at=milliseconds(at), seen_before=seen_before
            )
        )

    async def listed(self, user_id: int, at: datetime) -> list[Session]:
        rows = queries.sessions_of_user(self._database.reader, user_id=user_id, **_open_at(at))
        return [_session_from(row) for row in rows]

    async def end(self, user_id: int, session_id: int, by: str, at: datetime) -> None:
        def work(connection: Connection) -> None:
            if not end_sessions(connection, self._audit, user_id, [session_id], by, at):
                raise NotFound("There is no such session.")

        await self._database.write(work)

    async def end_all(self, user_id: int, by: str, at: datetime) -> int:
        return await self._database.write(
            lambda connection: end_all_sessions(connection, self._audit, user_id, by, at)
        )


def end_all_sessions(
    connection: Connection, audit: AuditStore, user_id: int, by: str, at: datetime, but: int | None = None
) -> int:
    """Ends a person's sessions, or all but one, within the caller's transaction; how many there were."""
    rows = queries.sessions_over(connection, user_id=user_id, most=0)
    return end_sessions(connection, audit, user_id, [row["id"] for row in rows if row["id"] != but], by, at)


def end_sessions(
    connection: Connection, audit: AuditStore, user_id: int, ids: Sequence[int], by: str, at: datetime
) -> int:
    """Ends those of the sessions that are the person's, each with its entry; how many there were."""
    ended = [each for each in ids if queries.end_session(connection, id=each, user_id=user_id)]
    for each in ended:
        audit.append(connection, AuditEntry(at, Event.SESSION_ENDED, by, user_id, about=f"session {each}"))
    return len(ended)


def _open_at(at: datetime) -> dict[str, int]:
    return {"created_after": milliseconds(at - LONGEST), "seen_after": milliseconds(at - IDLE)}


def _session_from(row: Row) -> Session:
    return Session(
        row["id"],
        row["user_id"],
        moment(row["created_at"]),
        moment(row["seen_at"]),
        Visitor(row["address"], row["agent"]),
    )
