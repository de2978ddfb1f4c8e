"""Where the master key may come from: the order of the places, and what each offers a rotation."""

import os
import stat
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import get_args, get_type_hints

import pytest

from cambist.core.errors import SetupError
from cambist.core.terms import Secret
from cambist.settings import Settings
from cambist.vault.envelope import Envelope, MasterKeyAbsent
from cambist.vault.master_key import MasterKey, make_master_key, read_master_key
from cambist.vault.os_keyring import KeyringSource
from cambist.vault.sources import (
    CREDENTIAL,
    CredentialSource,
    EnvironmentSource,
    FileSource,
    Source,
    chosen,
    key_that,
    sources,
    the_key,
)

KEYS = [MasterKey(bytes([n]) * 32) for n in range(4)]


def text(key: MasterKey) -> str:
    return b64encode(key.reveal()).decode()


def put(path: Path, key: MasterKey) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text(key))
    path.chmod(0o400)
    return path


@pytest.fixture
def everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Source]:
    """A key in each place: the places' order is the keys'."""
    put(tmp_path / "credentials" / CREDENTIAL, KEYS[0])
    put(tmp_path / "key" / "master.key", KEYS[1])
    kept = {("cambist", f"master key of {tmp_path / 'data'}"): text(KEYS[2])}
    monkeypatch.setattr("keyring.get_password", lambda *entry: kept.get(entry))
    made = sources(
        tmp_path / "credentials",
        tmp_path / "key" / "master.key",
        tmp_path / "data",
        Secret(text(KEYS[3])),
        None,
    )
    return dict(made)


