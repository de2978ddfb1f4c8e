"""The summary: all accounts as one, in its four places."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from cambist.actions.flow_facts import Place
from cambist.core.money import exact, plain_text
from cambist.core.summary import summed
from tests.api.account_model import accepted
from tests.ledgers import a_ledger_that_tests_write, book, entry, flows_known, loaded_at
from tests.worlds import EXCHANGE_KEY, START, World, scenario, world

SECOND_KEY = {"api_key": "second-key-of-the-test", "secret": "second-secret-of-the-test"}
SPAN = {"date_from": "2023-06-19", "date_to": "2023-07-01"}


def _two(uid: str = "1002") -> dict[str, Any]:
    return scenario(keys=[scenario()["keys"][0], {**SECOND_KEY, "uid": uid}])


def _added(told: list[Any], name: str) -> Decimal:
    with exact():
        return sum((Decimal(each[name]) for each in told), Decimal(0))


async def _get(made: World, path: str, given: dict[str, Any] | None = None) -> Any:
    answer = await made.call("GET", path, given)
    assert answer.status == 200, answer.raw
    return answer.json


async def _post(made: World, path: str) -> Any:
    answer = await made.call("POST", path)
    assert answer.status == 201, answer.raw
    return answer.json


@pytest.mark.asyncio
async def test_amounts_and_baselines_are_added_and_percentages_worked_out_again(tmp_path: Path) -> None:
    async with world(tmp_path, _two()) as made:
        first = await made.connected()
        made.clock.step(timedelta(days=31))
        made.patch(wallets={"spot": {"BTC": {"free": "1.5", "locked": "0"}}})
        second = await made.connected(name="Second", **SECOND_KEY)
        made.clock.step(timedelta(days=2))
        made.patch(wallets={"spot": {"BTC": {"free": "2", "locked": "0"}}})
        told = [(await made.load(each)).json for each in (first, second)]
        raw = (await made.call("GET", "/accounts/summary")).raw
        summary = accepted(raw)
        for unit in ("btc", "usd"):
            amount = _added(told, f"{unit}_amount")
            assert getattr(summary, f"{unit}_amount") == plain_text(amount)
            for name in (f"day_profit_{unit}", f"{unit}_profit"):
                gained = _added(told, name)
                assert getattr(summary, name) == plain_text(gained)
                percent = gained / (amount - gained) * 100
                assert Decimal(getattr(summary, f"{name}_percentage")) == percent.quantize(Decimal("0.01"))
        assert summary.created_at == told[0]["created_at"]
        assert summary.updated_at == told[1]["updated_at"]
        assert (summary.id, summary.name, summary.market_code) == (0, "Summary", "summary")
        assert summary.supported_market_types == ["spot"]


@pytest.mark.asyncio
async def test_a_transfer_between_own_accounts_moves_no_profit_of_the_summary(tmp_path: Path) -> None:
    """What left at 60,000 arrives at 70,000; meanwhile it belongs to no account, and to no profit either."""
    profits = ("day_profit_usd", "usd_profit", "day_profit_btc", "btc_profit", "total_usd_profit")

    async def told(made: World, at: timedelta, first: str, second: str, price: str) -> list[str]:
        await loaded_at(made, 1, START + at, {"BTC": first}, price)
        await loaded_at(made, 2, START + at, {"BTC": second}, price)
        summary = await _get(made, "/accounts/summary")
        return [summary[name] for name in profits]

    hour = timedelta(hours=1)
    with a_ledger_that_tests_write():
        async with world(tmp_path, _two()) as made:
            made.patch(
                wallets={"spot": {"BTC": {"free": "1"}}}, prices={"BTCUSD": "60000", "BTCUSDT": "60000"}
            )
            await made.connect()
            await made.connect(name="Second", **SECOND_KEY)
            flows_known(made, 1, START)
            flows_known(made, 2, START)
            left = entry("1", START + hour, "withdrawal", "BTC", "-0.4", ("-0.4", "-24000"), tx="abc")
            await book(made, 1, left)
            nothing = ["0.0", "0.0", "0.0", "0.0", "0.0"]
            assert await told(made, 2 * hour, "0.6", "1", "60000") == nothing
            arrived = entry("1", START + 3 * hour, "deposit", "BTC", "0.4", ("0.4", "28000"), tx="abc")
            await book(made, 2, arrived)
            apart = await told(made, 4 * hour, "0.6", "1.4", "70000")
            assert apart == ["16000.0", "16000.0", "0.0", "0.0", "16000.0"]
            ends = (Place(number, "history", "1") for number in (1, 2))
            assert await made.cambist.outside.flows.match(*ends)
            as_one = await told(made, 5 * hour, "0.6", "1.4", "70000")
            assert as_one == ["20000.0", "20000.0", "0.0", "0.0", "20000.0"]


@pytest.mark.asyncio
async def test_an_account_that_is_not_included_counts_nowhere_in_the_summary(tmp_path: Path) -> None:
    async with world(tmp_path, _two()) as made:
        one = await made.connected()
        other = await made.connected(name="Second", **SECOND_KEY)
        assert (await _get(made, "/accounts/summary"))["btc_amount"].startswith("1.00")
        await made.call("POST", "/accounts/update", {"account_id": other, "include_in_summary": False})
        alone, summary = await _get(made, f"/accounts/{one}"), await _get(made, "/accounts/summary")
        assert summary["usd_amount"] == alone["usd_amount"]
        pie = [await _post(made, f"/accounts/{each}/pie_chart_data") for each in (one, "summary")]
        assert [{**each, "account_id": 0} for each in pie[0]] == pie[1]
        tables = [await _post(made, f"/accounts/{each}/account_table_data") for each in (one, "summary")]
        assert [{**each, "account_id": 0} for each in tables[0]] == tables[1]
        charts = [await _get(made, f"/accounts/{each}/balance_chart_data", SPAN) for each in (one, "summary")]
        assert charts[0] == charts[1] != []


@pytest.mark.asyncio
async def test_one_exchange_account_connected_twice_counts_once(tmp_path: Path) -> None:
    async with world(tmp_path, _two()) as made:
        one = await made.connected()
        await made.connected(name="Second", **SECOND_KEY)
        with connect(made.cambist.settings.database) as database:
            database.execute("UPDATE accounts SET uid = '1001'")
        usd = (await _get(made, f"/accounts/{one}"))["usd_amount"]
        assert (await _get(made, "/accounts/summary"))["usd_amount"] == usd


@pytest.mark.asyncio
async def test_holdings_of_several_accounts_are_added_by_asset(tmp_path: Path) -> None:
    async with world(tmp_path, _two()) as made:
        await made.connected()
        made.patch(
            wallets={"spot": {"ETH": {"free": "3", "locked": "1"}, "BTC": {"free": "1", "locked": "0"}}}
        )
        await made.connected(name="Second", **SECOND_KEY)
        pie = await _post(made, "/accounts/summary/pie_chart_data")
        assert [(each["code"], each["amount"]) for each in pie] == [
            ("BTC", 1.5),
            ("ETH", 4.0),
            ("USDT", 100.0),
        ]
        assert sum(each["y"] for each in pie) == pytest.approx(100, abs=0.02)
        rows = {
            row["currency_code"]: row for row in await _post(made, "/accounts/summary/account_table_data")
        }
        assert (rows["ETH"]["position"], rows["ETH"]["on_orders"]) == (4.0, 1.0)
        assert rows["ETH"]["btc_value"] == 0.1634


@pytest.mark.asyncio
async def test_the_summary_over_time_adds_how_each_account_stood(tmp_path: Path) -> None:
    async with world(tmp_path, _two()) as made:
        first = await made.connected()
        made.clock.step(timedelta(days=1))
        made.patch(wallets={"spot": {"BTC": {"free": "2", "locked": "0"}}})
        await made.connected(name="Second", **SECOND_KEY)
        made.clock.step(timedelta(days=1))
        made.patch(wallets={"spot": {"BTC": {"free": "1", "locked": "0"}}})
        await made.load(first)
        points = await _get(made, "/accounts/summary/balance_chart_data", SPAN)
        assert [round(point["btc"], 3) for point in points] == [0.502, 2.502, 3.0]
        later = {"date_from": points[1]["date"] + 1}
        assert await _get(made, "/accounts/summary/balance_chart_data", later) == points[2:]


@pytest.mark.asyncio
async def test_accounts_of_differing_display_currencies_are_summed_in_dollars(world: World) -> None:
    account_id = await world.connected()
    outside = world.cambist.outside
    account = await outside.accounts.get((await world.me()).user_id, account_id)
    assert account.figures.currency == "USD"
    euros = replace(account.figures, currency="EUR", display=Decimal(1))
    both = summed([account.figures, euros], "EUR")
    assert (both.currency, both.display) == ("USD", both.usd)
    assert both.usd > account.figures.usd
    assert summed([euros, euros], "USD").display == 2


@pytest.mark.asyncio
async def test_a_summary_of_nothing_is_empty_everywhere(world: World) -> None:
    assert (await _get(world, "/accounts/summary"))["usd_amount"] == "0.0"
    assert await _post(world, "/accounts/summary/pie_chart_data") == []
    assert await _post(world, "/accounts/summary/account_table_data") == []
    assert await _get(world, "/accounts/summary/balance_chart_data", SPAN) == []
    assert EXCHANGE_KEY not in (await world.call("GET", "/accounts/summary")).raw.decode()
