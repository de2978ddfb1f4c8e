"""Flows are read beside the loads: few accounts at once, cut short at once when the server stops."""

import asyncio
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from cambist.actions.facts import BACKGROUND, Background, Priority
from cambist.actions.sync_flows import EVERY_FAILED
from cambist.core.errors import ExchangeLimiting
from cambist.core.terms import Credentials, Secret
from cambist.worker.queue import MOST_SYNCS_AT_ONCE
from tests.worker.test_refresher import SOON_S, refreshing, until
from tests.worlds import START, World, scenario, world

DEPOSITS = "/sapi/v1/fiatpayment/query/deposit/history"


def many(count: int) -> dict[str, Any]:
    keys = [{"api_key": f"key-{n}", "secret": f"secret-{n}", "uid": str(n + 1)} for n in range(count)]
    return scenario(keys=keys)


async def connected(made: World, count: int) -> list[int]:
    accounts = [await made.connected(api_key=f"key-{n}", secret=f"secret-{n}") for n in range(count)]
    made.clock.set(START + timedelta(minutes=4))
    return accounts


def reading(made: World) -> int:
    """How many accounts' flows are being read."""
    with closing(connect(made.cambist.settings.database)) as database:
        (count,) = database.execute("SELECT COUNT(*) FROM flow_standing WHERE lease_until > 0").fetchone()
    return int(count)


def told(made: World) -> int:
    return sum(call.path == DEPOSITS and call.status == 200 for call in made.simulator.calls)


@pytest.mark.asyncio
async def test_few_are_read_at_once_each_by_itself_and_all_in_the_end(tmp_path: Path) -> None:
    async with world(tmp_path, many(6)) as made:
        accounts = await connected(made, 6)
        made.patch(faults=[{"kind": "slow", "path": DEPOSITS, "delay_ms": 300}])
        most = 0
        async with refreshing(made), asyncio.timeout(20):
            while told(made) < 6 or reading(made):
                most = max(most, reading(made))
                await asyncio.sleep(SOON_S)
        assert most == MOST_SYNCS_AT_ONCE
        # Some come to nothing, since the exchange's clock is measured anew.
        assert told(made) == 6
        for account in accounts:
            assert (await made.cambist.outside.flows.standing(account)).known_from is not None


@pytest.mark.asyncio
async def test_a_sync_is_cut_short_when_the_server_stops_and_is_due_again(tmp_path: Path) -> None:
    async with world(tmp_path, many(1), exchange_timeout_s=30) as made:
        (account,) = await connected(made, 1)
        made.patch(faults=[{"kind": "slow", "path": DEPOSITS, "delay_ms": 20_000}])
        async with refreshing(made):
            await until(lambda: reading(made) == 1)
            began = time.monotonic()
        assert time.monotonic() - began < 10
        assert reading(made) == 0
        made.clock.step(EVERY_FAILED)
        (due,) = await made.cambist.outside.flows.due(made.clock.now(), [], 9)
        assert (due.account_id, due.flows) == (account, True)


@pytest.mark.asyncio
async def test_where_a_key_s_calls_leave_in_turn_a_sync_without_room_never_holds_the_turn(
    tmp_path: Path,
) -> None:
    keys = [{"api_key": "key", "secret": "c2VjcmV0", "uid": "1"}]
    async with world(tmp_path, scenario(exchange="kraken", keys=keys)) as made:
        inquiries, market = made.cambist.outside.inquiries, made.cambist.outside.exchanges.market("kraken")
        credentials = Credentials("key", Secret("c2VjcmV0"))

        async def sync() -> None:
            BACKGROUND.set(Background(Priority.FLOWS))
            while True:
                await inquiries.open_orders(market, credentials)

        began = time.monotonic()
        with pytest.raises(ExchangeLimiting):
            await asyncio.create_task(sync())
        assert await inquiries.open_orders(market, credentials) == 0
        assert time.monotonic() - began < 5
        assert made.exchange_calls("/0/private/OpenOrders") == 8  # 30 % of 25, and the one waited for
