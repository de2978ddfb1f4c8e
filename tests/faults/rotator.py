"""`python -m tests.faults.rotator`: for each line POINT@N of its input, rotates in a process that dies there.

Each is the real command in a process of its own, forked from one that has imported everything already; the
answer to a line is how it ended: minus the signal's number, or the exit code. `-` dies nowhere.
"""

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from typing import Any

from cambist.cli.main import main
from cambist.store import connection, rotation
from cambist.store.audit import AuditStore
from cambist.store.rotation import RotationStore
from cambist.vault import master_key
from cambist.vault.rotation import Resealing
from cambist.vault.sources import FileSource
from tests.faults.runner import Strike, after, around_commit, before, striking

NOTE = "change_note_of_installation"


POINTS: dict[str, Callable[[Strike], None]] = {
    "alone": lambda strike: before(FileSource, "stage", strike),
    "next-created": lambda strike: before(master_key, "written_out", strike),
    "fsync": lambda strike: before(os, "fsync", strike),
    "staged": lambda strike: after(FileSource, "stage", strike),
    "transaction-begun": lambda strike: before(rotation, "_reseal_tables", strike),
    "sealing": lambda strike: before(Resealing, "sealed", strike),
    "data-key-set": lambda strike: after(connection.queries, "set_data_key", strike),
    "notes-changed": lambda strike: after(connection.queries, NOTE, strike),
    "audited": lambda strike: after(AuditStore, "append", strike),
    "before-commit": lambda strike: around_commit(strike, committed=False, of=NOTE),
    "after-commit": lambda strike: around_commit(strike, committed=True, of=NOTE),
    "before-checkpoint": lambda strike: before(RotationStore, "forget_old_frames", strike),
    "after-checkpoint": lambda strike: after(RotationStore, "forget_old_frames", strike),
    "before-promotion": lambda strike: before(FileSource, "promote", strike),
    "promoted": lambda strike: after(FileSource, "promote", strike),
}
# Every step of a rotation: what is named above, and some of it more than once.
# The three fsyncs: the next key's file, its folder, the folder after the renaming.
STEPS = (*(f"{point}@1" for point in POINTS), "fsync@2", "fsync@3", "sealing@4", "notes-changed@2")
COMMITTED = {"after-commit", "before-checkpoint", "after-checkpoint", "before-promotion", "promoted"}


def commits(step: str) -> bool:
    """Whether a rotation that dies at this step is in force."""
    return step == "fsync@3" or step.partition("@")[0] in COMMITTED


def _warm_up() -> None:
    """Imports what the command line imports when it is used, so that no fork has to."""
    sys.argv = ["cambist", "version"]
    with open(os.devnull, "w") as nothing, redirect_stdout(nothing), suppress(SystemExit):
        main()


def _rotate(step: str) -> Any:
    if step != "-":
        point, _, nth = step.partition("@")
        POINTS[point](striking(int(nth)))
    sys.argv = ["cambist", "master-key", "rotate", "--json"]
    main()


def _ended(step: str) -> int:
    child = os.fork()
    if child == 0:
        code = 0
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            _rotate(step)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    _warm_up()
    for line in sys.stdin:
        sys.stdout.write(f"{_ended(line.strip())}\n")
        sys.stdout.flush()
