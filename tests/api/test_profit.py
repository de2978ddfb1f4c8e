"""Profit that explains itself: the account's own to the digit, in parts that add up; the flows behind it."""

from datetime import timedelta
from decimal import Decimal, localcontext
from sqlite3 import connect
from typing import Any

import pytest

from cambist.actions import explain_profit
from cambist.core.history import milliseconds
from tests.ledgers import book, entry, flows_known, flows_unknown, loaded_at, told_until
from tests.worlds import START, Answer, World

HOUR = timedelta(hours=1)
NET_FLOWS = ("deposits", "withdrawals", "transfers", "coverage", "provisional", "unexplained")


async def report(ledgered: World, account_id: int, **given: Any) -> Any:
    answer = await ask(ledgered, account_id, "profit", **given)
    assert answer.status == 200, answer.raw
    return answer.json


async def ask(ledgered: World, account_id: int, what: str, **given: Any) -> Answer:
    given = {name.rstrip("_"): value for name, value in given.items()}
    return await ledgered.call("GET", f"/cambist/v1/accounts/{account_id}/{what}", given)


async def a_day(ledgered: World) -> tuple[int, Any]:
    """An account after 26 hours with flows of all sorts, its day beginning between two loads."""
    account_id = await ledgered.connected()
    flows_known(ledgered, account_id, START)
    t = START
    await book(
        ledgered,
        account_id,
        # Before the day's start, between the first two loads: a part of it counts.
        entry("1", t + 1 * HOUR, "withdrawal", "USDT", "-7", ("-0.00011", "-7.0001")),
        entry("2", t + 3 * HOUR, "reward", "BTC", "0.003", ("0.003", "180.1")),
        entry("3", t + 10 * HOUR, "deposit", "BTC", "0.25", ("0.25", "15007.123456789")),
        entry("4:base", t + 19 * HOUR, "trade", "BTC", "-0.1", ("-0.1", "-6300"), group="4"),
        entry("4:quote", t + 19 * HOUR, "trade", "USDT", "6300", ("0.1", "6300"), group="4", quote=True),
        entry("4:fee", t + 19 * HOUR, "fee", "USDT", "-6.3", ("-0.0001", "-6.3"), group="4"),
        entry("5", t + 20 * HOUR, "transfer", "BTC", "-0.05", ("-0.05", "-3050.5"), tx="abc"),
        entry("6", t + 20 * HOUR, "deposit", "NOPRICE", "5", None),
    )
    await loaded_at(ledgered, account_id, t + 5 * HOUR, {"BTC": "0.503", "USDT": "93"}, "60000.7")
    await loaded_at(ledgered, account_id, t + 12 * HOUR, {"BTC": "0.753", "USDT": "93"}, "61234.5")
    before, now = t + 20 * HOUR, t + 26 * HOUR
    spot = {"BTC": "0.603", "USDT": "6386.7", "NOPRICE": "5"}
    await loaded_at(ledgered, account_id, before, spot, "62000")
    return account_id, await loaded_at(ledgered, account_id, now, {**spot, "USDT": "6286.7"}, "62500.25")


def adds_up(told: Any) -> None:
    """That parts and assets add up, in every currency, to the last digit."""
    for unit in ("btc", "usd", "display"):
        with localcontext(prec=1_000):

            def of(name: str, unit: str = unit) -> Decimal:
                return Decimal(told[name][unit])

            parts = {name: Decimal(part[unit]) for name, part in told["parts"].items()}
            assert of("end") - of("start") == of("change") == sum(parts.values())
            assert of("net_flows") == sum(parts[name] for name in NET_FLOWS) - of("unknown")
            assert of("profit") == of("change") - of("net_flows")
            by_asset = sum(Decimal(each[unit]) for each in told["price_effect_by_asset"].values())
            assert by_asset + of("untold") == parts["price_effect"]


@pytest.mark.asyncio
async def test_a_report_up_to_a_load_is_that_loads_profits_to_the_last_digit(ledgered: World) -> None:
    account_id, account = await a_day(ledgered)
    day, month, total = [await report(ledgered, account_id, range=each) for each in ("day", "month", "total")]
    for told in (day, month, total):
        adds_up(told)
    assert day["profit"] == {
        "btc": account["day_profit_btc"],
        "usd": account["day_profit_usd"],
        "display": account["day_profit_primary_display_currency"]["amount"],
    }
    assert month["profit"] == {
        "btc": account["btc_profit"],
        "usd": account["usd_profit"],
        "display": account["primary_display_currency_profit"]["amount"],
    }
    assert repr(float(total["profit"]["usd"])) == account["total_usd_profit"]
    assert repr(float(total["profit"]["btc"])) == account["total_btc_profit"]
    assert (day["from"], day["to"]) == ("2023-06-19T18:50:57.303Z", "2023-06-20T18:50:57.303Z")
    assert day["flows"] == month["flows"] == total["flows"] == "provisional"
    assert total["from"] == "2023-06-19T16:50:57.303Z"


