"""What a page costs to be seen the first time."""

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.people import owner
from tests.worlds import World

pytestmark = pytest.mark.asyncio(loop_scope="session")
MOST_BYTES = 100_000


@pytest.mark.parametrize("path", ["/", "/accounts/1"])
async def test_a_page_with_all_that_it_loads_is_at_most_100_kilobytes(
    chromium: Browser, house: World, path: str
) -> None:
    """As sent, headers too, by a browser that has kept nothing."""
    async with owner(chromium, house) as person:
        sent: dict[str, float] = {}

        def note(event: dict[str, Any]) -> None:
            sent[event["requestId"]] = event["encodedDataLength"]

        network = await person.page.context.new_cdp_session(person.page)
        network.on("Network.loadingFinished", note)
        await network.send("Network.enable")
        await network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        await person.opens(path)
        await person.page.wait_for_load_state("networkidle")
    assert len(sent) > 5
    assert sum(sent.values()) <= MOST_BYTES, sorted(sent.values())