def test_the_first_place_that_has_a_key_is_the_one_in_the_documented_order(
    everywhere: dict[str, Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(everywhere) == ["credential", "file", "keyring", "environment"]
    assert chosen(everywhere, "auto").current() == KEYS[0]
    (tmp_path / "credentials" / CREDENTIAL).unlink()
    assert chosen(everywhere, "auto").current() == KEYS[1]
    (tmp_path / "key" / "master.key").unlink()
    assert chosen(everywhere, "auto").current() == KEYS[2]
    monkeypatch.setattr("keyring.get_password", lambda *_: None)
    assert chosen(everywhere, "auto").current() == KEYS[3]
    nowhere = {**everywhere, "environment": EnvironmentSource(None, None)}
    assert chosen(nowhere, "auto") == everywhere["file"]


def test_a_named_place_is_the_one_whatever_the_others_have(everywhere: dict[str, Source]) -> None:
    for name, key in zip(everywhere, KEYS, strict=True):
        assert chosen(everywhere, name).current() == key
        assert text(key) not in chosen(everywhere, name).where
    assert ["auto", *everywhere] == list(get_args(get_type_hints(Settings)["master_key_source"]))


def test_the_keyring_is_not_imported_while_a_place_before_it_has_a_key(
    everywhere: dict[str, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cambist.vault.os_keyring.import_module", lambda _: pytest.fail("imported"))
    assert chosen(everywhere, "auto").current() == KEYS[0]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (CredentialSource(None), "There is no systemd credential cambist-master-key: "),
        (CredentialSource(Path("/nowhere")), "There is no systemd credential cambist-master-key: "),
        (EnvironmentSource(None, None), "The variable CAMBIST_MASTER_KEY is not set; "),
    ],
)
def test_a_place_without_a_key_says_how_to_make_one(source: Source, said: str) -> None:
    assert not source.is_there()
    with pytest.raises(SetupError) as refused:
        source.current()
    assert str(refused.value).startswith(said)
    assert "'cambist master-key new FILE'" in str(refused.value)


def test_a_place_that_holds_no_key_is_told_without_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / CREDENTIAL).write_text("canary-45c48cce")
    for source in (CredentialSource(tmp_path), EnvironmentSource(Secret("canary-45c48cce"), None)):
        with pytest.raises(SetupError, match="does not hold a master key") as refused:
            source.current()
        assert "canary" not in str(refused.value)


def test_the_next_key_lies_beside_the_files_own_until_it_takes_its_place(tmp_path: Path) -> None:
    source = FileSource(put(tmp_path / "master.key", KEYS[0]))
    (tmp_path / "master.key.next").write_text("half a k")  # of a rotation that was cut short
    staged = source.stage()
    assert (source.current(), source.upcoming()) == (KEYS[0], staged)
    assert stat.S_IMODE((tmp_path / "master.key.next").stat().st_mode) == 0o400
    source.promote(KEYS[1])  # not the one that lies there
    assert (source.current(), source.upcoming()) == (KEYS[0], staged)
    source.promote(staged)
    assert (source.current(), source.upcoming()) == (staged, None)
    source.promote(staged)
    assert os.listdir(tmp_path) == ["master.key"]


def test_a_link_to_the_key_stays_a_link_and_the_next_key_lies_beside_the_key(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    put(tmp_path / "stick" / "key", KEYS[0])
    (tmp_path / "master.key").symlink_to(tmp_path / "stick" / "key")
    source = FileSource(tmp_path / "master.key")
    staged = source.stage()
    assert sorted(os.listdir(tmp_path / "stick")) == ["key", "key.next"]
    source.promote(staged)
    assert (tmp_path / "master.key").is_symlink()
    assert read_master_key(tmp_path / "stick" / "key") == source.current() == staged


def test_an_upcoming_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    source = FileSource(put(tmp_path / "master.key", KEYS[0]))
    put(tmp_path / "master.key.next", KEYS[1]).chmod(0o444)
    with pytest.raises(SetupError, match=r"master\.key\.next can be read by others"):
        key_that(lambda key: key == KEYS[1], source)
    assert key_that(lambda key: key == KEYS[0], source) == KEYS[0]


@pytest.mark.parametrize(
    "made",
    [
        lambda folder, given: CredentialSource(folder),
        lambda folder, given: EnvironmentSource(*given),
    ],
)
def test_where_cambist_does_not_write_a_rotation_goes_to_the_key_that_it_is_given(
    tmp_path: Path, made: Callable[[Path, tuple[Secret | None, ...]], Source]
) -> None:
    put(tmp_path / CREDENTIAL, KEYS[0])
    alone = made(tmp_path, (Secret(text(KEYS[0])), None))
    with pytest.raises(SetupError, match="needs the next key in the"):
        alone.stage()
    put(tmp_path / f"{CREDENTIAL}-next", KEYS[0])
    with pytest.raises(SetupError, match="is the current one"):
        made(tmp_path, (Secret(text(KEYS[0])),) * 2).stage()
    (tmp_path / f"{CREDENTIAL}-next").unlink()
    put(tmp_path / f"{CREDENTIAL}-next", KEYS[1])
    source = made(tmp_path, (Secret(text(KEYS[0])), Secret(text(KEYS[1]))))
    assert source.stage() == KEYS[1]
    source.promote(KEYS[1])
    assert (source.current(), source.upcoming()) == (KEYS[0], KEYS[1])
    assert the_key(source, KEYS[1].check) == KEYS[1]
    assert source.how_to_follow.startswith("Now ")


def test_a_key_promoted_between_two_looks_is_found(tmp_path: Path) -> None:
    file = FileSource(put(tmp_path / "master.key", KEYS[0]))
    staged = file.stage()
    looks: list[MasterKey] = []

    def fits(key: MasterKey) -> bool:
        looks.append(key)
        file.promote(staged)
        return key == staged

    assert key_that(fits, file) == staged
    assert looks == [KEYS[0], staged]


def test_the_wrong_key_is_told_by_its_place(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "master.key")
    make_master_key(source.path)
    with pytest.raises(SetupError) as refused:
        the_key(source, KEYS[0].check)
    assert str(refused.value).startswith(
        "The master key is not the one that this database was written under: it comes from the file "
        f"{source.path}; bring that one back"
    )


def test_a_keyring_that_does_not_keep_what_it_is_given_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.get_password", lambda *_: None)
    monkeypatch.setattr("keyring.set_password", lambda *_: None)
    with pytest.raises(SetupError, match="did not keep the entry 'master key of /data'"):
        KeyringSource("/data").make()


def test_a_keyring_that_does_not_answer_is_waited_for_so_long_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unlocked = Event()
    monkeypatch.setattr("keyring.get_password", lambda *_: unlocked.wait(10) and None)
    monkeypatch.setattr("cambist.vault.os_keyring.ANSWERS_WITHIN_S", 0.01)
    with pytest.raises(SetupError, match=r"did not answer within 0.01 s"):
        KeyringSource("/data").current()
    unlocked.set()


def test_an_unknown_master_key_is_looked_for_once_and_the_last_four_stay_known() -> None:
    asked: list[int] = []
    offered: list[MasterKey] = []

    def find(fits: Callable[[MasterKey], bool]) -> MasterKey | None:
        asked.append(1)
        return next(filter(fits, offered), None)

    envelope = Envelope(KEYS[0], find)
    strange = Envelope(KEYS[3]).new_user_key()
    for _ in range(3):
        with pytest.raises(MasterKeyAbsent):
            envelope.audit_link(strange)
    assert len(asked) == 1
    for n in range(10, 15):
        offered[:] = [MasterKey(bytes([n]) * 32)]
        for _ in range(3):
            envelope.audit_link(Envelope(offered[0]).new_audit_key())
    assert len(asked) == 1 + 5
    assert len(envelope._masters) == 4
    # What is made now is wrapped by the newest, or by the one that the database names.
    assert envelope.new_user_key()[1:9] == offered[0].id
    assert envelope.new_user_key(MasterKey(bytes([12]) * 32).check)[1:9] == MasterKey(bytes([12]) * 32).id
    with pytest.raises(MasterKeyAbsent):
        envelope.new_user_key(KEYS[0].check)
