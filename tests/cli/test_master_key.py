"""The master key from each of its places, in processes of their own; and that those keep it to themselves."""

import json
import subprocess
import sys
from pathlib import Path

from cambist.vault.master_key import read_master_key
from tests.cli.terminals import Terminal, line_with
from tests.faults.processes import ROOT

CAUTION = "The master key came in the environment (CAMBIST_MASTER_KEY), where whoever"


def made(terminal: Terminal, name: str) -> Path:
    """A key by `master-key new`, which shows nothing of it."""
    file = terminal.folder / name
    ran = terminal.here("master-key", "new", file)
    assert (ran.code, ran.out) == (0, f"A new master key is in {file}; nothing uses it yet.\n")
    assert file.stat().st_mode & 0o777 == 0o400
    assert terminal.here("master-key", "new", file).refusal == f"There is a master key already at {file}."
    return file


def wrong_key_from(where: str) -> str:
    return f"The master key is not the one that this database was written under: it comes from {where};"


def test_a_systemd_credential_is_used_before_the_file_and_rotated_to_the_next_one(bare: Terminal) -> None:
    folder = bare.folder / "credentials"
    folder.mkdir()
    first, second = made(bare, "first"), made(bare, "second")
    at = folder / "cambist-master-key"
    at.write_bytes(first.read_bytes())
    handed = {"CREDENTIALS_DIRECTORY": str(folder)}
    where = f"the systemd credential {at}"

    installed = bare.run("init", "--json", **handed)
    assert (installed.code, installed.err, installed.json["master_key"]) == (0, "", where)
    assert installed.json["master_key_file"] is None
    assert not bare.key_file.exists()
    assert bare.run("settings", "--json", **handed).json["master_key"] == where
    assert where in bare.here("doctor", **handed).out
    assert bare.here("users", "list").refusal.startswith("There is no master key at ")

    assert bare.here("master-key", "rotate", **handed).refusal == (
        "A rotation needs the next key in the systemd credential cambist-master-key-next, for running "
        "servers too; 'cambist master-key new FILE' makes one to hand over."
    )
    upcoming = folder / "cambist-master-key-next"
    upcoming.write_bytes(second.read_bytes())
    rotated = bare.run("master-key", "rotate", **handed)
    assert (rotated.code, rotated.err) == (0, "")
    assert "Now hand the key over as cambist-master-key in the service's unit" in rotated.out
    told = bare.here("users", "list", **handed)
    assert (told.code, "Now hand the key over as cambist-master-key" in told.err) == (0, True)
    upcoming.unlink()
    assert bare.here("users", "list", **handed).refusal.startswith(wrong_key_from(where))
    at.write_bytes(second.read_bytes())
    assert (bare.here("users", "list", **handed).code, bare.here("users", "list", **handed).err) == (0, "")
    # What a process of the old key wrote opens with the new one alone.
    at.write_bytes(first.read_bytes())
    assert bare.here("users", "list", **handed).refusal.startswith(wrong_key_from(where))


def test_a_key_in_the_environment_is_warned_of_and_no_child_process_has_it(bare: Terminal) -> None:
    key, following = made(bare, "key").read_text().strip(), made(bare, "next").read_text().strip()
    told = bare.folder / "told"
    told.touch()
    (bare.folder / "sitecustomize.py").write_text(
        "import json, os, sys\n"
        f"with open({str(told)!r}, 'a') as told:\n"
        "    told.write(json.dumps([sys.orig_argv, sorted(os.environ)]) + '\\n')\n"
    )
    variables = {"CAMBIST_MASTER_KEY": key, "CAMBIST_MASTER_KEY_NEXT": following}

    installed = bare.run("init", PYTHONPATH=str(bare.folder), **variables)
    assert (installed.code, CAUTION in installed.err) == (0, True)
    assert "the variable CAMBIST_MASTER_KEY" in installed.out
    started = [json.loads(line) for line in told.read_text().splitlines()]
    [ours] = [names for words, names in started if "init" in words]
    [of_child] = [names for words, names in started if "cambist.store.migrate" in words]
    assert set(ours) - set(of_child) == {*variables}

    rotated = bare.run("master-key", "rotate", "--json", **variables)
    assert (rotated.code, CAUTION in rotated.err) == (0, True)
    assert rotated.json["to_do"] == (
        "Now set CAMBIST_MASTER_KEY to the key of CAMBIST_MASTER_KEY_NEXT, and take CAMBIST_MASTER_KEY_NEXT "
        "away."
    )
    assert bare.run("users", "list", CAMBIST_MASTER_KEY=following).code == 0
    wrong = bare.run("users", "list", CAMBIST_MASTER_KEY=key)
    assert wrong_key_from("the variable CAMBIST_MASTER_KEY") in wrong.err
    for ran in (installed, rotated, wrong):
        assert key not in ran.out + ran.err
        assert following not in ran.out + ran.err


