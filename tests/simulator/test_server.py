"""The server: where exchanges answer, scenarios that change while it runs, the list of calls, its limits."""

import asyncio
import io
import json
import logging
from datetime import datetime
from typing import Any

import aiohttp
import pytest

from cambist.simulator import server
from cambist.simulator.scenario import ScenarioError, default_scenario
from cambist.simulator.server import Simulator
from tests.simulator.worlds import ACCOUNT, PRICES, START, WORLD, Clock, play

COM: dict[str, Any] = {"exchange": "binance", "prices": {"BTCUSDT": "2.0"}}


@pytest.mark.asyncio
async def test_one_exchange_answers_at_the_root_and_under_its_ccxt_id() -> None:
    async with play() as world:
        root, under = await world.signed(), await world.signed(prefix="/binanceus")
        other = await world.signed(prefix="/binance")
        assert world.simulator.exchange_urls == {"binanceus": world.simulator.base_url + "/binanceus"}
    assert (root.status, under.status, other.status) == (200, 200, 404)
    assert root.body == under.body
    assert [call.path for call in world.simulator.calls[:2]] == [ACCOUNT, ACCOUNT]


@pytest.mark.asyncio
async def test_several_exchanges_answer_under_their_ccxt_ids_only() -> None:
    async with play({}, COM) as world:
        us, com = [
            (await world.get(f"/{name}{PRICES}?symbol=BTCUSDT")).json for name in ("binanceus", "binance")
        ]
        root = await world.get(PRICES)
        assert set(world.simulator.exchange_urls) == {"binance", "binanceus"}
    assert (us["price"], com["price"]) == ("63656.710", "2.0")
    assert root.status == 404
    assert "binance_us at /binanceus" in root.json["error"]
    assert [call.exchange for call in world.simulator.calls] == ["binance_us", "binance"]


@pytest.mark.asyncio
async def test_put_replaces_the_scenario_and_starts_afresh() -> None:
    fault = {"path": ACCOUNT, "kind": "status", "status": 500, "times": 1}
    async with play({"faults": [fault]}) as world:
        assert (await world.signed()).status == 500
        new = WORLD | {"prices": {"BTCUSD": "1.00"}, "faults": [fault]}
        put = await world.get("/__scenario", method="PUT", data=json.dumps(new))
        prices = await world.get(PRICES)
        again = [(await world.signed()).status for _ in range(2)]
    assert (put.status, put.json) == (200, {"exchange": "binance_us"})
    assert prices.json == [{"symbol": "BTCUSD", "price": "1.00"}]
    assert prices.headers["X-MBX-USED-WEIGHT-1M"] == "4"
    assert again == [500, 200]


@pytest.mark.asyncio
async def test_patch_changes_the_fields_given_and_keeps_what_has_happened() -> None:
    fault = {"path": ACCOUNT, "kind": "status", "status": 500, "times": 1}
    async with play({"faults": [fault]}) as world:
        assert (await world.signed()).status == 500
        patched = await world.get("/__scenario", method="PATCH", data='{"prices": {"BTCUSD": "2.50"}}')
        seen, prices = await world.signed(), await world.get(PRICES)
    assert patched.status == seen.status == 200
    assert prices.json == [{"symbol": "BTCUSD", "price": "2.50"}]
    assert prices.headers["X-MBX-USED-WEIGHT-1M"] == "44"


@pytest.mark.asyncio
async def test_with_several_exchanges_a_patch_names_its_own() -> None:
    async with play({}, COM) as world:
        data = '{"prices": {"BTCUSDT": "9"}}'
        unnamed = await world.get("/__scenario", method="PATCH", data=data)
        absent = await world.get("/__scenario?exchange=okex", method="PATCH", data=data)
        named = await world.get("/__scenario?exchange=binance", method="PATCH", data=data)
        us, com = (world.simulator.scenario(code).prices["BTCUSDT"] for code in ("binance_us", "binance"))
    assert (unnamed.status, absent.status, named.status) == (400, 400, 200)
    assert "?exchange=CODE: binance_us, binance" in unnamed.json["error"]
    assert (us, com) == ("63656.710", "9")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.asyncio
async def test_a_wrong_scenario_is_refused_and_changes_nothing(method: str) -> None:
    async with play() as world:
        data = json.dumps(WORLD | {"prices": {"BTCUSD": 1.5}})
        seen = await world.get("/__scenario", method=method, data=data)
        foreign = await world.get("/__scenario", method="PUT", data='{"exchange": "binance"}')
        assert world.simulator.scenario("binance_us").prices == WORLD["prices"]
    assert (seen.status, foreign.status) == (400, 400)
    assert seen.json == {"error": "The scenario's field `prices.BTCUSD` must be text, not a JSON number."}
    assert "does not play 'binance'; it plays binance_us" in foreign.json["error"]


