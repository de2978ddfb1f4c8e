"""Open orders, networks, addresses and leverage of an account: asked with its keys, each use written down."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_errors import assert_error
from tests.simulator.test_records import ADDRESS, COINS, ORDERS, RECORDS
from tests.worlds import EXCHANGE_KEY, World, scenario, world

PLAY = scenario(orders=RECORDS["orders"], coins=RECORDS["coins"])
DEPOSIT = {"currency": "BTC", "network": "BNB"}


def uses(made: World) -> list[tuple[str, bool, str | None]]:
    """(cause without the key's name, whether it has ended, kind of failure) of each use of keys, in turn."""
    with closing(sqlite3.connect(made.cambist.settings.database)) as opened:
        rows = opened.execute("SELECT cause, ended_at, failure FROM attempts ORDER BY rowid").fetchall()
    return [
        (cause.split()[-1], ended is not None, failure and json.loads(failure)[0])
        for cause, ended, failure in rows
    ]


async def get(made: World, account_id: int, what: str, given: dict[str, Any] | None = None) -> Any:
    return await made.call("GET", f"/accounts/{account_id}/{what}", given)


@pytest.mark.asyncio
async def test_open_orders_are_counted_in_one_call_and_the_rest_is_zero(tmp_path: Path) -> None:
    async with world(tmp_path, PLAY) as made:
        account_id = await made.connected()
        before = len(made.simulator.calls)
        answer = await get(made, account_id, "active_trading_entities")
        assert [call.path for call in made.simulator.calls][before:] == [ORDERS]
        assert (answer.status, answer.json) == (
            200,
            {
                "data": {
                    "active_orders_count": 2,
                    "active_bots_count": 0,
                    "active_deals_count": 0,
                    "active_smart_trades_count": 0,
                    "active_grid_bots_count": 0,
                }
            },
        )
        made.patch(orders=[])
        assert (await get(made, account_id, "active_trading_entities")).json["data"][
            "active_orders_count"
        ] == 0


@pytest.mark.parametrize("kind", ["empty", "truncated", "html", "redirect", "gzip_bomb", "reset"])
@pytest.mark.asyncio
async def test_an_answer_that_is_no_list_of_orders_is_not_taken_for_none(tmp_path: Path, kind: str) -> None:
    async with world(tmp_path, PLAY) as made:
        account_id = await made.connected()
        made.patch(faults=[{"kind": kind, "path": ORDERS, "times": None}])
        answer = await get(made, account_id, "active_trading_entities")
        assert (answer.status, answer.json["error"]) == (503, "market_unavailable")


@pytest.mark.asyncio
async def test_networks_are_told_of_all_currencies_or_of_those_open_for_a_purpose(tmp_path: Path) -> None:
    async with world(tmp_path, PLAY) as made:
        account_id = await made.connected()
        every = await get(made, account_id, "networks_info")
        assert every.status == 200
        bitcoin, dollar = every.json
        for purpose in ("deposit", "withdraw"):
            wanted = await get(made, account_id, "networks_info", {"purpose": purpose})
            assert wanted.json == [bitcoin]
        wrong = await get(made, account_id, "networks_info", {"purpose": "stake"})
        assert_error(wrong, 400, "record_invalid", {"purpose": ["does not have a valid value"]})
    assert dollar == {
        "currency": "USD",
        "name": "US dollar",
        "deposit_enable": False,
        "withdraw_enable": False,
        "network_list": [],
    }
    assert [network["network"] for network in bitcoin["network_list"]] == ["BTC", "BSC", "BNB"]
    assert bitcoin["network_list"][0] == {
        "network": "BTC",
        "default": True,
        "deposit_enable": True,
        "withdraw_enable": True,
        "deposit_tip": "",
        "withdraw_tip": "",
        "special_tip": "",
        "network_name": "Bitcoin",
        "network_url": None,
        "address_regexp": "",
        "withdraw_fee": "0.0004",
        "withdraw_min": "0.001",
        "withdrawMax": "10000000000.0",
        "withdrawMultiple": "0.00000001",
        "memo_regexp": "",
        "label": "",
        "require_address_tag": False,
    }
    closed, tagged = bitcoin["network_list"][1:]
    assert (closed["deposit_enable"], closed["deposit_tip"]) == (
        False,
        "Wallet Maintenance, Deposit Suspended",
    )
    assert (tagged["require_address_tag"], tagged["label"]) == (True, "MEMO/Tag")


@pytest.mark.asyncio
async def test_an_address_comes_from_the_exchange_and_the_amounts_from_the_last_load(tmp_path: Path) -> None:
    holds = {"BTC": {"free": "0.50", "locked": "0.000000000000000001"}, "USDT": {"free": "100"}}
    async with world(tmp_path, {**PLAY, "wallets": {"spot": holds}}) as made:
        account_id = await made.connected()
        made.patch(wallets={"spot": {}})
        before = len(made.simulator.calls)
        answer = await get(made, account_id, "deposit_data", DEPOSIT)
        assert [call.path for call in made.simulator.calls][before:] == [ADDRESS]
        assert (answer.status, answer.json) == (
            200,
            {
                "address": "bnb1Simulated",
                "address_tag": "108618262",
                "available_balance": "0.5",
                "in_orders": "0.000000000000000001",
                "total_balance": "0.500000000000000001",
            },
        )
        made.patch(coins={"XRP": {"name": "XRP", "networks": [{"network": "XRP", "address": "r1"}]}})
        other = await get(made, account_id, "deposit_data", {"currency": "XRP", "network": "XRP"})
        assert [other.json[name] for name in ("address_tag", "total_balance")] == ["", "0.0"]


@pytest.mark.asyncio
async def test_what_the_exchange_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    async with world(tmp_path, PLAY) as made:
        account_id = await made.connected()
        answer = await get(made, account_id, "deposit_data", {"currency": "BTC", "network": "BSC"})
        assert (answer.status, answer.json) == (
            422,
            {
                "error": "unknown_market_api_error",
                "error_description": "Deposits for this network are currently closed",
            },
        )


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"network": "BTC"}, "currency", "is missing"),
        ({"currency": "BTC"}, "network", "is missing"),
        ({"currency": "", "network": "BTC"}, "currency", "is invalid"),
        ({"currency": "B" * 41, "network": "BTC"}, "currency", "is invalid"),
        ({"currency": "BTC", "network": "%00"}, "network", "is invalid"),
        ({"currency": "BTC", "network": "%20BTC"}, "network", "is invalid"),
    ],
)
@pytest.mark.asyncio
async def test_a_deposit_needs_currency_and_network(
    world: World, given: dict[str, str], field: str, message: str
) -> None:
    account_id = await world.connected()
    before = uses(world)
    answer = await get(world, account_id, "deposit_data", given)
    assert_error(answer, 400, "record_invalid", {field: [message]})
    assert world.exchange_calls(ADDRESS) == 0
    assert uses(world) == before