def test_a_key_in_the_keyring_is_made_read_and_rotated_there(bare: Terminal) -> None:
    kept = bare.folder / "keyring.json"
    handed = {
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "tests.vault.keyrings.Kept",
        "KEYRING_OF_TEST": str(kept),
        "CAMBIST_MASTER_KEY_SOURCE": "keyring",
    }
    entry = f"cambist: master key of {bare.data}"
    where = f"the OS keyring (service cambist, entry 'master key of {bare.data}')"
    installed = bare.run("init", **handed)
    assert (installed.code, installed.err) == (0, "")
    assert where in installed.out
    assert not bare.key_file.exists()
    before = json.loads(kept.read_text())
    assert list(before) == [entry]
    assert bare.run("master-key", "rotate", **handed).code == 0
    after = json.loads(kept.read_text())
    assert list(after) == [entry]
    assert after != before
    # Without being named it is asked where there is neither credential nor file.
    assert bare.run("users", "list", **{**handed, "CAMBIST_MASTER_KEY_SOURCE": "auto"}).code == 0
    # A rotation that died between its transaction and the end of the promotion.
    kept.write_text(json.dumps({**before, f"{entry}, next": after[entry]}))
    assert bare.run("users", "list", **handed).code == 0
    assert json.loads(kept.read_text()) == after
    kept.write_text(json.dumps(before))
    assert bare.run("users", "list", **handed).refusal.startswith(wrong_key_from(where))
    kept.write_text("{}")
    for words in (["init"], ["users", "list"]):
        refusal = bare.run(*words, **handed).refusal
        assert refusal.startswith("There is no master key in the OS keyring")
        assert kept.read_text() == "{}"


def test_without_the_package_or_a_keyring_it_is_said_what_to_do(bare: Terminal) -> None:
    without = bare.folder / "without"
    without.mkdir()
    (without / "keyring.py").write_text("raise ModuleNotFoundError('no', name='keyring')")
    pinned = {"CAMBIST_MASTER_KEY_SOURCE": "keyring"}
    missing = bare.run("init", PYTHONPATH=str(without), **pinned).refusal
    assert missing == "The OS keyring needs the package 'keyring': pip install 'cambist[keyring]'."
    none = bare.run("init", PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring", **pinned).refusal
    assert none == "The OS keyring cannot be used (NoKeyringError)."
    assert not bare.data.exists()
    # Not named, it is passed over.
    assert bare.run("init", PYTHONPATH=str(without)).code == 0


def test_a_file_is_rotated_and_its_old_key_opens_nothing_any_more(terminal: Terminal) -> None:
    terminal.add()
    old = terminal.folder / "old.key"
    old.write_bytes(terminal.key_file.read_bytes())
    old.chmod(0o400)
    rotated = terminal.run("master-key", "rotate")
    assert (rotated.code, rotated.err) == (0, "")
    assert rotated.out.splitlines() == [
        f"Secrets sealed anew under a new master key from the file {terminal.key_file}: 1; "
        "users given a new data key: 1.",
        "Keep a copy of the new key elsewhere; backups made before open with the old one only.",
    ]
    assert read_master_key(terminal.key_file) != read_master_key(old)
    assert terminal.here("load", "--all").code == 0
    refusal = terminal.here("users", "list", CAMBIST_MASTER_KEY_FILE=str(old)).refusal
    assert refusal.startswith(wrong_key_from(f"the file {old}"))


def test_a_server_leaves_no_core_dump(terminal: Terminal) -> None:
    with terminal.staying("serve", "--port", "0") as process:
        line_with(process.stderr, "Cambist serves")
        limits = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    [core] = [line.split()[4:6] for line in limits if line.startswith("Max core file size")]
    assert core == ["0", "0"]


def test_a_command_shuts_its_memory_to_other_programs_of_the_same_user(bare: Terminal) -> None:
    program = (
        "import ctypes, sys\n"
        "dumpable = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "before = dumpable()\n"
        "from cambist.cli.main import main\n"
        "sys.argv = ['cambist', 'version']\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    print(before, dumpable())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=bare.environment(), capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "1 0"