@pytest.mark.asyncio
async def test_the_list_of_calls_tells_no_secrets_and_can_be_emptied() -> None:
    async with play() as world:
        await world.signed(omitZeroBalances="true")
        calls = await world.get("/__calls")
        emptied = await world.get("/__calls", method="DELETE")
        assert (await world.get("/__calls")).json == world.simulator.calls == []
    assert calls.json == [
        {
            "exchange": "binance_us",
            "method": "GET",
            "path": ACCOUNT,
            "status": 200,
            "weight": 20,
            "api_key_present": True,
            "fault": None,
            "remote": "127.0.0.1",
        }
    ]
    assert emptied.status == 204
    assert not any(word in calls.body for word in (b"demo-", b"signature", b"timestamp"))


@pytest.mark.asyncio
async def test_the_list_of_calls_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CALLS", 3)
    async with play() as world:
        for path in ("ping", "ping", "time", "time"):
            await world.get(f"/api/v3/{path}")
        assert [call.path[8:] for call in world.simulator.calls] == ["ping", "time", "time"]


@pytest.mark.asyncio
async def test_an_admin_path_refuses_other_methods() -> None:
    async with play() as world:
        seen = await world.get("/__scenario")
    assert (seen.status, seen.json) == (405, {"error": "/__scenario takes PUT or PATCH."})


@pytest.mark.asyncio
async def test_a_body_over_a_mebibyte_is_refused() -> None:
    async with play() as world:
        seen = await world.get("/__scenario", method="PUT", data=io.BytesIO(b" " * (2**20 + 1)))
        assert (await world.get("/api/v3/ping")).status == 200
    assert seen.status == 413


@pytest.mark.asyncio
async def test_the_scripted_clock_is_the_only_one_told() -> None:
    async with play() as world:
        world.clock.advance(days=400)
        seen = await world.get("/api/v3/time")
    later = world.clock()
    assert seen.json["serverTime"] == int(
        (later - datetime.fromisoformat("1970-01-01T00:00Z")).total_seconds() * 1000
    )
    assert seen.headers["Date"] == "Thu, 23 Oct 2025 12:00:00 GMT"
    assert (later - START).days == 400


@pytest.mark.asyncio
async def test_latency_is_added_to_every_answer_of_an_exchange() -> None:
    loop = asyncio.get_running_loop()
    async with play(latency_ms=60) as world:
        started = loop.time()
        await world.get("/api/v3/ping")
        assert loop.time() - started >= 0.06


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org"])
def test_a_host_that_is_not_loopback_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        Simulator([default_scenario("binance")], now=Clock(), host=host)


def test_no_scenario_and_two_of_one_exchange_are_refused() -> None:
    for scenarios in ([], [default_scenario("binance"), default_scenario("binance")]):
        with pytest.raises(ValueError, match="each of another exchange"):
            Simulator(scenarios, now=Clock())


@pytest.mark.asyncio
async def test_a_scenario_of_an_exchange_that_is_not_played_is_refused() -> None:
    async with play() as world:
        with pytest.raises(ScenarioError, match="does not play 'binance'"):
            world.simulator.replace(default_scenario("binance"))


@pytest.mark.asyncio
async def test_a_taken_port_is_told_and_a_stopped_simulator_has_no_address() -> None:
    async with play() as world:
        port = int(world.simulator.base_url.rsplit(":", 1)[1])
        second = Simulator([default_scenario("binance")], now=Clock(), port=port)
        with pytest.raises(OSError, match="address already in use"):
            await second.start()
    with pytest.raises(RuntimeError, match="not started"):
        _ = world.simulator.base_url


@pytest.mark.asyncio
async def test_broken_connections_leave_no_noise_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    faults = [
        {"path": f"/api/v3/ticker/{name}", **fault}
        for name, fault in {
            "price": {"kind": "reset"},
            "24hr": {"kind": "truncated", "cut": "connection"},
            "bookTicker": {"kind": "timeout"},
        }.items()
    ]
    async with play({"faults": faults}) as world:
        for fault in faults:
            with pytest.raises((aiohttp.ClientError, TimeoutError)):
                async with asyncio.timeout(0.2):
                    await world.get(fault["path"])
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []
    assert "demo-" not in caplog.text
