"""One load of an account at a time, in one process and over several: everybody gets the one result."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from cambist.actions.facts import BACKGROUND, Background
from cambist.core.errors import KeysRejected, LoadInterrupted
from cambist.wiring import WallClock
from tests.worlds import World, scenario, world

ACCOUNT = "/api/v3/account"


async def asked(made: World, before: int) -> None:
    """Until the exchange has been asked for balances once more."""
    async with asyncio.timeout(20):
        while made.exchange_calls(ACCOUNT) == before:
            await asyncio.sleep(0.01)


@pytest.mark.asyncio
async def test_fifty_parallel_loads_make_one_private_call_and_get_equal_answers(world: World) -> None:
    account_id = await world.connected()
    world.patch(faults=[{"kind": "slow", "path": ACCOUNT, "delay_ms": 200}])
    before = world.exchange_calls(ACCOUNT)

    answers = await asyncio.gather(*(world.load(account_id) for _ in range(50)))

    assert world.exchange_calls(ACCOUNT) == before + 1
    assert [answer.status for answer in answers] == [201] * 50
    assert len({answer.raw for answer in answers}) == 1
    assert len({answer.headers["X-Cambist-Receipt"] for answer in answers}) == 1


@pytest.mark.asyncio
async def test_fifty_parallel_loads_of_a_failing_exchange_get_the_one_error(world: World) -> None:
    account_id = await world.connected()
    refused = {"kind": "error", "path": ACCOUNT, "code": -3003, "msg": "no such account", "status": 400}
    world.patch(faults=[refused])
    before = world.exchange_calls(ACCOUNT)

    answers = await asyncio.gather(*(world.load(account_id) for _ in range(50)))

    assert world.exchange_calls(ACCOUNT) == before + 1
    assert {answer.status for answer in answers} == {422}
    assert len({answer.raw for answer in answers}) == 1


@pytest.mark.asyncio
async def test_server_and_commands_on_one_file_share_one_load(tmp_path: Path) -> None:
    """A command takes a second or more to begin: the server is asked once one of them loads."""
    async with world(tmp_path, scenario(), clock=WallClock()) as made:
        account_id = await made.connected()
        made.patch(faults=[{"kind": "slow", "path": ACCOUNT, "delay_ms": 4_000}])
        await asyncio.sleep(1.1)
        before = made.exchange_calls(ACCOUNT)

        commands = [asyncio.create_task(made.by_command("load", str(account_id))) for _ in range(2)]
        async with asyncio.timeout(60):
            while (await made.cambist.outside.loads.attempts(account_id, 1))[0].ended_at is not None:
                await asyncio.sleep(0.01)
        served = await made.load(account_id)

        assert made.exchange_calls(ACCOUNT) == before + 1
        assert served.status == 201
        assert await asyncio.gather(*commands) == [(0, [served.json])] * 2


@pytest.mark.asyncio
async def test_who_waits_for_another_process_gets_its_error(world: World) -> None:
    account_id = await world.connected()
    outside, me = world.cambist.outside, await world.me()
    await outside.loads.take_turn(
        me.user_id, account_id, "load-elsewhere", "elsewhere", outside.clock.now(), timedelta(seconds=10)
    )
    before = world.exchange_calls(ACCOUNT)

    waiting = asyncio.create_task(world.load(account_id))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await outside.loads.fail("load-elsewhere", outside.clock.now(), KeysRejected())

    answer = await waiting
    assert (answer.status, answer.json["error"]) == (422, "invalid_api_key")
    assert world.exchange_calls(ACCOUNT) == before


@pytest.mark.asyncio
async def test_the_turn_of_a_dead_process_is_taken_over_when_its_lease_ends(world: World) -> None:
    account_id = await world.connected()
    outside, me = world.cambist.outside, await world.me()
    await outside.loads.take_turn(
        me.user_id, account_id, "dead-load", "elsewhere", outside.clock.now(), timedelta(seconds=10)
    )

    waiting = asyncio.create_task(world.load(account_id))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    world.clock.step(timedelta(seconds=11))

    answer = await waiting
    assert answer.status == 201
    outcome = await outside.loads.outcome("dead-load")
    assert outcome is not None
    assert isinstance(outcome.failure, LoadInterrupted)


@pytest.mark.asyncio
async def test_within_a_second_of_a_load_the_account_is_answered_with_that_loads_receipt(
    world: World,
) -> None:
    account_id = await world.connected()
    first = await world.load(account_id)
    calls = len(world.simulator.calls)

    world.clock.step(timedelta(milliseconds=999))
    again = await world.load(account_id)
    assert len(world.simulator.calls) == calls
    assert (again.status, again.raw) == (201, first.raw)
    assert again.headers["X-Cambist-Receipt"] == first.headers["X-Cambist-Receipt"]

    world.clock.step(timedelta(milliseconds=1))
    later = await world.load(account_id)
    assert len(world.simulator.calls) > calls
    assert later.headers["X-Cambist-Receipt"] != first.headers["X-Cambist-Receipt"]


@pytest.mark.asyncio
@pytest.mark.parametrize("joined", [True, False])
async def test_a_background_load_that_somebody_joins_is_in_the_background_no_more(
    world: World, joined: bool
) -> None:
    account_id, me = await world.connected(), await world.me()
    world.patch(faults=[{"kind": "slow", "path": ACCOUNT, "delay_ms": 1_000}])
    before = world.exchange_calls(ACCOUNT)
    background = Background()

    async def refresh() -> None:
        BACKGROUND.set(background)
        await world.cambist.load_balances(me, account_id)

    refreshing = asyncio.create_task(refresh())
    await asked(world, before)
    if joined:
        assert (await world.load(account_id)).status == 201
    await refreshing

    assert background.ended == joined
    assert world.exchange_calls(ACCOUNT) == before + 1


@pytest.mark.asyncio
async def test_a_caller_that_goes_away_does_not_end_the_load_of_the_others(world: World) -> None:
    account_id = await world.connected()
    world.patch(faults=[{"kind": "slow", "path": ACCOUNT, "delay_ms": 1_000}])
    before = world.exchange_calls(ACCOUNT)

    leaving = asyncio.create_task(world.load(account_id))
    await asked(world, before)
    staying = asyncio.create_task(world.load(account_id))
    await asyncio.sleep(0.1)
    leaving.cancel()

    assert (await staying).status == 201
    assert world.exchange_calls(ACCOUNT) == before + 1
