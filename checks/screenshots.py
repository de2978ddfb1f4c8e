"""`make screenshots`: every page of the demo, light, dark and on a phone, as PNG in screenshots/.

`python -m checks.screenshots --readme` writes the README's three into docs/pictures/ instead.
"""

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, BrowserContext, Page

from cambist.actions.add_user import set_password
from cambist.actions.create_api_key import create_api_key
from cambist.actions.facts import Caller
from cambist.api.server import bound, serving
from cambist.cli.demo_accounts import connect, connect_others, fail, scenarios
from cambist.cli.demo_day import Day, DemoClock
from cambist.cli.demonstration import MARKET
from cambist.core.terms import Secret
from cambist.logs import start_logging
from cambist.settings import Settings
from cambist.simulator.scenario import default_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import initialise, running
from checks import chromium

SHOTS = Path(__file__).parents[1] / "screenshots"
PASSWORD = "of these screenshots alone"  # noqa: S105
LOOKS = {"light": ("light", 1440, 900), "dark": ("dark", 1440, 900), "phone": ("light", 390, 844)}
PAGES = (
    *("/", "/accounts/1", "/accounts/2", "/accounts/3", "/accounts/3/keys", "/accounts/1/remove"),
    *("/connect", "/connect/okex", "/holdings", "/holdings?dust=show&asset=BTC", "/profit?range=1y"),
    *("/profit?range=1y&account=1", "/keys", "/keys/new", "/keys/new?for=3commas", "/settings", "/log"),
)
README = Path(__file__).parents[1] / "docs" / "pictures"
# {picture: (page, look, quality)}; what is seen without scrolling.
PICTURES = {
    "overview": ("/", "light", 80),
    "holdings": ("/holdings", "dark", 80),
    "phone": ("/", "phone", 80),
}
MOST_BYTES = 150_000
OUTSIDE = ("/sign-in", "/first-run")


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """The address of a server that shows what `make demo` shows."""
    played, listening = (default_scenario(MARKET), *scenarios()), bound("127.0.0.1", 0)
    clock = DemoClock()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with Simulator(played, now=clock.now) as simulator:
        settings = Settings(
            data_dir=str(folder / "data"),
            master_key_file=str(folder / "key" / "master.key"),
            master_key_source="file",
            public_url=address,
            exchange_urls=simulator.exchange_urls,
            requests_a_minute=1_000_000,
            log_level="WARNING",
        )
        start_logging(settings)
        await initialise(settings)
        async with running(settings, clock) as cambist, serving(cambist.app(), listening):
            owner = await cambist.outside.users.owner()
            me = Caller(owner.id, "screenshots")
            await set_password(cambist.outside, owner, Secret(PASSWORD), "screenshots")
            key, _ = await create_api_key(cambist.outside, owner, "screenshots", name="Portfolio tracker")
            cambist.outside.last_uses.note(key.id, cambist.outside.clock.now())
            day = Day(simulator, clock, [each.exchange for each in played])
            account = await connect(cambist, me, MARKET, "My Binance US", played[0].keys[0])
            beside = await connect_others(cambist, simulator, me)
            await day.live(cambist, me, [account, *beside])
            await cambist.load_balances(me, account.id)
            await fail(cambist, simulator, me, beside)
            yield address


async def _opened(browser: Browser, look: str) -> tuple[BrowserContext, Page]:
    scheme, width, height = LOOKS[look]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1,
    )
    return context, await context.new_page()


async def _sign_in(page: Page, address: str) -> None:
    await page.goto(f"{address}/sign-in")
    await page.fill("[name=name]", "owner")
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button")


async def shoot(browser: Browser, address: str, look: str) -> None:
    context, page = await _opened(browser, look)
    for path in OUTSIDE:
        await _shot(page, address, path, look)
    await _sign_in(page, address)
    for path in (*PAGES, await _receipt(page, address)):
        await _shot(page, address, path, look)
    await context.close()


async def picture(browser: Browser, address: str, name: str) -> None:
    """Raises ValueError for one that is too large."""
    path, look, quality = PICTURES[name]
    context, page = await _opened(browser, look)
    await _sign_in(page, address)
    await page.goto(address + path, wait_until="networkidle")
    taken = await page.screenshot(path=README / f"{name}.jpg", type="jpeg", quality=quality)
    await context.close()
    if len(taken) > MOST_BYTES:
        raise ValueError(f"{name}.jpg has {len(taken)} bytes, {MOST_BYTES} at most")


async def _receipt(page: Page, address: str) -> str:
    """The page of the last load's receipt."""
    await page.goto(f"{address}/accounts/1")
    path = await page.get_attribute("a[href*=receipts]", "href")
    return path or ""


async def _shot(page: Page, address: str, path: str, look: str) -> None:
    answer = await page.goto(address + path, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise RuntimeError(f"{path} was not answered with a page")
    path = re.sub("(?<=/receipts)/.*", "", path)
    name = re.sub(r"[^a-z0-9]+", "-", path).strip("-") or "overview"
    await page.screenshot(path=SHOTS / f"{name}-{look}.png", full_page=True)


async def main() -> int:
    place = chromium.found()
    if place is None:
        print("There is no Chromium: install the package chromium.", file=sys.stderr)
        return 1
    into = README if "--readme" in sys.argv else SHOTS
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    with TemporaryDirectory(prefix="cambist-screenshots-") as folder:
        async with demo(Path(folder)) as address, chromium.running(place) as browser:
            if into is README:
                for name in PICTURES:
                    await picture(browser, address, name)
            else:
                for look in LOOKS:
                    await shoot(browser, address, look)
    print(f"{len([*into.iterdir()])} pictures in {into}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
