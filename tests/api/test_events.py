"""Events as they come: nothing lost and nothing twice, over processes, ended with key and server, bounded."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from cambist.actions.add_user import add_user
from cambist.api.server import bound, serving
from cambist.api.streaming import MOST_OF_A_USER, EventStream, Streamed, Streams
from cambist.core.events import CARRIES, Kind
from cambist.core.terms import Permission
from cambist.wiring import running
from tests.api.streams import stream
from tests.api.test_errors import assert_error
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, World, world

pytestmark = pytest.mark.asyncio
TWO = timedelta(seconds=2)


async def load(made: World, account_id: int) -> str:
    made.clock.step(TWO)
    return str((await made.load(account_id)).headers["X-Cambist-Receipt"])


async def listed(made: World, query: str = "", **given: Any) -> Any:
    return (await made.call("GET", f"/cambist/v1/events/list{query}", **given)).json


async def test_a_stream_tells_what_happens_and_is_resumed_without_loss_or_doubles(world: World) -> None:
    account_id = await world.connected()
    loads = []
    async with stream(world) as first:  # from now on: not of the load that it was connected with
        for _ in range(2):
            loads.append(await load(world, account_id))
            told = await first.next()
            assert (told["event"], told["type"], told["account_id"]) == (*["account.loaded"] * 2, account_id)
            assert set(told["data"]) == set(CARRIES[Kind.LOADED])
            assert told["data"]["load_id"] == loads[-1]
        assert told["data"]["usd"] == "31961.15272287084896470458495263107377054202141455"
        left_at = first.id
    loads += [await load(world, account_id) for _ in range(2)]
    async with stream(world, "?after=0", last=left_at) as again:  # as a browser resumes
        loads.append(await load(world, account_id))
        resumed = [(await again.next())["data"]["load_id"] for _ in range(3)]
    assert resumed == loads[2:]
    async with stream(world, "?after=0&for_s=0") as whole:
        told_ids = [(await whole.next())["id"] for _ in range(6)]
        await whole.over()
    assert told_ids == [1, 2, 3, 4, 5, 6]
    page = await listed(world, "?limit=4")
    rest = await listed(world, f"?after={page['next']}")
    assert [each["id"] for each in page["events"] + rest["events"]] == told_ids
    assert (page["missed"], rest["next"]) == (False, 6)


async def test_what_another_process_does_is_told_and_a_revoked_key_ends_its_stream(world: World) -> None:
    account_id = await world.connected()
    other_key = await world.new_key(Permission.ACCOUNTS_READ)
    async with (
        running(world.cambist.settings, world.clock) as other,
        stream(world) as mine,
        stream(world, key=other_key) as theirs,
    ):
        world.clock.step(TWO)
        loaded = await other.load_balances(await world.me(), account_id)
        for each in (mine, theirs):
            assert (await each.next())["data"]["load_id"] == loaded.load_id
        await other.outside.keys.revoke(loaded.user_id, other_key.api_key, "test", world.clock.now())
        await theirs.over()
        await load(world, account_id)
        assert (await mine.next())["event"] == "account.loaded"


async def test_only_what_is_wanted_is_told(world: World) -> None:
    first = await world.connected()
    world.patch(
        faults=[{"path": "/api/v3/account", "kind": "error", "code": -2015, "msg": "x", "status": 401}]
    )
    assert (await load_fails(world, first)) == 422
    world.patch(faults=[])
    await load(world, first)
    kinds = "kinds=account.key_ok,account.key_invalid"
    async with stream(world, f"?after=0&{kinds}&account_id={first}&for_s=0") as some:
        told = [await some.next(), await some.next()]
        await some.over()
    assert [each["type"] for each in told] == ["account.key_invalid", "account.key_ok"]
    assert told[0]["data"]["state"] == "invalid"
    assert (await listed(world, f"?{kinds}"))["events"] == [
        {name: value for name, value in each.items() if name != "event"} for each in told
    ]
    wrong = [f"?{each}" for each in ("kinds=account.gone", "after=-1", "after=1e3", "for_s=86401")]
    wrong += [f"/list?{each}" for each in ("limit=1001", "limit=0", f"after={2**53}")]
    refused = [await world.call("GET", f"/cambist/v1/events{each}") for each in wrong]
    headers = {"Apikey": world.key.api_key, "Signature": world.key.sign("/cambist/v1/events")}
    refused.append(await world.send("GET", "/cambist/v1/events", headers={**headers, "Last-Event-ID": "x"}))
    assert [[*answer.json["error_attributes"]] for answer in refused] == [
        *(["kinds"], ["after"], ["after"], ["for_s"], ["limit"], ["limit"], ["after"], ["Last-Event-ID"]),
    ]


async def test_who_resumes_where_events_are_gone_is_told_so_first(world: World) -> None:
    account_id = await world.connected()
    await load(world, account_id)
    with closing(connect(world.cambist.settings.database)) as database, database:
        database.execute("DELETE FROM events WHERE id = 1")
        database.execute("UPDATE users SET events_gone = 1")
    async with stream(world, "?after=0&for_s=0") as late, stream(world, "?after=1&for_s=0") as in_time:
        assert [(await late.next())["event"], (await late.next())["event"]] == ["missed", "account.loaded"]
        assert (await in_time.next())["event"] == "account.loaded"
    assert [(await listed(world, f"?after={after}"))["missed"] for after in (0, 1)] == [True, False]


async def load_fails(made: World, account_id: int) -> int:
    made.clock.step(TWO)
    return (await made.load(account_id)).status


async def test_nobody_is_told_of_another_users_accounts(world: World) -> None:
    account_id = await world.connected()
    theirs = await world.new_key(user=await add_user(world.cambist.outside, "someone else", "test"))
    async with stream(world, "?after=0&for_s=1", key=theirs) as other, stream(world) as mine:
        await load(world, account_id)
        await mine.next()
        await other.over()
    assert await listed(world, key=theirs) == {"events": [], "next": 0, "missed": False}
    account = {"type": "binance_us", "name": "Theirs", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET}
    connected = await world.call("POST", "/accounts/new", account, key=theirs)
    told = [(each["id"], each["account_id"]) for each in (await listed(world, key=theirs))["events"]]
    assert told == [(1, connected.json["id"])]
    assert_error(
        await world.call("GET", f"/cambist/v1/events?account_id={account_id}", key=theirs), 404, "not_found"
    )


async def test_streams_of_a_user_are_bounded_and_a_place_is_free_when_one_goes(world: World) -> None:
    async with AsyncExitStack() as opened:
        for _ in range(MOST_OF_A_USER):
            await opened.enter_async_context(stream(world))
        refused = await world.call("GET", "/cambist/v1/events")
        assert refused.status == 429
        assert refused.json["error"] == "rate_limited"
        assert refused.headers["Retry-After"] == "5"
        theirs = await world.new_key(user=await add_user(world.cambist.outside, "someone else", "test"))
        async with stream(world, key=theirs):
            pass
    async with asyncio.timeout(5):
        while (await world.call("GET", "/cambist/v1/events")).status != 200:
            await asyncio.sleep(0.05)


async def test_a_head_is_answered_and_takes_no_place(world: World) -> None:
    for _ in range(MOST_OF_A_USER + 1):
        assert (await world.call("HEAD", "/cambist/v1/events")).status == 200


async def test_a_server_that_stops_ends_its_streams_cleanly_and_soon(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        listening = bound("127.0.0.1", 0)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with AsyncExitStack() as opened:
            async with serving(made.cambist.app(), listening):
                left = await opened.enter_async_context(stream(made, address=address))
                began = asyncio.get_running_loop().time()
            assert asyncio.get_running_loop().time() - began < 2
            await left.over()  # chunked to its end, not broken off


async def test_who_does_not_read_is_cut_off_and_gives_its_place_back() -> None:
    closed, streams = asyncio.Event(), Streams()

    async def chunks() -> AsyncGenerator[bytes, None]:
        while True:
            yield b"data: " + b"x" * 65_536 + b"\n\n"

    async def answer(_: Request) -> EventStream:
        return EventStream(Streamed(chunks(), closed.set), read_within_s=0.2)

    app = Starlette(routes=[Route("/", answer)])
    app.state.streams = streams
    listening = bound("127.0.0.1", 0)
    async with serving(app, listening):
        slow = socket.create_connection(listening.getsockname())
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(5):
            await closed.wait()
        told = bytearray()
        while some := await asyncio.to_thread(slow.recv, 1 << 20):
            told += some
        slow.close()
        assert not told.endswith(b"0\r\n\r\n")  # broken off, so that it is no whole answer
    assert streams.ended
