"""Each kind of fault by what it does on the wire."""

import asyncio
import json
import zlib
from typing import Any

import aiohttp
import pytest

from tests.simulator.worlds import ACCOUNT, PRICES, START_MS, World, play


def faulty(kind: str, path: str = ACCOUNT, **fields: Any) -> dict[str, Any]:
    return {"faults": [{"path": path, "kind": kind, **fields}]}


def listed(world: World) -> list[tuple[str, int, str | None]]:
    return [(call.path, call.status, call.fault) for call in world.simulator.calls]


@pytest.mark.asyncio
async def test_status_answers_that_status_so_many_times() -> None:
    async with play(faulty("status", status=429, retry_after_s=7, times=2)) as world:
        seen = [await world.signed() for _ in range(3)]
    assert [answer.status for answer in seen] == [429, 429, 200]
    assert [answer.headers.get("Retry-After") for answer in seen] == ["7", "7", None]
    assert seen[0].json["code"] == -1003
    assert [call[1:] for call in listed(world)] == [(429, "status"), (429, "status"), (200, None)]


@pytest.mark.asyncio
async def test_status_may_have_a_body_of_its_own_and_a_gateways_page_otherwise() -> None:
    async with play(faulty("status", status=451, body='{"code":0}')) as world:
        own = await world.signed()
    async with play(faulty("status", status=502)) as world:
        page = await world.signed()
    assert (own.status, own.body) == (451, b'{"code":0}')
    assert (page.status, page.headers["Content-Type"]) == (502, "text/html")


@pytest.mark.asyncio
async def test_error_answers_the_exchanges_own_error() -> None:
    async with play(faulty("error", code=-3044, msg="System busy", status=200)) as world:
        seen = await world.signed()
    assert (seen.status, seen.json) == (200, {"code": -3044, "msg": "System busy"})


@pytest.mark.asyncio
async def test_timeout_never_answers_and_ends_when_the_client_leaves() -> None:
    async with play(faulty("timeout")) as world:
        tasks = len(asyncio.all_tasks())
        with pytest.raises(asyncio.TimeoutError):
            async with asyncio.timeout(0.2):
                await world.signed()
        async with asyncio.timeout(5):
            while len(asyncio.all_tasks()) > tasks:
                await asyncio.sleep(0.01)
        assert listed(world) == [(ACCOUNT, 0, "timeout")]
        assert (await world.get("/api/v3/ping")).status == 200


@pytest.mark.asyncio
async def test_slow_answers_truly_after_the_delay() -> None:
    loop = asyncio.get_running_loop()
    async with play(faulty("slow", delay_ms=150)) as world:
        started = loop.time()
        seen = await world.signed()
        took = loop.time() - started
    assert (seen.status, seen.json["uid"]) == (200, 1001)
    assert 0.15 <= took < 5


@pytest.mark.asyncio
async def test_slow_may_drip_the_body() -> None:
    loop = asyncio.get_running_loop()
    async with play(faulty("slow", PRICES, drip=500)) as world:
        started = loop.time()
        async with world.session.get(world.simulator.base_url + PRICES) as answer:
            head = loop.time() - started
            body = await answer.read()
        took = loop.time() - started
    assert json.loads(body)[0] == {"symbol": "BTCUSD", "price": "63722.1"}
    assert head < 0.9 * len(body) / 500 <= took


@pytest.mark.asyncio
async def test_reset_breaks_the_connection_with_rst() -> None:
    async with play(faulty("reset", times=1)) as world:
        host, port = world.simulator.base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {ACCOUNT} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        assert listed(world) == [(ACCOUNT, 0, "reset")]
        assert (await world.signed()).status == 200


@pytest.mark.asyncio
async def test_empty_is_a_good_answer_without_a_byte() -> None:
    async with play(faulty("empty")) as world:
        seen = await world.signed()
    assert (seen.status, seen.body, seen.headers["Content-Length"]) == (200, b"", "0")


