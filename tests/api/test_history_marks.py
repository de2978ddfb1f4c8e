"""A point of the history can be marked as wrong: it stays, with its reason, and nothing counts by it."""

from datetime import timedelta
from typing import Any

import pytest

from cambist.core.audit import Event
from tests.worlds import START, World

HOUR = timedelta(hours=1)


async def _spoilt(world: World) -> tuple[int, str]:
    """An account whose first point tells twice what it held; the time of that point."""
    world.patch(wallets={"spot": {"BTC": {"free": "1", "locked": "0"}}})
    account_id = await world.connected()
    world.patch(wallets={"spot": {"BTC": {"free": "0.5", "locked": "0"}}})
    for _ in range(2):
        world.clock.step(2 * HOUR)
        assert (await world.load(account_id)).status == 201
    return account_id, "2023-06-19T16:50:57.303Z"


async def _mark(world: World, account_id: int, verb: str, **given: Any) -> Any:
    return await world.call("POST", f"/cambist/v1/accounts/{account_id}/history/{verb}", given)


async def _history(world: World, account_id: int) -> Any:
    return (await world.call("GET", f"/cambist/v1/accounts/{account_id}/history")).json["points"]


@pytest.mark.asyncio
async def test_a_marked_point_stays_with_its_reason_and_counts_for_no_profit_and_no_chart(
    world: World,
) -> None:
    account_id, at = await _spoilt(world)
    before = (await world.call("GET", f"/accounts/{account_id}")).json
    assert before["total_btc_profit"] == "-0.5"
    marked = await _mark(world, account_id, "mark", at=at, reason="  the exchange told it twice ")
    assert (marked.status, marked.json["marked"]) == (201, "the exchange told it twice")
    assert marked.json["at"] == at
    assert [point["marked"] for point in await _history(world, account_id)] == [
        "the exchange told it twice",
        None,
        None,
    ]
    chart = await world.call("GET", f"/accounts/{account_id}/balance_chart_data?date_from=2023-01-01")
    assert [point["btc"] for point in chart.json] == [0.5, 0.5]
    assert (await world.call("GET", f"/accounts/{account_id}")).json == before
    world.clock.step(2 * HOUR)
    loaded = (await world.load(account_id)).json
    assert (loaded["total_btc_profit"], loaded["day_profit_btc"]) == ("0.0", "0.0")

    again = await _mark(world, account_id, "unmark", at=at)
    assert (again.status, again.json["marked"]) == (201, None)
    world.clock.step(2 * HOUR)
    assert (await world.load(account_id)).json["total_btc_profit"] == "-0.5"
    events = [entry for entry in await world.audited() if entry.event.startswith("history point")]
    assert [entry.event for entry in events] == [Event.HISTORY_MARKED, Event.HISTORY_UNMARKED]
    assert {(entry.account_id, entry.about) for entry in events} == {
        (account_id, "2023-06-19T16:50:57.303+00:00")
    }


@pytest.mark.asyncio
async def test_a_mark_ends_the_fresh_second_so_that_the_next_load_counts_anew(world: World) -> None:
    account_id, at = await _spoilt(world)
    await world.load(account_id)
    first = (await world.load(account_id)).headers["X-Cambist-Receipt"]
    assert (await world.load(account_id)).headers["X-Cambist-Receipt"] == first
    await _mark(world, account_id, "mark", at=at, reason="wrong")
    assert (await world.load(account_id)).headers["X-Cambist-Receipt"] != first


@pytest.mark.asyncio
async def test_what_cannot_be_marked_is_refused_and_leaves_no_entry(world: World) -> None:
    account_id, at = await _spoilt(world)
    for given, status, fault in (
        ({"at": at}, 400, {"reason": ["is missing"]}),
        ({"at": at, "reason": "  "}, 400, {"reason": ["is invalid"]}),
        ({"at": at, "reason": "a\u0007b"}, 400, {"reason": ["is invalid"]}),
        ({"at": at, "reason": "x" * 201}, 400, {"reason": ["is too long (maximum is 200 characters)"]}),
        ({"reason": "x"}, 400, {"at": ["is missing"]}),
        ({"at": "2023-06-19T16:50:57.304Z", "reason": "x"}, 404, None),
    ):
        answer = await _mark(world, account_id, "mark", **given)
        assert (answer.status, answer.json.get("error_attributes")) == (status, fault), given
    assert (await _mark(world, account_id, "unmark", at="2023-06-19")).status == 404
    assert [point["marked"] for point in await _history(world, account_id)] == [None] * 3
    assert not [entry for entry in await world.audited() if entry.event.startswith("history point")]


@pytest.mark.asyncio
async def test_a_gap_is_told_on_the_point_after_it_and_only_where_it_is_longer_than_the_resolution(
    world: World,
) -> None:
    account_id = await world.connected()
    for minutes in (15, 16, 5, 70, 130):
        world.clock.set(START if minutes == 15 else world.clock.now())
        world.clock.step(timedelta(minutes=minutes))
        await world.load(account_id)

    async def gaps(resolution: str) -> list[bool]:
        path = f"/cambist/v1/accounts/{account_id}/history?resolution={resolution}"
        return [point["gap"] for point in (await world.call("GET", path)).json["points"]]

    assert await gaps("raw") == [False, False, True, False, True, True]
    # 16:50 | 17:05, 17:21, 17:26 | 18:36 | 20:46
    assert await gaps("hour") == [False, False, True, True]
    assert await gaps("day") == [False]
