"""The master key in the operating system's keyring, by the library `keyring`, imported when it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from cambist.core.errors import SetupError
from cambist.vault.master_key import MasterKey, new_master_key, parsed, written_out

SERVICE = "cambist"
ANSWERS_WITHIN_S = 60  # a person may have to unlock it


@dataclass(frozen=True, slots=True)
class KeyringSource:
    """Two entries of the service `cambist`, one each for the current and the upcoming key."""

    installation: str
    caution = None
    how_to_follow = ""

    @property
    def where(self) -> str:
        return f"the OS keyring (service {SERVICE}, entry '{self._entry}')"

    @property
    def _entry(self) -> str:
        return f"master key of {self.installation}"

    @property
    def _next(self) -> str:
        return f"{self._entry}, next"

    def is_there(self) -> bool:
        """Whether there is a keyring, and the key in it."""
        try:
            return self._read(self._entry) is not None
        except KeyringSilent:
            return False

    def current(self) -> MasterKey:
        key = self._read(self._entry)
        if key is None:
            raise SetupError(
                f"There is no master key in {self.where}: bring it back from where a copy is kept, "
                "or run 'cambist init' for a new installation."
            )
        return key

    def upcoming(self) -> MasterKey | None:
        return self._read(self._next)

    def make(self) -> MasterKey:
        if self._read(self._entry) is not None:
            raise SetupError(f"There is a master key already in {self.where}.")
        return self._put(self._entry, new_master_key())

    def stage(self) -> MasterKey:
        return self._put(self._next, new_master_key())

    def promote(self, key: MasterKey) -> None:
        if self.upcoming() != key:
            return
        self._put(self._entry, key)
        _ask(lambda keyring: keyring.delete_password(SERVICE, self._next))

    def _read(self, entry: str) -> MasterKey | None:
        text = _ask(lambda keyring: keyring.get_password(SERVICE, entry))
        return None if text is None else parsed(text.encode(), f"The OS keyring's entry '{entry}'")

    def _put(self, entry: str, key: MasterKey) -> MasterKey:
        _ask(lambda keyring: keyring.set_password(SERVICE, entry, written_out(key)))
        if self._read(entry) != key:
            raise SetupError(f"The OS keyring did not keep the entry '{entry}'.")
        return key


class KeyringSilent(SetupError):
    """There is no keyring here, or it does not answer."""


def _ask(what: Callable[[Any], Any]) -> Any:
    """The keyring's answer. Raises KeyringSilent; what the library says is not passed on, but its kind is."""
    answers: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()

    def work() -> None:
        try:
            answers.put((what(import_module("keyring")), None))
        except Exception as failure:  # noqa: BLE001 - backends raise what they like
            answers.put((None, failure))

    Thread(target=work, daemon=True).start()
    try:
        answer, failure = answers.get(timeout=ANSWERS_WITHIN_S)
    except Empty:
        raise KeyringSilent(f"The OS keyring did not answer within {ANSWERS_WITHIN_S} s.") from None
    if isinstance(failure, ModuleNotFoundError) and failure.name == "keyring":
        raise KeyringSilent(
            "The OS keyring needs the package 'keyring': pip install 'cambist[keyring]'."
        ) from None
    if failure is not None:
        raise KeyringSilent(f"The OS keyring cannot be used ({type(failure).__name__}).") from None
    return answer
