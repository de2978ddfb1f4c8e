"""Each endpoint's answer, and the oddities of real clients that are tolerated."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.api.requests import FORM, JSON, Ask, ask
from tests.worlds import API, EXCHANGE_KEY, GOLDEN, World, scenario, world

GOLDEN_ACCOUNT: dict[str, Any] = json.loads((GOLDEN / "load_balances_201.json").read_text())
AMOUNT = re.compile(r"-?(0|[1-9][0-9]*)\.([0-9]*[1-9]|0)")
PERCENT = re.compile(r"-?(0|[1-9][0-9]*)\.([0-9]?[1-9]|0)")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
AMOUNTS = ("btc_amount", "usd_amount", "day_profit_btc", "day_profit_usd", "btc_profit", "usd_profit")
PERCENTS = ("day_profit_btc", "day_profit_usd", "usd_profit", "btc_profit")
DISPLAYED = (
    "primary_display_currency_profit",
    "day_profit_primary_display_currency",
    "primary_display_currency_amount",
)
SECOND_KEY = {"api_key": "second-key-of-the-test", "secret": "second-secret-of-the-test"}


@pytest.mark.asyncio
async def test_ping_time_and_validate_answer_under_both_base_paths(world: World) -> None:
    for base in (API, "/ver1"):
        assert (await world.send("GET", f"{base}/ping")).json == {"pong": "pong"}
        assert (await world.send("GET", f"{base}/time")).json == {"server_time": 1687193457}
        target = f"{base}/validate".encode()
        answer = await ask(world, Ask("GET", target), target)
        assert (answer.status, answer.json) == (200, {"valid": True})


@pytest.mark.asyncio
async def test_the_market_list_tells_how_each_market_is_connected(world: World) -> None:
    answer = await world.send("GET", f"{API}/accounts/market_list")
    assert answer.status == 200
    by_code = {market["market_code"]: market for market in answer.json}
    assert by_code["binance_us"] == {
        "market_name": "Binance US Spot",
        "market_url": "https://www.binance.us/",
        "market_icon": f"{world.address}/static/markets/binance_us.svg",
        "help_link": "https://support.binance.us/",
        "market_code": "binance_us",
        "form_fields": {
            "required": [
                {"field": "api_key", "localized_name": "API key"},
                {"field": "secret", "localized_name": "API secret"},
            ],
            "optional": [],
        },
        "available_connection_flows": ["api_keys"],
        "third_party_allowed": False,
        "trusted_ips": [],
        "trusted_ips_input_type": None,
        "fast_connect_action_name": None,
    }
    assert by_code["hyperliquid"]["form_fields"]["required"] == [
        {"field": "address", "localized_name": "Wallet address"}
    ]
    for market in answer.json:
        assert list(market) == list(by_code["binance_us"])
        icon = await world.send("GET", market["market_icon"].removeprefix(world.address))
        assert (icon.status, icon.headers["Content-Type"]) == (200, "image/svg+xml")


def _two_keys() -> dict[str, Any]:
    """One exchange with two accounts, each of its own key and uid."""
    first = scenario()["keys"][0]
    return scenario(keys=[first, {**SECOND_KEY, "uid": "1002"}])


@pytest.mark.asyncio
async def test_accounts_are_listed_in_pages_and_by_the_exchange_key(tmp_path: Any) -> None:
    async with world(tmp_path, _two_keys()) as made:
        assert (await made.call("GET", "/accounts")).raw == b"[]"
        ids = [await made.connected(), await made.connected(name="Second", **SECOND_KEY)]

        async def listed(query: str) -> list[int]:
            answer = await made.call("GET", f"/accounts{query}")
            assert answer.status == 200
            return [account["id"] for account in answer.json]

        assert await listed("") == ids
        assert await listed("?per_page=1") == ids[:1]
        assert await listed("?per_page=1&page=2") == ids[1:]
        assert await listed("?per_page=1&page=3") == []
        assert await listed(f"?api_key={SECOND_KEY['api_key']}") == ids[1:]
        assert await listed(f"?api_key={EXCHANGE_KEY}&page=2&per_page=1") == []
        assert await listed("?api_key=unknown") == []
        one = await made.call("GET", f"/accounts/{ids[1]}")
        assert one.json == (await made.call("GET", "/accounts?per_page=1&page=2")).json[0]


@pytest.mark.asyncio
async def test_an_account_as_it_stands_is_read_without_asking_the_exchange(world: World) -> None:
    connected = await world.connect()
    asked = world.exchange_calls("/api/v3/account")
    read = await world.call("GET", f"/accounts/{connected.json['id']}")
    assert (read.status, read.json) == (200, connected.json)
    assert world.exchange_calls("/api/v3/account") == asked
    assert connected.status == 201


@pytest.mark.asyncio
async def test_a_rename_moves_updated_at_and_leaves_all_else(world: World) -> None:
    account_id = await world.connected()
    before = (await world.call("GET", f"/accounts/{account_id}")).json
    world.clock.step(timedelta(minutes=5))
    answer = await world.call("POST", f"/accounts/{account_id}/rename", {"name": "Neuer Name 🦜"})
    assert answer.status == 201
    after = {**before, "name": "Neuer Name 🦜", "updated_at": "2023-06-19T16:55:59.303Z"}
    assert answer.json == after
    assert (await world.call("GET", f"/accounts/{account_id}")).json == after


@pytest.mark.asyncio
async def test_a_removed_account_answers_true_once_and_is_not_found_after(world: World) -> None:
    account_id = await world.connected()
    answer = await world.call("POST", f"/accounts/{account_id}/remove")
    assert (answer.status, answer.raw) == (201, b"true")
    asked = world.exchange_calls("/api/v3/account")
    for method, path in (("POST", "/remove"), ("POST", "/load_balances"), ("GET", ""), ("POST", "/rename")):
        given = {"name": "Other"} if path == "/rename" else None
        gone = await world.call(method, f"/accounts/{account_id}{path}", given)
        assert (gone.status, gone.json["error"]) == (404, "not_found")
    assert world.exchange_calls("/api/v3/account") == asked
    assert (await world.call("GET", "/accounts")).json == []
    again = await world.connect()
    assert again.status == 201
    assert again.json["id"] != account_id


@pytest.mark.asyncio
async def test_an_account_cannot_be_connected_twice_not_by_another_key_of_it_either(tmp_path: Any) -> None:
    first = scenario()["keys"][0]
    same_uid = scenario(keys=[first, {**SECOND_KEY, "uid": first["uid"]}])
    async with world(tmp_path, same_uid) as made:
        account_id = await made.connected()
        for given in ({}, {"name": "Under another name"}, SECOND_KEY):
            twice = await made.connect(**given)
            assert (twice.status, twice.json) == (
                400,
                {
                    "error_description": "Invalid parameters",
                    "error": "record_invalid",
                    "error_attributes": {"api_key": ["This account is already connected!"]},
                },
            )
        assert [each["id"] for each in (await made.call("GET", "/accounts")).json] == [account_id]


@pytest.mark.asyncio
async def test_keys_that_the_exchange_rejects_are_answered_422_and_not_kept(world: World) -> None:
    for wrong in ({"secret": "not the secret"}, {"api_key": "no-such-key"}):
        answer = await world.connect(**wrong)
        assert answer.status == 422
        golden = (GOLDEN / "load_balances_422.json").read_text()
        assert json.dumps(answer.json, indent=4) == golden.rstrip()
        assert answer.headers["Content-Type"] == "application/json"
    assert (await world.call("GET", "/accounts")).json == []
    for secret in (b"not the secret", b"no-such-key"):
        folder = world.cambist.settings.database.parent
        assert not any(secret in file.read_bytes() for file in folder.iterdir())
    assert (await world.connect()).status == 201


@pytest.mark.asyncio
async def test_keys_rejected_at_a_load_mark_the_account_and_leave_its_figures(world: World) -> None:
    account_id = await world.connected()
    before = (await world.call("GET", f"/accounts/{account_id}")).json
    world.patch(keys=[{**scenario()["keys"][0], "secret": "changed at the exchange"}])
    answer = await world.load(account_id)
    assert answer.status == 422
    assert answer.json == json.loads((GOLDEN / "load_balances_422.json").read_text())
    after = (await world.call("GET", f"/accounts/{account_id}")).json
    assert (after["api_key_invalid"], after["api_keys_state"]) == (True, "invalid")
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"api_key_invalid", "api_keys_state", "updated_at"}


@pytest.mark.asyncio
async def test_unknown_parameters_and_the_oddities_of_real_clients_are_tolerated(world: World) -> None:
    account_id = await world.connected()
    get, load = f"{API}/accounts/{account_id}", f"{API}/accounts/{account_id}/load_balances"
    rename = f"{API}/accounts/{account_id}/rename"
    extra = json.dumps({"id": account_id, "account_id": account_id, "unknown": [1, {"a": None}]}).encode()
    named = json.dumps({"id": 7, "name": "Named", "type": 1}).encode()
    cases = {
        "a content type on GET": (Ask("GET", get.encode(), content_type=JSON), get),
        "a form's content type on GET": (Ask("GET", get.encode(), content_type=FORM), get),
        "a redundant account_id": (Ask("POST", f"{load}?account_id=1".encode()), f"{load}?account_id=1"),
        "another account_id": (
            Ask("POST", f"{load}?account_id=9&id=8".encode()),
            f"{load}?account_id=9&id=8",
        ),
        "an id in the JSON": (Ask("POST", load.encode(), extra, JSON), f"{load}?{extra.decode()}"),
        "a JSON name": (Ask("POST", rename.encode(), named, JSON), f"{rename}?{named.decode()}"),
        "Forced-Mode": (Ask("POST", load.encode(), headers={"Forced-Mode": "paper"}), load),
        "an empty JSON body": (Ask("POST", load.encode(), content_type=JSON), load),
        "an empty form body": (Ask("POST", load.encode(), content_type=FORM), load),
        "a charset": (Ask("POST", load.encode(), b"{}", "application/json;charset=UTF-8"), load),
        "capital letters": (Ask("POST", load.encode(), b"{}", "Application/JSON"), load),
    }
    for how, (asked, text) in cases.items():
        answer = await ask(world, asked, text.encode())
        assert answer.status == (200 if asked.method == "GET" else 201), how
        assert answer.json["id"] == account_id
    assert (await world.call("GET", f"/accounts/{account_id}")).json["name"] == "Named"


@pytest.mark.asyncio
async def test_parameters_are_taken_from_query_form_and_json_and_the_query_wins(world: World) -> None:
    path = f"{API}/accounts/{await world.connected()}/rename"
    for query, body, content_type, name in (
        ("name=Query", b'{"name":"Json"}', JSON, "Query"),
        ("name=Query", b"name=Form", FORM, "Query"),
        ("z=1", b"name=Form", FORM, "Form"),
        ("name=First&name=Second", b"", None, "First"),
    ):
        asked = Ask("POST", f"{path}?{query}".encode(), body, content_type)
        between = b"&" if content_type == FORM else b""
        answer = await ask(world, asked, asked.target + between + body)
        assert (answer.status, answer.json["name"]) == (201, name)


@pytest.mark.asyncio
async def test_the_61_keys_of_every_answer_have_the_types_that_clients_rely_on(world: World) -> None:
    connected = await world.connect()
    world.clock.step(timedelta(days=1, seconds=2))
    world.patch(wallets={"spot": {"BTC": {"free": "0.7", "locked": "0.00000001"}}})
    loaded = await world.load(connected.json["id"])
    world.clock.step(timedelta(days=31))
    world.patch(wallets={"spot": {}})
    emptied = await world.load(connected.json["id"])
    for answer in (connected, loaded, emptied):
        assert answer.status == 201
        _check_types(answer.json)
    assert (emptied.json["usd_amount"], emptied.json["btc_amount"]) == ("0.0", "0.0")
    assert loaded.json["btc_amount"] == "0.70000001"


def _check_types(account: dict[str, Any]) -> None:
    assert list(account) == list(GOLDEN_ACCOUNT)
    assert len(account) == 61
    booleans = [name for name, value in GOLDEN_ACCOUNT.items() if isinstance(value, bool)]
    assert len(booleans) == 22
    assert all(type(account[name]) is bool for name in booleans)
    assert type(account["id"]) is int
    assert 0 < account["id"] < 2**31
    assert account["auto_balance_period"] == 12
    assert account["available_for_trading"] == {}
    for name, value in GOLDEN_ACCOUNT.items():
        if value is not None:
            assert type(account[name]) is type(value), name
    for name in AMOUNTS:
        assert AMOUNT.fullmatch(account[name]), (name, account[name])
    for name in PERCENTS:
        assert PERCENT.fullmatch(account[f"{name}_percentage"]), name
    for name in DISPLAYED:
        assert list(account[name]) == ["currency", "amount"]
        assert AMOUNT.fullmatch(account[name]["amount"])
    assert type(account["total_primary_display_currency_profit"]["amount"]) is float
    for name in ("total_btc_profit", "total_usd_profit"):
        assert account[name] == repr(float(account[name]))
        assert account[name] != "-0.0"
    assert TIME.fullmatch(account["created_at"])
    assert TIME.fullmatch(account["updated_at"])
    assert account["api_keys_state"] == "ok"
    assert account["supported_market_types"] == ["spot"]


@pytest.mark.asyncio
async def test_a_load_names_its_verdict_and_its_receipt(world: World) -> None:
    account_id = await world.connected()
    answer = await world.load(account_id)
    assert answer.headers["X-Cambist-Verdict"] == "complete"
    assert answer.headers["X-Cambist-Flows"] == "unknown"
    assert re.fullmatch("[0-9a-f]{24}", answer.headers["X-Cambist-Receipt"])
    again = await world.load(account_id)
    assert again.headers["X-Cambist-Receipt"] == answer.headers["X-Cambist-Receipt"]
    assert again.raw == answer.raw


@pytest.mark.asyncio
async def test_names_of_loads_grow_with_time_and_none_comes_twice(world: World) -> None:
    names: list[str] = []
    for _ in range(20):
        names.append(world.cambist.outside.new_id())
        world.clock.step(timedelta(milliseconds=1))
    assert names == sorted(names)
    assert len({world.cambist.outside.new_id() for _ in range(1_000)}) == 1_000


@pytest.mark.asyncio
async def test_the_exchange_key_is_masked_where_the_setting_says_so(tmp_path: Any) -> None:
    async with world(tmp_path, mask_api_keys=True) as made:
        connected = await made.connect()
        assert connected.json["api_key"] == "exch…test"
        listed = await made.call("GET", f"/accounts?api_key={EXCHANGE_KEY}")
        assert [account["api_key"] for account in listed.json] == ["exch…test"]
        assert EXCHANGE_KEY.encode() not in connected.raw + listed.raw
