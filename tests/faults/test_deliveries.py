"""kill -9 in the middle of a delivery: what was told reaches its webhook, under the same name."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cambist.actions.facts import Caller
from cambist.actions.keep_webhook import add_webhook
from cambist.wiring import running
from tests.faults.grounds import ground
from tests.faults.processes import client, serving
from tests.worker.receivers import receiver
from tests.worker.test_refresher import until


@pytest.mark.asyncio
async def test_a_delivery_outlives_a_server_that_is_killed_in_it(tmp_path: Path) -> None:
    async with receiver() as there, ground(tmp_path, 1, webhook_urls=(there.url,)) as here:
        there.answering.clear()
        async with running(here.settings) as cambist:
            me = Caller((await cambist.outside.users.owner()).id, "test")
            _, secret = await add_webhook(cambist.outside, me, there.url, ())
        async with serving(here.settings) as server, client(server.address, here.key) as asking:
            here.turn_round()
            assert (await asking.load(here.accounts[0])).status == 201
            await until(lambda: len(there.received) == 1)
            server.kill()
        there.answering.set()
        with closing(sqlite3.connect(here.settings.database)) as file, file:
            ((tried,),) = file.execute("SELECT tried FROM deliveries").fetchall()
            file.execute("UPDATE deliveries SET due_at = 0")  # the claim lapses in a minute
        assert tried == 1
        async with serving(here.settings):
            await until(lambda: len(there.received) == 2)
            first, second = there.received
            assert first.id == second.id
            assert first.body == second.body
            assert all(each.is_signed_with(secret.reveal()) for each in there.received)
            with closing(sqlite3.connect(here.settings.database)) as file:
                await until(lambda: file.execute("SELECT COUNT(*) FROM deliveries").fetchone() == (0,))
