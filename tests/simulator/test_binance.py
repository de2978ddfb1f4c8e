"""Binance's protocol on the wire: exact texts, the checks in the exchange's own words, weights."""

from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from tests.simulator.worlds import ACCOUNT, PRICES, START_MS, WORLD, World, play, sign

COM = {"exchange": "binance"}
SOME = quote('["ETHBTC","BTCUSD"]')
TRADER = {"api_key": "t", "secret": "s", "permissions": ["read", "trade"], "ips": ["127.0.0.0/8"]}


def _error(code: int, msg: str) -> dict[str, Any]:
    return {"code": code, "msg": msg}


@pytest.mark.asyncio
async def test_an_account_comes_with_the_amounts_as_the_scenario_writes_them() -> None:
    async with play() as world:
        account = (await world.signed(omitZeroBalances="true")).json
        full = (await world.signed()).json
    assert account["balances"] == [
        {"asset": "BTC", "free": "0.123456789012345678901234567890", "locked": "0.1"},
        {"asset": "USDT", "free": "24.00000000", "locked": "0.00000000"},
    ]
    assert account["uid"] == 1001
    assert (account["accountType"], account["permissions"]) == ("SPOT", ["SPOT"])
    assert (account["canTrade"], account["canWithdraw"]) == (True, True)
    assert account["updateTime"] == START_MS
    assert [row["asset"] for row in full["balances"]] == ["BTC", "USDT", "DOGE", "LTC", "BNB"]
    assert full["balances"][-1] == {"asset": "BNB", "free": "0.00000000", "locked": "0.00000000"}


@pytest.mark.asyncio
async def test_a_key_may_have_an_account_of_its_own() -> None:
    own = {"api_key": "own", "secret": "s", "uid": "7", "wallets": {"spot": {"SOL": {"free": "3.0"}}}}
    async with play({"keys": [*WORLD["keys"], own, {"api_key": "shares", "secret": "s"}]}) as world:
        mine = (await world.signed(key="own", secret="s", omitZeroBalances="true")).json
        shared = (await world.signed(key="shares", secret="s", omitZeroBalances="true")).json
    assert mine["balances"] == [{"asset": "SOL", "free": "3.0", "locked": "0.00000000"}]
    assert (mine["uid"], shared["uid"]) == (7, 1000001)
    assert shared["balances"][0]["asset"] == "BTC"


@pytest.mark.asyncio
async def test_prices_come_as_text_for_all_for_one_and_for_some() -> None:
    async with play() as world:
        every = await world.get(PRICES)
        one = await world.get(f"{PRICES}?symbol=BTCUSDT")
        some = await world.get(f"{PRICES}?symbols={SOME}")
        book = await world.get("/api/v3/ticker/bookTicker?symbol=BTCUSDT")
        day = await world.get("/api/v3/ticker/24hr?symbol=BTCUSDT")
    assert every.json == [{"symbol": symbol, "price": price} for symbol, price in WORLD["prices"].items()]
    assert one.json == {"symbol": "BTCUSDT", "price": "63656.710"}
    assert [row["price"] for row in some.json] == ["0.04085", "63722.1"]
    assert (book.json["bidPrice"], book.json["askPrice"]) == ("63656.709", "63656.711")
    assert (day.json["lastPrice"], day.json["quoteVolume"]) == ("63656.710", "63656710.000")
    assert (day.json["closeTime"], day.json["openTime"]) == (START_MS, START_MS - 86_400_000)


@pytest.mark.asyncio
async def test_a_halted_pair_is_listed_as_a_break_and_traded_long_ago() -> None:
    async with play({"halted": ["ETHBTC", "XYZUSD"]}) as world:
        info = (await world.get("/api/v3/exchangeInfo")).json
        day = (await world.get("/api/v3/ticker/24hr?symbol=ETHBTC")).json
        unpriced = await world.get(f"{PRICES}?symbol=XYZUSD")
    status = {entry["symbol"]: entry["status"] for entry in info["symbols"]}
    assert status == {"BTCUSD": "TRADING", "BTCUSDT": "TRADING", "ETHBTC": "BREAK", "XYZUSD": "BREAK"}
    assert day["closeTime"] < START_MS - 86_400_000
    assert (unpriced.status, unpriced.json) == (400, _error(-1121, "Invalid symbol."))