@pytest.mark.asyncio
async def test_the_parts_are_what_happened(ledgered: World) -> None:
    account_id, _ = await a_day(ledgered)
    total = await report(ledgered, account_id, range="total")
    usd = {name: part["usd"] for name, part in total["parts"].items() if part["usd"] != "0.0"}
    del usd["price_effect"]
    assert usd == {
        "deposits": "15007.123456789",
        "withdrawals": "-7.0001",
        "transfers": "-3050.5",
        "rewards": "180.1",
        "fees": "-6.3",
        "provisional": "-100.0",
    }
    # 0.5 BTC and 100 USDT at first, 0.603 BTC and 6,286.7 USDT at last.
    by_asset = {asset: Decimal(each["usd"]) for asset, each in total["price_effect_by_asset"].items()}
    btc = Decimal("0.603") * Decimal("62500.25") - Decimal("0.5") * Decimal("63722.1")
    assert by_asset["BTC"] == btc - Decimal("15007.123456789") - Decimal("180.1") + 6300 + Decimal("3050.5")
    assert abs(Decimal(total["untold"]["usd"])) < Decimal("1e-40")
    assert total["unvalued"] == [{"asset": "NOPRICE", "kind": "deposit", "count": 1}]
    # Of the day, what flowed between the loads around its start counts by three fifths.
    day = await report(ledgered, account_id)
    assert (day["parts"]["withdrawals"]["usd"], day["parts"]["rewards"]["usd"]) == ("-4.20006", "108.06")
    # 836 of 31,286 + 15,007 for two thirds of the day − 3,050 for a quarter of it − a little.
    assert day["modified_dietz"]["usd"] == "2.06"
    assert day["time_weighted"]["usd"] is not None


@pytest.mark.asyncio
async def test_what_waits_half_an_hour_is_unexplained_and_what_was_before_is_unknown(ledgered: World) -> None:
    account_id, _ = await a_day(ledgered)
    ledgered.clock.step(timedelta(minutes=30))
    assert (await report(ledgered, account_id))["parts"]["provisional"]["usd"] == "-100.0"
    ledgered.clock.step(timedelta(milliseconds=1))
    told = await report(ledgered, account_id)
    assert (told["flows"], told["to"]) == ("known", "2023-06-20T18:50:57.303Z")
    assert told["parts"]["unexplained"]["usd"] == "-100.0"
    assert told["unknown"]["usd"] == "0.0"

    since, noted = START + 21 * HOUR, START + 12 * HOUR
    flows_known(ledgered, account_id, since, noted)
    told = await report(ledgered, account_id, range="total")
    adds_up(told)
    assert told["flows"] == "unknown"
    # Before changes were noted, what entries do not tell is nobody's; and after, what is left of changes,
    # and a transfer that may be half of a move.
    until = await report(ledgered, account_id, range="total", to=noted.isoformat().replace("+00:00", "Z"))
    adds_up(until)
    assert until["parts"]["price_effect"]["usd"] == "0.0"
    assert until["unknown"] == until["parts"]["unexplained"]
    with localcontext(prec=1_000):
        assert Decimal(told["unknown"]["usd"]) == Decimal(until["unknown"]["usd"]) - 100 - Decimal("3050.5")
    alone = await report(ledgered, account_id, from_=since.isoformat().replace("+00:00", "Z"))
    adds_up(alone)
    assert alone["flows"] == "known"
    assert set(alone["known_from"].values()) == {None}
    await told_until(ledgered, account_id, since, noted)
    known_from = (await report(ledgered, account_id))["known_from"]
    assert set(known_from.values()) == {"2023-06-20T13:50:57.303Z"}
    assert (len(known_from), "coverage" in known_from) == (9, False)
    assert alone["parts"]["unexplained"]["usd"] == alone["unknown"]["usd"] != "0.0"


@pytest.mark.asyncio
async def test_where_balances_or_prices_are_gone_no_asset_tells_the_price_effect(ledgered: World) -> None:
    account_id, _ = await a_day(ledgered)
    whole = await report(ledgered, account_id, range="total")
    for gone in ("DELETE FROM receipts WHERE at = ?", "UPDATE snapshots SET holdings = NULL WHERE at = ?"):
        with connect(ledgered.cambist.settings.database) as database:
            database.execute(gone, (milliseconds(START),))
        told = await report(ledgered, account_id, range="total")
        adds_up(told)
        assert told["parts"] == whole["parts"]
        if told["price_effect_by_asset"]:
            assert told["price_effect_by_asset"] == whole["price_effect_by_asset"]
    assert (told["price_effect_by_asset"], told["untold"]) == ({}, whole["parts"]["price_effect"])


