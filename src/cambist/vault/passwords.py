"""Passwords of people: argon2id (19 MiB, two passes, one lane), at most two at once, off the event loop."""

import asyncio
import os
from base64 import b64encode
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from cambist.core.errors import Overloaded
from cambist.core.terms import Secret

T = TypeVar("T")

AT_ONCE = 2
MOST_WAITING = 16
WAIT_S = 5

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = BoundedSemaphore(AT_ONCE)


def _random_base64(size: int) -> str:
    return b64encode(os.urandom(size)).decode().rstrip("=")


# What no password matches, at the cost of one that might.
_NOBODYS_HASH = f"$argon2id$v=19$m=19456,t=2,p=1${_random_base64(16)}${_random_base64(32)}"


def hash_password(password: Secret) -> str:
    """The hash with its salt and parameters, as one text."""
    with _at_once:
        return _hasher.hash(password.reveal())


def password_matches(password: Secret, hashed: str | None) -> bool:
    """Whether the password has this hash; without one it does not, after the same work."""
    with _at_once:
        try:
            return _hasher.verify(hashed or _NOBODYS_HASH, password.reveal())
        except VerificationError:
            return False


def is_outdated(hashed: str) -> bool:
    """Whether a hash was made with other parameters than these."""
    return _hasher.check_needs_rehash(hashed)


class PasswordQueue:
    """Lets two callers at a time work on passwords in threads, and few others wait for them."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What the work says. Raises Overloaded where too many wait, or after five seconds in vain."""
        if self._waiting >= MOST_WAITING:
            raise _overloaded()
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_S):
                await self._free.acquire()
        except TimeoutError:
            raise _overloaded() from None
        finally:
            self._waiting -= 1
        try:
            return await asyncio.to_thread(work)
        finally:
            self._free.release()


def _overloaded() -> Overloaded:
    return Overloaded("Too many people are signing in just now: try again in a moment.")
