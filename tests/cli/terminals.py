"""A terminal for tests: the real command, in its own process and home, against a simulated exchange."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import msgspec

from cambist.cli.main import main
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, scenario

SECOND_KEY, SECOND_SECRET = "second-key-of-the-test", "second-secret-of-the-test"
KEYS = [
    {"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "uid": "1001"},
    {"api_key": SECOND_KEY, "secret": SECOND_SECRET, "uid": "1002"},
]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one sentence of a command that could not do it."""
        assert self.code == 1, (self.code, self.err)
        assert self.err.startswith("cambist: "), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("cambist: ").strip()


@dataclass(frozen=True, slots=True)
class Terminal:
    """Runs commands; no command ever shows a traceback."""

    folder: Path
    exchange: str = ""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def key_file(self) -> Path:
        return self.folder / "key" / "master.key"

    def environment(self, **more: str) -> dict[str, str]:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("CAMBIST_", "XDG_"))
        }
        return {
            **clean,
            "HOME": str(self.folder),
            "COLUMNS": "200",
            "CAMBIST_DATA_DIR": str(self.data),
            "CAMBIST_MASTER_KEY_FILE": str(self.key_file),
            "CAMBIST_EXCHANGE_URLS": json.dumps({"binanceus": self.exchange} if self.exchange else {}),
            "CAMBIST_LOG_LEVEL": "WARNING",
            **more,
        }

    def run(self, *words: str | Path, **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "cambist", *map(str, words)],
            env=self.environment(**environment),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def here(self, *words: str | Path, **environment: str) -> Ran:
        """The same command without a process of its own, which takes a second to start: for variations."""
        out, err = io.StringIO(), io.StringIO()
        code: object = 0
        with (
            open(os.devnull) as nothing,
            patch.dict(os.environ, self.environment(**environment), clear=True),
            patch.multiple(sys, argv=["cambist", *map(str, words)], stdin=nothing),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as ended:
                code = ended.code or 0
        assert isinstance(code, int)
        return Ran(code, out.getvalue(), err.getvalue())

    def add(self, name: str = "Mine", key: str = EXCHANGE_KEY, secret: str = EXCHANGE_SECRET) -> int:
        """The id of a newly connected account."""
        words = ("accounts", "add", "binance_us", "--name", name, "--api-key", key, "--json")
        ran = self.here(*words, CAMBIST_SECRET=secret)
        assert ran.code == 0, ran.err
        return int(ran.json[0]["id"])

    @contextmanager
    def staying(self, *words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """A command that stays up; it is ended with SIGTERM and has to exit 0 without a word of complaint."""
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "cambist", *words],
            env=self.environment(**environment),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=60)
            assert (process.returncode, "Traceback" in err) == (0, False), err
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def line_with(stream: IO[str] | None, what: str) -> str:
    """The next line that holds this text."""
    assert stream is not None
    for line in stream:
        if what in line:
            return line
    raise AssertionError(f"the command ended without saying {what!r}")


def fetch(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """The JSON that a server on loopback answers."""
    encoded = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data=encoded, method=method, headers=headers or {})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.load(answer)


@contextmanager
def simulated() -> Iterator[str]:
    """The URL of a simulated Binance US with two accounts, on the wall's clock and a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    play = load_scenario(msgspec.json.encode(scenario(keys=KEYS, weight_limit=100_000_000)))
    simulator = Simulator([play], now=WallClock().now)
    asyncio.run_coroutine_threadsafe(simulator.start(), loop).result(10)
    try:
        yield simulator.base_url
    finally:
        asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
