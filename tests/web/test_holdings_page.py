"""The holdings as people see them: the API's digits, sought, sorted and split; dust in a sum; as CSV."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from cambist.core.money import exact, half_even_text, plain_text
from cambist.exchanges import tries
from cambist.web import figures
from cambist.web.pages import holdings
from tests.api.test_summary import SECOND_KEY
from tests.exchanges.scenarios import SCENARIOS
from tests.web.browsers import PASSWORD, Browser, give_password
from tests.web.reading import Page
from tests.worlds import World, scenario, world

FIRST = {
    "BTC": {"free": "0.4", "locked": "0.123456789"},
    "ETH": {"free": "2", "locked": "0"},
    "USDT": {"free": "4.2", "locked": "0"},
    "DOGE": {"free": "0.001", "locked": "0"},
    "NOPRICE": {"free": "7", "locked": "0"},
}
SECOND = {"BTC": {"free": "1.5", "locked": "0"}, "USDT": {"free": "3.3", "locked": "0"}}
PRICES = {"BTCUSD": "63722.1", "BTCUSDT": "63656.71", "ETHBTC": "0.04085", "DOGEBTC": "0.00000216"}


@pytest_asyncio.fixture(name="two")
async def _two(tmp_path: Path) -> AsyncIterator[World]:
    """Two accounts a day apart from their first load; the second one's keys are rejected by now."""
    play = scenario(
        keys=[scenario()["keys"][0], {**SECOND_KEY, "uid": "1002"}],
        wallets={"spot": FIRST},
        prices={**PRICES, "ETHBTC": "0.043"},
    )
    async with world(tmp_path, play) as made:
        await give_password(made)
        first = await made.connected()
        made.patch(wallets={"spot": SECOND})
        second = await made.connected(name="Second", **SECOND_KEY)
        made.clock.step(timedelta(hours=24))
        made.patch(prices=PRICES)
        await made.load(second)
        made.patch(wallets={"spot": FIRST}, keys=[scenario()["keys"][0]])
        await made.load(first)
        made.clock.step(timedelta(minutes=45))
        assert (await made.load(second)).status == 422
        await made.load(first)
        yield made


async def read(made: World, path: str) -> Page:
    answer = await (await Browser(made).signed_in()).ask("GET", path, Accept="text/html")
    assert answer.status == 200, answer.raw
    return Page(answer.raw)


def added(texts: list[str]) -> Decimal:
    with exact():
        return sum((Decimal(text) for text in texts), Decimal(0))


@pytest.mark.asyncio
async def test_figures_are_those_of_the_api_and_dust_stays_in_the_total(two: World) -> None:
    told = {each["code"]: each for each in (await two.call("POST", "/accounts/summary/pie_chart_data")).json}
    summary = (await two.call("GET", "/accounts/summary")).json
    page = await read(two, "/holdings")
    shown = {row[0].text.split()[0]: row for row in page.rows[1:-2]}
    assert list(shown) == ["BTC", "ETH", "USDT", "NOPRICE"]
    for code in ("BTC", "ETH", "USDT"):
        digits = told[code]["primary_display_currency"]["amount"]
        row = shown[code]
        assert row[3].exact == [digits]
        assert row[3].text == f"${Decimal(half_even_text(Decimal(digits), 2)):,}"
        assert Decimal(row[1].exact[0]) == Decimal(repr(told[code]["amount"]))
        assert Decimal(row[5].text.removesuffix("\N{NARROW NO-BREAK SPACE}%")) == Decimal(
            str(told[code]["y"])
        )
    assert shown["BTC"][1].text == "2.02345679 0.12345679 in orders"
    assert shown["ETH"][4].text == "▼−5.00\N{NARROW NO-BREAK SPACE}%"
    assert [cell.text for cell in shown["NOPRICE"][2:4]] == ["no price", "no price"]
    dust, total = page.rows[-2], page.rows[-1]
    assert dust[0].text == "1 below $5"
    assert dust[1].exact == [told["DOGE"]["primary_display_currency"]["amount"]]
    values = [row[3].exact[0] for row in shown.values() if row[3].exact]
    assert total[0].text == "Total of all 5"
    assert added([*values, *dust[1].exact]) == Decimal(total[1].exact[0])
    assert abs(Decimal(total[1].exact[0]) - Decimal(summary["usd_amount"])) < Decimal("1e-40")
    assert total[1].text == f"${Decimal(half_even_text(Decimal(summary['usd_amount']), 2)):,}"


@pytest.mark.asyncio
async def test_what_cannot_be_brought_up_to_date_never_looks_so(two: World) -> None:
    page = await read(two, "/holdings")
    assert "1 of 2 accounts is not up to date. What was last known is counted:" in page.text
    assert "Second: API keys are no longer valid or incorrect. Last known 45 min ago." in page.text
    assert "1 without a price not counted · in part last known, oldest 45 min ago" in page.text
    assert page.row("BTC")[0].text == "BTC Bitcoin last known, 45 min ago"
    assert page.row("ETH")[0].text == "ETH Ethereum"
    split = (await read(two, "/holdings?asset=BTC")).rows
    at = next(number for number, row in enumerate(split) if row[0].text.startswith("BTC"))
    parts = split[at + 1 : at + 3]
    assert [(row[0].text, row[1].exact[0]) for row in parts] == [
        ("My Binance US", "0.523456789"),
        ("Second", "1.5"),
    ]
    assert added([row[3].exact[0] for row in parts]) == Decimal(split[at][3].exact[0])
    assert [row[4].text for row in parts] == ["just now", "last known 45 min ago"]


