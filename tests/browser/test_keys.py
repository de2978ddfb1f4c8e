"""The journey of an API key: made, its secret copied once, good for the API until it is revoked."""

import pytest
from playwright.async_api import expect

from tests.browser.people import Person
from tests.worlds import Key

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_key_is_made_copied_once_works_and_then_is_revoked(owner: Person) -> None:
    made, page = owner.world, owner.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await owner.presses("API keys")
    await owner.presses("Make a key")
    await owner.presses("For a 3Commas client")
    await owner.types(name="bot on my desk")
    await owner.presses("Make the key")
    copied = []
    for name in ("API key", "Secret"):
        await owner.presses(f"Copy the {name}")
        await expect(page.get_by_role("button", name=f"Copied the {name}")).to_be_visible()
        copied.append(await page.evaluate("navigator.clipboard.readText()"))
    key = Key(*copied)
    assert await page.locator("#secret").inner_text() == key.secret
    answer = await made.call("GET", "/accounts", key=key)
    assert (answer.status, answer.json) == (200, [])
    await owner.presses("I have copied it")
    assert "bot on my desk" in await owner.reads()
    for leave in (page.reload, page.go_back):
        await leave()
        assert key.secret not in await page.content()
    await owner.opens("/keys")
    await owner.presses("Revoke bot on my desk")
    await owner.presses("Revoke the key")
    assert "The key bot on my desk is revoked" in await owner.reads()
    assert (await made.call("GET", "/accounts", key=key)).status == 401
