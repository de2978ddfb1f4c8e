"""Figures in the currency that a user has chosen: R now and then, changes midway, what is not known."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.add_user import add_user
from cambist.actions.facts import Caller
from cambist.actions.import_history import import_history
from cambist.actions.strike_daily import strike_daily
from cambist.actions.verify_receipt import verify_receipt
from cambist.core.audit import Event
from tests.banks import bank
from tests.core.oracles import significant
from tests.worlds import START, World, scenario, world

EURO = "58001.7"
PRICES = {"BTCUSD": "63722.1", "BTCUSDT": "63656.71", "BTCEUR": EURO, "ETHUSD": "2600.5"}
TODAY = START.date()
DAY = timedelta(days=1)
# START is a Monday: the last rates are Friday's.
FRIDAY = TODAY - 3 * DAY
RATES = {
    FRIDAY: {"USD": "1.0966", "GBP": "0.85518", "CHF": "0.9769"},
    FRIDAY - DAY: {"USD": "1.0819", "GBP": "0.85425", "CHF": "0.9752"},
}
IN_POUNDS = Fraction("0.85518") / Fraction("1.0966")


async def figures(made: World, account_id: int) -> Any:
    answer = await made.load(account_id)
    assert answer.status == 201, answer.raw
    return answer.json


async def choose(made: World, **given: str) -> Any:
    answer = await made.call("POST", "/cambist/v1/preferences", given)
    assert answer.status == 201, answer.raw
    return answer.json


async def receipt(made: World, account_id: int) -> Any:
    """The last load's, worked out again."""
    me = await made.me()
    account = await made.cambist.outside.accounts.get(me.user_id, account_id)
    done = await verify_receipt(made.cambist.outside, me, account.load_id)
    assert done.differences == ()
    answer = await made.call("GET", f"/cambist/v1/accounts/{account_id}/receipts/{account.load_id}")
    return answer.json


def displayed(told: Any) -> tuple[str, Fraction]:
    amount = told["primary_display_currency_amount"]
    return amount["currency"], Fraction(amount["amount"])


def in_usd(told: Any) -> Fraction:
    return Fraction(told["usd_amount"])


@pytest.mark.asyncio
async def test_each_currency_by_the_exchange_or_by_the_bank(tmp_path: Path) -> None:
    p = Fraction(PRICES["BTCUSD"])
    rates = {
        "EUR": Fraction(EURO) / p,
        "GBP": IN_POUNDS,
        "BTC": 1 / p,
        "ETH": 1 / Fraction(PRICES["ETHUSD"]),
    }
    async with bank(RATES) as told, world(tmp_path, scenario(prices=PRICES), bank=told.url) as made:
        one = await made.connected()
        for currency, rate in rates.items():
            await choose(made, display_currency=currency)
            found = await figures(made, one)
            assert displayed(found) == (currency, in_usd(found) * significant(rate, 60))
            kept = await receipt(made, one)
            # The first load was in dollars: its R is the bank's, of its P, or not known.
            at_start = Fraction(kept["starts"]["total"]["rate"])
            assert at_start == significant({**rates, "EUR": 1 / Fraction("1.0966")}[currency], 60)
            assert (kept["display"]["assumed"] == []) == (currency != "ETH")
            assert (await made.call("GET", "/accounts/summary")).json[
                "primary_display_currency_amount"
            ] == found["primary_display_currency_amount"]
            made.clock.step(timedelta(seconds=2))
            if currency == "GBP":
                assert kept["display"]["route"] is None
                assert kept["daily"] == {
                    "source": "ecb",
                    "day": str(FRIDAY),
                    "rates": {"USD": "1.0966", "GBP": "0.85518"},
                    "assets": [],
                }
            else:
                assert (kept["display"]["route"] is not None, kept["daily"]) == (True, None)
        history = await made.call("GET", f"/cambist/v1/accounts/{one}/history")
        assert [each["currency"] for each in history.json["points"]] == ["USD", "EUR", "GBP", "BTC", "ETH"]
        assert told.asked == ["90d.xml"]


