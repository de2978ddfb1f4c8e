"""The daily strike: exact at its time of each day, and empty where that is not known."""

from datetime import UTC, datetime, timedelta
from sqlite3 import connect
from typing import Any

import pytest

from cambist.actions.strike_daily import HEADER
from cambist.core.history import milliseconds
from tests.ledgers import book, entry, flows_known
from tests.worlds import START, World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MIDNIGHT = datetime(2023, 6, 20, tzinfo=UTC)


async def _strike(world: World, account_id: int, **given: Any) -> list[str]:
    answer = await world.call("GET", f"/cambist/v1/accounts/{account_id}/strike", given)
    assert answer.status == 200, answer.raw
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    header, *lines = answer.raw.decode().splitlines()
    assert header == HEADER
    return lines


def _keep(world: World, account_id: int, *points: tuple[datetime, str, str, int | None]) -> None:
    """Writes (time, kind, usd, minutes since the last measurement) as snapshots of half a bitcoin in EUR."""
    with connect(world.cambist.settings.database) as database:
        database.executemany(
            "INSERT INTO snapshots (account_id, at, kind, usd, btc, rate, currency, counts_as_start, "
            "after_ms) VALUES (?, ?, ?, ?, ?, '0.9', 'EUR', 1, ?)",
            [
                (account_id, milliseconds(at), kind, usd, "0.5", after and after * 60_000)
                for at, kind, usd, after in points
            ],
        )
        database.execute(
            'UPDATE accounts SET figures = replace(figures, \'"currency":"USD"\', \'"currency":"EUR"\')'
        )


@pytest.mark.asyncio
async def test_each_day_has_the_worth_at_the_strike_on_the_line_between_the_loads_around_it(
    world: World,
) -> None:
    account_id = await world.connected()
    _keep(
        world,
        account_id,
        (MIDNIGHT - 2 * MINUTE, "own", "100", 5),
        (MIDNIGHT + 3 * MINUTE, "own", "101", 5),
        (MIDNIGHT + 24 * HOUR, "own", "77.7", 60),
    )
    world.clock.set(MIDNIGHT + 30 * HOUR)
    assert await _strike(world, account_id) == [
        "2023-06-19T00:00Z,,,,,,",
        "2023-06-20T00:00Z,100.4,0.5,90.36,,,",
        "2023-06-21T00:00Z,77.7,0.5,69.93,,,",
    ]
    assert await _strike(world, account_id, at="00:03", **{"from": "2023-06-20", "to": "2023-06-20"}) == [
        "2023-06-20T00:03Z,101.0,0.5,90.9,,,"
    ]
    assert await _strike(world, account_id, **{"from": "2023-06-20T00:00:01Z", "to": "2023-06-21"}) == [
        "2023-06-21T00:00Z,77.7,0.5,69.93,,,"
    ]


@pytest.mark.asyncio
async def test_flows_and_the_return_are_those_since_the_strike_before_where_both_are_known(
    world: World,
) -> None:
    account_id, day = await world.connected(), 24 * HOUR
    _keep(
        world,
        account_id,
        (MIDNIGHT, "imported", "100", None),
        (MIDNIGHT + day - 5 * MINUTE, "imported", "110", None),
        (MIDNIGHT + day + 5 * MINUTE, "imported", "210", None),
        (MIDNIGHT + 2 * day, "imported", "215", None),
        (MIDNIGHT + 3 * day, "imported", "400", None),
        (MIDNIGHT + 5 * day, "imported", "400", None),
        (MIDNIGHT + 6 * day, "imported", "400", None),
    )
    await book(
        world,
        account_id,
        # Half of it lies before the strike between the two loads, as half of the worth does.
        entry("1", MIDNIGHT + day + MINUTE, "deposit", "BTC", "1", ("0.5", "100")),
        entry("2", MIDNIGHT + 2 * day + 12 * HOUR, "deposit", "BTC", "1", ("1", "170")),
        entry("3", MIDNIGHT + 2 * day + 12 * HOUR, "fee", "BTC", "-1", ("-1", "-5")),
    )
    world.clock.set(MIDNIGHT + 6 * day)
    span = {"from": "2023-06-20", "to": "2023-06-26"}
    assert [line.partition(".45,")[2] for line in await _strike(world, account_id, **span)] == [""] * 7
    flows_known(world, account_id, MIDNIGHT)
    told = [line.split(",")[4:] for line in await _strike(world, account_id, **span)]
    assert told[0] == ["", "", ""]
    # 10 of 100 + 50 that came in the day's last 2½ minutes; 5 of 160 + nearly all of 50.
    assert told[1] == ["50.0", "0.25", "9.99"]
    assert told[2] == ["50.0", "0.25", "2.38"]
    # 15 of 215 + 170 for half of the day.
    assert told[3] == ["170.0", "1.0", "5.0"]
    assert told[4] == told[5] == ["", "", ""]
    assert told[6] == ["0.0", "0.0", "0.0"]