@pytest.mark.asyncio
async def test_an_account_without_a_ledger_says_that_it_knows_nothing(ledgered: World) -> None:
    account_id = await ledgered.connected()
    await loaded_at(ledgered, account_id, START + HOUR, {"BTC": "1"}, "60000")
    flows_unknown(ledgered, account_id)
    told = await report(ledgered, account_id, range="total")
    adds_up(told)
    assert told["flows"] == "unknown"
    assert told["profit"] == told["change"] == told["unknown"]
    assert set(told["known_from"].values()) == {None}


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        ({"range": "decade"}, "range", "does not have a valid value"),
        ({"from": "2023-06-21", "to": "2023-06-20"}, "from", "lies after the range's end"),
        ({"to": "2023-06-18"}, "to", "lies before the account's first complete load"),
        ({"from": "yesterday"}, "from", "is invalid"),
    ],
)
@pytest.mark.asyncio
async def test_a_range_that_is_none_is_named(ledgered: World, given: Any, field: str, why: str) -> None:
    account_id = await ledgered.connected()
    answer = await ask(ledgered, account_id, "profit", **given)
    assert (answer.status, answer.json["error_attributes"]) == (400, {field: [why]})


@pytest.mark.asyncio
async def test_a_report_of_too_many_entries_is_refused(
    ledgered: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id, _ = await a_day(ledgered)
    monkeypatch.setattr(explain_profit, "MOST_ENTRIES", 7)
    answer = await ask(ledgered, account_id, "profit", range="total")
    fault = {"from": ["spans too many entries (maximum is 7)"]}
    assert (answer.status, answer.json["error_attributes"]) == (400, fault)
    assert (await ask(ledgered, account_id, "profit", range="day")).status == 400
    assert (await ask(ledgered, account_id, "profit", from_="2023-06-20")).status == 200


@pytest.mark.asyncio
async def test_flows_are_read_page_by_page_with_what_nothing_explains(ledgered: World) -> None:
    account_id, _ = await a_day(ledgered)
    whole = (await ask(ledgered, account_id, "flows")).json
    assert [each["id"] for each in whole["entries"]] == [
        *("1", "2", "3", "4:base", "4:fee", "4:quote", "5", "6")
    ]
    assert whole["next"] is None
    assert whole["entries"][6] == {
        "source": "history",
        "id": "5",
        "at": "2023-06-20T12:50:57.303Z",
        "kind": "transfer",
        "asset": "BTC",
        "amount": "-0.05",
        "worth": {"btc": "-0.05", "usd": "-3050.5", "display": "-3050.5"},
        "estimated": False,
        "wallet": "",
        "group": "",
        "tx": "abc",
    }
    assert whole["entries"][7]["worth"] is None
    left = {
        "asset": "USDT",
        "since": "2023-06-20T12:50:57.303Z",
        "at": "2023-06-20T18:50:57.303Z",
        "changed": "-100.0",
        "amount": "-100.0",
        "worth": {
            "btc": "-0.001599993600025599897600409598361606553574",
            "usd": "-100.0",
            "display": "-100.0",
        },
        "state": "provisional",
    }
    assert whole["open"] == [left]
    found: list[Any] = []
    left_open: list[Any] = []
    after: dict[str, Any] = {}
    for _ in range(3):
        page = (await ask(ledgered, account_id, "flows", limit=3, **after)).json
        found, left_open = found + page["entries"], left_open + page["open"]
        after = {"after": page["next"]}
    assert (found, left_open, page["next"]) == (whole["entries"], [left], None)
    fees = (await ask(ledgered, account_id, "flows", kind="fee")).json
    assert ([each["id"] for each in fees["entries"]], fees["open"]) == (["4:fee"], [])
    inside = await ask(
        ledgered, account_id, "flows", from_="2023-06-20T02:50:57.303Z", to="2023-06-20T11:50:57.302Z"
    )
    assert [each["id"] for each in inside.json["entries"]] == ["3"]
    ledgered.clock.step(timedelta(minutes=31))
    assert (await ask(ledgered, account_id, "flows")).json["open"][0]["state"] == "unexplained"
    flows_known(ledgered, account_id, START + 21 * HOUR)
    assert (await ask(ledgered, account_id, "flows")).json["open"][0]["state"] == "unknown"


@pytest.mark.parametrize("after", ["", "x", "1", "1:x", "-1:x:y", "9999999999999999:x:y", "%31%3Ax"])
@pytest.mark.asyncio
async def test_a_page_begins_where_a_page_ended_or_is_refused(ledgered: World, after: str) -> None:
    account_id = await ledgered.connected()
    answer = await ask(ledgered, account_id, "flows", after=after)
    assert (answer.status, answer.json["error_attributes"]) == (400, {"after": ["is invalid"]})


@pytest.mark.asyncio
async def test_flows_are_asked_for_from_the_first_day_there_is(ledgered: World) -> None:
    account_id, _ = await a_day(ledgered)
    answer = await ask(ledgered, account_id, "flows", from_="0001-01-01")
    assert (answer.status, len(answer.json["entries"])) == (200, 8)
