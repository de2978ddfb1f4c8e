"""End sessions: one's own by signing out, another of the same person, or all of somebody's."""

from contextlib import suppress

from cambist.actions.ports import Outside
from cambist.core.errors import NotFound
from cambist.core.sessions import Session
from cambist.core.terms import Secret


async def sign_out(outside: Outside, session: Session) -> None:
    """Raises NotFound where it was ended meanwhile."""
    await end_session(outside, session.user_id, session.id, session.name)


async def end_session(outside: Outside, user_id: int, session_id: int, by: str) -> None:
    """Raises NotFound for a session that is not this person's, as for none."""
    await outside.sessions.end(user_id, session_id, by, outside.clock.now())


async def end_replaced(outside: Outside, token: Secret | None, session: Session) -> None:
    """Ends the session that a browser had before it signed in anew, if it had one."""
    former = None if token is None else await outside.sessions.find(outside.vault.fingerprint(token))
    if former is not None:
        with suppress(NotFound):  # it has just been ended elsewhere
            await end_session(outside, former.user_id, former.id, session.name)


async def end_all_sessions(outside: Outside, user_id: int, by: str) -> int:
    """How many there were, also of those that nobody used any more."""
    return await outside.sessions.end_all(user_id, by, outside.clock.now())
