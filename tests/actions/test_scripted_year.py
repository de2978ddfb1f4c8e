"""A year of an account through the simulator: the profit of each day, and of all, by a script's own sums."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.sync_flows import sync_flows
from tests.actions.scripted_year import (
    CAME,
    DAY,
    DAYS,
    DELISTED,
    DEPOSITS,
    EVENTFUL,
    LAST_LOAD,
    MINUTE,
    NOON,
    OUTAGE,
    STOLEN,
    Year,
    profit_after,
)
from tests.api.streams import stream
from tests.worlds import PassingClock, World, scenario, world

EARN = ("/sapi/v1/simple-earn/flexible/position", "/sapi/v1/simple-earn/locked/position")
REFUSED = [{"kind": "error", "path": path, "status": 401, "code": -2015, "msg": "Rejected."} for path in EARN]
DOWN = [{"kind": "status", "path": "*", "status": 418, "retry_after_s": 3600}]


async def live(made: World, year: Year, account_id: int) -> dict[int, Any]:
    """{day: what its last load answers}; on days on which something happens, one before it and a sync."""
    answers = {}
    for day in range(1, DAYS + 1):
        noon = NOON + day * DAY
        year.next_day()
        if day == OUTAGE[0]:
            made.patch("binance", faults=DOWN)
        if day == OUTAGE[-1] + 1:
            made.patch("binance", faults=[])
        told = year.scenario()
        happened = ("wallets", "flows", "trades") if day in EVENTFUL else ()
        made.patch("binance", **{name: told[name] for name in ("prices", *happened)})
        made.clock.set(noon)
        if day in EVENTFUL:
            assert (await made.load(account_id)).status == 201
            made.clock.step(MINUTE)
            await synced(made, account_id)
        if day == CAME:
            made.patch("binance", faults=[])
            made.clock.step(MINUTE)
            covered = await made.call("POST", f"/cambist/v1/accounts/{account_id}/coverage", {})
            assert covered.json["came"][0]["wallet"] == "earn_flexible"
        assert made.clock.now() < noon + LAST_LOAD
        made.clock.set(noon + LAST_LOAD)
        answers[day] = await made.load(account_id)
    return answers


async def synced(made: World, account_id: int) -> None:
    done = await sync_flows(made.cambist.outside, await made.me(), account_id)
    assert done is not None
    assert (done.failure, done.refused, done.more) == (None, {}, False)


async def read(made: World, path: str, **given: Any) -> Any:
    answer = await made.call("GET", f"/cambist/v1/{path}", given)
    assert answer.status == 200, answer.raw
    return answer.json


def at(day: int) -> str:
    return (NOON + day * DAY + LAST_LOAD).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.mark.asyncio
async def test_every_day_of_a_year_is_what_the_script_says_and_its_parts_add_up(tmp_path: Path) -> None:
    year = Year(seed=8)
    play = scenario(exchange="binance", faults=REFUSED, weight_limit=100_000_000, **year.scenario())
    async with world(tmp_path, play, clock=PassingClock(NOON + LAST_LOAD)) as made:
        account_id = await made.connected(type="binance")
        await synced(made, account_id)
        answers = await live(made, year, account_id)

        for day, answer in answers.items():
            if day in OUTAGE:
                assert answer.status == 503
                continue
            assert (answer.status, answer.headers["X-Cambist-Verdict"]) == (201, "complete")
            assert answer.headers["X-Cambist-Unpriced"] == str(int(day > DELISTED)), day
            for unit in ("usd", "btc"):
                worth, profit = answer.json[f"{unit}_amount"], answer.json[f"day_profit_{unit}"]
                assert Fraction(worth) == year.days[day].worth[unit], (day, unit)
                assert Fraction(profit) == profit_after(year.days, day, unit), (day, unit)

        await the_report_is_the_scripts(made, year, account_id)
        await the_outage_is_a_gap(made, account_id)
        await the_theft_is_one_event(made, account_id)


async def the_report_is_the_scripts(made: World, year: Year, account_id: int) -> None:
    report = await read(made, f"accounts/{account_id}/profit", range="total")
    assert (report["flows"], report["from"], report["to"]) == ("known", at(0), at(DAYS))
    assert set(report["known_from"].values()) >= {at(0)}
    for unit in ("usd", "btc"):
        parts = {name: Fraction(part[unit]) for name, part in report["parts"].items() if part[unit] != "0.0"}
        assert parts == {name: sums[unit] for name, sums in year.parts.items()}
        assert sum(parts.values()) == Fraction(report["change"][unit])
        assert Fraction(report["profit"][unit]) == sum(
            year.parts[name][unit] for name in ("price_effect", "rewards", "fees")
        )
    flows = await read(made, f"accounts/{account_id}/flows", kind="deposit")
    assert len(flows["entries"]) == DEPOSITS


async def the_outage_is_a_gap(made: World, account_id: int) -> None:
    history = await read(made, f"accounts/{account_id}/history", **{"from": at(OUTAGE[0] - 2)})
    times = [point["at"] for point in history["points"]]
    noon = (NOON + (OUTAGE[-1] + 1) * DAY).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert times[:5] == [at(OUTAGE[0] - 2), at(OUTAGE[0] - 1), noon, at(OUTAGE[-1] + 1), at(OUTAGE[-1] + 2)]
    daily = await read(
        made, f"accounts/{account_id}/history", **{"from": at(OUTAGE[0] - 2), "resolution": "day"}
    )
    assert [point["gap"] for point in daily["points"]][:4] == [False, False, True, False]


async def the_theft_is_one_event(made: World, account_id: int) -> None:
    query = "?kinds=account.unexplained_change&after=0&for_s=0"
    async with stream(made, query) as events:
        told = await events.next()
        await events.over()
    assert told["account_id"] == account_id
    assert (told["data"]["asset"], told["data"]["amount"]) == ("BTC", "-0.05")
    assert told["data"]["until"] == (NOON + STOLEN * DAY).strftime("%Y-%m-%dT%H:%M:%S.000Z")
