"""Journeys over what is kept: ranges and units, holdings; without scripts, and by the keyboard alone."""

import csv
import io
from decimal import Decimal, localcontext

import pytest
from playwright.async_api import Browser, expect

from tests.browser.figures import figures, wrongly_rounded
from tests.browser.people import Person, owner
from tests.worlds import World

pytestmark = pytest.mark.asyncio(loop_scope="session")
COLUMN = "table.assets tbody td.value data.figure"


@pytest.mark.parametrize("path", ["/", "/accounts/1"])
async def test_range_and_unit_are_in_the_address_and_a_reload_keeps_them(guest: Person, path: str) -> None:
    page = guest.page
    await guest.opens(path)
    await guest.presses("1y")
    await guest.presses("BTC")
    assert guest.address == f"{path}?range=1y&unit=BTC"
    shown = await page.locator(".hero .total").inner_text()
    chart = await page.locator("[data-reading]").inner_text()
    assert shown.endswith("\N{NO-BREAK SPACE}BTC")
    assert "19 Jun 2022" in chart
    await page.reload()
    assert guest.address == f"{path}?range=1y&unit=BTC"
    assert await page.locator(".hero .total").inner_text() == shown
    assert await page.locator("[data-reading]").inner_text() == chart
    assert await page.locator("nav.choice [aria-current]").all_inner_texts() == ["BTC", "1y"]
    await page.locator(".chart").hover()
    await expect(page.locator("[data-reading]")).not_to_contain_text("lowest")
    await guest.presses("Profit", "nav")
    assert guest.address == "/profit?range=1y&unit=BTC"


async def worths(made: World) -> dict[str, Decimal]:
    """{asset: what all accounts hold of it in USD}, exactly as the API tells."""
    found: dict[str, Decimal] = {}
    for account_id in (1, 2, 3):
        told = (await made.call("GET", f"/cambist/v1/accounts/{account_id}/balances")).json
        for each in (each for wallet in told["wallets"] for each in wallet["balances"]):
            found[each["asset"]] = plus(found.get(each["asset"], Decimal(0)), Decimal(each["usd"]))
    return found


def plus(*terms: Decimal) -> Decimal:
    with localcontext(prec=1000):
        return sum(terms, Decimal(0))


async def values(person: Person) -> list[Decimal]:
    return [each.exact for each in await figures(person.page, "table.assets tbody td.value")]


async def test_holdings_are_sorted_and_sought_dust_is_a_sum_and_csv_has_all_digits(guest: Person) -> None:
    page, made = guest.page, guest.world
    exact = await worths(made)
    await guest.opens("/holdings?unit=USD")
    shown = await values(guest)
    assert shown == sorted(shown, reverse=True)
    assert {*shown} <= {*exact.values()}
    total = (await figures(page, ".lead .total"))[0].exact
    assert total == plus(*exact.values())
    assert total == Decimal((await made.call("GET", "/accounts/summary")).json["usd_amount"])
    dust = [each.exact for each in await figures(page, "tfoot tr.sum:not(.all) td.value")]
    assert plus(*dust, *shown) == total
    await page.locator("th[aria-sort] button").click()
    await expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Value")
    assert await values(guest) == sorted(shown)
    await page.check("[name=dust]")
    await guest.types(q="sim000")
    await guest.presses("Search", "main")
    await expect(page.locator("tfoot")).to_contain_text("Found: ")
    rows = await page.locator("table.assets tbody tr:not(.part) th a").all_inner_texts()
    assert rows
    assert all(each.startswith("SIM000") for each in rows)
    assert await values(guest) == sorted(exact[each] for each in rows)
    assert "sort=value" in guest.address
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="CSV").click()
    text = (await (await downloading.value).path()).read_text()
    lines = [*csv.DictReader(io.StringIO(text))]
    assert {each["asset"]: Decimal(each["value_usd"]) for each in lines} == {
        each: exact[each] for each in rows
    }
    assert not await wrongly_rounded(page)


async def test_without_scripts_one_signs_in_loads_seeks_sorts_and_signs_out(
    chromium: Browser, made: World
) -> None:
    await made.connected()
    async with owner(chromium, made, java_script_enabled=False) as person:
        assert await person.page.locator(".chart svg path").count() > 0
        await person.presses("Load balances")
        assert "1 of 1 accounts loaded." in await person.reads()
        await person.presses("Load My Binance US")
        assert person.path == "/"
        await person.presses("Holdings")
        await person.types(q="bit")
        await person.presses("Search", "main")
        assert [each.exact for each in await figures(person.page, "tbody td.value")] == [Decimal("31861.05")]
        await person.opens("/holdings")
        await person.presses("Asset", "table.assets")
        assert await person.page.locator("tbody th a").all_inner_texts() == ["BTC", "USDT"]
        await person.presses("Dark colours")
        assert await person.page.get_attribute("html", "data-theme") == "dark"
        await person.presses("Sign out")
        assert person.path == "/sign-in"


# All that takes a click or text and is seen, in the order of the page.
_INTERACTIVE = """() => [...document.querySelectorAll(
    'a[href], button:enabled, input:enabled:not([type=hidden]), select:enabled, textarea:enabled, summary'
)].filter(each => each.tabIndex >= 0 && each.checkVisibility()
    && (each.type !== 'radio' || each.checked)).map((each, number) => each.dataset.number = number)"""
_FOCUSED = """() => {
    const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
    return [document.activeElement.dataset.number, outlineStyle !== 'none' && outlineWidth !== '0px'];
}"""


@pytest.mark.parametrize("path", ["/", "/connect", "/connect/okex", "/holdings", "/settings"])
async def test_the_keyboard_alone_reaches_everything_in_its_order(guest: Person, path: str) -> None:
    await guest.opens(path)
    numbers = await guest.page.evaluate(_INTERACTIVE)
    reached, unseen = [], []
    for _ in numbers:
        await guest.page.keyboard.press("Tab")
        number, is_seen = await guest.page.evaluate(_FOCUSED)
        reached.append(number)
        unseen += [] if is_seen else [number]
    assert reached == [str(each) for each in numbers]
    assert not unseen


async def test_the_skip_link_leads_to_the_content(guest: Person) -> None:
    await guest.opens("/")
    await guest.page.keyboard.press("Tab")
    await guest.page.keyboard.press("Enter")
    await expect(guest.page.locator("#main")).to_be_focused()
