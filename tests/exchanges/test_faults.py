"""What an account looks like after its exchange failed: the error of the API page, and nothing changed."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cambist.logs import start_logging
from tests.worlds import API, EXCHANGE_KEY, EXCHANGE_SECRET, GOLDEN, World, scenario, world

ACCOUNT = "/api/v3/account"
TICKER = "/api/v3/ticker/price"


@pytest_asyncio.fixture(name="quick")
async def _quick(tmp_path: Path) -> AsyncIterator[World]:
    """A world that waits half a second for an exchange."""
    async with world(tmp_path, exchange_timeout_s=0.5) as made:
        yield made


def fault(kind: str, path: str = ACCOUNT, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "path": path, **fields}


# (faults, status, error, a word of the description, Retry-After)
CASES: dict[str, tuple[dict[str, Any], int, str, str, str | None]] = {
    "down": (fault("status", status=503), 503, "market_unavailable", "HTTP 503", "30"),
    "bad gateway": (fault("status", status=502), 503, "market_unavailable", "HTTP 502", "30"),
    "down for a told time": (
        fault("status", status=503, retry_after_s=9),
        503,
        "market_unavailable",
        "HTTP 503",
        "9",
    ),
    "gateway time-out": (fault("status", status=504), 504, "market_timeout", "HTTP 504", None),
    "limiting": (fault("status", status=429, retry_after_s=7), 503, "market_rate_limited", "limits", "7"),
    "banned": (fault("ban", seconds=120), 503, "market_rate_limited", "limits", "120"),
    "overloaded, by code": (
        fault("error", code=-1008, msg="Server is currently overloaded.", status=503),
        503,
        "market_unavailable",
        "overloaded",
        "30",
    ),
    "slow": (fault("timeout"), 504, "market_timeout", "did not answer in time", None),
    "dropping the connection": (fault("reset"), 503, "market_unavailable", "could not be reached", "30"),
    "empty answer": (fault("empty"), 503, "market_unavailable", "the answer is empty", "30"),
    "half an answer": (fault("truncated"), 503, "market_unavailable", "not whole JSON", "30"),
    "cut connection": (
        fault("truncated", cut="connection"),
        503,
        "market_unavailable",
        "could not be reached",
        "30",
    ),
    "a web page": (fault("html"), 503, "market_unavailable", "not whole JSON", "30"),
    "a redirect": (fault("redirect"), 503, "market_unavailable", "redirect", "30"),
    "a gzip bomb": (fault("gzip_bomb"), 503, "market_unavailable", "larger than 2 MiB", "30"),
    "a stalling number": (fault("bad_number"), 503, "market_unavailable", "number", "30"),
    "an asset twice": (fault("duplicate_asset"), 503, "market_unavailable", "an asset twice", "30"),
    "a key twice": (fault("duplicate_asset", key=True), 503, "market_unavailable", "a key twice", "30"),
    "busy, said with a 200": (
        fault("error", code=-3044, msg="System busy", status=200),
        503,
        "market_unavailable",
        "System busy",
        "30",
    ),
    "a final refusal": (
        fault("error", code=-3003, msg="Margin account does not exist.", status=400),
        422,
        "unknown_market_api_error",
        "Margin account does not exist.",
        None,
    ),
    "prices down": (fault("status", TICKER, status=503), 503, "market_unavailable", "HTTP 503", "30"),
    "prices unusable": (fault("empty", TICKER), 503, "market_unavailable", "the answer is empty", "30"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES)
async def test_a_failing_exchange_gives_its_error_and_changes_nothing(quick: World, case: str) -> None:
    broken, status, error, words, retry_after = CASES[case]
    account_id = await quick.connected()
    before = await quick.call("GET", f"/accounts/{account_id}")
    quick.patch(faults=[broken])

    answer = await quick.load(account_id)

    assert (answer.status, answer.json["error"]) == (status, error)
    assert words in answer.json["error_description"]
    assert answer.headers.get("Retry-After") == retry_after
    assert (await quick.call("GET", f"/accounts/{account_id}")).raw == before.raw

    quick.patch(faults=[])
    for _ in range(125):  # whatever time the exchange told us to wait
        await quick.clock.sleep(1)
    assert (await quick.load(account_id)).status == 201


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["status", "empty", "html", "reset"])
async def test_a_passing_fault_is_tried_again_and_the_load_succeeds(quick: World, kind: str) -> None:
    account_id = await quick.connected()
    more: dict[str, Any] = {"status": 500} if kind == "status" else {}
    quick.patch(faults=[fault(kind, times=2, **more)])
    calls_before = quick.exchange_calls(ACCOUNT)

    answer = await quick.load(account_id)

    assert answer.status == 201
    assert quick.exchange_calls(ACCOUNT) == calls_before + 3


@pytest.mark.asyncio
async def test_while_the_exchange_limits_us_it_is_not_asked(quick: World) -> None:
    account_id = await quick.connected()
    quick.patch(faults=[fault("status", status=429, retry_after_s=7, times=1)])
    assert (await quick.load(account_id)).status == 503
    calls = len(quick.simulator.calls)

    await quick.clock.sleep(5)
    waiting = await quick.load(account_id)
    assert (waiting.status, waiting.headers["Retry-After"]) == (503, "2")
    assert len(quick.simulator.calls) == calls

    await quick.clock.sleep(2)
    assert (await quick.load(account_id)).status == 201


@pytest.mark.asyncio
async def test_rejected_keys_mark_the_account_and_right_keys_unmark_it(quick: World) -> None:
    account_id = await quick.connected()
    before = (await quick.call("GET", f"/accounts/{account_id}")).json
    quick.patch(keys=[{"api_key": "another-key", "secret": "another-secret"}])

    refused = await quick.load(account_id)
    marked = (await quick.call("GET", f"/accounts/{account_id}")).json

    assert refused.status == 422
    assert refused.json == json.loads((GOLDEN / "load_balances_422.json").read_text())
    assert marked["api_key_invalid"] is True
    assert marked["api_keys_state"] == "invalid"
    changed = {name for name in before if before[name] != marked[name]}
    assert changed == {"api_key_invalid", "api_keys_state", "updated_at"}

    quick.patch(keys=[{"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET}])
    healed = await quick.load(account_id)
    assert healed.status == 201
    assert (healed.json["api_keys_state"], healed.json["api_key_invalid"]) == ("ok", False)


@pytest.mark.asyncio
async def test_keys_are_believed_rejected_only_when_it_is_said_twice(quick: World) -> None:
    account_id = await quick.connected()
    rejected = fault("error", code=-2015, msg="Invalid API-key, IP, or permissions for action.", status=401)
    quick.patch(faults=[{**rejected, "times": 1}])

    answer = await quick.load(account_id)

    assert (answer.status, answer.json["api_keys_state"]) == (201, "ok")


@pytest.mark.asyncio
async def test_a_skewed_clock_is_measured_once_and_reused(quick: World) -> None:
    account_id = await quick.connected()
    times_asked = quick.exchange_calls("/api/v3/time")
    assert times_asked == 1  # the fixed clock is years from ccxt's: measured on connecting

    assert (await quick.load(account_id)).status == 201
    assert quick.exchange_calls("/api/v3/time") == times_asked

    quick.patch(faults=[fault("clock_skew", "*", skew_ms=-90_000)])
    await quick.clock.sleep(2)
    assert (await quick.load(account_id)).status == 201
    assert quick.exchange_calls("/api/v3/time") == times_asked + 1


@pytest.mark.asyncio
async def test_an_account_that_seems_empty_is_asked_once_more_then_believed(world: World) -> None:
    account_id = await world.connected()
    calls_before = world.exchange_calls(ACCOUNT)
    world.patch(wallets={"spot": {}})

    emptied = await world.load(account_id)
    assert (emptied.status, emptied.json["usd_amount"], emptied.json["btc_amount"]) == (201, "0.0", "0.0")
    assert world.exchange_calls(ACCOUNT) == calls_before + 2

    await world.clock.sleep(2)
    assert (await world.load(account_id)).status == 201
    assert world.exchange_calls(ACCOUNT) == calls_before + 2 + 1


@pytest.mark.asyncio
async def test_a_pair_that_does_not_trade_prices_nothing(tmp_path: Path) -> None:
    held = scenario(
        wallets={"spot": {"ETH": {"free": "2", "locked": "0"}}},
        prices={"BTCUSD": "50000", "ETHUSD": "3000", "ETHBTC": "0.05"},
        halted=["ETHUSD"],
    )
    async with world(tmp_path, held) as made:
        answer = await made.connect()
    assert (answer.json["usd_amount"], answer.json["btc_amount"]) == ("5000.0", "0.1")


@pytest.mark.asyncio
async def test_an_asset_whose_price_is_gone_keeps_its_last_one_for_a_day(world: World) -> None:
    world.patch(wallets={"spot": {"ETH": {"free": "2", "locked": "0"}}})
    account_id = await world.connected()
    first = await world.load(account_id)
    world.patch(prices={"BTCUSD": "63722.1"})

    await world.clock.sleep(24 * 3600 - 60)
    carried = await world.load(account_id)
    await world.clock.sleep(120)
    unpriced = await world.load(account_id)

    assert first.json["btc_amount"] == carried.json["btc_amount"] == "0.0817"
    assert (unpriced.json["btc_amount"], unpriced.status) == ("0.0", 201)


@pytest.mark.asyncio
async def test_without_any_bitcoin_price_the_load_fails_and_says_so(world: World) -> None:
    account_id = await world.connected()
    world.patch(prices={"ETHBTC": "0.04085"})

    answer = await world.load(account_id)

    assert (answer.status, answer.json["error"]) == (503, "market_unavailable")
    assert "No BTC price was found" in answer.json["error_description"]


@pytest.mark.asyncio
async def test_no_secret_is_logged_or_told_at_debug_whatever_the_exchange_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    async with world(tmp_path, exchange_timeout_s=0.5, log_level="DEBUG") as made:
        start_logging(made.cambist.settings)
        account_id = await made.connected()
        echoing = fault(
            "error",
            code=-3003,
            msg=f"no {EXCHANGE_SECRET} signature=abc https://x/?y {EXCHANGE_KEY}",
            status=400,
        )
        for broken in [*(case[0] for case in CASES.values()), echoing]:
            made.patch(faults=[broken])
            answer = await made.load(account_id)
            told.append(answer.raw.decode())
            for _ in range(125):
                await made.clock.sleep(1)
        secrets = [EXCHANGE_SECRET, made.key.secret]
        assert told[-1].count("…") >= 3
    written = capfd.readouterr()
    everything = "".join(told) + caplog.text + written.out + written.err
    for secret in secrets:
        assert secret not in everything
    assert "signature=" not in everything
    assert EXCHANGE_KEY not in written.err + caplog.text
    assert API not in told[0]
