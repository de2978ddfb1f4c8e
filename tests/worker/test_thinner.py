"""Histories are rolled up in the background of the server, whatever fails once, and loads go on meanwhile."""

import asyncio
from contextlib import closing
from datetime import timedelta
from sqlite3 import connect

import pytest

from cambist.actions.facts import Thinned
from cambist.actions.roll_up_history import roll_up_all, roll_up_what_is_due
from cambist.core.history import milliseconds
from cambist.worker.thinner import Thinner
from tests.worker.test_refresher import until
from tests.worlds import START, World

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


async def aged_account(world: World) -> int:
    """An account with a day of loads every five minutes, a hundred days ago."""
    account_id = await world.connected()
    rows = [(account_id, milliseconds(START + n * 5 * MINUTE), str(n), "1") for n in range(1, 289)]
    with closing(connect(world.cambist.settings.database)) as database, database:
        database.executemany(
            "INSERT INTO snapshots (account_id, at, kind, usd, btc, rate, counts_as_start)"
            " VALUES (?, ?, 'own', ?, ?, '1', 1)",
            rows,
        )
    world.clock.step(100 * DAY)
    return account_id


def snapshots(world: World) -> int:
    with closing(connect(world.cambist.settings.database)) as database:
        count: int = database.execute("SELECT COUNT(*) FROM snapshots").fetchone()[0]
    return count


@pytest.mark.asyncio
async def test_the_server_rolls_up_what_is_due_and_a_load_goes_on_meanwhile(world: World) -> None:
    account_id = await aged_account(world)
    assert snapshots(world) == 289
    async with world.cambist.thinning():
        await until(lambda: snapshots(world) < 10)
        assert (await world.load(account_id)).status == 201


@pytest.mark.asyncio
async def test_what_fails_once_is_done_at_the_next_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await aged_account(world)
    outside = world.cambist.outside
    thin, failures = outside.retention.thin, iter([1])

    async def failing_once(*given: object) -> Thinned:
        if next(failures, None):
            raise OSError("the disk is gone for a moment")
        return await thin(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(outside.retention, "thin", failing_once)
    async with Thinner(outside, look_every_s=0.02, rest_s=0):
        await until(lambda: snapshots(world) < 10)


@pytest.mark.asyncio
async def test_ending_it_in_the_middle_leaves_the_rest_to_the_next(world: World) -> None:
    await aged_account(world)
    async with Thinner(world.cambist.outside, rest_s=60):
        await until(lambda: snapshots(world) < 289)
    assert snapshots(world) > 4

    async def at_once(_: Thinned) -> None:
        await asyncio.sleep(0)

    await roll_up_what_is_due(world.cambist.outside, at_once)
    # the first, the lowest and last of the first day, the first, highest and last of the second
    assert snapshots(world) == 5


@pytest.mark.asyncio
async def test_by_hand_every_history_is_looked_at_whole_and_tells_how_far_it_is(world: World) -> None:
    await aged_account(world)
    told: list[tuple[int, int, int]] = []
    outside = world.cambist.outside
    done = await roll_up_all(outside, lambda at, of, gone: told.append((at, of, gone.snapshots)))
    assert (done.snapshots, snapshots(world)) == (284, 5)
    assert told[-1] == (0, 1, 284)
    assert await roll_up_all(outside, lambda *_: None) == Thinned()
