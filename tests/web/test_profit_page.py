"""Profit as people see it: the API's digits, adding up as they are shown; flows page by page."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

import pytest

from cambist.actions.explain_profit import explain_profit
from cambist.core.explained import Part, total
from cambist.core.flows import NOTHING
from cambist.core.money import half_even_text
from cambist.web.pages import profit
from cambist.web.waterfall import Bar, from_zero, waterfall
from tests.api.test_profit import a_day
from tests.ledgers import a_ledger_that_tests_write, told_until
from tests.web.browsers import PASSWORD, Browser, give_password
from tests.web.pages import page, text
from tests.web.reading import Cell, Page
from tests.worlds import START, World

PLACES = {"USD": 2, "BTC": 8}


async def read(browser: Browser, path: str) -> Page:
    answer = await browser.ask("GET", path, Accept="text/html")
    assert answer.status == 200, answer.raw
    return Page(answer.raw)


def amount(cell: Cell) -> Decimal:
    """What is shown, as a number."""
    kept = "".join(letter for letter in cell.text if letter in "0123456789.\N{MINUS SIGN}")
    return Decimal(kept.replace("\N{MINUS SIGN}", "-"))


def between(page: Page, first: str, last: str) -> list[list[Cell]]:
    """The rows from one to another, both included."""
    begins = [row[0].text if row else "" for row in page.rows]
    start = next(number for number, text in enumerate(begins) if text.startswith(first))
    end = next(number for number, text in enumerate(begins) if text.startswith(last) and number > start)
    return page.rows[start : end + 1]


def adds_up(rows: Sequence[Sequence[Cell]]) -> None:
    *parts, whole = [amount(row[-1]) for row in rows]
    assert sum(parts) == whole, [(row[0].text, row[-1].text) for row in rows]


@pytest.mark.asyncio
async def test_parts_are_those_of_the_api_and_add_up_as_they_are_shown(ledgered: World) -> None:
    account_id, loaded = await a_day(ledgered)
    await give_password(ledgered)
    browser = await Browser(ledgered).signed_in()
    for span, word in (("24h", "day"), ("all", "total")):
        answer = await ledgered.call("GET", f"/cambist/v1/accounts/{account_id}/profit", {"range": word})
        told: Any = answer.json
        for unit, places in PLACES.items():
            page = await read(browser, f"/profit?account={account_id}&range={span}&unit={unit}")

            def shown(value: Any, unit: str = unit, places: int = places) -> Decimal:
                return Decimal(half_even_text(Decimal(value[unit.lower()]), places))

            parts = between(page, "Worth at the start", "Worth at the end")
            named = {row[0].text: amount(row[-1]) for row in parts}
            assert (amount(parts[0][-1]), amount(parts[-1][-1])) == (shown(told["start"]), shown(told["end"]))
            for part in Part:
                label = " ".join(filter(None, profit._WORDS[part]))
                value = told["parts"][part]
                if part is Part.PRICE_EFFECT or Decimal(value[unit.lower()]):
                    assert named[label] == shown(value), part
                else:
                    assert label not in named
            adds_up(parts)
            result = between(page, "Change of worth", "Profit")
            adds_up(result)
            assert amount(result[-1][-1]) == shown(told["profit"])
            assert amount(result[1][-1]) == -shown(told["net_flows"])
            movers = page.rows[page.rows.index(result[-1]) + 2 :]
            ends = next(at for at, row in enumerate(movers) if row[0].text == "Price effect")
            adds_up(movers[: ends + 1])
            percent = half_even_text(Decimal(told["modified_dietz"][unit.lower()]), 2)
            assert f"Return on money, modified Dietz▲+{percent}" in page.text
    assert half_even_text(Decimal(loaded["day_profit_usd"]), 2) == "835.89"
    assert "Profit▲+$835.89" in (await read(browser, f"/profit?account={account_id}&range=24h")).text


@pytest.mark.asyncio
async def test_many_assets_are_the_largest_and_the_others_and_add_up(ledgered: World) -> None:
    account_id, _ = await a_day(ledgered)
    found = await explain_profit(ledgered.cambist.outside, await ledgered.me(), account_id)
    first = next(iter(found.explained.by_asset.values()))
    with localcontext(prec=1_000):
        many = {f"A{number:02}": first for number in range(8)}
        of_all = total(many.values())
        parts = {**found.explained.parts, Part.PRICE_EFFECT: of_all}
        told = replace(found.explained, by_asset=many, untold=NOTHING, parts=parts)
    shown, rest = profit.movers(replace(found, explained=told), "USD")
    assert [line.label for line in shown if line.label != "Rounding"] == [
        *(f"A{number:02}" for number in range(5)),
        "3 other assets",
        "Price effect",
    ]
    assert [line.label for line in rest] == ["A05", "A06", "A07"]
    assert sum(line.amount for line in shown[:-1]) == shown[-1].amount


@pytest.mark.asyncio
async def test_flows_come_page_by_page_and_by_kind(ledgered: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id, _ = await a_day(ledgered)
    await give_password(ledgered)
    monkeypatch.setattr(profit, "MOST_FLOWS", 3)
    browser = await Browser(ledgered).signed_in()
    path, seen = f"/profit?account={account_id}&range=all", []
    told = (await ledgered.call("GET", f"/cambist/v1/accounts/{account_id}/flows")).json
    while path:
        page = await read(browser, path)
        flows = [row for row in page.rows if len(row) == 5 and row[0].text.startswith("2023-")]
        seen += [(row[1].text, row[2].text, row[3].exact[0], *row[4].exact) for row in flows]
        later = [link for link in page.whole.links if "after=" in link]
        path = later[0].removesuffix("#flows") if later else ""
    entries = [
        (each["kind"], each["asset"], each["amount"], *([each["worth"]["usd"]] if each["worth"] else []))
        for each in told["entries"]
    ]
    [open_] = told["open"]
    waits = ("provisional no entry explains it", "USDT", open_["amount"], open_["worth"]["usd"])
    assert seen == [*entries, waits]
    page = await read(browser, f"/profit?account={account_id}&range=all&kind=fee")
    assert [row[2].text for row in page.rows if len(row) == 5 and row[1].text == "fee"] == ["USDT"]
    refused = await browser.ask("GET", f"/profit?account={account_id}&after=nonsense", Accept="text/html")
    assert (refused.status, b"is invalid" in refused.raw) == (400, True)


@pytest.mark.asyncio
async def test_all_accounts_have_a_row_each_and_nobody_sees_those_of_others(ledgered: World) -> None:
    account_id, loaded = await a_day(ledgered)
    await give_password(ledgered)
    await give_password(ledgered, "someone else")
    page = await read(await Browser(ledgered).signed_in(), "/profit?range=24h")
    row = page.row("My Binance US")
    assert row[0].links == [f"/profit?range=24h&unit=USD&account={account_id}"]
    assert row[3].exact == [loaded["day_profit_usd"]]
    assert row[5].exact == [loaded["usd_amount"]]
    other = await Browser(ledgered).signed_in("someone else", PASSWORD)
    assert "There is no account yet." in (await read(other, "/profit")).text
    answer = await other.ask("GET", f"/profit?account={account_id}", Accept="text/html")
    assert (answer.status, b"My Binance" in answer.raw) == (404, False)


def test_bars_go_on_from_each_other_on_one_scale() -> None:
    bars = waterfall(Decimal(100), [Decimal(50), Decimal(-100), Decimal(0)])
    assert bars == [
        Bar(498, 4, "even"),
        Bar(498, 498, "gain"),
        Bar(0, 996, "loss"),
        Bar(0, 0, "even"),
        Bar(0, 4, "even"),
    ]
    assert from_zero([Decimal(30), Decimal(-10)]) == [Bar(249, 747, "gain"), Bar(0, 249, "loss")]
    assert waterfall(Decimal(1), [Decimal(0)])[1] == from_zero([Decimal(0)])[0] == Bar(0, 0, "even")


@pytest.mark.asyncio
async def test_of_an_account_whose_flows_are_known_in_part_the_pages_say_which(ledgered: World) -> None:
    account_id = await ledgered.connected()
    await told_until(ledgered, account_id, START, START)
    await give_password(ledgered)
    browser = await Browser(ledgered).signed_in()
    sentence = "Deposits and withdrawals are known since 2023-06-19 16:50 UTC; what else changed is not told."
    with a_ledger_that_tests_write(leaves_out=True):
        for path in (f"/profit?account={account_id}", f"/accounts/{account_id}"):
            assert sentence in text(await page(browser, path))
        assert "not all flows told" in text(await page(browser, "/profit"))