@pytest.mark.asyncio
async def test_a_market_list_of_real_size_is_some_six_megabytes_and_always_the_same() -> None:
    async with play({"symbols": 2400}) as world, play({"symbols": 2400}) as again:
        info, prices = await world.get("/api/v3/exchangeInfo"), await world.get(PRICES)
        days = await world.get("/api/v3/ticker/24hr")
        assert (await again.get(PRICES)).body == prices.body
        one = (await world.get("/api/v3/exchangeInfo?symbol=BTCUSD")).json["symbols"]
    symbols = [entry["symbol"] for entry in info.json["symbols"]]
    assert 5_400_000 < len(info.body) < 6_600_000
    assert len(set(symbols)) == 2400
    assert [row["symbol"] for row in prices.json] == symbols == [row["symbol"] for row in days.json]
    assert all(type(row["price"]) is str for row in prices.json)
    held = [entry["symbol"] for entry in info.json["symbols"] if entry["baseAsset"] in ("BTC", "USDT", "ETH")]
    assert held == ["BTCUSD", "BTCUSDT", "ETHBTC"]
    assert [(entry["baseAsset"], entry["quoteAsset"], entry["status"]) for entry in one] == [
        ("BTC", "USD", "TRADING")
    ]


@pytest.mark.parametrize(
    ("changes", "status", "code", "msg"),
    [
        ({"key": None}, 401, -2014, "API-key format invalid."),
        ({"key": "other"}, 401, -2015, "Invalid API-key, IP, or permissions for action."),
        ({"secret": "wrong"}, 400, -1022, "Signature for this request is not valid."),
        (
            {"timestamp": ""},
            400,
            -1102,
            "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
        ),
        (
            {"timestamp": "soon"},
            400,
            -1100,
            "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'.",
        ),
        (
            {"timestamp": START_MS - 5001},
            400,
            -1021,
            "Timestamp for this request is outside of the recvWindow.",
        ),
        (
            {"timestamp": START_MS - 101, "recvWindow": 100},
            400,
            -1021,
            "Timestamp for this request is outside of the recvWindow.",
        ),
        (
            {"timestamp": START_MS + 1000},
            400,
            -1021,
            "Timestamp for this request was 1000ms ahead of the server's time.",
        ),
        ({"recvWindow": 60_001}, 400, -1131, "recvWindow must be less than 60000."),
        (
            {"type": "spot"},
            400,
            -1104,
            "Not all sent parameters were read; read '2' parameter(s) but was sent '3'.",
        ),
    ],
)
@pytest.mark.asyncio
async def test_a_wrong_signed_call_is_refused_in_the_exchanges_words(
    changes: dict[str, Any], status: int, code: int, msg: str
) -> None:
    async with play() as world:
        seen = await world.signed(**changes)
    assert (seen.status, seen.json) == (status, _error(code, msg))


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": START_MS - 5000},
        {"timestamp": START_MS + 999},
        {"timestamp": START_MS - 60_000, "recvWindow": 60_000},
        {"recvWindow": 10_000, "omitZeroBalances": "false"},
    ],
)
@pytest.mark.asyncio
async def test_a_timestamp_at_the_edge_of_the_window_is_accepted(changes: dict[str, Any]) -> None:
    async with play() as world:
        assert (await world.signed(**changes)).status == 200


@pytest.mark.asyncio
async def test_the_signature_covers_the_raw_bytes_without_itself_wherever_it_stands() -> None:
    query = f"omitZeroBalances=%74rue&timestamp={START_MS}"
    headers = {"X-MBX-APIKEY": "demo-key"}
    async with play() as world:
        last = await world.get(f"{ACCOUNT}?{query}&signature={sign(query).upper()}", headers=headers)
        first = await world.get(f"{ACCOUNT}?signature={sign(query)}&{query}", headers=headers)
        decoded = sign(f"omitZeroBalances=true&timestamp={START_MS}")
        wrong = await world.get(f"{ACCOUNT}?{query}&signature={decoded}", headers=headers)
        missing = await world.get(f"{ACCOUNT}?{query}", headers=headers)
        twice = await world.get(f"{ACCOUNT}?{query}&timestamp=1&signature={sign(query)}", headers=headers)
    assert (last.status, first.status) == (200, 200)
    assert (wrong.status, wrong.json["code"]) == (400, -1022)
    assert "'signature' was not sent" in missing.json["msg"]
    assert twice.json == _error(-1101, "Duplicate values for a parameter detected.")


