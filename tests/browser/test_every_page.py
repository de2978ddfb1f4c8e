"""What holds on every page: nothing that keeps people out, no sideways scroll, figures as they are kept."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from cambist.web.routes import ROUTES
from tests.browser.figures import wrongly_rounded
from tests.browser.people import DESKTOP, PHONE, Person, somebody
from tests.worlds import World

pytestmark = pytest.mark.asyncio(loop_scope="session")
# What stands where a path has a name, or in its place to see more; a new one joins here.
NAMED = {
    "/accounts/{id}": "/accounts/1",
    "/connect/{market}": "/connect/okex",
    "/keys/{id}": "/keys/1",
    "/holdings": "/holdings?dust=show&asset=BTC",
}
# Answers for programs, a file, a stream.
NO_PAGES = {"/sessions", "/holdings.csv", "/load/progress"}
MORE = ("/keys/new?for=3commas", "/keys/new?for=cambist")
PAGES = [path for method, path, _ in ROUTES if method == "GET" and path not in NO_PAGES]


async def address(made: World, path: str) -> str:
    for named, stands in NAMED.items():
        path = path.replace(named, stands)
    if "{load_id}" in path:
        kept = (await made.call("GET", "/cambist/v1/accounts/1/balances")).json
        path = path.replace("{load_id}", kept["load_id"])
    assert "{" not in path, f"say in NAMED what stands for the name in {path}"
    return path


@pytest_asyncio.fixture(name="person", scope="module", loop_scope="session")
async def _person(chromium: Browser, house: World) -> AsyncIterator[Person]:
    async with somebody(chromium, house) as person:
        await person.signs_in()
        yield person


@pytest.mark.parametrize("path", [*PAGES, *MORE])
async def test_nothing_keeps_anybody_out(person: Person, path: str) -> None:
    """axe-core's rules on a desk and on a phone; of the other theme those of colours."""
    page, told = person.page, []
    await person.opens(await address(person.world, path))
    assert await page.evaluate("document.contentType") == "text/html"
    for width, height in (DESKTOP, PHONE):
        await page.set_viewport_size({"width": width, "height": height})
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            found = await Axe().run(page, options={"resultTypes": ["violations"], **rules})
            for each in found.response["violations"]:
                where = [f"{node['html'][:160]}: {node['failureSummary']}" for node in each["nodes"][:5]]
                told += [f"{width} px, {scheme}: {each['help']}", *where]
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            told.append(f"{width} px: scrolls sideways")
    assert not told, "\n".join(told)
    assert not await wrongly_rounded(page)
    assert not person.watch.faults
