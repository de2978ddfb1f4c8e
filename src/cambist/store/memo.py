"""Facts remembered: so many, or until anything in the database changes, whichever process changes it."""

from collections.abc import Callable
from typing import Generic, TypeVar

from cambist.store.database import Database

K = TypeVar("K")
V = TypeVar("V")

MOST_REMEMBERED = 10_000


def remember(known: dict[K, V], key: K, value: V, most: int) -> None:
    """What was remembered the longest goes where there is too much."""
    known.pop(key, None)
    if len(known) >= most:
        del known[next(iter(known))]
    known[key] = value


class Memo(Generic[K, V]):
    """What `read` says of a key. SQLite tells in microseconds whether another connection has committed."""

    def __init__(self, database: Database, read: Callable[[K], V], most: int = MOST_REMEMBERED) -> None:
        self._database = database
        self._read = read
        self._most = most
        self._version = -1
        self._known: dict[K, V] = {}

    def get(self, key: K) -> V:
        version = self._database.version()
        if version != self._version or len(self._known) >= self._most:
            self._known.clear()
            self._version = version
        return self.still(key)

    def still(self, key: K) -> V:
        """The same without asking whether anything changed: for what was just asked of another key."""
        try:
            return self._known[key]
        except KeyError:
            return self._known.setdefault(key, self._read(key))
