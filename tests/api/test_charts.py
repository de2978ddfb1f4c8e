"""Worth over time: the points of a chart, and the exact history with its gaps."""

from datetime import datetime, timedelta
from sqlite3 import connect
from typing import Any

import pytest

from cambist.actions import chart_worth
from cambist.core.history import milliseconds
from tests.ledgers import book, entry, flows_known, loaded_at
from tests.worlds import START, World

HOUR = timedelta(hours=1)


async def _chart(world: World, account_id: int, **given: Any) -> Any:
    answer = await world.call("GET", f"/accounts/{account_id}/balance_chart_data", given)
    assert answer.status == 200, answer.raw
    return answer.json


async def _history(world: World, account_id: int, **given: Any) -> Any:
    answer = await world.call("GET", f"/cambist/v1/accounts/{account_id}/history", given)
    assert answer.status == 200, answer.raw
    return answer.json


async def _loaded_at(world: World, *steps: timedelta) -> int:
    """An account connected at START, and loaded after each step of a clock that then goes on."""
    account_id = await world.connected()
    for step in steps:
        world.clock.step(step)
        assert (await world.load(account_id)).status == 201
    return account_id


def _keep(world: World, account_id: int, *points: tuple[datetime, str, str, str]) -> None:
    """Writes (time, kind, usd, btc) as snapshots."""
    with connect(world.cambist.settings.database) as database:
        database.executemany(
            "INSERT INTO snapshots (account_id, at, kind, usd, btc, rate, counts_as_start) "
            "VALUES (?, ?, ?, ?, ?, '1', 1)",
            [(account_id, milliseconds(at), kind, usd, btc) for at, kind, usd, btc in points],
        )


@pytest.mark.asyncio
async def test_points_come_oldest_first_within_the_span_in_every_form_of_a_date(world: World) -> None:
    account_id = await _loaded_at(world, 30 * HOUR, 30 * HOUR)
    account = (await world.call("GET", f"/accounts/{account_id}")).json
    all_of_them = await _chart(world, account_id, date_from="2023-06-01")
    dates = [point["date"] for point in all_of_them]
    first = int(START.timestamp())
    assert dates == [first, first + 30 * 3600 + 2, first + 60 * 3600 + 2]
    assert all_of_them[0] == {
        "date": first,
        "usd": float(account["usd_amount"]),
        "btc": float(account["btc_amount"]),
        "btc_deposit_amount": 0.0,
        "usd_deposit_amount": 0.0,
    }
    for given, found in (
        ({"date_from": dates[1]}, dates[1:]),
        ({"date_from": "2023-06-20"}, dates[1:]),
        ({"date_from": "2023-06-19", "date_to": "2023-06-19"}, dates[:1]),
        ({"date_from": "2023-06-20T22:50:59.303Z"}, dates[1:]),
        ({"date_from": "2023-06-20T22:50:59.304Z"}, dates[2:]),
        ({"date_from": "2023-06-21T00:50:59%2B02:00", "date_to": "2023-06-20T22:51:00"}, dates[1:2]),
        ({"date_from": 0, "date_to": dates[2]}, dates[:2]),
    ):
        assert [point["date"] for point in await _chart(world, account_id, **given)] == found, given


@pytest.mark.asyncio
async def test_an_account_with_any_snapshot_has_a_point_the_one_that_stood_then(world: World) -> None:
    account_id = await _loaded_at(world, HOUR)
    first, last = await _chart(world, account_id, date_from="2023-06-19")
    later = {"date_from": "2023-06-25", "date_to": "2023-06-26"}
    assert await _chart(world, account_id, **later) == [last]
    before = {"date_from": "2020-01-01", "date_to": "2020-01-02"}
    assert await _chart(world, account_id, **before) == [first]
    backwards = {"date_from": "2023-06-25", "date_to": "2023-06-01"}
    assert await _chart(world, account_id, **backwards) == [last]


@pytest.mark.asyncio
async def test_a_date_that_is_none_is_named(world: World) -> None:
    account_id = await world.connected()
    path = f"/accounts/{account_id}/balance_chart_data"
    for given, fault in (
        ({}, {"date_from": ["is missing"]}),
        ({"date_from": "yesterday"}, {"date_from": ["is invalid"]}),
        ({"date_from": "2023-13-01"}, {"date_from": ["is invalid"]}),
        ({"date_from": "99999999999"}, {"date_from": ["is invalid"]}),
        ({"date_from": "-1"}, {"date_from": ["is invalid"]}),
        ({"date_from": "0001-01-01T00:00:00%2B14:00"}, {"date_from": ["is invalid"]}),
        ({"date_from": "2023-01-01", "date_to": "9999-12-31"}, {"date_to": ["is invalid"]}),
    ):
        answer = await world.call("GET", path, given)
        assert (answer.status, answer.json["error_attributes"]) == (400, fault), given
    assert (await world.call("GET", path, {"date_from": "0001-01-01", "date_to": "9999-12-30"})).status == 200


@pytest.mark.asyncio
async def test_points_are_the_doubles_nearest_to_what_is_kept_to_the_last_digit(world: World) -> None:
    account_id = await world.connected()
    kept = [
        ("0." + "0" * 59 + "1", "1E-18"),
        ("9" * 40 + "." + "9" * 60, "123456789.000000000000000000001"),
        (
            "9007199254740992.9999999999999999999999999999999999999999999",
            "0.1000000000000000055511151231257827",
        ),
        ("-0.5", "0E-8"),
    ]
    points = [(START + HOUR * (i + 1), "own", usd, btc) for i, (usd, btc) in enumerate(kept)]
    _keep(world, account_id, *points)
    found = (await _chart(world, account_id, date_from="2023-06-19", date_to="2023-06-30"))[1:]
    assert [(point["usd"], point["btc"]) for point in found] == [(float(u), float(b)) for u, b in kept]


