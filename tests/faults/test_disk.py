"""A full disk and a locked database: no load is acknowledged that is not kept, and service comes back."""

import asyncio
import contextlib
import resource
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cambist.store.connection import _UNAVAILABLE
from tests.faults.grounds import Ground, acknowledged, ground
from tests.faults.processes import Client, Serving, client, serving, started
from tests.worlds import Answer, install

ACCOUNTS = 6
BACK_WITHIN_S = 10
FAULT_FOR_S = 3
BUSY = "busy:0.4"
# The second where the end of a load that died of the first could not be written either.
REFUSALS = ((503, "database_unavailable"), (503, "market_unavailable"))

Began = Callable[[Ground, Serving], Awaitable[None]]


class Loading:
    """Loads every account over and over, notes what was acknowledged, and counts what was refused."""

    def __init__(self, here: Ground, asking: Client) -> None:
        self._here, self._asking = here, asking
        self.refused: list[Answer] = []

    async def round(self) -> list[Answer]:
        self._here.round += 1
        answers = await asyncio.gather(*(self.load(account_id) for account_id in self._here.accounts))
        return list(answers)

    async def load(self, account_id: int) -> Answer:
        answer = await self._asking.load(account_id)
        if answer.status == 201:
            self._here.told.append(acknowledged(account_id, answer))
            return answer
        assert (answer.status, answer.json["error"]) in REFUSALS, answer.raw
        assert answer.headers["Content-Type"].startswith("application/json")
        assert int(answer.headers["Retry-After"]) > 0
        assert set(answer.json) == {"error", "error_description"}
        if answer.json["error"] == "database_unavailable":
            assert answer.json["error_description"] in _UNAVAILABLE.values()
        self.refused.append(answer)
        return answer

    async def until_refused(self) -> None:
        async with asyncio.timeout(60):
            while not self.refused:
                await self.round()
                await asyncio.sleep(0.2)

    async def back(self) -> float:
        """Seconds until every account has been loaded again."""
        began = time.monotonic()

        async def one(account_id: int) -> None:
            while (await self.load(account_id)).status != 201:
                await asyncio.sleep(0.1)

        async with asyncio.timeout(60):
            await asyncio.gather(*(one(account_id) for account_id in self._here.accounts))
        return time.monotonic() - began


@asynccontextmanager
async def loading(folder: Path, *faults: str) -> AsyncIterator[tuple[Ground, Serving, Loading, Client]]:
    async with (
        ground(folder, ACCOUNTS) as here,
        serving(here.settings, *faults) as server,
        client(server.address, here.key) as asking,
    ):
        here.turn_round()
        work = Loading(here, asking)
        assert [answer.status for answer in await work.round()] == [201] * ACCOUNTS
        yield here, server, work, asking
        assert await server.stop() == 0, server.told.decode()
        here.check()


async def _loaded_for_a_while(work: Loading) -> list[Answer]:
    """Loads all through the fault; a small commit may still fit, and then its 201 must be true."""
    until = time.monotonic() + FAULT_FOR_S
    while time.monotonic() < until:
        answers = await work.round()
        await asyncio.sleep(0.1)
    return answers


@pytest.mark.asyncio
async def test_a_disk_that_takes_no_more_bytes_gets_no_false_201_and_service_is_back_when_it_does(
    tmp_path: Path,
) -> None:
    await install(tmp_path)  # the template of every ground is made before they ask for it at once
    async with asyncio.TaskGroup() as side_by_side:
        for room in (0, 2_000, 30_000, 90_000):
            side_by_side.create_task(_filled(tmp_path / f"room {room}", room))


async def _filled(folder: Path, room: int) -> None:
    """A disk that takes so many bytes more of the log; a process alone sees its limit on a file's size."""
    async with loading(folder) as (here, server, work, asking):
        log = here.settings.database.with_name(here.settings.database.name + "-wal")
        limit = log.stat().st_size + room
        _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        await asyncio.sleep(1.1)  # the fresh second
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (limit, hard))
        await work.until_refused()
        await _loaded_for_a_while(work)
        assert (await asking.call("GET", f"/accounts/{here.accounts[0]}")).status == 200

        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert await work.back() <= BACK_WITHIN_S
        assert "database_unavailable" in {answer.json["error"] for answer in work.refused}
        here.check()


@pytest.mark.asyncio
async def test_a_full_database_gets_no_false_201_and_service_is_back_when_there_is_room(
    tmp_path: Path,
) -> None:
    file = tmp_path / "pages"
    async with loading(tmp_path, f"pages:{file}") as (here, _, work, asking):
        with contextlib.closing(here.opened()) as database:
            (pages,) = database.execute("PRAGMA page_count").fetchone()
        await asyncio.sleep(1.1)
        file.write_text(str(pages + 1))
        await work.until_refused()
        await _loaded_for_a_while(work)
        assert (await asking.call("GET", f"/accounts/{here.accounts[0]}")).status == 200

        file.unlink()
        assert await work.back() <= BACK_WITHIN_S
        here.check()


@pytest.mark.asyncio
async def test_a_database_locked_by_another_gets_no_false_201_and_service_is_back_when_the_lock_is_gone(
    tmp_path: Path,
) -> None:
    async with loading(tmp_path, BUSY) as (here, _, work, asking):
        await asyncio.sleep(1.1)
        with contextlib.closing(sqlite3.connect(here.settings.database, isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 10000")
            other.execute("BEGIN EXCLUSIVE")
            assert {answer.json["error"] for answer in await _loaded_for_a_while(work)} == {
                "database_unavailable"
            }
            process = await started(here.settings, ("load", str(here.accounts[0])), (BUSY,))
            _, told = await asyncio.wait_for(process.communicate(), 60)
            assert (process.returncode, told.decode()) == (
                1,
                f"cambist: {_UNAVAILABLE[sqlite3.SQLITE_BUSY]}\n",
            )
            assert (await asking.call("GET", f"/accounts/{here.accounts[0]}")).status == 200
            other.execute("ROLLBACK")
        assert await work.back() <= BACK_WITHIN_S
        here.check()


@pytest.mark.asyncio
async def test_loads_under_way_when_the_lock_falls_are_not_acknowledged_and_their_accounts_are_back_in_time(
    tmp_path: Path,
) -> None:
    async with loading(tmp_path, BUSY) as (here, _, work, _):
        await asyncio.sleep(1.1)
        slow = {"kind": "slow", "path": "/api/v3/account", "delay_ms": 700}
        here.simulator.patch("binance_us", b'{"faults": [%s]}' % str(slow).replace("'", '"').encode())
        under_way = asyncio.create_task(work.round())
        await asyncio.sleep(0.4)
        with contextlib.closing(sqlite3.connect(here.settings.database, isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 10000")
            other.execute("BEGIN EXCLUSIVE")
            answers = await under_way
            other.execute("ROLLBACK")
        here.simulator.patch("binance_us", b'{"faults": []}')
        assert {answer.json["error"] for answer in answers} == {"database_unavailable"}
        assert await work.back() <= BACK_WITHIN_S
        here.check()
