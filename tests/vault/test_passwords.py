"""Passwords of people, and the vault as actions see it."""

import threading
import time

import pytest

from cambist.core.errors import InvalidInput
from cambist.core.terms import Secret
from cambist.vault import passwords
from cambist.vault.master_key import MasterKey
from cambist.vault.passwords import hash_password, password_matches
from cambist.vault.vault import Vault

PASSWORD = Secret("correct horse battery staple")
HASHED = hash_password(PASSWORD)


def test_a_password_is_hashed_by_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    assert HASHED.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD.reveal() not in HASHED


def test_a_password_matches_its_hash_and_no_other() -> None:
    assert password_matches(PASSWORD, HASHED)
    for wrong in ("", "correct horse battery stapl", "Correct horse battery staple", HASHED):
        assert not password_matches(Secret(wrong), HASHED)


def test_one_password_hashed_twice_has_two_salts() -> None:
    again = hash_password(PASSWORD)
    assert again != HASHED
    assert password_matches(PASSWORD, again)


def test_a_changed_hash_matches_nothing() -> None:
    last = "B" if HASHED[-2] != "B" else "C"
    assert not password_matches(PASSWORD, HASHED[:-2] + last + HASHED[-1])


def test_at_most_two_passwords_are_worked_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most = 0, 0
    lock = threading.Lock()

    class Slow:
        def hash(self, password: str) -> str:
            return str(self.verify("", password))

        def verify(self, hashed: str, password: str) -> bool:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0.02)
            with lock:
                at_work -= 1
            return True

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=hash_password, args=(PASSWORD,)) for _ in range(4)]
    threads += [threading.Thread(target=password_matches, args=(PASSWORD, "")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_the_vault_is_one_object_for_all_of_it() -> None:
    vault = Vault(MasterKey(bytes(32)))
    assert vault.password_matches(PASSWORD, vault.hash_password(PASSWORD))
    assert not vault.hmac_matches(PASSWORD, bytes(32), [b""])
    vault.refuse_slowly(bytes(32), [b""])
    with pytest.raises(InvalidInput):
        vault.checked_rsa_public_key("")