@pytest.mark.asyncio
async def test_a_key_is_bound_to_its_addresses_and_needs_permission_to_read() -> None:
    elsewhere = {"api_key": "far", "secret": "s", "ips": ["203.0.113.9", "10.0.0.0/8"]}
    trades_only = {"api_key": "blind", "secret": "s", "permissions": ["trade"]}
    async with play({"keys": [elsewhere, trades_only, TRADER]}) as world:
        refused = [await world.signed(key=key, secret="s") for key in ("far", "blind")]
        admitted = await world.signed(key="t", secret="s")
    assert [(seen.status, seen.json["code"]) for seen in refused] == [(401, -2015), (401, -2015)]
    assert admitted.status == 200


@pytest.mark.asyncio
async def test_binance_tells_a_keys_restrictions_and_binance_us_has_no_such_path() -> None:
    path = "/sapi/v1/account/apiRestrictions"
    async with play(COM | {"keys": [*WORLD["keys"], TRADER]}) as world:
        reader, trader = await world.signed(path), await world.signed(path, key="t", secret="s")
    flags = ("ipRestrict", "enableReading", "enableSpotAndMarginTrading", "enableWithdrawals")
    assert [reader.json[flag] for flag in flags] == [False, True, False, False]
    assert [trader.json[flag] for flag in flags] == [True, True, True, False]
    assert reader.headers["X-SAPI-USED-IP-WEIGHT-1M"] == "1"
    async with play() as world:
        absent = await world.signed(path)
    assert (absent.status, absent.json["error"]) == (404, "Not Found")


async def _funding(world: World, query: str, body: str, *, key: str = "demo-key") -> Any:
    signature = sign(query + body)
    seen = await world.get(
        f"/sapi/v1/asset/get-funding-asset?{query}",
        method="POST",
        data=(f"{body}&signature={signature}" if body else f"signature={signature}").encode(),
        headers={"X-MBX-APIKEY": key, "Content-Type": "application/x-www-form-urlencoded"},
    )
    return seen.status, seen.json


@pytest.mark.asyncio
async def test_the_funding_wallet_is_signed_over_query_and_body() -> None:
    row = {
        "asset": "ETH",
        "free": "1.5",
        "locked": "0.00000000",
        "freeze": "0.25",
        "withdrawing": "0.00000000",
        "btcValuation": "0",
    }
    async with play(COM) as world:
        split = await _funding(world, "recvWindow=9000", f"timestamp={START_MS}")
        in_query = await _funding(world, f"timestamp={START_MS}", "")
        in_body = await _funding(world, "", f"timestamp={START_MS}&asset=ETH")
        query_wins = await _funding(world, "asset=ETH", f"asset=BTC&timestamp={START_MS}")
        other = await _funding(world, "", f"timestamp={START_MS}&asset=BTC")
        unknown = await _funding(world, "", f"timestamp={START_MS}", key="x")
    assert split == in_query == in_body == query_wins == (200, [row])
    assert other == (200, [])
    assert unknown[1]["code"] == -2015


@pytest.mark.parametrize(
    ("path", "method", "status", "told"),
    [
        ("/api/v3/nothing", "GET", 404, "Not Found"),
        ("/", "GET", 404, "Not Found"),
        ("/api/v3/time", "POST", 405, "Method Not Allowed"),
        ("/api/v3/time?x=1", "GET", 400, "Too many parameters; expected '0' and received '1'."),
        (PRICES + "?symbol=NO", "GET", 400, "Invalid symbol."),
        (PRICES + "?symbols=BTCUSD", "GET", 400, "JSON sent for parameter 'symbols' is not valid"),
        (PRICES + "?symbols=[]", "GET", 400, "Invalid symbol."),
        (
            PRICES + '?symbol=BTCUSD&symbols=["BTCUSD"]',
            "GET",
            400,
            "Combination of optional parameters invalid.",
        ),
    ],
)
@pytest.mark.asyncio
async def test_a_wrong_public_call_is_refused(path: str, method: str, status: int, told: str) -> None:
    async with play() as world:
        seen = await world.get(path, method=method)
    assert seen.status == status
    assert told in (seen.json.get("error"), seen.json.get("msg"))


