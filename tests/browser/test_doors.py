"""First run, sign-in, sign-out, theme."""

import pytest
from playwright.async_api import Browser

from tests.browser.people import somebody
from tests.worlds import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_wrong_password(chromium: Browser, made: World) -> None:
    async with somebody(chromium, made) as person:
        await person.opens("/sign-in")
        await person.types(name="owner", password="wrong")
        await person.presses("Sign in", "main")
        assert "wrong" in await person.reads()
