"""Journeys through the doors: first run, sign in and out, a session that has ended, the theme."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from cambist.actions.first_run import offer_first_run
from tests.browser.people import Person, owner, somebody
from tests.web.browsers import PASSWORD
from tests.worlds import FixedClock, World

pytestmark = pytest.mark.asyncio(loop_scope="session")
LONGER_THAN_A_SESSION = timedelta(hours=1)


async def test_first_run_names_the_owner_who_signs_out_and_in_again(chromium: Browser, made: World) -> None:
    token = await offer_first_run(made.cambist.outside, "test")
    assert token is not None
    async with somebody(chromium, made) as person:
        await person.opens("/")
        assert person.address == "/sign-in?next=%2F"
        await person.presses("name the owner")
        await person.types(token="not the token", name="Ada", password=PASSWORD)
        await person.presses("Sign in", "main")
        assert "The first-run token is not right" in await person.reads()
        values = [await person.page.input_value(f"[name={name}]") for name in ("token", "name", "password")]
        assert values == ["", "Ada", ""]
        await person.types(token=token.reveal(), password=PASSWORD)
        await person.presses("Sign in", "main")
        assert (person.path, await person.page.title()) == ("/", "Overview · Cambist")
        await person.presses("Sign out")
        assert person.path == "/sign-in"
        await person.opens("/")
        assert person.path == "/sign-in"
        await person.types(name="Ada", password="not it, by far")
        await person.presses("Sign in", "main")
        assert "The name or the password is not right." in await person.reads()
        assert await person.page.input_value("[name=name]") == "Ada"
        await person.types(password=PASSWORD)
        await person.presses("Sign in", "main")
        assert person.path == "/"


async def test_who_signs_in_again_has_another_session(owner: Person) -> None:
    first = await owner.token()
    await owner.signs_in()
    assert await owner.token() != first


async def test_a_session_that_has_ended_is_led_to_sign_in_and_back(owner: Person) -> None:
    clock = owner.world.clock
    assert isinstance(clock, FixedClock)
    clock.step(LONGER_THAN_A_SESSION)
    await owner.opens("/?range=7d&unit=BTC")
    assert owner.path == "/sign-in"
    await owner.types(name="owner", password=PASSWORD)
    await owner.presses("Sign in", "main")
    assert owner.address == "/?range=7d&unit=BTC"


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_button_pressed_after_its_session_has_ended_leads_to_sign_in_and_back_to_its_page(
    chromium: Browser, made: World, scripts: bool
) -> None:
    account_id = await made.connected()
    async with owner(chromium, made, java_script_enabled=scripts) as person:
        await person.opens(f"/accounts/{account_id}?range=7d&unit=BTC")
        made.clock.step(LONGER_THAN_A_SESSION)
        await person.presses("Load balances")
        await person.page.wait_for_url("**/sign-in?**")
        await person.types(name="owner", password=PASSWORD)
        await person.presses("Sign in", "main")
        assert person.address == f"/accounts/{account_id}?range=7d&unit=BTC"


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("system", "other"), [("dark", "light"), ("light", "dark")])
async def test_the_theme_is_the_systems_until_another_is_chosen(
    chromium: Browser, made: World, system: str, other: str, scripts: bool
) -> None:
    async with somebody(chromium, made, color_scheme=system, java_script_enabled=scripts) as person:
        await person.opens("/sign-in")
        as_found = await person.background()
        await person.presses(f"{other.title()} colours")
        assert await person.background() != as_found
        await person.opens("/sign-in")
        assert await person.page.get_attribute("html", "data-theme") == other
        await person.presses(f"{system.title()} colours")
        assert await person.background() == as_found
