"""Passwords of people: argon2id (19 MiB, two passes, one lane), at most two at once."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from cambist.core.terms import Secret

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = BoundedSemaphore(2)


def hash_password(password: Secret) -> str:
    """The hash with its salt and parameters, as one text."""
    with _at_once:
        return _hasher.hash(password.reveal())


def password_matches(password: Secret, hashed: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(hashed, password.reveal())
        except VerificationError:
            return False