@pytest.mark.asyncio
async def test_a_change_midway_takes_each_baseline_at_the_rate_of_its_own_time(tmp_path: Path) -> None:
    async with bank(RATES) as told, world(tmp_path, scenario(prices=PRICES), bank=told.url) as made:
        one = await made.connected()  # Monday, in USD
        made.clock.set(START + DAY)
        told.days[TODAY + DAY] = {"USD": "1.10", "GBP": "0.86"}
        made.patch(wallets={"spot": {"BTC": {"free": "0.75", "locked": "0"}}})
        before = await made.call("GET", f"/accounts/{one}")
        await choose(made, display_currency="gbp")
        # What is answered until the next load is in the currency that it says.
        assert (await made.call("GET", f"/accounts/{one}")).json == before.json
        now = await figures(made, one)
        rate = significant(Fraction("0.86") / Fraction("1.10"), 60)
        start = in_usd(before.json) * significant(IN_POUNDS, 60)
        amount = in_usd(now) * rate
        gained = amount - start
        assert displayed(now) == ("GBP", amount)
        assert Fraction(now["day_profit_primary_display_currency"]["amount"]) == gained
        percent = now["day_profit_primary_display_currency_percentage"]
        assert percent == {"currency": "GBP", "amount": f"{float(gained / start * 100):.4f}"}
        assert now["total_primary_display_currency_profit"] == {"currency": "GBP", "amount": float(gained)}
        assert (await receipt(made, one))["display"]["assumed"] == []

        # Back to dollars nothing is left of pounds; in bitcoin each baseline counts by its own P.
        made.patch(prices={**PRICES, "BTCUSD": "60000"})
        for currency, profit in (("USD", "usd_profit"), ("BTC", "btc_profit")):
            made.clock.step(timedelta(seconds=2))
            await choose(made, display_currency=currency)
            back = await figures(made, one)
            assert displayed(back)[0] == currency
            told_profit = Decimal(back["primary_display_currency_profit"]["amount"])
            assert abs(told_profit - Decimal(back[profit])) < Decimal("1e-40")
        assert (await receipt(made, one))["display"]["assumed"] == []


@pytest.mark.asyncio
async def test_where_a_past_rate_is_not_known_that_of_the_load_stands_in_and_is_named(tmp_path: Path) -> None:
    async with bank(RATES) as told, world(tmp_path, scenario(prices=PRICES), bank=told.url) as made:
        one = await made.connected()
        made.clock.step(timedelta(minutes=1))
        made.patch(prices={**PRICES, "BTCUSD": "60000", "ETHUSD": "2500"})
        await choose(made, display_currency="ETH")
        now = await figures(made, one)
        profit = Fraction(now["primary_display_currency_profit"]["amount"])
        assert profit == Fraction(now["usd_profit"]) * Fraction("0.0004")
        assert (await receipt(made, one))["display"]["assumed"] == ["day", "month", "total"]


@pytest.mark.asyncio
async def test_imported_points_count_at_the_rate_of_their_day(tmp_path: Path) -> None:
    async with bank(RATES) as told, world(tmp_path, scenario(prices=PRICES), bank=told.url) as made:
        await choose(made, display_currency="GBP")
        one = await made.connected()
        me, outside = await made.me(), made.cambist.outside
        points = f"date,usd,btc\n{FRIDAY - DAY}T12:00:00Z,24000,0.5\n2020-01-01,12000,0.4\n"
        assert (await import_history(outside, me, one, points)).kept == 2
        now = await figures(made, one)
        kept = await receipt(made, one)
        rate_then = significant(Fraction("0.85425") / Fraction("1.0819"), 60)
        assert rate_then > Fraction(kept["starts"]["day"]["rate"]) > Fraction(kept["display"]["rate"])
        # The bank's list does not go back so far.
        assert kept["display"]["assumed"] == ["month", "total"]
        assert Fraction(kept["starts"]["total"]["rate"]) == Fraction(kept["display"]["rate"])
        assert displayed(now)[0] == "GBP"
        lines = [
            (await strike_daily(outside, me, one, at, since, since + DAY)).splitlines()[1].split(",")
            for at, since in ((time(12), START - 5 * DAY), (time(0), datetime(2020, 1, 1, tzinfo=UTC)))
        ]
        assert lines[0][1:3] == ["24000.0", "0.5"]
        assert Fraction(lines[0][3]) == 24000 * rate_then
        assert lines[1][1:4] == ["12000.0", "0.4", ""]


@pytest.mark.asyncio
async def test_a_bank_that_is_down_is_stood_in_for_by_its_last_rates_for_a_week(tmp_path: Path) -> None:
    async with bank(RATES) as told, world(tmp_path, scenario(prices=PRICES), bank=told.url) as made:
        await choose(made, display_currency="CHF")
        one = await made.connected()
        told.status = 503
        made.clock.set(START.replace(day=23))  # a week after the last rates
        now = await figures(made, one)
        assert displayed(now)[0] == "CHF"
        assert (await receipt(made, one))["daily"]["day"] == str(FRIDAY)
        made.clock.set(START.replace(day=24))
        now = await figures(made, one)
        assert displayed(now) == ("USD", in_usd(now))
        assert Fraction(now["total_primary_display_currency_profit"]["amount"]) == 0
        kept = await receipt(made, one)
        assert (kept["display"]["wanted"], kept["display"]["currency"], kept["daily"]) == ("CHF", "USD", None)
        assert told.asked == ["90d.xml", "90d.xml", "90d.xml"]  # again an hour after it failed
        told.status, told.body = 200, "<html>not today</html>"
        made.clock.step(timedelta(minutes=59))
        assert displayed(await figures(made, one))[0] == "USD"
        made.clock.step(timedelta(minutes=1))
        assert displayed(await figures(made, one))[0] == "USD"
        told.body = None
        told.days[date(2023, 6, 23)] = {"USD": "1.0884", "CHF": "0.9763"}
        made.clock.step(timedelta(hours=1))
        assert displayed(await figures(made, one))[0] == "CHF"
        assert len(told.asked) == 5


