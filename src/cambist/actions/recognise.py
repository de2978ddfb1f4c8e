"""Recognise a browser by its session's token, and note that it was here."""

from cambist.actions.ports import Outside
from cambist.core.errors import SignInRefused
from cambist.core.sessions import SEEN_EVERY, Session
from cambist.core.terms import Secret


async def recognise(outside: Outside, token: Secret | None) -> Session:
    """The open session of a token. Raises SignInRefused where there is none (any more)."""
    now = outside.clock.now()
    session = None if token is None else await outside.sessions.find(outside.vault.fingerprint(token))
    if session is None or not session.is_open(now):
        raise SignInRefused("Nobody is signed in here: sign in first.")
    if now >= session.seen_at + SEEN_EVERY:
        await outside.sessions.seen(session.id, now)
    return session
