"""The real server and commands in processes of their own, against a simulator that plays in this one."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from cambist.core.terms import Secret
from cambist.settings import Settings
from tests.worlds import API, Answer, Key

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60
STOPS_WITHIN_S = 60
_SERVES = re.compile(rb"Cambist serves (http://\S+)/public")


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment with these settings, and with nothing else of Cambist's."""
    given = {
        f"CAMBIST_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in msgspec.to_builtins(settings, enc_hook=Secret.reveal).items()
    }
    return {name: v for name, v in os.environ.items() if not name.startswith("CAMBIST_")} | given


async def started(
    settings: Settings, arguments: Sequence[str], faults: Sequence[str] = ()
) -> asyncio.subprocess.Process:
    """`cambist` with these arguments; with faults, through the runner."""
    program = ("tests.faults.runner", *faults, "--") if faults else ("cambist",)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", *program, *arguments),
        cwd=ROOT,
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@dataclass(slots=True)
class Serving:
    """A server in its own process, and everything it has written so far."""

    process: asyncio.subprocess.Process
    address: str = ""
    told: bytearray = field(default_factory=bytearray)

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """kill -9; nothing where it is dead already."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def stop(self) -> int:
        """Its exit code after a polite SIGTERM."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), STOPS_WITHIN_S)


@asynccontextmanager
async def serving(settings: Settings, *faults: str) -> AsyncIterator[Serving]:
    """`cambist serve` on a free port, ready."""
    made = Serving(await started(settings, ("serve", "--port", "0"), faults))
    ready = asyncio.Event()
    streams = [made.process.stdout, made.process.stderr]
    drains = [asyncio.create_task(_drain(stream, made, ready)) for stream in streams if stream is not None]
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            await ready.wait()
        yield made
    finally:
        made.kill()
        await made.process.wait()
        await asyncio.gather(*drains)


async def _drain(stream: asyncio.StreamReader, into: Serving, ready: asyncio.Event) -> None:
    while chunk := await stream.read(65_536):
        into.told += chunk
        if not ready.is_set() and (found := _SERVES.search(into.told)):
            into.address = found[1].decode()
            ready.set()
    ready.set()  # it ended: whoever waits meets that at the first request


@dataclass(frozen=True, slots=True)
class Client:
    """Signs requests to a server."""

    address: str
    key: Key
    http: aiohttp.ClientSession

    async def call(self, method: str, path: str, given: dict[str, Any] | None = None) -> Answer:
        target = API + path
        body = b"" if given is None else json.dumps(given).encode()
        signed = target.encode() + (b"?" + body if body else b"")
        headers = {"Apikey": self.key.api_key, "Signature": self.key.sign(signed)}
        if body:
            headers["Content-Type"] = "application/json"
        async with self.http.request(
            method, self.address + target, data=body or None, headers=headers
        ) as answer:
            return Answer(answer.status, answer.headers.copy(), await answer.read())

    async def load(self, account_id: int) -> Answer:
        return await self.call("POST", f"/accounts/{account_id}/load_balances")


@asynccontextmanager
async def client(address: str, key: Key) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=90)) as http:
        yield Client(address, key, http)
