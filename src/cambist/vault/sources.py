"""Where the master key may be: a systemd credential, a file, the OS keyring, the environment; in this order.

A key store of a network (Vault, a KMS) joins as one more class of this shape and one more line of the table.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from cambist.core.errors import SetupError
from cambist.core.terms import Secret
from cambist.vault.master_key import MasterKey, keep_names, make_master_key, parsed, read_master_key
from cambist.vault.os_keyring import KeyringSource

CREDENTIAL = "cambist-master-key"
VARIABLE = "CAMBIST_MASTER_KEY"
_TO_MAKE_ONE = "'cambist master-key new FILE' makes one to hand over."


class Source(Protocol):
    """A place to read the master key from.

    where: what people are told of it; never the key. caution: what speaks against this place.
    """

    @property
    def where(self) -> str: ...

    @property
    def caution(self) -> str | None: ...

    @property
    def how_to_follow(self) -> str:
        """What people have to do when a rotation has ended; empty for nothing."""
        ...

    def is_there(self) -> bool: ...

    def current(self) -> MasterKey:
        """Raises SetupError, also where there is none."""
        ...

    def upcoming(self) -> MasterKey | None:
        """The key that a rotation goes to, or had got to when it was cut short. Raises SetupError."""
        ...

    def stage(self) -> MasterKey:
        """The key to rotate to, safe beside the current one. Raises SetupError where there is none."""
        ...

    def promote(self, key: MasterKey) -> None:
        """Puts the upcoming key in the place of the current one, if it is this. Raises SetupError."""
        ...


@runtime_checkable
class Keeper(Source, Protocol):
    """A source that Cambist may write to."""

    def make(self) -> MasterKey:
        """The first key. Raises SetupError where there is one."""
        ...


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of mode 0400; the upcoming key lies beside it, named `.next`."""

    path: Path
    caution = None
    how_to_follow = ""

    @property
    def where(self) -> str:
        return f"the file {self.path}"

    @property
    def _real(self) -> Path:
        """The file itself, where the path is a link to it."""
        return Path(os.path.realpath(self.path))

    @property
    def _next(self) -> Path:
        return self._real.with_name(f"{self._real.name}.next")

    def is_there(self) -> bool:
        return self.path.exists()

    def current(self) -> MasterKey:
        return read_master_key(self.path)

    def upcoming(self) -> MasterKey | None:
        try:
            return read_master_key(self._next)
        except SetupError:
            if self._next.exists():
                raise
            return None

    def make(self) -> MasterKey:
        return make_master_key(self.path)

    def stage(self) -> MasterKey:
        self._next.unlink(missing_ok=True)  # of a rotation that was never committed
        return make_master_key(self._next)

    def promote(self, key: MasterKey) -> None:
        if self.upcoming() != key:
            return
        try:
            self._next.replace(self._real)
        except OSError as refused:
            raise SetupError(
                f"The new master key is in force, but {self._next} cannot take the place of {self._real} "
                f"({refused.strerror}): put it there by hand."
            ) from refused
        keep_names(self._real.parent)


@dataclass(frozen=True, slots=True)
class CredentialSource:
    """What systemd hands to the service (LoadCredential=, LoadCredentialEncrypted=, SetCredential=).

    folder: $CREDENTIALS_DIRECTORY, which systemd keeps for the service alone.
    """

    folder: Path | None
    caution = None
    how_to_follow = (
        f"Now hand the key over as {CREDENTIAL} in the service's unit, and {CREDENTIAL}-next no longer."
    )

    @property
    def where(self) -> str:
        return f"the systemd credential {self._at(CREDENTIAL) or CREDENTIAL}"

    def is_there(self) -> bool:
        at = self._at(CREDENTIAL)
        return at is not None and at.exists()

    def current(self) -> MasterKey:
        key = self._read(CREDENTIAL)
        if key is None:
            raise SetupError(
                f"There is no systemd credential {CREDENTIAL}: name it in the service's unit; {_TO_MAKE_ONE}"
            )
        return key

    def upcoming(self) -> MasterKey | None:
        return self._read(f"{CREDENTIAL}-next")

    def stage(self) -> MasterKey:
        return _given(self.upcoming(), self.current(), f"the systemd credential {CREDENTIAL}-next")

    def promote(self, key: MasterKey) -> None:
        """People do it, in the unit."""

    def _at(self, name: str) -> Path | None:
        return None if self.folder is None else self.folder / name

    def _read(self, name: str) -> MasterKey | None:
        at = self._at(name)
        try:
            text = None if at is None else at.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as refused:
            raise SetupError(f"The systemd credential {at} cannot be read: {refused.strerror}.") from refused
        return None if text is None else parsed(text, f"The systemd credential {at}")


