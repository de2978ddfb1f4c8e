"""kill -9 at any moment: no half-written load, no acknowledged one lost, and loads go on."""

import asyncio
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from tests.faults.grounds import BROKEN, check_whole, ground
from tests.faults.killing import plan, strike_all
from tests.faults.processes import client, serving
from tests.faults.runner import POINTS

KILLS = 25
LEASE_S = 10


@pytest.mark.asyncio
async def test_after_each_of_25_kills_every_load_is_whole_and_every_acknowledged_one_is_there() -> None:
    kills = plan(KILLS, seed=KILLS)
    struck: list[str] = []

    seen = await strike_all(kills, lanes=3, tell=lambda kill: struck.append(str(kill)))

    assert sorted(struck) == sorted(map(str, kills))
    assert len({kill.point for kill in kills if kill.point is not None}) == len(POINTS)
    assert {kill.program for kill in kills} == {"serve", "load"}
    assert seen >= KILLS  # at least the fresh load after each kill


@pytest.mark.asyncio
async def test_the_turn_of_a_killed_server_is_free_when_its_lease_ends_also_to_who_asked_late_in_it(
    tmp_path: Path,
) -> None:
    async with ground(tmp_path, 1) as here:
        here.turn_round()
        [account_id] = here.accounts
        async with (
            serving(here.settings, "kill:wallets-read@1") as first,
            serving(here.settings) as second,
            client(first.address, here.key) as dying,
            client(second.address, here.key) as asking,
        ):
            with pytest.raises(aiohttp.ClientError):
                await dying.load(account_id)
            died = time.monotonic()
            await asyncio.sleep(LEASE_S - 4)
            answer = await asking.load(account_id)
            waited = time.monotonic() - died
        assert (answer.status, float(answer.json["btc_amount"])) == (201, float(here.holds(account_id)))
        assert LEASE_S - 2 < waited < 3 * LEASE_S
        here.check()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM receipts WHERE load_id = (SELECT load_id FROM accounts)",
        "DELETE FROM snapshots",
        "DELETE FROM events",
        "UPDATE attempts SET ended_at = NULL",
        "UPDATE accounts SET loaded_at = loaded_at + 1",
        "UPDATE accounts SET figures = REPLACE(figures, '63722', '63723')",
    ],
)
async def test_the_check_after_a_kill_sees_a_half_written_load(tmp_path: Path, damage: str) -> None:
    async with ground(tmp_path, 1) as here:
        here.check()
        with closing(here.opened()) as file, file:
            assert file.execute(damage).rowcount == 1
        with closing(here.opened()) as file:
            file.row_factory = sqlite3.Row
            with pytest.raises(AssertionError):
                check_whole(file)
    assert len(BROKEN) == 9


@pytest.mark.asyncio
async def test_a_killed_server_is_really_killed(tmp_path: Path) -> None:
    async with ground(tmp_path, 1) as here, serving(here.settings) as server:
        os.kill(server.pid, signal.SIGKILL)
        assert await asyncio.wait_for(server.process.wait(), 10) == -signal.SIGKILL
