"""Add a person to this installation; the first is the owner."""

from cambist.actions.facts import User
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.terms import Secret

MAX_NAME = 120
MIN_PASSWORD = 10
MAX_PASSWORD = 1_024


async def add_user(outside: Outside, name: str, by: str) -> User:
    """The new user with a data key of its own. Raises InvalidInput where the name is empty or taken."""
    return await outside.users.add(checked_name(name), outside.vault.new_user_key, by, outside.clock.now())


async def set_password(
    outside: Outside, user: User, password: Secret, by: str, keep_session: int | None = None
) -> None:
    """Keeps the password's argon2id hash, and ends the person's sessions, all but the one to keep.

    Raises InvalidInput where it is too short or too long.
    """
    hashed = await outside.vault.hash_password(checked_password(password))
    await outside.users.set_password(user.id, hashed, by, outside.clock.now(), keep_session)


def checked_name(name: str) -> str:
    """The name without spaces around it. Raises InvalidInput for none, and for what a screen cannot show."""
    bare = name.strip()
    if not bare or len(name) > MAX_NAME or not bare.isprintable():
        raise InvalidInput({"name": ["does not have a valid value"]})
    return bare


def checked_password(password: Secret) -> Secret:
    """Raises InvalidInput."""
    if not MIN_PASSWORD <= len(password.reveal()) <= MAX_PASSWORD:
        raise InvalidInput({"password": [f"must have {MIN_PASSWORD} to {MAX_PASSWORD} characters"]})
    return password