@pytest.mark.asyncio
async def test_the_bank_is_asked_only_where_it_is_needed_and_named(tmp_path: Path) -> None:
    plain = scenario(prices=PRICES)
    async with bank(RATES) as told, world(tmp_path / "named", plain, bank=told.url) as made:
        one = await made.connected()
        await figures(made, one)
        assert told.asked == []
        await choose(made, display_currency="EUR")
        made.clock.step(timedelta(days=2))
        await figures(made, one)
        assert told.asked == ["90d.xml"]  # for the euro on the day of the first load
    async with world(tmp_path / "other", plain) as made:
        await choose(made, display_currency="GBP")
        one = await made.connected()
        assert displayed(await figures(made, one))[0] == "USD"


@pytest.mark.asyncio
async def test_fiat_without_a_pair_is_worth_what_the_bank_says(tmp_path: Path) -> None:
    holding = {"spot": {"GBP": {"free": "100", "locked": "0"}, "XYZ": {"free": "1", "locked": "0"}}}
    held = scenario(prices=PRICES, wallets=holding)
    async with bank(RATES) as told, world(tmp_path, held, bank=told.url) as made:
        one = await made.connected()
        now = await figures(made, one)
        euros = significant(1 / Fraction("0.85518"), 60)
        assert abs(in_usd(now) - 100 * euros * Fraction("1.0966")) < Fraction(1, 10**43)
        kept = await receipt(made, one)
        assert (kept["daily"]["assets"], kept["daily"]["day"]) == (["GBP"], str(FRIDAY))
        assert (kept["unpriced"], kept["display"]) == (["XYZ"], None)
        balances = await made.call("GET", f"/cambist/v1/accounts/{one}/balances")
        sources = {each["asset"]: each["source"] for each in balances.json["wallets"][0]["balances"]}
        assert sources == {"GBP": f"ecb {FRIDAY}", "XYZ": None}


@pytest.mark.asyncio
async def test_preferences_are_a_users_own_and_what_is_unknown_is_refused(world: World) -> None:
    default = {
        "display_currency": "USD",
        "stablecoins": "reference",
        "dust_usd": "5.0",
        "chosen_display_currency": None,
        "chosen_stablecoins": None,
        "chosen_dust_usd": None,
    }
    assert (await world.call("GET", "/cambist/v1/preferences")).json == default
    chosen = await choose(world, display_currency="EUR", stablecoins="par", dust_usd="0.50")
    assert chosen == {
        "display_currency": "EUR",
        "stablecoins": "par",
        "dust_usd": "0.5",
        "chosen_display_currency": "EUR",
        "chosen_stablecoins": "par",
        "chosen_dust_usd": "0.5",
    }
    assert (await world.call("GET", "/accounts/summary")).json["primary_display_currency_amount"] == {
        "currency": "EUR",
        "amount": "0.0",
    }
    entry = (await world.audited())[-1]
    assert (entry.event, entry.about) == (
        Event.PREFERENCES_CHANGED,
        "display currency EUR, stablecoins par, dust 0.50",
    )
    other = await add_user(world.cambist.outside, "another", "test")
    key = await world.new_key(user=other)
    assert (await world.call("GET", "/cambist/v1/preferences", key=key)).json == default
    for given in ({"display_currency": "DOGE"}, {"stablecoins": "peg"}):
        refused = await world.call("POST", "/cambist/v1/preferences", given)
        assert (refused.status, refused.json["error"]) == (400, "record_invalid")
        (name,) = given
        (message,) = refused.json["error_attributes"][name]
        assert message.startswith("does not have a valid value: it is one of ")
    assert (
        await choose(world, display_currency="default", stablecoins="default", dust_usd="default")
    ) == default


@pytest.mark.asyncio
async def test_accounts_that_still_differ_in_their_currency_are_summed_up_in_dollars(tmp_path: Path) -> None:
    second = {"api_key": "second-key-of-the-test", "secret": "second-secret-of-the-test"}
    two = scenario(prices=PRICES, keys=[scenario()["keys"][0], {**second, "uid": "1002"}])
    async with world(tmp_path, two) as made:
        first, other = await made.connected(), await made.connected(name="Second", **second)
        await choose(made, display_currency="EUR", stablecoins="par")
        await figures(made, first)
        summary = (await made.call("GET", "/accounts/summary")).json
        assert displayed(summary) == ("USD", in_usd(summary))
        await figures(made, other)
        summary = (await made.call("GET", "/accounts/summary")).json
        assert displayed(summary)[0] == "EUR"
        assert (await receipt(made, other))["stablecoins"] == "par"
        caller = Caller((await made.me()).user_id, "test")
        assert (await made.cambist.outside.users.get(caller.user_id)).chosen.stablecoins == "par"
