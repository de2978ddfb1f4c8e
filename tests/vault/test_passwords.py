"""Passwords of people, and the vault as actions see it."""

import asyncio
import threading
import time
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters

from cambist.core.errors import InvalidInput, Overloaded
from cambist.core.terms import Secret
from cambist.vault import passwords
from cambist.vault.master_key import MasterKey
from cambist.vault.passwords import (
    MOST_WAITING,
    PasswordQueue,
    hash_password,
    is_outdated,
    password_matches,
)
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


def test_without_a_hash_no_password_matches_after_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[str] = []

    class Noting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            worked.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Noting())
    assert not password_matches(PASSWORD, None)
    assert [extract_parameters(text) for text in worked] == [extract_parameters(HASHED)]


def test_a_hash_of_other_parameters_is_outdated_and_matches_all_the_same() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD.reveal())
    assert is_outdated(old)
    assert password_matches(PASSWORD, old)
    assert not is_outdated(HASHED)


@pytest.mark.asyncio
async def test_passwords_are_worked_on_off_the_event_loop_and_few_may_wait() -> None:
    queue, let_go = PasswordQueue(), threading.Event()
    try:
        asked = [asyncio.create_task(queue.run(lambda: let_go.wait(20))) for _ in range(2 + MOST_WAITING)]
        await asyncio.sleep(0)  # all of them have come; two work, the loop goes on
        with pytest.raises(Overloaded, match=r"^Too many people are signing in just now"):
            await queue.run(lambda: True)
        let_go.set()
        assert await asyncio.gather(*asked) == [True] * 18
        assert await queue.run(lambda: "again") == "again"
    finally:
        let_go.set()


@pytest.mark.asyncio
async def test_who_waits_too_long_is_told_so_and_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAIT_S", 0.01)
    queue, let_go = PasswordQueue(), threading.Event()
    try:
        at_work = [asyncio.create_task(queue.run(lambda: let_go.wait(20))) for _ in range(2)]
        await asyncio.sleep(0)
        for _ in range(MOST_WAITING + 1):
            with pytest.raises(Overloaded):
                await queue.run(lambda: True)
        let_go.set()
        assert await asyncio.gather(*at_work) == [True, True]
    finally:
        let_go.set()


@pytest.mark.asyncio
async def test_the_vault_is_one_object_for_all_of_it() -> None:
    vault = Vault(MasterKey(bytes(32)))
    hashed = await vault.hash_password(PASSWORD)
    assert await vault.password_matches(PASSWORD, hashed)
    assert not await vault.password_matches(PASSWORD, None)
    assert not vault.is_outdated(hashed)
    assert vault.fingerprint(Secret("abc")).hex().endswith("b410ff61f20015ad")  # SHA-256, FIPS 180-4
    assert not vault.hmac_matches(PASSWORD, bytes(32), [b""])
    vault.refuse_slowly(bytes(32), [b""])
    with pytest.raises(InvalidInput):
        vault.checked_rsa_public_key("")
