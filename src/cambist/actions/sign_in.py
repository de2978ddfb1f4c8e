"""Sign in: a name and its password become a session, whose token is handed out this once."""

from datetime import timedelta

from cambist.actions.facts import User
from cambist.actions.ports import Outside
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import NotFound, RateLimited, SignInRefused
from cambist.core.sessions import Session, Visitor, subject_of_nobody, subject_of_user
from cambist.core.terms import Secret

_SECOND = timedelta(seconds=1)


async def sign_in(outside: Outside, name: str, password: Secret, visitor: Visitor) -> tuple[Session, Secret]:
    """A new session and its token.

    An unknown name, a person without a password and a wrong password cost the same work and get the same
    SignInRefused; after five of them RateLimited comes instead. Raises Overloaded.
    """
    user = await _named(outside, name)
    await count_attempt(outside, subject_of_nobody(name) if user is None else subject_of_user(user.id))
    hashed = None if user is None else await outside.users.password_hash(user.id)
    matches = await outside.vault.password_matches(password, hashed)
    if user is None or hashed is None or not matches:
        # The name of nobody is not written down: it may be a password, typed into the wrong field.
        why = "wrong password" if user else "unknown name"
        refuse(outside, visitor, None if user is None else user.id, why)
        raise SignInRefused("The name or the password is not right.")
    rehashed = await outside.vault.hash_password(password) if outside.vault.is_outdated(hashed) else None
    return await begin_session(outside, user, visitor, hashed, rehashed)


async def begin_session(
    outside: Outside, user: User, visitor: Visitor, hashed: str, rehashed: str | None = None
) -> tuple[Session, Secret]:
    """A session of a person whose password was just proved; its token is new whatever the browser had."""
    token, now = outside.new_secret(), outside.clock.now()
    session = Session(0, user.id, now, now, visitor)
    return await outside.sessions.begin(session, outside.vault.fingerprint(token), hashed, rehashed), token


async def count_attempt(outside: Outside, subject: str) -> None:
    """Raises RateLimited while failures before hold this one back."""
    now = outside.clock.now()
    until = await outside.attempts.begin(subject, now)
    if until is not None:
        raise RateLimited("Too many sign-ins failed: try again later.", -((now - until) // _SECOND))


def refuse(outside: Outside, visitor: Visitor, user_id: int | None, why: str) -> None:
    """Leaves the entry of a sign-in that was refused."""
    by = f"sign-in from {visitor.address}"
    outside.refusals.note(AuditEntry(outside.clock.now(), Event.SIGN_IN_REFUSED, by, user_id, about=why))


async def _named(outside: Outside, name: str) -> User | None:
    try:
        return await outside.users.named(name.strip())
    except NotFound:
        return None
