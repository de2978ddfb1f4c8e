"""Pages as a browser gets them: the overview of a hundred accounts that hold a thousand assets.

`python -m bench.pages` is their exchange, in a process of its own: prints its URLs, plays until killed.
"""

import asyncio
import statistics
import time
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from bench.exchange import scenario
from bench.server import PASSWORD
from cambist.outward.loop import Loop
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock
from checks import chromium

CODE = "binance_us"
ACCOUNTS, ASSETS = 100, 1_000
COOKIE = "__Host-cambist"
ROUNDS, VISITS = 30, 5
LARGEST_PAINT = """() => new Promise(tell => new PerformanceObserver(
    list => tell(list.getEntries().at(-1).startTime)
).observe({type: 'largest-contentful-paint', buffered: true}))"""


def play() -> bytes:
    """Every account holds another hundredth of the assets."""
    told = msgspec.json.decode(scenario(CODE, ASSETS, ACCOUNTS))
    held = told["wallets"]["spot"]
    for number, key in enumerate(told["keys"]):
        key["wallets"] = {"spot": dict(islice(held.items(), number % ACCOUNTS, None, ACCOUNTS))}
    return msgspec.json.encode(told)


async def measured(ready: dict[str, Any]) -> dict[str, float]:
    """{overview_ms: of the answer; overview_paint_ms, overview_bytes: of a browser that has kept nothing}.

    The last two are left out where there is no Chromium.
    """
    address = ready["address"]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        token = await _signed_in(http, address, ready["public_url"])
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            async with http.get(f"{address}/", headers={"Cookie": f"{COOKIE}={token}"}) as answer:
                page = await answer.text()
            times.append((time.perf_counter() - started) * 1000)
    if page.count('id="account-') != ACCOUNTS:
        raise RuntimeError("the overview does not show all accounts")
    found = {"overview_ms": statistics.median(times)}
    place = chromium.found()
    return found if place is None else found | await _seen(place, address, token)


async def _signed_in(http: aiohttp.ClientSession, address: str, public_url: str) -> str:
    form, headers = {"name": "owner", "password": PASSWORD}, {"Origin": public_url}
    asked = http.post(f"{address}/sign-in", data=form, headers=headers, allow_redirects=False)
    async with asked as answer:
        return answer.cookies[COOKIE].value


async def _seen(place: Path, address: str, token: str) -> dict[str, float]:
    paints, sent = [], 0.0
    secure = address.replace("http:", "https:")  # or a browser takes no cookie of this name
    async with chromium.running(place) as browser:
        for _ in range(VISITS):
            context = await browser.new_context(viewport={"width": 1440, "height": 900})
            await context.add_cookies([{"name": COOKIE, "value": token, "url": secure, "secure": True}])
            page = await context.new_page()
            network = await context.new_cdp_session(page)
            loaded: list[float] = []
            network.on(
                "Network.loadingFinished", lambda told, all_=loaded: all_.append(told["encodedDataLength"])
            )
            await network.send("Network.enable")
            await page.goto(f"{address}/", wait_until="networkidle")
            paints.append(float(await page.evaluate(LARGEST_PAINT)))
            sent = sum(loaded)
            await context.close()
    return {"overview_paint_ms": statistics.median(paints), "overview_bytes": sent}


async def main() -> None:
    async with Simulator([load_scenario(play())], now=WallClock().now) as simulator:
        print(msgspec.json.encode(simulator.exchange_urls).decode(), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main())
