"""The master key: what it is, its file, and how a wrong one is told. Where it may come from: sources.

The file holds 32 random bytes in base64, readable by its owner only, outside the data folder.
"""

import hmac
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path

from cambist.core.errors import SetupError

KEY_BYTES = 32
_TOO_OPEN = 0o077


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key that wraps every user's data key; `id` names it, `check` tells whether it is the right one."""

    _bytes: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """Eight bytes that name the key and tell nothing of it."""
        return hmac.digest(self._bytes, b"cambist master key id", "sha256")[:8]

    @property
    def check(self) -> str:
        """The key check value kept beside the data: a wrong key is refused before it is used."""
        return hmac.digest(self._bytes, b"cambist key check value", "sha256")[:16].hex()

    def reveal(self) -> bytes:
        return self._bytes


def new_master_key() -> MasterKey:
    return MasterKey(os.urandom(KEY_BYTES))


def written_out(key: MasterKey) -> str:
    """The key as text, for where it is kept."""
    return b64encode(key.reveal()).decode()


def parsed(text: bytes, what: str) -> MasterKey:
    """The key that a text holds. Raises SetupError, naming `what` holds the text and not what it says."""
    try:
        key = b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SetupError(f"{what} does not hold a master key (32 bytes in base64).")
    return MasterKey(key)


def make_master_key(path: Path) -> MasterKey:
    """A new key in a new file. Raises SetupError where there is a file already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = new_master_key()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        raise SetupError(f"There is a master key already at {path}.") from None
    except OSError as refused:
        raise SetupError(f"The master key cannot be written to {path}: {refused.strerror}.") from refused
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{written_out(key)}\n")
        file.flush()
        os.fsync(file.fileno())
    keep_names(path.parent)
    return key


def keep_names(folder: Path) -> None:
    """Makes sure that the files' names, as they are now, outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_master_key(path: Path) -> MasterKey:
    """The key in a file. Raises SetupError where it is missing, unreadable, open to others or malformed."""
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()
    except FileNotFoundError:
        raise SetupError(
            f"There is no master key at {path}: bring it back from where it is kept "
            "(CAMBIST_MASTER_KEY_FILE names another place), or run 'cambist init' for a new installation."
        ) from None
    except OSError as refused:
        raise SetupError(f"The master key at {path} cannot be read: {refused.strerror}.") from refused
    if mode & _TOO_OPEN:
        raise SetupError(f"The master key at {path} can be read by others: run 'chmod 400 {path}'.")
    return parsed(text, f"The file {path}")
