"""The first run: one token, told on the terminal, names the owner once; nothing else does."""

from datetime import timedelta

import pytest

from cambist.actions.first_run import offer_first_run
from tests.web.browsers import NEW_PASSWORD, PASSWORD, Browser, give_password, told
from tests.worlds import Answer, World

pytestmark = pytest.mark.asyncio
REFUSED = b"The first-run token is not right, or not any more: 'cambist init' makes one."


async def offered(made: World) -> str:
    token = await offer_first_run(made.cambist.outside, "test")
    assert token is not None
    return token.reveal()


async def first_run(browser: Browser, token: str, name: str = "Ada", password: str = PASSWORD) -> Answer:
    return await browser.post("/first-run", token=token, name=name, password=password)


async def test_the_token_names_the_owner_sets_the_password_and_signs_in(world: World) -> None:
    browser, token = Browser(world), await offered(world)
    answer = await first_run(browser, token)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert len(await browser.sessions()) == 1
    assert [(user.id, user.name) for user in await world.cambist.outside.users.listed()] == [(1, "Ada")]
    assert (await Browser(world).sign_in("Ada")).status == 303
    assert await told(world, "first-run token made", "password changed", "signed in") == [
        ("first-run token made", "test", None, ""),
        ("password changed", "sign-in from 127.0.0.1", 1, "first run"),
        ("signed in", "sign-in from 127.0.0.1", 1, "session 1"),
        ("signed in", "sign-in from 127.0.0.1", 1, "session 2"),
    ]


async def test_a_token_is_good_once(world: World) -> None:
    token = await offered(world)
    await first_run(Browser(world), token)
    again = await first_run(Browser(world), token, "Eve", NEW_PASSWORD)
    assert (again.status, again.raw) == (401, REFUSED)
    assert (await Browser(world).sign_in("Ada", PASSWORD)).status == 303


async def test_where_the_owner_has_a_password_no_token_is_made_and_none_is_good(world: World) -> None:
    token = await offered(world)
    await give_password(world)
    assert await offer_first_run(world.cambist.outside, "test") is None
    answer = await first_run(Browser(world), token, password=NEW_PASSWORD)
    assert (answer.status, answer.raw) == (403, b"This first-run token is used up.")
    assert (await Browser(world).sign_in()).status == 303


async def test_a_new_token_voids_the_one_before(world: World) -> None:
    first, second = await offered(world), await offered(world)
    assert first != second
    assert (await first_run(Browser(world), first)).raw == REFUSED
    assert (await first_run(Browser(world), second)).status == 303


async def test_a_token_is_good_for_a_day(world: World) -> None:
    token = await offered(world)
    world.clock.step(timedelta(days=1))
    assert (await first_run(Browser(world), token)).raw == REFUSED
    token = await offered(world)
    world.clock.step(timedelta(days=1) - timedelta(milliseconds=1))
    assert (await first_run(Browser(world), token)).status == 303


async def test_wrong_tokens_are_limited_as_wrong_passwords_are(world: World) -> None:
    token = await offered(world)
    for wrong in ("x", token[:-1], token.upper(), token + "0", "0" * 64):
        assert (await first_run(Browser(world), wrong)).raw == REFUSED
    held = await first_run(Browser(world), token)
    assert (held.status, held.headers["Retry-After"]) == (429, "60")
    abouts = [about for *_, about in await told(world, "sign-in refused")]
    assert abouts == ["first run", "first run (4 more times)"]
    world.clock.step(timedelta(minutes=1))
    assert (await first_run(Browser(world), token)).status == 303


async def test_a_name_or_a_password_that_cannot_be_leaves_the_token_good(world: World) -> None:
    await give_password(world, "Bob")
    token = await offered(world)
    for fields, said in (
        ({"name": " "}, b"name does not have a valid value"),
        ({"name": "A\nb"}, b"name does not have a valid value"),
        ({"name": "x" * 121}, b"name does not have a valid value"),
        ({"password": "short"}, b"password must have 10 to 1024 characters"),
        ({"name": "Bob"}, b"name has already been taken"),
        ({"name": ""}, b"name can't be blank"),
    ):
        answer = await first_run(Browser(world), token, **fields)
        assert (answer.status, answer.raw) == (400, said)
    assert (await first_run(Browser(world), "")).raw == b"token can't be blank"
    assert (await first_run(Browser(world), token)).status == 303


async def test_without_an_offer_no_token_is_good(world: World) -> None:
    for token in ("", "0" * 64, "\0"):
        answer = await first_run(Browser(world), token)
        assert answer.status in {400, 401}
    assert (await Browser(world).sign_in("Ada")).status == 401
