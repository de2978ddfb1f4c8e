"""The overview: figures are the API's, what is not well says so, all is loaded with or without scripts."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.import_history import import_history
from cambist.actions.load_all import LoadAll
from tests.web.browsers import Browser, give_password
from tests.web.pages import chart, figures, location, page, text, within
from tests.worlds import START, Answer, World, scenario, world

pytestmark = pytest.mark.asyncio
SECOND = {"api_key": "second-key-of-the-test", "secret": "second-secret-of-the-test"}
# A session ends after half an hour without a page.
SOON, DAY = timedelta(minutes=10), timedelta(days=1)
ALL_KEYS = [scenario()["keys"][0], {**SECOND, "uid": "1002"}]


async def two_accounts(made: World) -> Browser:
    """Two accounts, one with a history; a day later both loaded anew; who owns them signed in."""
    first, second = await made.connected(name="First & last"), await made.connected(name="Second", **SECOND)
    lines = ["date,usd,btc", *(f"2023-06-{day:02d},{20_000 + day},0.{day:02d}" for day in range(1, 19))]
    await import_history(made.cambist.outside, await made.me(), first, "\n".join(lines))
    made.clock.step(DAY - timedelta(seconds=4))
    made.patch(prices={"BTCUSD": "60000", "BTCUSDT": "59000", "ETHBTC": "0.04085"})
    for account_id in (first, second):
        assert (await made.load(account_id)).status == 201
    await give_password(made)
    return await Browser(made).signed_in()


async def of_two(folder: Path) -> Any:
    return world(folder, scenario(keys=ALL_KEYS))


async def asked(made: World, path: str) -> Any:
    answer = await made.call("GET", path)
    assert answer.status == 200, answer.raw
    return answer.json


async def test_figures_are_those_of_the_summary_and_of_each_account(tmp_path: Path) -> None:
    async with await of_two(tmp_path) as made:
        browser = await two_accounts(made)
        html = await page(browser, "/")
        summary = await asked(made, "/accounts/summary")
        hero = figures(within(html, 'class="hero"', "</dl>"))
        told = ["usd_amount", "btc_amount", "day_profit_usd", "day_profit_usd_percentage"]
        told += ["usd_profit", "usd_profit_percentage"]
        assert hero[:6] == [summary[name] for name in told]
        assert float(hero[6]) == float(summary["total_usd_profit"])
        assert "−" in text(within(html, 'class="hero"', "</dl>"))
        for account in await asked(made, "/accounts"):
            row = figures(within(html, f'id="account-{account["id"]}"', "</tr>"))
            assert row[0] == account["usd_amount"]
            assert row[2:6] == [account[name] for name in told[2:]]
        in_bitcoin = figures(within(await page(browser, "/?unit=BTC"), 'class="hero"', "</dl>"))
        assert in_bitcoin[:3] == [
            summary["btc_amount"],
            summary["day_profit_btc"],
            summary["day_profit_btc_percentage"],
        ]
        assert "needs attention" not in html
        assert "last known" not in html


async def test_assets_and_treemap_are_those_of_the_summary(tmp_path: Path) -> None:
    async with await of_two(tmp_path) as made:
        html = await page(await two_accounts(made), "/")
        rows = (await made.call("POST", "/accounts/summary/account_table_data")).json
        assets = figures(within(html, 'class="assets"', "</table>"))
        assert [float(each) for each in assets[1::2]] == [row["usd_value"] for row in rows]
        assert [row["currency_code"] for row in rows] == ["BTC", "USDT"]
        tiles = within(html, "for-wide", "</svg>")
        assert "<title>BTC: $60,000.00, −5.84\N{NARROW NO-BREAK SPACE}% in 24 hours</title>" in tiles
        assert tiles.count('class="tile loss-3"') == 1
        made.patch(wallets={"spot": {"XYZ": {"free": "5", "locked": "0"}}})
        made.clock.step(SOON)
        await made.load(1)
        told = text(await page(await Browser(made).signed_in(), "/"))
        assert "No price: XYZ. They add nothing to the total." in told


async def test_the_chart_is_the_worth_over_time_that_the_api_tells(tmp_path: Path) -> None:
    async with await of_two(tmp_path) as made:
        browser = await two_accounts(made)
        for span, since in (("all", 0), ("24h", int((made.clock.now() - DAY).timestamp()))):
            for unit in ("usd", "btc"):
                drawn = chart(await page(browser, f"/?range={span}&unit={unit.upper()}"))
                told = await asked(made, f"/accounts/summary/balance_chart_data?date_from={since}")
                points = list(zip((int(at) for at in drawn["x"]), drawn["y"], strict=True))
                expected = [(each["date"], each[unit]) for each in told]
                # What lies seconds apart in a year is one point to the eye; a day begins as all stood then.
                assert set(points[1:]) <= set(expected), span
                assert points[-1] == expected[-1]
                assert len(points) >= len(expected) - 2
        assert drawn["text"][-1].endswith("\N{NO-BREAK SPACE}BTC")
        assert drawn["time"][-1] == "20 Jun 2023, 16:50 UTC"
        own = chart(await page(browser, "/accounts/1?range=30d"))
        told = await asked(
            made, f"/accounts/1/balance_chart_data?date_from={int(START.timestamp()) - 30 * 86_400}"
        )
        assert own["y"] == [each["usd"] for each in told]
        html = await page(browser, "/?range=nonsense&unit=%3Cb%3E")
        assert '<path class="worth" d="M' in html
        assert "<b>" not in html


async def test_what_is_not_well_is_told_with_its_words_since_when_and_what_to_do(tmp_path: Path) -> None:
    async with await of_two(tmp_path) as made:
        browser = await two_accounts(made)
        made.patch(keys=ALL_KEYS[:1])
        for _ in range(2):
            made.clock.step(SOON)
            assert (await made.load(2)).status != 201
        await made.load(1)
        html = await page(browser, "/")
        alerts = within(html, 'id="alerts-title"', "</section>")
        assert "1 of 2 accounts needs attention" in text(alerts)
        assert "API keys are no longer valid or incorrect. Since 20 Jun 2023, 17:00 UTC" in text(alerts)
        assert 'href="/accounts/2/keys"' in alerts
        second = await asked(made, "/accounts/2")
        told = text(within(html, 'class="hero"', "</dl>"))
        shown = f"${Decimal(second['usd_amount']):,.2f}".replace(".", " .")
        assert f"{shown} of it is last known, 20 min ago" in told
        row = within(html, 'id="account-2"', "</tr>")
        assert ("Key invalid" in row, 'class="number old"' in row) == (True, True)
        assert 'class="number old"' not in within(html, 'id="account-1"', "</tr>")
        assert "Key invalid" in await page(browser, "/accounts/2")


async def test_an_exchange_that_is_down_is_an_alert_until_it_answers(world: World) -> None:
    account_id = await world.connected()
    await give_password(world)
    browser = await Browser(world).signed_in()
    world.patch(
        faults=[{"path": "/api/v3/account", "kind": "status", "status": 503, "body": "<p>down for today"}]
    )
    world.clock.step(SOON)
    down = await world.load(account_id)
    assert down.status != 201
    html = await page(browser, "/")
    assert "Does not load" in html
    assert "The exchange is not available: HTTP 503. Since 19 Jun 2023, 17:00 UTC" in text(html)
    world.patch(faults=[])
    world.clock.step(SOON)
    assert location(await browser.post(f"/accounts/{account_id}/load", next="/?unit=BTC")) == "/?unit=BTC"
    html = await page(browser, "/")
    assert ("Does not load" in html, "needs attention" in html, "just now" in html) == (False, False, True)


async def test_without_scripts_all_are_loaded_before_the_answer_which_says_how_it_went(
    tmp_path: Path,
) -> None:
    async with await of_two(tmp_path) as made:
        browser = await two_accounts(made)
        made.clock.step(SOON)
        made.patch(keys=ALL_KEYS[:1])
        assert location(await browser.post("/load", next="/?range=7d&unit=USD")) == "/?range=7d&unit=USD"
        assert (await asked(made, "/accounts/1"))["updated_at"] == "2023-06-20T17:00:57.303Z"
        assert "1 of 2 accounts loaded, 1 failed: Second." in text(await page(browser, "/"))
        attempts = await made.cambist.outside.loads.attempts(1, 1)
        assert attempts[0].cause == "session 1"
        made.clock.step(timedelta(minutes=2))
        assert "accounts loaded" not in await page(browser, "/")


async def test_with_scripts_a_stream_tells_how_it_goes(tmp_path: Path) -> None:
    async with await of_two(tmp_path) as made:
        browser = await two_accounts(made)
        made.clock.step(SOON)
        begun = await browser.post("/load?live=1", next="/")
        assert begun.status == 200
        assert 'hx-sse:connect="/load/progress"' in begun.raw.decode()
        stream = await browser.ask("GET", "/load/progress")
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert stream.headers["Content-Security-Policy"].startswith("default-src 'none'")
        lines = stream.raw.decode().splitlines()
        assert all(not line or line.startswith(("data: ", "event: done")) for line in lines)
        assert lines[-3:] == ["event: done", "data: done", ""]
        assert "2 of 2 accounts loaded." in text(await page(browser, "/"))
        again = await browser.ask("GET", "/load/progress")
        assert again.raw == b"event: done\ndata: done\n\n"


async def test_a_run_that_is_cancelled_loads_no_further_account(tmp_path: Path) -> None:
    async with await of_two(tmp_path) as made:
        browser = await two_accounts(made)
        made.clock.step(SOON)
        load_all: LoadAll = made.cambist.load_all
        me = await made.me()
        run = await load_all.begin(me)
        assert await load_all.begin(me) is run
        assert location(await browser.post("/load/cancel", next="//elsewhere.example")) == "/"
        await run.end(10)
        assert (run.is_cancelled, run.ended_at, run.count) == (True, made.clock.now(), 2)
        assert "Cancelled:" in text(await page(browser, "/"))
        again = await load_all.begin(me)
        load_all.cancel(me.user_id)
        await again.end(10)
        assert (again.done, again.is_cancelled) == (0, True)
        load_all.cancel(me.user_id)  # nothing runs: nothing happens


async def test_nobody_sees_or_loads_what_is_somebody_elses(tmp_path: Path) -> None:
    async with await of_two(tmp_path) as made:
        await two_accounts(made)
        await give_password(made, "Ada")
        hers = await Browser(made).signed_in("Ada")
        html = await page(hers, "/")
        assert ("Second" in html, "Connect an account" in html) == (False, True)
        calls = len(made.simulator.calls)
        await hers.post("/load", next="/")
        tried: list[Answer] = [
            await hers.ask("GET", "/accounts/1", Accept="text/html"),
            await hers.ask("GET", "/accounts/1/remove", Accept="text/html"),
            *[await hers.post(f"/accounts/1/{what}") for what in ("load", "rename", "summary", "remove")],
        ]
        assert [each.status for each in tried] == [404] * 6
        assert len(made.simulator.calls) == calls
        stranger = await Browser(made).ask("GET", "/accounts/1", Accept="text/html")
        assert location(stranger) == "/sign-in?next=%2Faccounts%2F1"
