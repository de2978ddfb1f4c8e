"""Journeys to accounts: connect, load one and all, a key that turns invalid, another key in its place."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.figures import figures, numbers, wrongly_rounded
from tests.browser.people import Person, owner
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, FixedClock, World, scenario, world

pytestmark = pytest.mark.asyncio(loop_scope="session")
WRONG_SECRET = "a-secret-that-is-wrong"
NAMES = [f"Account {number}" for number in range(1, 7)]
SLOW = {"path": "/api/v3/account", "kind": "slow", "delay_ms": 700}
REJECTED = "API keys are no longer valid or incorrect."
TOLD = {
    "/": REJECTED,
    "/accounts/1": REJECTED,
    "/holdings": "1 of 1 account is not up to date. What was last known is counted",
    "/profit": "to 10 min ago",
    "/log": REJECTED,
}
RICHER = {"spot": {"BTC": {"free": "0.75", "locked": "0"}, "USDT": {"free": "100", "locked": "0"}}}


def passes(made: World, **by: int) -> None:
    assert isinstance(made.clock, FixedClock)
    made.clock.step(timedelta(**by))


async def told(person: Person, *answers: Any, within: str) -> None:
    """Every figure of that part of the page is one that the API tells, rightly rounded."""
    said = {each for answer in answers for each in numbers(answer)}
    shown = await figures(person.page, within)
    assert shown
    assert [each for each in shown if each.exact not in said] == []
    assert await wrongly_rounded(person.page) == []


async def answer(made: World, path: str) -> Any:
    got = await made.call("GET", path)
    assert got.status == 200, got.raw
    return got.json


async def test_wrong_keys_are_told_and_right_ones_connect(owner: Person) -> None:
    page = owner.page
    await owner.presses("Connect an account")
    await owner.types(q="binance us")
    await expect(page.locator("#markets")).to_contain_text("that fit")
    await page.locator("#markets a", has_text="binance_us").click()
    await owner.types(name="Mine <only>", api_key=EXCHANGE_KEY, secret=WRONG_SECRET)
    await owner.presses("Try the keys and connect")
    await expect(page.get_by_role("alert")).to_contain_text("Nothing was kept or changed")
    values = [await page.input_value(f"[name={name}]") for name in ("name", "api_key", "secret")]
    assert values == ["Mine <only>", EXCHANGE_KEY, ""]
    assert WRONG_SECRET not in await page.content()
    await owner.types(secret=EXCHANGE_SECRET)
    await owner.presses("Try the keys and connect")
    assert owner.path == "/accounts/1"
    assert await page.title() == "Mine <only> · Cambist"
    assert EXCHANGE_SECRET not in await page.content()
    await told(owner, await answer(owner.world, "/accounts/1"), within=".hero")


async def test_one_account_is_loaded_where_it_stands(owner: Person) -> None:
    made, page = owner.world, owner.page
    await made.connected()
    await owner.opens("/")
    before = await figures(page, ".hero .total")
    made.patch(wallets=RICHER)
    button = page.get_by_role("button", name="Load My Binance US")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".hero .total")).not_to_contain_text(before[0].text)
    await expect(button).to_be_focused()
    now = await answer(made, "/accounts/1")
    summary = await answer(made, "/accounts/summary")
    await told(owner, summary, within=".hero")
    await told(owner, now, within=".accounts")
    assert (await figures(page, ".hero .total"))[0].value == now["usd_amount"] == summary["usd_amount"]
    await owner.opens("/?unit=BTC")
    await told(owner, await answer(made, "/accounts/summary"), within=".hero")
    assert (await figures(page, ".hero .total"))[0].value == now["btc_amount"]


@pytest_asyncio.fixture(name="many", loop_scope="session")
async def _many(chromium: Browser, tmp_path: Path) -> AsyncIterator[Person]:
    """The owner of more accounts than are loaded at once, at an exchange that takes its time."""
    keys = [
        {"api_key": f"key-{number}-of-the-test", "secret": EXCHANGE_SECRET, "uid": f"{2000 + number}"}
        for number in range(len(NAMES))
    ]
    async with world(tmp_path, scenario(keys=keys)) as made:
        for name, key in zip(NAMES, keys, strict=True):
            await made.connected(name=name, api_key=key["api_key"], secret=key["secret"])
        made.patch(faults=[SLOW])
        async with owner(chromium, made) as person:
            yield person


async def test_all_are_loaded_with_progress_and_it_can_be_cancelled(many: Person) -> None:
    run = many.page.locator("#run")
    await many.opens("/")
    await many.presses("Load balances")
    await expect(run).to_contain_text("0 of 6 loaded: " + ", ".join(NAMES[:4]))
    await many.presses("Cancel")
    await expect(run).to_contain_text("cancelled, what runs comes to its end")
    await expect(run).to_contain_text("Cancelled: 4 of 6 accounts loaded.")
    many.world.patch(faults=[{**SLOW, "delay_ms": 100}])
    passes(many.world, seconds=2)
    await many.presses("Load balances")
    await expect(run).to_contain_text("6 of 6 accounts loaded.")
    await told(many, await answer(many.world, "/accounts/summary"), within=".hero")
    await told(many, await answer(many.world, "/accounts"), within=".accounts")


async def test_a_key_that_turns_invalid_shows_on_every_page_until_another_is_in_its_place(
    owner: Person,
) -> None:
    made, page = owner.world, owner.page
    await made.connected()
    await owner.opens("/")
    assert await page.locator(".total.old, td.old").count() == 0
    before = await answer(made, "/accounts/1")
    passes(made, minutes=10)
    made.patch(keys=[])
    await owner.presses("Load My Binance US")
    await expect(page.locator(".alerts")).to_contain_text(REJECTED)
    for path, sentence in TOLD.items():
        await owner.opens(path)
        assert sentence in await owner.reads(), path
    for path in ("/", "/accounts/1", "/holdings"):
        await owner.opens(path)
        assert await page.locator(".total.old").count() == 1, f"{path} looks complete"
    await owner.opens("/")
    await owner.presses("Replace key of My Binance US")
    assert owner.path == "/accounts/1/keys"
    new = {"api_key": "newer-key-of-the-test", "secret": "newer-secret-of-the-test"}
    made.patch(keys=[{**new, "uid": "1001"}])
    await owner.types(api_key=new["api_key"], secret=WRONG_SECRET)
    await owner.presses("Try and replace")
    assert await page.input_value("[name=api_key]") == new["api_key"]
    assert WRONG_SECRET not in await page.content()
    passes(made, seconds=2)
    await owner.types(secret=new["secret"])
    await owner.presses("Try and replace")
    assert owner.path == "/accounts/1"
    now = await answer(made, "/accounts/1")
    assert (now["id"], now["name"], now["api_keys_state"]) == (before["id"], before["name"], "ok")
    points = await answer(made, "/accounts/1/balance_chart_data?date_from=2023-06-01")
    assert len(points) >= 2
    await owner.opens("/")
    assert await page.locator(".total.old, .alerts").count() == 0
    await told(owner, now, within=".accounts")