@pytest.mark.asyncio
async def test_a_strike_in_an_outage_or_among_partial_loads_or_after_the_last_point_is_empty(
    world: World,
) -> None:
    account_id = await world.connected()
    day = timedelta(days=1)
    _keep(
        world,
        account_id,
        (MIDNIGHT - 5 * MINUTE, "own", "1", 5),
        (MIDNIGHT + 11 * MINUTE, "own", "2", 16),  # an outage of 16 minutes
        (MIDNIGHT + day - 5 * MINUTE, "own", "3", 5),
        *((MIDNIGHT + day + n * 5 * MINUTE, "partial", "9", 5) for n in range(3)),
        (MIDNIGHT + day + 15 * MINUTE, "own", "4", 5),  # 20 minutes without a complete load
        (MIDNIGHT + 2 * day - 5 * MINUTE, "own", "5", 5),
        (MIDNIGHT + 2 * day, "partial", "9", 5),
        (MIDNIGHT + 2 * day + 5 * MINUTE, "own", "6", 5),  # one partial load is no gap
    )
    world.clock.set(MIDNIGHT + 3 * day)
    cells = [line.split(",")[1] for line in await _strike(world, account_id, **{"from": "2023-06-20"})]
    assert cells == ["", "", "5.5", ""]


@pytest.mark.asyncio
async def test_hourly_loads_of_a_thinned_day_are_no_gap_and_imported_points_are_known_for_a_day(
    world: World,
) -> None:
    account_id = await world.connected()
    day = timedelta(days=1)
    _keep(
        world,
        account_id,
        (MIDNIGHT - 9 * day - 12 * HOUR, "imported", "10", None),
        (MIDNIGHT - 8 * day - 12 * HOUR, "imported", "20", None),
        (MIDNIGHT - 6 * day - 12 * HOUR, "imported", "30", None),
        (MIDNIGHT + 30 * MINUTE, "own", "1", 5),
        (MIDNIGHT + 90 * MINUTE, "own", "3", 5),
    )
    world.clock.set(MIDNIGHT + day)
    cells = [line.split(",")[1] for line in await _strike(world, account_id)]
    assert cells[:5] == ["", "15.0", "", "", ""]
    hour = {"at": "01:00", "from": "2023-06-20"}
    assert [line.split(",")[1] for line in await _strike(world, account_id, **hour)] == ["2.0"]


@pytest.mark.asyncio
async def test_a_marked_point_shapes_no_strike_and_an_account_without_points_has_a_day_without_worth(
    world: World,
) -> None:
    account_id = await world.connected()
    (line,) = await _strike(world, account_id, at="16:50", **{"from": "2023-06-19T16:50:00Z"})
    assert line == "2023-06-19T16:50Z,,,,,,"
    await world.call(
        "POST",
        f"/cambist/v1/accounts/{account_id}/history/mark",
        {"at": "2023-06-19T16:50:57.303Z", "reason": "wrong"},
    )
    world.clock.set(START + 24 * HOUR)
    assert await _strike(world, account_id, at="16:50") == []


@pytest.mark.asyncio
async def test_what_is_no_time_of_day_or_too_long_is_refused(world: World) -> None:
    account_id = await world.connected()
    path = f"/cambist/v1/accounts/{account_id}/strike"
    for given, fault in (
        ({"at": "24:00"}, {"at": ["is invalid"]}),
        ({"at": "0:00"}, {"at": ["is invalid"]}),
        ({"from": "1990-01-01"}, {"from": ["spans too many days (maximum is 3660)"]}),
    ):
        answer = await world.call("GET", path, given)
        assert (answer.status, answer.json["error_attributes"]) == (400, fault), given