@pytest.mark.asyncio
async def test_every_call_is_listed_with_the_weight_binance_counts() -> None:
    three, many = quote('["BTCUSD","BTCUSDT","ETHBTC"]'), quote("[" + ",".join(['"BTCUSD"'] * 21) + "]")
    expected = {
        "/api/v3/ping": 1,
        "/api/v3/time": 1,
        "/api/v3/exchangeInfo": 20,
        PRICES: 4,
        f"{PRICES}?symbol=BTCUSD": 2,
        f"{PRICES}?symbols={three}": 4,
        "/api/v3/ticker/bookTicker": 4,
        "/api/v3/ticker/bookTicker?symbol=BTCUSD": 2,
        "/api/v3/ticker/24hr": 80,
        "/api/v3/ticker/24hr?symbol=BTCUSD": 2,
        f"/api/v3/ticker/24hr?symbols={three}": 2,
        f"/api/v3/ticker/24hr?symbols={many}": 40,
        "/api/v3/unknown": 0,
    }
    async with play() as world:
        seen = [await world.get(path) for path in expected]
        used = (await world.signed()).headers["X-MBX-USED-WEIGHT-1M"]
        listed = (await world.get("/__calls")).json
    assert [answer.status for answer in seen] == [200] * 12 + [404]
    assert [call["weight"] for call in listed] == [*expected.values(), 20]
    assert int(used) == sum(call["weight"] for call in listed) == 182
    assert [call["api_key_present"] for call in listed] == [False] * 13 + [True]


@pytest.mark.asyncio
async def test_too_much_weight_in_a_minute_is_warned_then_banned_then_forgiven() -> None:
    async with play({"weight_limit": 40}) as world:
        first = await world.signed()
        world.clock.advance(seconds=10)
        second = await world.signed(recvWindow=60_000)
        third = await world.signed(recvWindow=60_000)
        fourth = await world.get("/api/v3/ping")
        world.clock.advance(seconds=119)
        fifth = await world.get("/api/v3/ping")
        world.clock.advance(seconds=1)
        last = await world.get("/api/v3/ping")
    assert [first.headers["X-MBX-USED-WEIGHT-1M"], second.headers["X-MBX-USED-WEIGHT-1M"]] == ["20", "40"]
    assert (third.status, third.headers["Retry-After"], third.json["code"]) == (429, "50", -1003)
    assert third.json["msg"].startswith(
        "Too much request weight used; current limit is 40 request weight per 1 MINUTE."
    )
    assert (fourth.status, fourth.headers["Retry-After"]) == (418, "120")
    assert f"IP banned until {START_MS + 130_000}" in fourth.json["msg"]
    assert (fifth.status, fifth.headers["Retry-After"]) == (418, "1")
    assert (last.status, last.headers["X-MBX-USED-WEIGHT-1M"]) == (200, "1")


@pytest.mark.asyncio
async def test_who_waits_as_told_is_not_banned() -> None:
    async with play({"weight_limit": 20}) as world:
        await world.signed()
        warned = await world.get("/api/v3/ping")
        world.clock.advance(seconds=int(warned.headers["Retry-After"]))
        after = await world.get("/api/v3/ping")
    assert (warned.status, warned.headers["Retry-After"], after.status) == (429, "60", 200)


@pytest.mark.asyncio
async def test_weight_is_counted_by_address() -> None:
    connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
    async with play({"weight_limit": 20}) as world, aiohttp.ClientSession(connector=connector) as elsewhere:
        await world.signed()
        here = await world.get("/api/v3/ping")
        async with elsewhere.get(world.simulator.base_url + "/api/v3/ping") as there:
            assert (here.status, there.status) == (429, 200)
