"""Changing an account's keys and flags; what can be connected; a user's mode."""

from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from cambist.actions.add_user import add_user
from cambist.exchanges.catalogue import CATALOGUE
from tests.api.requests import FORM, Ask, ask
from tests.worlds import API, EXCHANGE_KEY, EXCHANGE_SECRET, Answer, World, scenario, world

NEW = {"api_key": "newer-key-of-the-test", "secret": "newer-secret-of-the-test"}
FIRST = scenario()["keys"][0]


def _keys(**new: Any) -> dict[str, Any]:
    """The exchange knows the first key and the new one, by default as the same account's."""
    return scenario(keys=[FIRST, {**NEW, "uid": FIRST["uid"], **new}])


async def _update(made: World, account_id: object, **given: Any) -> Answer:
    return await made.call("POST", "/accounts/update", {"account_id": account_id, **given})


def _rows(made: World, sql: str) -> list[Any]:
    with connect(made.cambist.settings.database) as database:
        return database.execute(sql).fetchall()


@pytest.mark.asyncio
async def test_new_keys_of_the_same_exchange_account_are_taken_and_its_history_goes_on(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, _keys()) as made:
        account_id = await made.connected()
        made.clock.step(timedelta(hours=1))
        made.patch(wallets={"spot": {"BTC": {"free": "0.75", "locked": "0"}}})
        answer = await _update(made, account_id, **NEW, name="Renewed")
        assert answer.status == 201
        told = answer.json
        assert (told["id"], told["api_key"], told["name"]) == (account_id, NEW["api_key"], "Renewed")
        assert (told["btc_amount"], told["api_keys_state"]) == ("0.75", "ok")
        assert told["total_btc_profit"] == repr(float(told["btc_profit"]))
        made.patch(keys=[{**NEW, "uid": "1001"}])
        asked = made.exchange_calls("/api/v3/account")
        assert (await made.load(account_id)).status == 201
        assert made.exchange_calls("/api/v3/account") == asked + 1, "new keys end the fresh second"
        assert _rows(made, "SELECT COUNT(*), SUM(is_break) FROM snapshots") == [(2, 0)]
        assert _rows(made, "SELECT failure FROM attempts WHERE cause LIKE '% replacing keys'") == [(None,)]


@pytest.mark.asyncio
async def test_keys_of_another_exchange_account_change_nothing_but_are_on_record(tmp_path: Path) -> None:
    async with world(tmp_path, _keys(uid="2002")) as made:
        account_id = await made.connected()
        before = (await made.call("GET", f"/accounts/{account_id}")).raw
        answer = await _update(made, account_id, **NEW, name="Never taken", include_in_summary=False)
        assert (answer.status, answer.json["error_attributes"]) == (
            400,
            {"api_key": ["belongs to another exchange account"]},
        )
        assert (await made.call("GET", f"/accounts/{account_id}")).raw == before
        failed = _rows(made, "SELECT account_id, failure FROM attempts WHERE failure IS NOT NULL")
        assert [(row[0], "belongs to another" in row[1]) for row in failed] == [(account_id, True)]


@pytest.mark.asyncio
async def test_keys_that_the_exchange_rejects_change_nothing_but_are_on_record(world: World) -> None:
    account_id = await world.connected()
    before = (await world.call("GET", f"/accounts/{account_id}")).raw
    answer = await _update(world, account_id, **NEW, name="Never taken")
    assert (answer.status, answer.json["error"]) == (422, "invalid_api_key")
    assert (await world.call("GET", f"/accounts/{account_id}")).raw == before
    assert _rows(world, "SELECT account_id FROM attempts WHERE failure IS NOT NULL") == [(account_id,)]
    assert (await world.load(account_id)).status == 201


