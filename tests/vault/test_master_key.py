"""The master key's file: made once, for its owner only, refused in sentences that say what to do."""

import os
import stat
from base64 import b64encode
from pathlib import Path

import pytest

from cambist.core.errors import SetupError
from cambist.vault.master_key import MasterKey, make_master_key, read_master_key

KEY = bytes(range(32))


def written(path: Path, content: bytes, mode: int = 0o400) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SetupError) as refused:
        read_master_key(path)
    return str(refused.value)


def test_a_new_key_is_read_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a" / "new" / "folder" / "master.key"
    made = make_master_key(path)
    assert read_master_key(path) == made
    assert len(made.reveal()) == 32
    assert path.read_bytes() == b64encode(made.reveal()) + b"\n"


def test_its_file_and_folder_are_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    make_master_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = make_master_key(path)
    with pytest.raises(SetupError) as refused:
        make_master_key(path)
    assert str(refused.value) == f"There is a master key already at {path}."
    assert read_master_key(path) == made


def test_anything_in_the_keys_place_is_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "master.key", b"something else", 0o644)
    with pytest.raises(SetupError, match="already"):
        make_master_key(path)
    assert path.read_bytes() == b"something else"


def test_two_keys_are_never_the_same(tmp_path: Path) -> None:
    keys = {make_master_key(tmp_path / str(n)).reveal() for n in range(50)}
    assert len(keys) == 50


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as refused:
        make_master_key(tmp_path / ("n" * 300))
    assert str(refused.value).startswith(f"The master key cannot be written to {tmp_path}")
    assert str(refused.value).endswith(": File name too long.")


def test_a_missing_key_is_to_be_brought_back(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    assert refusal(path) == (
        f"There is no master key at {path}: bring it back from where it is kept "
        "(CAMBIST_MASTER_KEY_FILE names another place), or run 'cambist init' for a new installation."
    )
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o420, 0o402, 0o410, 0o401, 0o644, 0o777])
def test_a_key_that_others_can_touch_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = written(tmp_path / "master.key", b64encode(KEY), mode)
    assert refusal(path) == f"The master key at {path} can be read by others: run 'chmod 400 {path}'."


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o700])
def test_a_key_that_only_its_owner_can_touch_is_taken(tmp_path: Path, mode: int) -> None:
    assert read_master_key(written(tmp_path / "k", b64encode(KEY), mode)).reveal() == KEY


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        KEY,
        KEY.hex().encode(),
        b64encode(KEY[:31]),
        b64encode(KEY + b"x"),
        b64encode(KEY)[:-1],
        b64encode(KEY)[:20] + b"\n" + b64encode(KEY)[20:],
        b64encode(KEY).replace(b"A", b"*"),
        "ключ".encode(),
        b64encode(KEY) + b" " + b64encode(KEY),
    ],
)
def test_a_file_that_holds_something_else_is_refused_without_showing_it(
    tmp_path: Path, content: bytes
) -> None:
    path = written(tmp_path / "k", content)
    assert refusal(path) == f"The file {path} does not hold a master key (32 bytes in base64)."


@pytest.mark.parametrize("around", [b"", b"\n", b"\r\n", b"  \n"])
def test_white_space_around_the_key_does_no_harm(tmp_path: Path, around: bytes) -> None:
    path = written(tmp_path / "k", around + b64encode(KEY) + around)
    assert read_master_key(path).reveal() == KEY


def test_a_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"The master key at {tmp_path} cannot be read: Is a directory."


def test_id_and_check_value_tell_keys_apart_and_reveal_nothing() -> None:
    key, other = MasterKey(KEY), MasterKey(KEY[:-1] + b"\x00")
    assert (len(key.id), len(key.check)) == (8, 32)
    assert key.id != other.id
    assert key.check != other.check
    assert (key.id, key.check) == (MasterKey(KEY).id, MasterKey(KEY).check)
    assert key.id.hex() not in key.check
    for part in (KEY[at : at + 4] for at in range(29)):
        assert part not in key.id
        assert part.hex() not in key.check


def test_id_and_check_value_stay_what_they_are_since_databases_hold_them() -> None:
    assert MasterKey(KEY).id.hex() == "6affa4a2bc2ab311"
    assert MasterKey(KEY).check == "7ec0d7e5e36110a8384ccd845da7888f"


def test_a_master_key_does_not_print() -> None:
    key = MasterKey(os.urandom(32))
    assert repr(key) == str(key) == f"{key}" == "MasterKey()"
