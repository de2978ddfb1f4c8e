"""Accounts are refreshed in the background when they are due, and only then; stopping is clean and quick."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from sqlite3 import connect
from typing import Any

import msgspec
import pytest

from cambist.actions.facts import Due
from cambist.actions.ports import Worker
from cambist.actions.refresh_accounts import RefreshAccounts
from cambist.worker import queue
from cambist.worker.queue import MOST_AT_ONCE, MemoryQueue
from cambist.worker.refresher import Refresher
from tests.worlds import PassingClock, World, due_but_flows, scenario, settings_in, world

ACCOUNT = "/api/v3/account"
EVERY = timedelta(seconds=300)
LONGEST = EVERY * 1.05
SOON_S = 0.02


@asynccontextmanager
async def refreshing(made: World, look_every_s: float = SOON_S) -> AsyncIterator[RefreshAccounts]:
    refresh = RefreshAccounts(made.cambist.outside, made.cambist.load_balances, EVERY)
    async with Refresher(refresh, MemoryQueue, look_every_s):
        yield refresh


async def until(met: Callable[[], bool], within_s: float = 10) -> None:
    async with asyncio.timeout(within_s):
        while not met():
            await asyncio.sleep(SOON_S)


async def a_few_looks() -> None:
    await asyncio.sleep(10 * SOON_S)


def attempts(made: World) -> list[tuple[int, str, bool]]:
    """(account, cause, whether it failed) of the attempts that have ended, in their order; without syncs."""
    with closing(connect(made.cambist.settings.database)) as database:
        rows = database.execute(
            "SELECT account_id, cause, failure IS NOT NULL FROM attempts"
            " WHERE ended_at IS NOT NULL AND cause NOT LIKE '%flows' ORDER BY started_at, rowid"
        ).fetchall()
    return [(account, cause, bool(failed)) for account, cause, failed in rows]


def refreshed(made: World) -> list[int]:
    return [account for account, cause, _ in attempts(made) if cause == "refresher"]


def change(made: World, statement: str) -> None:
    with closing(connect(made.cambist.settings.database)) as database:
        database.execute(statement)
        database.commit()


def many(count: int) -> dict[str, Any]:
    return scenario(
        keys=[{"api_key": f"key-{n}", "secret": f"secret-{n}", "uid": str(n + 1)} for n in range(count)]
    )


async def connected(made: World, count: int) -> list[int]:
    return [await made.connected(api_key=f"key-{n}", secret=f"secret-{n}") for n in range(count)]


@pytest.mark.asyncio
async def test_an_account_is_refreshed_so_long_after_its_last_attempt_and_not_before(world: World) -> None:
    account_id = await world.connected()
    async with refreshing(world):
        await world.clock.sleep(290)
        await a_few_looks()
        assert not refreshed(world)

        await world.clock.sleep(LONGEST.total_seconds() - 290)
        await until(lambda: refreshed(world) == [account_id])
        await a_few_looks()
        assert attempts(world)[-1] == (account_id, "refresher", False)
        assert refreshed(world) == [account_id]

        await world.clock.sleep(200)
        await world.load(account_id)
        await world.clock.sleep(200)
        await a_few_looks()
        assert refreshed(world) == [account_id]
        await world.clock.sleep(LONGEST.total_seconds() - 200)
        await until(lambda: refreshed(world) == [account_id] * 2)


@pytest.mark.asyncio
async def test_locked_and_removed_accounts_are_not_refreshed_and_rejected_keys_once_a_day(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, many(4)) as made:
        good, locked, removed, rejected = await connected(made, 4)
        change(made, f"UPDATE accounts SET lock_reason = 'locked' WHERE id = {locked}")
        await made.cambist.outside.accounts.remove(
            (await made.owner()).id, removed, "test", made.cambist.outside.clock.now()
        )
        keys = many(4)["keys"]
        made.patch(keys=keys[:3])
        assert (await made.load(rejected)).status == 422

        def more_than(before: int) -> bool:
            return len(refreshed(made)) > before

        async with refreshing(made):
            for _ in range(3):
                before = len(refreshed(made))
                await made.clock.sleep(LONGEST.total_seconds() + 1)
                await until(partial(more_than, before))
            await a_few_looks()
            assert set(refreshed(made)) == {good}

            await made.clock.sleep(timedelta(days=1).total_seconds())
            await until(lambda: rejected in refreshed(made))
            made.patch(keys=keys)
            await made.clock.sleep(timedelta(days=1).total_seconds())
            await until(lambda: (rejected, "refresher", False) in attempts(made))
            assert not {locked, removed} & set(refreshed(made))


@pytest.mark.asyncio
async def test_at_most_eight_are_loaded_at_once_each_once_and_all_in_the_end(tmp_path: Path) -> None:
    async with world(tmp_path, many(20)) as made:
        accounts = await connected(made, 20)
        await made.clock.sleep(2 * LONGEST.total_seconds())
        made.patch(faults=[{"kind": "slow", "path": ACCOUNT, "delay_ms": 150}])

        def running() -> int:
            with closing(connect(made.cambist.settings.database)) as database:
                (count,) = database.execute("SELECT COUNT(*) FROM attempts WHERE ended_at IS NULL").fetchone()
            return int(count)

        most = 0
        async with refreshing(made), asyncio.timeout(20):
            while len(refreshed(made)) < 20:
                most = max(most, running())
                await asyncio.sleep(SOON_S)
            await a_few_looks()
        assert sorted(refreshed(made)) == accounts
        assert 1 < most <= MOST_AT_ONCE


@pytest.mark.asyncio
async def test_accounts_that_were_due_together_drift_apart_the_same_way_each_time(tmp_path: Path) -> None:
    async with world(tmp_path, many(6)) as made:
        await connected(made, 6)
        change(made, "UPDATE accounts SET attempted_at = (SELECT MAX(attempted_at) FROM accounts)")
        refresh = RefreshAccounts(made.cambist.outside, made.cambist.load_balances, EVERY)
        await made.clock.sleep(300)
        counts = []
        for _ in range(20):
            due = await due_but_flows(refresh)
            assert due == await due_but_flows(refresh)
            counts.append(len(due))
            await made.clock.sleep(1)
    assert counts == sorted(counts)
    assert counts[-1] == 6
    assert len(set(counts)) > 3


@pytest.mark.asyncio
async def test_a_market_that_limits_us_rests_and_the_others_go_on(tmp_path: Path) -> None:
    banned, well = many(3), {**many(1), "exchange": "binance"}
    async with world(tmp_path, banned, well) as made:
        us = await connected(made, 3)
        com = await made.connected(type="binance", api_key="key-0", secret="secret-0")
        made.patch(faults=[{"kind": "status", "path": "*", "status": 429, "retry_after_s": 3_000}])
        await made.clock.sleep(2 * LONGEST.total_seconds())
        async with refreshing(made):
            await until(lambda: com in refreshed(made))
            await a_few_looks()
            first = len(refreshed(made))
            await made.clock.sleep(2 * LONGEST.total_seconds())
            await until(lambda: refreshed(made).count(com) == 2)
            await a_few_looks()
            assert len(refreshed(made)) == first + 1

            made.patch(faults=[])
            await made.clock.sleep(3_000)
            await until(lambda: {(account, "refresher", False) for account in us} <= set(attempts(made)))


@pytest.mark.asyncio
async def test_stopping_lets_running_loads_end_and_begins_no_more(tmp_path: Path) -> None:
    async with world(tmp_path, many(20)) as made:
        await connected(made, 20)
        await made.clock.sleep(2 * LONGEST.total_seconds())
        made.patch(faults=[{"kind": "slow", "path": ACCOUNT, "delay_ms": 400}])
        before = made.exchange_calls(ACCOUNT)
        async with refreshing(made):
            await until(lambda: made.exchange_calls(ACCOUNT) > before)
            calls = made.exchange_calls(ACCOUNT)
        ended = refreshed(made)
        assert 0 < len(ended) <= MOST_AT_ONCE
        await asyncio.sleep(0.5)
        assert refreshed(made) == ended
        assert made.exchange_calls(ACCOUNT) >= calls
        assert not any(failed for _, _, failed in attempts(made))
    leftover = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
    assert not leftover


@pytest.mark.asyncio
async def test_stopping_does_not_wait_for_a_load_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "STOP_WITHIN_S", 0.3)
    async with world(tmp_path, exchange_timeout_s=5) as made:
        await made.connected()
        await made.clock.sleep(2 * LONGEST.total_seconds())
        made.patch(faults=[{"kind": "timeout", "path": ACCOUNT}])
        before = made.exchange_calls(ACCOUNT)
        async with refreshing(made):
            await until(lambda: made.exchange_calls(ACCOUNT) > before)
            began = time.monotonic()
        assert time.monotonic() - began < 3
        made.patch(faults=[])
    assert attempts(made)[-1][1:] == ("refresher", False)  # the load itself was let end with the server


@pytest.mark.asyncio
async def test_what_breaks_is_logged_and_begun_anew(world: World) -> None:
    account_id = await world.connected()
    opened = 0

    class Broken:
        async def __aenter__(self) -> "Broken":
            return self

        async def __aexit__(self, *_: object) -> None:
            return None

        async def enqueue(self, due: Sequence[Due]) -> None:
            raise RuntimeError("broken")

    def open_queue(refresh: Callable[[Due], Awaitable[None]]) -> AbstractAsyncContextManager[Worker]:
        nonlocal opened
        opened += 1
        return Broken() if opened == 1 else MemoryQueue(refresh)

    refresh = RefreshAccounts(world.cambist.outside, world.cambist.load_balances, EVERY)
    await world.clock.sleep(LONGEST.total_seconds())
    async with Refresher(refresh, open_queue, SOON_S):
        await until(lambda: refreshed(world) == [account_id])
    assert opened == 2


@pytest.mark.asyncio
async def test_a_queue_that_has_ended_takes_nothing_more() -> None:
    async def refresh(_: Due) -> None:
        return None

    async with MemoryQueue(refresh) as made:
        pass
    with pytest.raises((RuntimeError, asyncio.CancelledError)):
        await made.enqueue([Due(1, 1, "binance")])


@pytest.mark.asyncio
async def test_the_server_refreshes_by_its_settings(tmp_path: Path) -> None:
    async with world(tmp_path, refresh_every_s=10) as made:
        account_id = await made.connected()
        async with made.cambist.refreshing():
            await made.clock.sleep(11)
            await until(lambda: refreshed(made) == [account_id])
    async with world(tmp_path / "off", refresh_every_s=0) as made:
        await made.connected()
        async with made.cambist.refreshing():
            await made.clock.sleep(1_000)
            await asyncio.sleep(1.2)
        assert not refreshed(made)


@pytest.mark.parametrize("seconds", [-1, 1, 9, 86_401])
def test_refreshing_too_often_or_never_by_mistake_is_refused(tmp_path: Path, seconds: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        settings_in(tmp_path, refresh_every_s=seconds)


@pytest.mark.asyncio
async def test_a_load_with_its_control_and_a_reading_of_rights_due_together_are_each_done_once(
    tmp_path: Path,
) -> None:
    keys = [{"api_key": "key-0", "secret": "secret-0", "uid": "1"}]
    play = scenario(exchange="binance", keys=keys, prices={"BTCUSDT": "63722.1"})
    async with world(tmp_path, play, clock=PassingClock()) as made:
        account_id = await made.connected(type="binance", api_key="key-0", secret="secret-0")
        await made.clock.sleep(timedelta(days=1).total_seconds())
        async with refreshing(made):
            await until(lambda: len(attempts(made)) == 4)
            await a_few_looks()
        done = [(account, cause) for account, cause, _ in attempts(made)][1:]
        causes = ("refresher", "refresher reading rights", "refresher reading the exchange's own total")
        assert sorted(done) == [(account_id, cause) for cause in causes]
