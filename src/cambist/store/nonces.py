"""Nonces of strict signatures, in a file of their own: inserting one is the check, over all processes.

Nothing waits for the disk where the machine names its start. What a process has written the others see, and
it outlives them all, but not a loss of power: so the file is named after the start, and a new one takes no
signature that can have been made before it (docs/decisions/strict-keys.md).
"""

from datetime import datetime, timedelta
from pathlib import Path

from cambist.core.errors import StoreUnavailable
from cambist.core.history import milliseconds
from cambist.core.signing import NEWEST, OLDEST, Stamp
from cambist.store.connection import connect, queries

# Beyond the time that a stamp holds: room for a clock that is set back.
KEPT_LONGER = timedelta(seconds=60)
FORGOTTEN_EVERY = timedelta(seconds=10)
MOST_FORGOTTEN = 10_000
_LOCKED_FOR_MS = 1_000
_NEVER = 0


class NonceStore:
    """Fits the port `Nonces`. A write takes microseconds, so it is made on the caller's thread."""

    def __init__(self, folder: Path, boot: str | None, since: int) -> None:
        """boot: what names the machine's start; None where nothing does, then each nonce is on disk at once.

        since: where the file is new, the second whose stamps, and all from before it, are not taken.
        """
        path = folder / f"nonces-{boot or 'of-all-starts'}.sqlite3"
        for old in set(folder.glob("nonces-*")) - set(folder.glob(f"{path.name}*")):
            old.unlink(missing_ok=True)
        self._connection = connect(path)
        for pragma in (
            f"synchronous = {'OFF' if boot else 'FULL'}",
            f"busy_timeout = {_LOCKED_FOR_MS}",
            "secure_delete = OFF",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        queries.make_nonces(self._connection)
        queries.open_nonces(self._connection, since=since)
        self._since: int = queries.opened_since(self._connection)["since"]
        self._forget_at_ms = 0

    def spend(self, api_key_id: int, stamp: Stamp, now: datetime) -> int:
        if stamp.created <= self._since:
            raise StoreUnavailable("The machine has just started: sign the request anew in a few seconds.")
        self._forget(milliseconds(now))
        until = stamp.created * 1000 + (OLDEST + KEPT_LONGER) // timedelta(milliseconds=1)
        spent = queries.spend_nonce(self._connection, api_key_id=api_key_id, nonce=stamp.nonce, until=until)
        return int(spent["times"])

    def close(self) -> None:
        self._connection.close()

    def _forget(self, now_ms: int) -> None:
        """Forgets what is too old, some at a time and now and then."""
        if now_ms >= self._forget_at_ms:
            self._forget_at_ms = now_ms + FORGOTTEN_EVERY // timedelta(milliseconds=1)
            queries.forget_nonces(self._connection, now=now_ms, most=MOST_FORGOTTEN)


def found_nonces(folder: Path, boot: str | None) -> None:
    """Makes the file of a new installation, for which nobody can have signed anything yet."""
    NonceStore(folder, boot, _NEVER).close()


def open_nonces(folder: Path, boot: str | None, now: datetime) -> NonceStore:
    """The nonces of this start of the machine; where there are none, those from before it may be lost."""
    return NonceStore(folder, boot, int(now.timestamp()) + NEWEST // timedelta(seconds=1))
