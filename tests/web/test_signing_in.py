"""Signing in: who is refused learns nothing, who fails often waits, and a restart forgets none of it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.add_user import add_user
from cambist.actions.sign_in import begin_session, sign_in
from cambist.core.errors import RateLimited, SignInRefused
from cambist.core.sessions import Visitor
from cambist.core.terms import Secret
from cambist.vault.passwords import PasswordQueue
from cambist.wiring import WallClock, running
from tests.web.browsers import NEW_PASSWORD, PASSWORD, Browser, give_password, told
from tests.worlds import Answer, FixedClock, World, world

pytestmark = pytest.mark.asyncio
SECOND = timedelta(seconds=1)
MS = timedelta(milliseconds=1)
VISITOR = Visitor("192.0.2.1", "a browser")


def shape(answer: Answer) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All of an answer that does not change by itself."""
    changing = {"date", "x-request-id"}
    kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in changing]
    return answer.status, answer.raw, kept


async def test_unknown_wrong_and_without_a_password_get_the_same_answer_for_the_same_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await give_password(world)
    await give_password(world, "Ada")
    worked: list[object] = []
    run = PasswordQueue.run

    async def noting(queue: PasswordQueue, work: Any) -> Any:
        worked.append(work)
        return await run(queue, work)

    monkeypatch.setattr(PasswordQueue, "run", noting)
    await add_user(world.cambist.outside, "Bob", "test")
    answers = [
        await Browser(world).sign_in("nobody", PASSWORD),
        await Browser(world).sign_in("owner", NEW_PASSWORD),
        await Browser(world).sign_in("Bob", PASSWORD),
    ]
    assert shape(answers[0]) == shape(answers[1]) == shape(answers[2])
    assert (answers[0].status, answers[0].raw) == (401, b"The name or the password is not right.")
    assert "Set-Cookie" not in answers[0].headers
    assert len(worked) == 3
    by = "sign-in from 127.0.0.1"
    assert await told(world, "sign-in refused") == [
        ("sign-in refused", by, None, "unknown name"),
        ("sign-in refused", by, owner.id, "wrong password"),
        ("sign-in refused", by, 3, "wrong password"),
    ]


@pytest.mark.parametrize("name", ["owner", "nobody"])
async def test_after_five_failures_a_name_waits_a_minute_and_twice_as_long_each_time_up_to_15(
    world: World, name: str
) -> None:
    await give_password(world)
    browser = Browser(world)
    for _ in range(5):
        assert (await browser.sign_in(name, NEW_PASSWORD)).status == 401
    for minutes in (1, 2, 4, 8, 15, 15):
        held = await browser.sign_in(name, PASSWORD)  # the right one is not looked at either
        assert (held.status, held.headers["Retry-After"]) == (429, str(60 * minutes))
        assert held.raw == b"Too many sign-ins failed: try again later."
        world.clock.step(minutes * 60 * SECOND - MS)
        assert (await browser.sign_in(name, PASSWORD)).headers["Retry-After"] == "1"
        world.clock.step(MS)
        assert (await browser.sign_in(name, NEW_PASSWORD)).status == 401
    why = "unknown name" if name == "nobody" else "wrong password"
    abouts = [about for *_, about in await told(world, "sign-in refused")]
    assert abouts == [why, f"{why} (10 more times)"]


async def test_a_success_forgets_the_failures_and_so_does_a_day_or_a_new_password(world: World) -> None:
    await give_password(world)
    browser = Browser(world)

    async def fail(times: int) -> list[int]:
        return [(await browser.sign_in(password=NEW_PASSWORD)).status for _ in range(times)]

    assert await fail(4) == [401] * 4
    await browser.signed_in()
    assert await fail(4) == [401] * 4
    world.clock.step(timedelta(days=1))
    assert await fail(6) == [401] * 5 + [429]
    await give_password(world)
    await browser.signed_in()


async def test_failures_are_of_one_name_whatever_address_they_come_from(tmp_path: Path) -> None:
    async with world(tmp_path, trusted_proxies=["127.0.0.0/8"]) as made:
        await give_password(made)
        await give_password(made, "Ada")
        for number in range(5):
            browser = Browser(made, headers={"X-Forwarded-For": f"203.0.113.{number}"})
            assert (await browser.sign_in(password=NEW_PASSWORD)).status == 401
        assert (await Browser(made, headers={"X-Forwarded-For": "198.51.100.1"}).sign_in()).status == 429
        assert (await Browser(made).sign_in("Ada")).status == 303
        told_of = await told(made, "sign-in refused")
        assert [by for _, by, _, _ in told_of] == [f"sign-in from 203.0.113.{number}" for number in range(5)]


async def test_a_restart_forgets_no_failure(tmp_path: Path) -> None:
    clock = FixedClock()
    async with world(tmp_path, clock=clock) as made:
        await give_password(made)
        for _ in range(5):
            assert (await Browser(made).sign_in(password=NEW_PASSWORD)).status == 401
    async with running(made.cambist.settings, clock) as again:
        with pytest.raises(RateLimited) as held:
            await sign_in(again.outside, "owner", Secret(PASSWORD), VISITOR)
        assert held.value.retry_after_s == 60
        clock.step(60 * SECOND)
        session, _ = await sign_in(again.outside, "owner", Secret(PASSWORD), VISITOR)
        assert session.visitor == VISITOR


async def test_attempts_of_the_same_moment_are_no_more_than_five(world: World) -> None:
    await give_password(world)
    answers = await asyncio.gather(*(Browser(world).sign_in(password=NEW_PASSWORD) for _ in range(12)))
    assert sorted(answer.status for answer in answers) == [401] * 5 + [429] * 7


async def test_what_was_typed_as_a_name_is_kept_nowhere(world: World) -> None:
    await Browser(world).sign_in(PASSWORD, "the name of somebody")
    folder = Path(world.cambist.settings.data_dir)
    kept = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert PASSWORD.encode() not in kept


async def test_where_too_many_wait_a_sign_in_is_put_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await give_password(world)
    monkeypatch.setattr("cambist.vault.passwords.MOST_WAITING", 0)
    answer = await Browser(world).sign_in()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.raw == b"Too many people are signing in just now: try again in a moment."


async def test_a_password_that_changed_while_it_was_looked_at_signs_nobody_in(world: World) -> None:
    owner = await give_password(world)
    users = world.cambist.outside.users
    was = await users.password_hash(owner.id)
    await give_password(world, password=NEW_PASSWORD)
    assert was is not None
    with pytest.raises(SignInRefused, match=r"^The password was changed meanwhile"):
        await begin_session(world.cambist.outside, owner, VISITOR, was)
    assert await told(world, "signed in") == []


async def test_the_limit_of_an_address_holds_for_browsers_too(tmp_path: Path) -> None:
    async with world(tmp_path, clock=WallClock(), requests_a_minute=3) as made:
        statuses = [(await Browser(made).ask("GET", "/sessions")).status for _ in range(4)]
        assert statuses == [401, 401, 401, 429]