@pytest.mark.asyncio
async def test_of_a_partial_load_only_what_stands_in_is_last_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "_FIRST_PAUSE_S", 0.001)
    async with world(tmp_path, SCENARIOS["binance"]) as made:
        await give_password(made)
        account_id = await made.connected(type="binance")
        whole = {row[0].text for row in (await read(made, "/holdings?dust=show")).rows[1:]}
        refusal = {"kind": "error", "status": 401, "code": -2015, "msg": "Invalid API-key, IP, or …"}
        made.patch("binance", faults=[{"path": "/sapi/v1/simple-earn/flexible/position", **refusal}])
        made.clock.step(timedelta(minutes=5))
        assert (await made.load(account_id)).status == 201
        page = await read(made, "/holdings?dust=show")
    assert "Not all wallets answered: earn_flexible: " in page.text
    known = {row[0].text.removesuffix(" last known, 5 min ago") for row in page.rows[1:]}
    old = [row[0].text for row in page.rows[1:] if row[0].text.endswith("last known, 5 min ago")]
    assert known == whole
    assert 0 < len(old) < len(whole) - 1


ORDERS = {
    "dust=show": ["BTC", "ETH", "USDT", "DOGE", "NOPRICE", "Total"],
    "sort=value&dust=show": ["DOGE", "USDT", "ETH", "BTC", "NOPRICE", "Total"],
    "sort=asset": ["BTC", "ETH", "NOPRICE", "USDT", "1", "Total"],
    "sort=-amount&dust=show": ["USDT", "NOPRICE", "BTC", "ETH", "DOGE", "Total"],
    "sort=change": ["ETH", "BTC", "USDT", "NOPRICE", "1", "Total"],
    "sort=nonsense": ["BTC", "ETH", "USDT", "NOPRICE", "1", "Total"],
    "q=dogeCOIN": ["DOGE", "Found:", "Total"],
    "q=%3Cscript": ["No", "Found:", "Total"],
}


@pytest.mark.asyncio
async def test_assets_are_sought_and_sorted_and_what_is_not_known_comes_last(two: World) -> None:
    browser = await Browser(two).signed_in()
    for query, names in ORDERS.items():
        page = await browser.ask("GET", f"/holdings?{query}", Accept="text/html")
        assert Page(page.raw).names() == names, query
        assert b"<script>" not in page.raw


@pytest.mark.asyncio
async def test_of_a_long_table_the_rest_is_a_sum_until_it_is_asked_for(
    two: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "FIRST_ROWS", 1)
    page = await read(two, "/holdings?dust=show")
    assert page.names() == ["BTC", "4", "Total"]
    [rest, total] = page.rows[-2:]
    assert added([page.row("BTC")[3].exact[0], rest[1].exact[0]]) == Decimal(total[1].exact[0])
    assert (await read(two, rest[0].links[0])).names() == ["BTC", "ETH", "USDT", "DOGE", "NOPRICE", "Total"]


@pytest.mark.asyncio
async def test_the_csv_has_every_digit_of_every_asset(two: World) -> None:
    browser = await Browser(two).signed_in()
    answer = await browser.ask("GET", "/holdings.csv", Accept="text/html")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cambist-holdings-2023-06-20.csv"'
    rows = {row["asset"]: row for row in csv.DictReader(io.StringIO(answer.raw.decode()))}
    page = await read(two, "/holdings?dust=show")
    in_btc = await read(two, "/holdings?dust=show&unit=BTC")
    for code in ("BTC", "ETH", "USDT", "DOGE"):
        assert [rows[code]["price_usd"]] == page.row(code)[2].exact
        assert [rows[code]["value_usd"]] == page.row(code)[3].exact
        assert [rows[code]["value_btc"]] == in_btc.row(code)[3].exact
        assert [rows[code]["share_percent"]] == page.row(code)[5].exact
    btc, unpriced = rows["BTC"], rows["NOPRICE"]
    assert [btc[name] for name in ("amount", "free", "in_orders")] == ["2.023456789", "1.9", "0.123456789"]
    assert btc["last_known_from"] == "2023-06-20T16:51:01.303+00:00"
    assert [unpriced[name] for name in ("amount", "price_usd", "value_usd")] == ["7.0", "", ""]


@pytest.mark.parametrize(
    ("text", "cell"),
    [("BTC", "BTC"), ("=1+1", "'=1+1"), ("+X", "'+X"), ("-X", "'-X"), ("@X", "'@X"), ("\tX", "'\tX")],
)
def test_no_spreadsheet_takes_a_name_for_a_formula(text: str, cell: str) -> None:
    assert holdings.text_cell(text) == cell


@pytest.mark.asyncio
async def test_nobody_sees_what_another_holds(two: World) -> None:
    await give_password(two, "someone else")
    browser = await Browser(two).signed_in("someone else", PASSWORD)
    page = await browser.ask("GET", "/holdings?asset=BTC", Accept="text/html")
    assert "There is no account in the summary yet." in Page(page.raw).text
    assert len((await browser.ask("GET", "/holdings.csv")).raw.splitlines()) == 1
    out = await Browser(two).ask("GET", "/holdings.csv")
    assert (out.status, out.headers["Location"]) == (303, "/sign-in?next=%2Fholdings.csv")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("97412.6", "USD", "$97,412.60"),
        ("0.8215", "USD", "$0.8215"),
        ("0.00001234565", "USD", "$0.000012346"),
        ("1", "USD", "$1.00"),
        ("0", "USD", "$0.00"),
        ("0.0000000216", "BTC", "0.0000000216\N{NO-BREAK SPACE}BTC"),
        ("0.04085", "BTC", "0.04085000\N{NO-BREAK SPACE}BTC"),
    ],
)
def test_a_price_shows_five_digits_however_small(value: str, unit: str, text: str) -> None:
    shown = figures.price(Decimal(value), unit)
    assert (shown.text, shown.exact) == (text, plain_text(Decimal(value)))