@pytest.mark.asyncio
async def test_points_tell_what_came_and_went_since_the_point_before(ledgered: World) -> None:
    account_id = await ledgered.connected()
    at = [START + n * HOUR for n in range(4)]
    flows_known(ledgered, account_id, START)
    await book(
        ledgered,
        account_id,
        entry("0", START, "deposit", "BTC", "9", ("9", "9")),  # in the first point already
        entry("1", at[1] - HOUR / 2, "deposit", "BTC", "0.1", ("0.1", "6000.5")),
        entry("2", at[1], "withdrawal", "USDT", "-1", ("-0.00001", "-1.25")),
        entry("3", at[1] + HOUR / 2, "reward", "BTC", "1", ("1", "60000")),
        entry("4", at[3], "transfer", "BTC", "-0.5", ("-0.5", "-30000")),
    )
    await loaded_at(ledgered, account_id, at[1], {"BTC": "0.6", "USDT": "99"}, "50000")
    await loaded_at(ledgered, account_id, at[2], {"BTC": "1.6", "USDT": "102"}, "50000")
    await loaded_at(ledgered, account_id, at[3], {"BTC": "1.1", "USDT": "102"}, "50000")

    async def told(path: str, **given: Any) -> list[tuple[float, float]]:
        answer = await ledgered.call("GET", f"/accounts/{path}/balance_chart_data", given)
        return [(point["btc_deposit_amount"], point["usd_deposit_amount"]) for point in answer.json]

    expected = [(0.0, 0.0), (0.09999, 5999.25), (0.00006, 3.0), (-0.5, -30000.0)]
    assert await told(str(account_id), date_from=0) == expected
    assert await told("summary", date_from=0) == expected
    begins = at[2].isoformat().replace("+00:00", "Z")
    assert await told(str(account_id), date_from=begins) == expected[2:]
    assert await told("summary", date_from=begins) == expected[2:]
    assert await told(str(account_id), date_from="2023-07-01") == expected[3:]
    assert await told("summary", date_from="2023-07-01") == [(0.0, 0.0)]


@pytest.mark.asyncio
async def test_a_span_of_too_many_points_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = await _loaded_at(world, HOUR, HOUR)
    monkeypatch.setattr(chart_worth, "MOST_POINTS", 2)
    answer = await world.call("GET", f"/accounts/{account_id}/balance_chart_data?date_from=2023-01-01")
    fault = {"date_from": ["spans too many points (maximum is 2)"]}
    assert (answer.status, answer.json["error_attributes"]) == (400, fault)
    assert len(await _chart(world, account_id, date_from=int(START.timestamp()) + 1)) == 2


@pytest.mark.asyncio
async def test_the_history_is_exact_and_names_what_each_point_is(world: World) -> None:
    account_id = await world.connected()
    long = "0.50157092636420583187852121888294665567479061484013233"
    _keep(world, account_id, (START - HOUR, "imported", "24.0", long), (START + HOUR, "partial", "1", "2"))
    world.clock.step(timedelta(days=1))
    told = await _history(world, account_id)
    assert told["next"] is None
    imported, own, partial = told["points"]
    assert imported == {
        "at": "2023-06-19T15:50:57.303Z",
        "usd": "24.0",
        "btc": long,
        "rate": "1.0",
        "currency": "USD",
        "btc_usd": None,
        "kind": "imported",
        "keys_replaced": False,
        "gap": False,
        "marked": None,
    }
    account = (await world.call("GET", f"/accounts/{account_id}")).json
    assert (own["usd"], own["btc"]) == (account["usd_amount"], account["btc_amount"])
    assert (own["kind"], own["btc_usd"], partial["kind"]) == ("own", "63722.1", "partial")


@pytest.mark.asyncio
async def test_a_resolution_gives_the_last_of_each_span_that_has_one_and_fills_no_gap(world: World) -> None:
    account_id = await world.connected()
    minutes = (-5, 10, 20, 70, 75, 200, 3000)
    _keep(world, account_id, *((START + timedelta(minutes=m), "own", f"{m}.5", "1") for m in minutes))
    world.clock.step(timedelta(days=9))

    async def told(**given: Any) -> list[str]:
        return [point["usd"] for point in (await _history(world, account_id, **given))["points"]][:9]

    assert (await told(resolution="hour"))[1:] == ["20.5", "75.5", "200.5", "3000.5"]
    assert await told(resolution="day") == ["200.5", "3000.5"]
    assert await told(**{"from": "2023-06-19T17:00:00Z", "to": "2023-06-19T18:10:00Z"}) == [
        "10.5",
        "20.5",
        "70.5",
        "75.5",
    ]
    assert await told(**{"from": "2023-06-20", "to": "2023-06-20"}) == []
    wrong = await world.call("GET", f"/cambist/v1/accounts/{account_id}/history?resolution=week")
    assert wrong.json["error_attributes"] == {"resolution": ["does not have a valid value"]}


@pytest.mark.asyncio
async def test_the_history_is_read_page_by_page_without_a_point_lost_or_twice(world: World) -> None:
    account_id = await _loaded_at(world, HOUR, HOUR, HOUR, HOUR)
    for resolution in ("raw", "hour"):
        whole = (await _history(world, account_id, resolution=resolution))["points"]
        found, start = [], "2023-01-01"
        while start is not None:
            page = await _history(world, account_id, limit=2, resolution=resolution, **{"from": start})
            assert len(page["points"]) <= 2
            found += page["points"]
            start = page["next"]
        assert found == whole
        assert len(whole) == 5
