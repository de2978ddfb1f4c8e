"""Slices of a pie and rows of a table: what an account held at its last load."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.worlds import World

ROW_KEYS = [
    *("currency_code", "currency_name", "currency_icon", "currency_slug", "percentage"),
    *("position", "position_available", "position_type", "borrowed"),
    *("on_orders", "on_orders_with_leverage", "on_orders_long", "on_orders_short"),
    *("equity", "current_price", "current_price_usd"),
    *("day_change_percent", "day_change_percent_btc", "day_change_percent_usd", "btc_value", "usd_value"),
    *("available_long", "available_short", "available_with_leverage_long", "available_with_leverage_short"),
    *("account_id", "is_wallet"),
]
WALLET = {
    "USDT": {"free": "100", "locked": "0"},
    "BTC": {"free": "0.4", "locked": "0.1"},
    "ETH": {"free": "2", "locked": "0"},
    "NOPRICE": {"free": "7", "locked": "0"},
}


async def _table(world: World, account_id: int) -> dict[str, Any]:
    answer = await world.call("POST", f"/accounts/{account_id}/account_table_data")
    assert answer.status == 201
    return {row["currency_code"]: row for row in answer.json}


@pytest.mark.asyncio
async def test_slices_come_largest_first_and_add_up_and_ask_no_exchange(world: World) -> None:
    world.patch(wallets={"spot": WALLET})
    account_id = await world.connected()
    account = (await world.call("GET", f"/accounts/{account_id}")).json
    asked = len(world.simulator.calls)
    answer = await world.call("POST", f"/accounts/{account_id}/pie_chart_data")
    assert answer.status == 201
    btc, eth, usdt = answer.json
    assert btc == {
        "code": "BTC",
        "coinmarketcapid": "1",
        "name": "Bitcoin (BTC)",
        "y": 85.72,
        "percentage": 85.72,
        "amount": 0.5,
        "btc_value": "0.50000000",
        "usd_value": "31861.05",
        "primary_display_currency": {"currency": "USD", "amount": "31861.05"},
        "account_id": account_id,
    }
    assert (eth["code"], eth["name"], eth["btc_value"]) == ("ETH", "Ethereum (ETH)", "0.08170000")
    assert (usdt["code"], usdt["usd_value"], usdt["coinmarketcapid"]) == ("USDT", "100.10", "825")
    whole = sum(Fraction(each["primary_display_currency"]["amount"]) for each in answer.json)
    assert abs(whole - Fraction(account["usd_amount"])) < Fraction(1, 10**43)
    assert len(world.simulator.calls) == asked


@pytest.mark.asyncio
async def test_rows_tell_amounts_prices_and_shares_and_null_for_what_is_not_known(world: World) -> None:
    world.patch(wallets={"spot": WALLET})
    account_id = await world.connected()
    rows = await _table(world, account_id)
    assert list(rows) == ["BTC", "ETH", "USDT", "NOPRICE"]
    assert all(list(row) == ROW_KEYS for row in rows.values())
    btc, eth, unpriced = rows["BTC"], rows["ETH"], rows["NOPRICE"]
    assert (btc["position"], btc["position_available"], btc["on_orders"]) == (0.5, 0.4, 0.1)
    assert (btc["current_price"], btc["current_price_usd"]) == (1.0, 63722.1)
    assert (eth["current_price"], eth["current_price_usd"]) == (0.04085, 2603.047785)
    assert (eth["currency_name"], eth["currency_slug"]) == ("Ethereum", "ethereum")
    assert sum(row["percentage"] or 0 for row in rows.values()) == pytest.approx(100, abs=1e-12)
    assert (unpriced["position"], unpriced["currency_name"]) == (7.0, "NOPRICE")
    for name in ("percentage", "current_price", "current_price_usd", "btc_value", "usd_value"):
        assert unpriced[name] is None
    icon = await world.send("GET", btc["currency_icon"].removeprefix(world.address))
    assert (icon.status, icon.headers["Content-Type"]) == (200, "image/svg+xml")


@pytest.mark.asyncio
async def test_a_day_change_is_told_only_where_a_load_of_a_day_ago_tells_the_price(world: World) -> None:
    world.patch(wallets={"spot": WALLET})
    account_id = await world.connected()
    world.clock.step(timedelta(hours=22))
    world.patch(prices={"BTCUSD": "70094.31", "BTCUSDT": "63656.71", "ETHBTC": "0.0428925"})
    await world.load(account_id)
    names = ("day_change_percent", "day_change_percent_btc", "day_change_percent_usd")
    early = await _table(world, account_id)
    assert [early["ETH"][name] for name in names] == [None, None, None]
    world.clock.step(timedelta(hours=1, minutes=30))
    await world.load(account_id)
    rows = await _table(world, account_id)
    assert [rows["ETH"][name] for name in names] == [5.0, 5.0, 15.5]
    assert [rows["BTC"][name] for name in names] == [0.0, 0.0, 10.0]
    assert [rows["NOPRICE"][name] for name in names] == [None, None, None]
    world.clock.step(timedelta(days=3))
    await world.load(account_id)
    assert (await _table(world, account_id))["BTC"]["day_change_percent_usd"] is None


@pytest.mark.asyncio
async def test_an_empty_account_has_no_slice_and_no_row(world: World) -> None:
    world.patch(wallets={"spot": {}})
    account_id = await world.connected()
    assert (await world.call("POST", f"/accounts/{account_id}/pie_chart_data")).raw == b"[]"
    assert await _table(world, account_id) == {}