@pytest.mark.asyncio
async def test_truncated_by_length_is_well_formed_http_with_half_the_json() -> None:
    async with play(faulty("truncated", times=1)) as world:
        half, whole = await world.signed(), await world.signed()
    assert half.status == 200
    assert half.body == whole.body[: len(whole.body) // 2]
    assert half.headers["Content-Length"] == str(len(half.body))


@pytest.mark.asyncio
async def test_truncated_by_connection_ends_in_the_middle_of_the_body() -> None:
    async with play(faulty("truncated", cut="connection")) as world:
        with pytest.raises(aiohttp.ClientPayloadError):
            await world.signed()
        host, port = world.simulator.base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {ACCOUNT} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    length = next(int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length: "))
    assert len(body) == length // 2


@pytest.mark.asyncio
async def test_html_is_a_web_page_with_status_200() -> None:
    async with play(faulty("html")) as world:
        seen = await world.signed()
    assert (seen.status, seen.headers["Content-Type"]) == (200, "text/html")
    assert seen.body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("prefix", ["", "/binanceus"])
@pytest.mark.asyncio
async def test_redirect_leads_to_a_path_that_lists_who_followed_and_with_what(prefix: str) -> None:
    async with play(faulty("redirect")) as world:
        seen = await world.signed(prefix=prefix)
        await world.get(seen.headers["Location"], headers={"X-MBX-APIKEY": "demo-key"})
        await world.get(seen.headers["Location"])
    assert (seen.status, seen.headers["Location"]) == (302, f"{prefix}/__redirected")
    assert [(call.path, call.api_key_present) for call in world.simulator.calls[1:]] == [
        ("/__redirected", True),
        ("/__redirected", False),
    ]


@pytest.mark.asyncio
async def test_gzip_bomb_is_small_on_the_wire_and_unpacks_to_a_hundred_megabytes_of_zeros() -> None:
    async with (
        play(faulty("gzip_bomb")) as world,
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(world.simulator.base_url + ACCOUNT) as answer,
    ):
        body = await answer.read()
        encoding = answer.headers["Content-Encoding"]
    unpacker, total, zeros = zlib.decompressobj(zlib.MAX_WBITS | 16), 0, 0
    while piece := unpacker.decompress(body, 1 << 20):
        body, total, zeros = unpacker.unconsumed_tail, total + len(piece), zeros + piece.count(0)
    assert (encoding, answer.status) == ("gzip", 200)
    assert total == zeros == 100_000_000
    assert int(answer.headers["Content-Length"]) < 200_000


@pytest.mark.parametrize(
    ("path", "fields", "expected"),
    [
        (ACCOUNT, {}, '"asset":"BTC","free":"1e20000000"'),
        (ACCOUNT, {"value": "NaN", "row": "USDT"}, '"asset":"USDT","free":"NaN"'),
        (ACCOUNT, {"value": "1e20000000", "bare": True}, '"asset":"BTC","free":1e20000000,'),
        (PRICES, {}, '[{"symbol":"BTCUSD","price":"1e20000000"},{"symbol":"BTCUSDT","price":"63656.710"}'),
        ("/api/v3/ticker/bookTicker", {"value": "-1", "row": "ETHBTC"}, '"symbol":"ETHBTC","bidPrice":"-1"'),
        ("/api/v3/ticker/24hr", {"value": ""}, '"lastPrice":""'),
        (f"{PRICES}?symbol=ETHBTC", {"value": "0x10"}, '{"symbol":"ETHBTC","price":"0x10"}'),
    ],
)
@pytest.mark.asyncio
async def test_bad_number_replaces_one_number(path: str, fields: dict[str, Any], expected: str) -> None:
    async with play(faulty("bad_number", path.partition("?")[0], **fields)) as world:
        seen = await (world.signed() if path == ACCOUNT else world.get(path))
    assert expected in seen.body.decode()


@pytest.mark.asyncio
async def test_bad_number_leaves_a_refused_call_and_an_answer_without_numbers_alone() -> None:
    async with play(faulty("bad_number", "/api/*")) as world:
        refused, pong = await world.signed(secret="wrong"), await world.get("/api/v3/ping")
    assert refused.json["code"] == -1022
    assert pong.json == {}


@pytest.mark.asyncio
async def test_duplicate_asset_gives_a_row_twice() -> None:
    async with play(faulty("duplicate_asset", row="USDT")) as world:
        rows = (await world.signed(omitZeroBalances="true")).json["balances"]
    assert [row["asset"] for row in rows] == ["BTC", "USDT", "USDT"]
    assert rows[1] == rows[2]


@pytest.mark.asyncio
async def test_duplicate_asset_may_give_a_key_twice_inside_the_row() -> None:
    async with play(faulty("duplicate_asset", key=True)) as world:
        body = (await world.signed()).body
    pairs: list[list[tuple[str, Any]]] = []
    json.loads(body, object_pairs_hook=pairs.append)
    row = next(found for found in pairs if ("asset", "BTC") in found)
    assert [name for name, _ in row] == ["asset", "free", "locked", "free"]
    assert row[-1] == ("free", "0.00000000")


@pytest.mark.asyncio
async def test_clock_skew_moves_the_exchanges_clock_for_time_and_for_timestamps() -> None:
    async with play(faulty("clock_skew", "*", skew_ms=-90_000)) as world:
        time = (await world.get("/api/v3/time")).json
        ahead = (await world.signed()).json
        corrected = await world.signed(timestamp=START_MS - 90_000)
    assert time == {"serverTime": START_MS - 90_000}
    assert ahead["msg"] == "Timestamp for this request was 1000ms ahead of the server's time."
    assert corrected.status == 200
    assert [call.fault for call in world.simulator.calls] == ["clock_skew"] * 3


@pytest.mark.asyncio
async def test_clock_skew_combines_with_another_fault() -> None:
    skew = {"kind": "clock_skew", "skew_ms": 90_000}
    async with play({"faults": [skew, {"path": ACCOUNT, "kind": "truncated"}]}) as world:
        seen = await world.signed()
    whole = b'{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}'
    assert (seen.status, seen.body) == (400, whole[: len(whole) // 2])


@pytest.mark.asyncio
async def test_ban_shuts_out_all_covered_calls_for_its_seconds_from_the_first() -> None:
    async with play(faulty("ban", "/api/*", seconds=30)) as world:
        first = await world.signed()
        world.clock.advance(seconds=20)
        later = [await world.get("/api/v3/ping"), await world.signed()]
        world.clock.advance(seconds=10)
        after = await world.get("/api/v3/ping")
    assert (first.status, first.headers["Retry-After"], first.json["code"]) == (418, "30", -1003)
    assert f"banned until {START_MS + 30_000}" in first.json["msg"]
    assert [(seen.status, seen.headers["Retry-After"]) for seen in later] == [(418, "10"), (418, "10")]
    assert after.status == 200
    assert [(call.status, call.weight, call.fault) for call in world.simulator.calls] == [
        (418, 20, "ban"),
        (418, 1, "ban"),
        (418, 20, "ban"),
        (200, 1, None),
    ]


@pytest.mark.asyncio
async def test_a_fault_may_be_for_one_key_only() -> None:
    keys = [{"api_key": name, "secret": "s"} for name in ("one", "two")]
    async with play({"keys": keys, **faulty("status", status=500, api_key="two")}) as world:
        seen = [(await world.signed(key=name, secret="s")).status for name in ("one", "two")]
    assert seen == [200, 500]


@pytest.mark.asyncio
async def test_faults_strike_in_order_and_a_path_is_exact_unless_it_ends_in_a_star() -> None:
    faults = [
        {"path": ACCOUNT, "kind": "status", "status": 500, "times": 1},
        {"path": "/api/v3/ticker/*", "kind": "status", "status": 502},
        {"path": "*", "kind": "status", "status": 503, "times": 1},
    ]
    async with play({"faults": faults}) as world:
        paths = (ACCOUNT, ACCOUNT, ACCOUNT, PRICES, "/api/v3/ticker", "/api/v3/time")
        seen = [(await (world.signed() if path == ACCOUNT else world.get(path))).status for path in paths]
    assert seen == [500, 503, 200, 502, 404, 200]
