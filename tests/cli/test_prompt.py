"""A secret that is asked for on a terminal: unseen, and a private key whole."""

import os
import pty
import sys
import threading
from collections.abc import Iterator
from unittest.mock import patch

import pytest
import typer

from cambist.cli.console import read_secret
from cambist.core.terms import Secret

PEM = "-----BEGIN A KEY-----\nMHcCAQEEIBJz\nAwEHoUQDQgAE\n-----END A KEY-----"


class Typist:
    """Types into a terminal once it is asked, and sees what the terminal shows."""

    def __init__(self) -> None:
        self.hand, self.terminal = pty.openpty()

    def asked(self, typed: str) -> Secret | None:
        """What is read as a secret while this is typed."""
        with (
            os.fdopen(os.dup(self.terminal)) as stdin,
            patch.object(sys, "stdin", stdin),
            patch("cambist.cli.console.notices.print", self._type(typed)),
        ):
            return read_secret("secret", None, None, "CAMBIST_NO_SUCH_SECRET")

    def _type(self, typed: str) -> object:
        asked = threading.Event()

        def printed(*text: str, **_: object) -> None:
            if text and not asked.is_set():
                asked.set()
                os.write(self.hand, typed.encode())

        return printed

    def sees(self) -> bytes:
        os.set_blocking(self.hand, False)
        try:
            return os.read(self.hand, 10_000)
        except BlockingIOError:
            return b""


@pytest.fixture(name="typist")
def _typist() -> Iterator[Typist]:
    made = Typist()
    yield made
    os.close(made.hand)
    os.close(made.terminal)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a secret\n", "a secret"),
        ("\n \n a secret \n", "a secret"),
        (PEM + "\n", PEM),
        (PEM + "\nmore\n", PEM),
    ],
)
def test_a_secret_is_read_whole_and_is_not_seen(typist: Typist, typed: str, read: str) -> None:
    secret = typist.asked(typed)
    assert secret is not None
    assert secret.reveal() == read
    seen = typist.sees()
    assert (b"secret" in seen, b"KEY" in seen) == (False, False)


@pytest.mark.parametrize("typed", ["\x04", PEM.partition("\n")[0] + "\n\x04"])
def test_who_ends_it_before_is_not_taken_at_his_word(typist: Typist, typed: str) -> None:
    with pytest.raises(typer.Abort):
        typist.asked(typed)
