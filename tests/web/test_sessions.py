"""Sessions: begun by a name and its password, ended by time, by hand and from another process."""

import hashlib
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from cambist.actions.add_user import set_password
from cambist.core.terms import Secret
from cambist.wiring import WallClock, running
from tests.web.browsers import NEW_PASSWORD, PASSWORD, Browser, give_password, told
from tests.worlds import World, world

pytestmark = pytest.mark.asyncio
MINUTE = timedelta(minutes=1)
MS = timedelta(milliseconds=1)


def rows(made: World, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(made.cambist.settings.database)) as database:
        return database.execute(sql).fetchall()


async def test_a_person_signs_in_sees_the_session_and_signs_out(world: World) -> None:
    owner = await give_password(world)
    browser = Browser(world, agent="Firefox\t" + "x" * 200)
    answer = await browser.sign_in(next="/accounts?range=7d")
    assert (answer.status, answer.headers["Location"]) == (303, "/accounts?range=7d")
    now = world.clock.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert await browser.sessions() == [
        {
            "id": 1,
            "created_at": now,
            "seen_at": now,
            "address": "127.0.0.1",
            "agent": "Firefox" + "x" * 112,
            "current": True,
        }
    ]
    token = browser.token
    out = await browser.post("/sign-out")
    assert (out.status, out.headers["Location"], browser.cookies) == (303, "/sign-in", {})
    browser.cookies["__Host-cambist"] = token
    assert await browser.sessions() == 401
    assert await told(world, "signed in", "session ended") == [
        ("signed in", "sign-in from 127.0.0.1", owner.id, "session 1"),
        ("session ended", "session 1", owner.id, "session 1"),
    ]


async def test_of_a_token_of_256_bits_only_its_sha_256_is_kept(world: World) -> None:
    await give_password(world)
    token = (await Browser(world).signed_in()).token
    assert len(bytes.fromhex(token)) == 32
    assert rows(world, "SELECT token FROM sessions") == [(hashlib.sha256(token.encode()).digest(),)]
    folder = Path(world.cambist.settings.data_dir)
    kept = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert token.encode() not in kept
    assert bytes.fromhex(token) not in kept


async def test_each_sign_in_makes_a_new_token_and_ends_the_session_that_the_browser_had(world: World) -> None:
    await give_password(world)
    planted = Browser(world, cookies={"__Host-cambist": "f" * 64})
    await planted.signed_in()
    first = planted.token
    assert first != "f" * 64
    assert await Browser(world, cookies={"__Host-cambist": "f" * 64}).sessions() == 401
    await planted.signed_in()
    assert planted.token != first
    assert await Browser(world, cookies={"__Host-cambist": first}).sessions() == 401
    assert [each["id"] for each in await planted.sessions()] == [2]


async def test_a_session_ends_when_it_is_idle_for_30_minutes(world: World) -> None:
    await give_password(world)
    browser = await Browser(world).signed_in()
    world.clock.step(30 * MINUTE - MS)
    assert len(await browser.sessions()) == 1
    world.clock.step(30 * MINUTE)
    assert await browser.sessions() == 401
    other = await Browser(world).signed_in()
    assert [each["id"] for each in await other.sessions()] == [2]
    assert rows(world, "SELECT id FROM sessions") == [(2,)]


async def test_a_session_ends_after_12_hours_however_much_it_is_used(world: World) -> None:
    await give_password(world)
    browser = await Browser(world).signed_in()
    for _ in range(12 * 3 - 1):
        world.clock.step(20 * MINUTE)
        assert len(await browser.sessions()) == 1
    world.clock.step(20 * MINUTE - MS)
    assert len(await browser.sessions()) == 1
    world.clock.step(MS)
    assert await browser.sessions() == 401


async def test_when_it_was_last_seen_is_written_at_most_once_a_minute(world: World) -> None:
    await give_password(world)
    browser = await Browser(world).signed_in()
    begun = rows(world, "SELECT seen_at FROM sessions")[0][0]
    world.clock.step(MINUTE - MS)
    await browser.sessions()
    assert rows(world, "SELECT seen_at FROM sessions") == [(begun,)]
    world.clock.step(MS)
    await browser.sessions()
    assert rows(world, "SELECT seen_at FROM sessions") == [(begun + 60_000,)]


