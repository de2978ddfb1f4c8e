"""A keyring of tests, for processes of their own: PYTHON_KEYRING_BACKEND=tests.vault.keyrings.Kept."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class Kept(KeyringBackend):
    """Entries that outlive the process, in the file that KEYRING_OF_TEST names."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        return entries().get(f"{service}: {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        keep({**entries(), f"{service}: {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        keep({name: value for name, value in entries().items() if name != f"{service}: {username}"})


def entries() -> dict[str, str]:
    file = Path(os.environ["KEYRING_OF_TEST"])
    return dict(json.loads(file.read_text())) if file.exists() else {}


def keep(what: dict[str, str]) -> None:
    Path(os.environ["KEYRING_OF_TEST"]).write_text(json.dumps(what))
