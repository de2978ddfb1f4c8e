"""The secret scan finds keys of each form wherever they are planted, and nothing in this repository."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from checks.secret_scan import KNOWN, ROOT, Found, judged, listed, scanned
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def private_key() -> str:
    form = (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return generate_private_key(65537, 2048).private_bytes(*form).decode()


PLANTED: dict[str, Callable[[], str]] = {
    "hex.py": lambda: f'SECRET = Secret("{secrets.token_hex(32)}")\n',
    "base64.py": lambda: f'client.secret = "{secrets.token_urlsafe(48)}"\n',
    "word.env": lambda: f"API_SECRET={secrets.token_hex(20)}\n",
    "word.yaml": lambda: f"password: {secrets.token_hex(12)}\n",
    "config.json": lambda: f'{{"secret": "{secrets.token_hex(24)}"}}\n',
    "key.pem": private_key,
    "github.md": lambda: f"run it with ghp_{secrets.token_hex(18)}\n",
    "aws.txt": lambda: f"AKIA{secrets.token_hex(8).upper()}\n",
    "url.toml": lambda: f'at = "https://me:{secrets.token_hex(8)}@example.org"\n',
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_secret_is_found_and_not_shown(name: str, tmp_path: Path) -> None:
    text = "# a line before\n" + PLANTED[name]()
    (tmp_path / name).write_text(text)
    found = list(scanned(tmp_path, [name]))
    assert {each.file for each in found} == {name}
    assert all(2 <= each.line <= text.count("\n") for each in found)
    sentences = judged([*found, *(Found(file, 1, "known", begins) for file, begins in KNOWN)])
    assert len(sentences) == len(found)
    assert not any(word in sentence for sentence in sentences for word in text.split() if len(word) > 19)


def test_words_that_tests_call_secrets_are_none(tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text(
        'given = {"secret": "exchange-secret-of-the-test", "api_key": "key-000001"}\n'
    )
    assert list(scanned(tmp_path, ["words.py"])) == []


def test_a_known_text_that_is_gone_is_told() -> None:
    assert judged([]) != []
    assert len(judged([])) == len(KNOWN)


def test_every_file_of_the_repository_is_looked_at() -> None:
    names = listed(ROOT)
    assert {"README.md", "src/cambist/wiring.py", "requirements/runtime.txt", "Makefile"} <= set(names)