async def test_of_more_than_32_sessions_the_oldest_ends(world: World) -> None:
    owner = await give_password(world)
    browsers = [await Browser(world).signed_in() for _ in range(33)]
    assert await browsers[0].sessions() == 401
    assert [each["id"] for each in await browsers[1].sessions()] == list(range(33, 1, -1))
    assert await told(world, "session ended") == [("session ended", "session 33", owner.id, "session 1")]


async def test_one_session_ends_another_of_the_same_person(world: World) -> None:
    owner = await give_password(world)
    here, there = await Browser(world).signed_in(), await Browser(world).signed_in()
    answer = await here.post("/sessions/2/end")
    assert (answer.status, answer.headers["Location"]) == (303, "/sessions")
    assert (await there.sessions(), [each["id"] for each in await here.sessions()]) == (401, [1])
    assert await told(world, "session ended") == [("session ended", "session 1", owner.id, "session 2")]
    assert (await here.post("/sessions/2/end")).status == 404


async def test_a_session_of_somebody_else_is_neither_seen_nor_ended(world: World) -> None:
    await give_password(world)
    await give_password(world, "Ada")
    mine, hers = await Browser(world).signed_in(), await Browser(world).signed_in("Ada")
    assert [each["id"] for each in await mine.sessions()] == [1]
    assert [each["id"] for each in await hers.sessions()] == [2]
    answers = [
        await hers.post(f"/sessions/{which}/end")
        for which in ("1", "77", "0", "-1", "1x", "²", "9" * 18, "9" * 99)
    ]
    assert {(each.status, each.raw) for each in answers} == {(404, b"There is no such session.")}
    assert len(await mine.sessions()) == 1


async def test_a_changed_password_ends_all_sessions_or_all_but_the_one_that_changed_it(world: World) -> None:
    owner = await give_password(world)
    await give_password(world, "Ada")
    browsers = [await Browser(world).signed_in() for _ in range(3)]
    hers = await Browser(world).signed_in("Ada")
    await set_password(world.cambist.outside, owner, Secret(NEW_PASSWORD), "session 2", keep_session=2)
    assert [await each.sessions() == 401 for each in browsers] == [True, False, True]
    await set_password(world.cambist.outside, owner, Secret(PASSWORD), "test")
    assert await browsers[1].sessions() == 401
    assert len(await hers.sessions()) == 1
    assert (await Browser(world).sign_in(password=NEW_PASSWORD)).status == 401


async def test_a_session_that_another_process_ends_is_over_at_the_next_request(tmp_path: Path) -> None:
    async with world(tmp_path, clock=WallClock()) as made:
        await give_password(made)
        browsers = [await Browser(made).signed_in() for _ in range(2)]
        code, listed = await made.by_command("users", "sessions", "owner")
        assert (code, [each["visitor"]["address"] for each in listed]) == (0, ["127.0.0.1"] * 2)
        assert [len(await each.sessions()) for each in browsers] == [2, 2]
        assert await made.by_command("users", "end-sessions", "owner") == (0, {"ended": 2})
        assert [await each.sessions() for each in browsers] == [401, 401]
        assert [by for _, by, _, _ in await told(made, "session ended")] == ["command line"] * 2


async def test_a_session_outlives_the_server(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await give_password(made)
        browser = await Browser(made).signed_in()
        async with running(made.cambist.settings, made.clock) as again:
            token = again.outside.vault.fingerprint(Secret(browser.token))
            found = await again.outside.sessions.find(token)
            assert found is not None
            assert (found.id, found.is_open(made.clock.now())) == (1, True)


async def test_a_hash_with_old_parameters_is_made_anew_at_the_next_sign_in(world: World) -> None:
    owner = await give_password(world)
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    await world.cambist.outside.users.set_password(owner.id, old, "test", world.clock.now())
    await Browser(world).signed_in()
    anew = await world.cambist.outside.users.password_hash(owner.id)
    assert anew is not None
    assert anew.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await Browser(world).signed_in()
    assert await world.cambist.outside.users.password_hash(owner.id) == anew
    assert len(await told(world, "password changed")) == 2  # given, replaced; a new hash is no new password