@dataclass(frozen=True, slots=True)
class EnvironmentSource:
    """The environment that this process was started with; it does not change while it runs."""

    given: Secret | None
    given_next: Secret | None
    where = f"the variable {VARIABLE}"
    caution = (
        f"The master key came in the environment ({VARIABLE}), where whoever may look at this process finds "
        "it: a systemd credential or a file of mode 0400 is safer."
    )
    how_to_follow = f"Now set {VARIABLE} to the key of {VARIABLE}_NEXT, and take {VARIABLE}_NEXT away."

    def is_there(self) -> bool:
        return self.given is not None

    def current(self) -> MasterKey:
        if self.given is None:
            raise SetupError(f"The variable {VARIABLE} is not set; {_TO_MAKE_ONE}")
        return parsed(self.given.reveal().encode(), f"The variable {VARIABLE}")

    def upcoming(self) -> MasterKey | None:
        if self.given_next is None:
            return None
        return parsed(self.given_next.reveal().encode(), f"The variable {VARIABLE}_NEXT")

    def stage(self) -> MasterKey:
        return _given(self.upcoming(), self.current(), f"the variable {VARIABLE}_NEXT")

    def promote(self, key: MasterKey) -> None:
        """People do it, where they set the variable."""


def _given(upcoming: MasterKey | None, current: MasterKey, what: str) -> MasterKey:
    if upcoming is None:
        raise SetupError(f"A rotation needs the next key in {what}, for running servers too; {_TO_MAKE_ONE}")
    if upcoming == current:
        raise SetupError(f"The key in {what} is the current one; {_TO_MAKE_ONE}")
    return upcoming


def sources(
    credentials: Path | None, file: Path, data_dir: Path, given: Secret | None, given_next: Secret | None
) -> Mapping[str, Source]:
    """All sources by name, in the order in which they are looked at."""
    return {
        "credential": CredentialSource(credentials),
        "file": FileSource(file),
        "keyring": KeyringSource(str(data_dir.absolute())),
        "environment": EnvironmentSource(given, given_next),
    }


def chosen(named: Mapping[str, Source], which: str) -> Source:
    """The source of this name; with `auto` the first that has a key, or the file where none has."""
    if which != "auto":
        return named[which]
    return next((source for source in named.values() if source.is_there()), named["file"])


def key_that(fits: Callable[[MasterKey], bool], source: Source) -> MasterKey | None:
    """The source's key that fits: the current, the upcoming, or what the upcoming has just become."""
    for read in (source.current, source.upcoming, source.current):
        key = read()
        if key is not None and fits(key):
            return key
    return None


def the_key(source: Source, check: str) -> MasterKey:
    """The source's key of this check value. Raises SetupError where it has none."""
    key = key_that(lambda key: key.check == check, source)
    if key is None:
        raise SetupError(
            "The master key is not the one that this database was written under: it comes from "
            f"{source.where}; bring that one back, or say where it is (CAMBIST_MASTER_KEY_FILE, "
            "CAMBIST_MASTER_KEY_SOURCE)."
        )
    return key
