"""Change one's own password, by a session and the password before; other sessions end."""

from cambist.actions.add_user import checked_password, set_password
from cambist.actions.ports import Outside
from cambist.actions.sign_in import count_attempt
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import InvalidInput
from cambist.core.sessions import Session, subject_of_user
from cambist.core.terms import Secret


async def change_password(outside: Outside, session: Session, old: Secret, new: Secret) -> None:
    """Wrong passwords count as sign-ins that fail: a browser left open is no place to find one out.

    Raises InvalidInput on `old_password` or `new_password`, RateLimited, Overloaded.
    """
    try:
        checked_password(new)
    except InvalidInput as wrong:
        raise InvalidInput({"new_password": wrong.attributes["password"]}) from wrong
    await count_attempt(outside, subject_of_user(session.user_id))
    hashed = await outside.users.password_hash(session.user_id)
    if not await outside.vault.password_matches(old, hashed):
        now, why = outside.clock.now(), "wrong password"
        outside.refusals.note(
            AuditEntry(now, Event.SIGN_IN_REFUSED, session.name, session.user_id, about=why)
        )
        raise InvalidInput({"old_password": ["is not right"]})
    user = await outside.users.get(session.user_id)
    await set_password(outside, user, new, session.name, keep_session=session.id)
