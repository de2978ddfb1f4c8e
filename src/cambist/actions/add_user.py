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
    if not name.strip() or len(name) > MAX_NAME:
        raise InvalidInput({"name": ["does not have a valid value"]})
    return await outside.users.add(name.strip(), outside.vault.new_user_key, by, outside.clock.now())


async def set_password(outside: Outside, user: User, password: Secret, by: str) -> None:
    """Keeps the password's argon2id hash. Raises InvalidInput where it is too short or too long."""
    if not MIN_PASSWORD <= len(password.reveal()) <= MAX_PASSWORD:
        raise InvalidInput({"password": [f"must have {MIN_PASSWORD} to {MAX_PASSWORD} characters"]})
    hashed = outside.vault.hash_password(password)
    await outside.users.set_password(user.id, hashed, by, outside.clock.now())