@pytest.mark.asyncio
async def test_a_spot_account_is_told_that_it_has_no_leverage(world: World) -> None:
    account_id = await world.connected()
    before = len(world.simulator.calls)
    for method in ("GET", "POST"):
        path = f"/accounts/{account_id}/leverage_data"
        answer = await world.call(method, path, {"pair": "USD_BTC"})
        assert (answer.status, answer.json) == (
            422,
            {
                "error": "unknown_market_api_error",
                "error_description": "Binance US Spot is a spot market: it has no leverage.",
            },
        )
        assert_error(await world.call(method, path), 400, "record_invalid", {"pair": ["is missing"]})
    assert len(world.simulator.calls) == before


@pytest.mark.asyncio
async def test_every_use_of_the_keys_is_written_down_with_what_for_and_how_it_failed(tmp_path: Path) -> None:
    async with world(tmp_path, PLAY) as made:
        account_id = await made.connected()
        known = len(uses(made))
        await get(made, account_id, "active_trading_entities")
        await get(made, account_id, "networks_info")
        await get(made, account_id, "deposit_data", DEPOSIT)
        await get(made, account_id, "deposit_data", {**DEPOSIT, "network": "BSC"})
        made.patch(faults=[{"kind": "status", "path": COINS, "status": 503, "retry_after_s": 1}])
        await get(made, account_id, "networks_info")
        assert uses(made)[known:] == [
            ("active_trading_entities", True, None),
            ("networks_info", True, None),
            ("deposit_data", True, None),
            ("deposit_data", True, "ExchangeRefused"),
            ("networks_info", True, "ExchangeUnavailable"),
        ]
        with closing(sqlite3.connect(made.cambist.settings.database)) as opened:
            (cause,) = opened.execute("SELECT cause FROM attempts ORDER BY rowid DESC").fetchone()
        assert re.fullmatch(rf"api key {made.key.api_key[:4]}\S* networks_info", cause), cause


@pytest.mark.asyncio
async def test_keys_refused_for_something_else_than_a_load_are_not_called_invalid(tmp_path: Path) -> None:
    async with world(tmp_path, PLAY) as made:
        account_id = await made.connected()
        account = (await made.call("GET", f"/accounts/{account_id}")).json
        refusal = '{"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}'
        made.patch(faults=[{"kind": "status", "path": ADDRESS, "status": 401, "body": refusal}])
        answer = await get(made, account_id, "deposit_data", DEPOSIT)
        assert (answer.status, answer.json["error"]) == (422, "unknown_market_api_error")
        assert uses(made)[-1] == ("deposit_data", True, "KeysRejected")
        assert (await made.call("GET", f"/accounts/{account_id}")).json == account
        assert EXCHANGE_KEY not in answer.raw.decode()


@pytest.mark.asyncio
async def test_the_keys_of_a_locked_account_are_not_used(tmp_path: Path) -> None:
    async with world(tmp_path, PLAY) as made:
        account_id = await made.connected()
        with closing(sqlite3.connect(made.cambist.settings.database)) as opened, opened:
            opened.execute("UPDATE accounts SET lock_reason = 'Locked by its owner.'")
        before = (len(made.simulator.calls), len(uses(made)))
        answer = await get(made, account_id, "active_trading_entities")
        assert (answer.status, answer.json["error"]) == (422, "account_locked")
        assert (len(made.simulator.calls), len(uses(made))) == before