@pytest.mark.asyncio
async def test_where_the_exchange_tells_no_uid_history_goes_on_after_a_mark(tmp_path: Path) -> None:
    async with world(tmp_path, _keys()) as made:
        account_id = await made.connected()
        with connect(made.cambist.settings.database) as database:
            database.execute("UPDATE accounts SET uid = NULL")
        made.clock.step(timedelta(hours=1))
        same_key = {"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET}
        assert (await _update(made, account_id, **same_key)).status == 201
        with connect(made.cambist.settings.database) as database:
            database.execute("UPDATE accounts SET uid = NULL")
        made.clock.step(timedelta(hours=1))
        assert (await _update(made, account_id, **NEW)).status == 201
        history = await made.call("GET", f"/cambist/v1/accounts/{account_id}/history")
        assert [point["keys_replaced"] for point in history.json["points"]] == [False, False, True]


@pytest.mark.asyncio
async def test_keys_of_an_account_that_is_connected_beside_it_are_refused(tmp_path: Path) -> None:
    async with world(tmp_path, _keys(uid="2002")) as made:
        account_id = await made.connected()
        await made.connected(name="Second", **NEW)
        with connect(made.cambist.settings.database) as database:
            database.execute("UPDATE accounts SET uid = NULL")
        answer = await _update(made, account_id, **NEW)
        assert answer.json["error_attributes"] == {"api_key": ["This account is already connected!"]}


@pytest.mark.asyncio
async def test_a_load_by_the_old_keys_is_ended_when_new_ones_come(tmp_path: Path) -> None:
    async with world(tmp_path, _keys()) as made:
        account_id = await made.connected()
        loads, me = made.cambist.outside.loads, await made.me()
        lease = timedelta(seconds=10)
        await loads.take_turn(me.user_id, account_id, "by-the-old-keys", "test", made.clock.now(), lease)
        assert (await _update(made, account_id, **NEW)).status == 201
        outcome = await loads.outcome("by-the-old-keys")
        assert outcome is not None
        assert "keys were replaced" in str(outcome.failure)
        told = (await made.call("GET", f"/accounts/{account_id}")).json
        assert told["api_keys_state"] == "ok"


@pytest.mark.asyncio
async def test_a_flag_may_be_sent_in_every_way_and_an_unchanged_one_moves_nothing(world: World) -> None:
    account_id = await world.connected()
    for sent, kept in ((False, False), ("true", True), ("0", False), ("1", True), ("false", False)):
        world.clock.step(timedelta(seconds=5))
        answer = await _update(world, account_id, include_in_summary=sent)
        assert (answer.status, answer.json["include_in_summary"]) == (201, kept)
    path = f"{API}/accounts/update"
    form = f"account_id={account_id}&include_in_summary=true".encode()
    answer = await ask(world, Ask("POST", path.encode(), form, FORM), f"{path}?".encode() + form)
    assert answer.json["include_in_summary"] is True
    world.clock.step(timedelta(seconds=5))
    assert (await _update(world, account_id, include_in_summary=True)).raw == answer.raw
    wrongs: tuple[object, ...] = ("yes", "", 1, 0, 1.5, [], "True")
    for wrong in wrongs:
        refused = await _update(world, account_id, include_in_summary=wrong)
        assert refused.json["error_attributes"] == {"include_in_summary": ["is invalid"]}


@pytest.mark.asyncio
async def test_each_field_at_fault_of_an_update_is_named(world: World) -> None:
    account_id = await world.connected()
    for given, fault in (
        ({"name": "x"}, {"name": ["is too short (minimum is 2 characters)"]}),
        ({"api_key": NEW["api_key"]}, {"secret": ["is missing"]}),
        ({"secret": NEW["secret"]}, {"api_key": ["is missing"]}),
        ({**NEW, "secret": "1"}, {"secret": ["is too short (minimum is 5 characters)"]}),
        ({"account_id": None}, {"account_id": ["is missing"]}),
        ({"account_id": "one"}, {"account_id": ["is invalid"]}),
        ({"account_id": True}, {"account_id": ["is invalid"]}),
    ):
        answer = (
            await _update(world, account_id, **given)
            if "account_id" not in given
            else await world.call("POST", "/accounts/update", given)
        )
        assert (answer.status, answer.json["error_attributes"]) == (400, fault)


@pytest.mark.asyncio
async def test_an_account_of_someone_else_is_not_found_by_an_update(world: World) -> None:
    account_id = await world.connected()
    key = await world.new_key(user=await add_user(world.cambist.outside, "someone else", "test"))
    given = {"name": "Taken", **NEW}
    foreign = await world.call("POST", "/accounts/update", {"account_id": account_id, **given}, key)
    unknown = await world.call("POST", "/accounts/update", {"account_id": 2**70, **given}, key)
    assert (foreign.status, foreign.json["error"]) == (404, "not_found")
    assert foreign.raw == unknown.raw


@pytest.mark.asyncio
async def test_the_types_to_connect_tell_what_is_connected_already(world: World) -> None:
    free = {"connected": False, "available": True, "unified": False}
    every = [{"type": code, **free} for code in CATALOGUE]
    its = {"type": "binance_us", **free}
    for method in ("GET", "POST"):
        assert (await world.call(method, "/accounts/types_to_connect")).json == every
    await world.connected()
    given = {"type": "binance_us", "name": "x", "secret": "s"}
    for method in ("GET", "POST"):
        answer = await world.call(method, "/accounts/types_to_connect", given)
        assert (answer.status, answer.json) == (200, [{**its, "connected": True}])
        told = (
            await world.call(method, "/accounts/types_to_connect", {**given, "api_key": EXCHANGE_KEY})
        ).json
        assert told == [{**its, "connected": True, "available": False}]
        told = (await world.call(method, "/accounts/types_to_connect", {**given, "api_key": "another"})).json
        assert told == [its]
    wrong = await world.call("GET", "/accounts/types_to_connect", {"type": "no_such"})
    assert wrong.json["error_attributes"] == {"type": ["does not have a valid value"]}


@pytest.mark.asyncio
async def test_a_mode_is_kept_for_each_user_and_changes_nothing_else(world: World) -> None:
    account_id = await world.connected()
    before = (await world.call("GET", f"/accounts/{account_id}")).raw
    other = await world.new_key(user=await add_user(world.cambist.outside, "someone else", "test"))
    assert (await world.call("GET", "/users/current_mode")).raw == b'{"mode":"real"}'
    answer = await world.call("POST", "/users/change_mode", {"mode": "paper"})
    assert (answer.status, answer.raw) == (201, b'{"mode":"paper"}')
    assert (await world.call("GET", "/users/current_mode")).json == {"mode": "paper"}
    assert (await world.call("GET", "/users/current_mode", key=other)).json == {"mode": "real"}
    assert (await world.call("GET", f"/accounts/{account_id}")).raw == before
    for given, fault in (({"mode": "live"}, "does not have a valid value"), ({}, "is missing")):
        refused = await world.call("POST", "/users/change_mode", given)
        assert (refused.status, refused.json["error_attributes"]) == (400, {"mode": [fault]})
