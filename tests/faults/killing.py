"""kill -9 of the server and of the command while they load, and what is found after it."""

import asyncio
import json
import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from cambist.actions.facts import Caller
from cambist.wiring import running
from tests.faults.grounds import ACCOUNT, Acknowledged, Ground, acknowledged, ground
from tests.faults.processes import client, serving, started
from tests.faults.runner import POINTS
from tests.worlds import install

ACCOUNTS = 8
KILLED_WITHIN_S = 60
LOADED_WITHIN_S = 10
KILLS_A_GROUND = 100


@dataclass(frozen=True, slots=True)
class Kill:
    """Of `serve` or `load`; at a named point, the nth time, or so many seconds after its first load began
    (`early`: after it was started)."""

    program: str
    point: str | None = None
    nth: int = 1
    after_s: float = 0
    early: bool = False

    def __str__(self) -> str:
        if self.point is not None:
            return f"{self.program} at {self.point}, time {self.nth}"
        return (
            f"{self.program} {self.after_s:.3f} s after its {'start' if self.early else 'first load began'}"
        )


def plan(kills: int, seed: int) -> list[Kill]:
    """Half at named points, each in its turn, half at random moments; both programs alike."""
    chance = random.Random(seed)
    points = list(POINTS)
    made = []
    for number in range(kills):
        place = number // 2
        if number % 2 == 0:
            program = ("serve", "load")[(place + place // len(points)) % 2]
            made.append(Kill(program, points[place % len(points)], chance.randint(1, ACCOUNTS - 2)))
        else:
            early = chance.random() < 0.15
            after_s = chance.uniform(0, 1.5 if early else 0.3)
            made.append(Kill(("serve", "load")[place % 2], after_s=after_s, early=early))
    return made


async def strike_all(
    kills: Sequence[Kill], lanes: int = 1, tell: Callable[[Kill], None] | None = None
) -> int:
    """Strikes them in turn, each lane on its own ground; how many acknowledged loads were seen."""
    left = iter(kills)

    async def lane() -> int:
        seen = 0
        while True:
            with TemporaryDirectory(prefix="cambist-kill-") as folder:
                async with ground(Path(folder), ACCOUNTS) as here:
                    for _ in range(KILLS_A_GROUND):
                        kill = next(left, None)
                        if kill is None:
                            return seen + len(here.told)
                        await strike(here, kill)
                        if tell is not None:
                            tell(kill)
                    seen += len(here.told)

    with TemporaryDirectory() as folder:
        await install(Path(folder))  # the template of every ground is made before lanes ask for it at once
    async with asyncio.TaskGroup() as group:
        working = [group.create_task(lane()) for _ in range(lanes)]
    return sum(task.result() for task in working)


async def strike(here: Ground, kill: Kill) -> None:
    """One kill, and what must hold after it. Raises AssertionError with the kill as its note."""
    try:
        here.turn_round()
        async with asyncio.timeout(KILLED_WITHIN_S):
            await (_kill_server if kill.program == "serve" else _kill_command)(here, kill)
        here.check()
        await _load_afresh(here, here.end_waits())
        here.check()
    except BaseException as broken:
        broken.add_note(f"the kill: {kill}")
        raise


def _faults(kill: Kill) -> tuple[str, ...]:
    return () if kill.point is None else (f"kill:{kill.point}@{kill.nth}",)


async def _kill_server(here: Ground, kill: Kill) -> None:
    born = time.monotonic()
    async with serving(here.settings, *_faults(kill)) as server:
        async with client(server.address, here.key) as asking:

            async def ask(account_id: int) -> None:
                with suppress(aiohttp.ClientError):
                    while True:
                        answer = await asking.load(account_id)
                        assert answer.status == 201, answer.raw
                        here.note(acknowledged(account_id, answer))
                        await asyncio.sleep(0.02)

            async with asyncio.TaskGroup() as group:
                for account_id in here.accounts:
                    group.create_task(ask(account_id))
                if kill.point is None:
                    await _moment(here, kill, born)
                    server.kill()
        assert await server.process.wait() == -signal.SIGKILL, server.told.decode()


async def _kill_command(here: Ground, kill: Kill) -> None:
    born = time.monotonic()
    command = await started(here.settings, ("load", "--all", "--json"), _faults(kill))
    told = asyncio.create_task(command.communicate())
    try:
        if kill.point is None:
            await _moment(here, kill, born)
            with suppress(ProcessLookupError):
                command.kill()
        out, err = await told
    finally:
        with suppress(ProcessLookupError):
            command.kill()
        await command.wait()
    died = command.returncode == -signal.SIGKILL
    assert died or (kill.point is None and command.returncode == 0), err.decode()
    if out and not died:
        for entity in json.loads(out):
            here.note(
                Acknowledged(
                    entity["id"],
                    Decimal(entity["btc_amount"]),
                    Decimal(entity["usd_amount"]),
                    at_ms=round(datetime.fromisoformat(entity["updated_at"]).timestamp() * 1000),
                )
            )


async def _moment(here: Ground, kill: Kill, born: float) -> None:
    """Until the moment of a random kill."""
    if kill.early:
        await asyncio.sleep(max(0, born + kill.after_s - time.monotonic()))
        return
    before = _account_calls(here)
    while _account_calls(here) == before:
        await asyncio.sleep(0.002)
    await asyncio.sleep(kill.after_s)


def _account_calls(here: Ground) -> int:
    return sum(call.path == ACCOUNT for call in here.simulator.calls)


async def _load_afresh(here: Ground, died: list[int]) -> None:
    """Accounts whose load died, and one more, are loaded by another process: right, and soon."""
    other = random.choice(here.accounts)
    async with running(here.settings) as cambist:
        me = Caller((await cambist.outside.users.owner()).id, "test")
        for account_id in {*died, other}:
            loaded = await asyncio.wait_for(cambist.load_balances(me, account_id), LOADED_WITHIN_S)
            here.note(
                Acknowledged(account_id, loaded.figures.btc, loaded.figures.usd, receipt=loaded.load_id)
            )
