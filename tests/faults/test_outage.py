"""A week without the exchange, and its bans: nothing is made up, nothing is lost, nobody is asked in vain."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.ports import Waits
from cambist.core.errors import ExchangeLimiting
from cambist.exchanges import tries
from cambist.exchanges.breaker import OPEN_FOR
from cambist.exchanges.tries import Limits, WaitsAlone
from cambist.wiring import WallClock
from tests.worlds import FixedClock, scenario, world

ACCOUNT = "/api/v3/account"
HOUR = timedelta(hours=1)
DAYS = 7
KEYS = [
    {"api_key": f"key-of-account-{n}", "secret": f"secret-of-account-{n}", "uid": str(n)} for n in range(1, 6)
]

# What the exchange does hour after hour: (fault, status, error).
OUTAGE: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"kind": "status", "status": 503}, 503, "market_unavailable"),
    ({"kind": "status", "status": 502}, 503, "market_unavailable"),
    ({"kind": "status", "status": 504}, 504, "market_timeout"),
    ({"kind": "status", "status": 429, "retry_after_s": 60}, 503, "market_rate_limited"),
    ({"kind": "ban", "seconds": 600}, 503, "market_rate_limited"),
    ({"kind": "reset"}, 503, "market_unavailable"),
    ({"kind": "empty"}, 503, "market_unavailable"),
    ({"kind": "html"}, 503, "market_unavailable"),
    ({"kind": "truncated"}, 503, "market_unavailable"),
    ({"kind": "status", "status": 200, "body": "{}"}, 503, "market_unavailable"),
    ({"kind": "status", "status": 200, "body": "[]"}, 503, "market_unavailable"),
    (
        {"kind": "error", "code": -3003, "msg": "In maintenance.", "status": 400},
        422,
        "unknown_market_api_error",
    ),
)
TIMED_OUT: tuple[dict[str, Any], int, str] = ({"kind": "timeout"}, 504, "market_timeout")


@pytest.mark.asyncio
async def test_seven_days_of_outage_make_no_point_and_change_nothing_then_the_first_good_answer_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "_FIRST_PAUSE_S", 0.001)  # their pauses are not the matter
    clock = FixedClock()
    async with world(tmp_path, clock=clock, exchange_timeout_s=0.5) as made:
        account_id = await made.connected()
        clock.step(HOUR)
        assert (await made.load(account_id)).status == 201
        shown = (await made.call("GET", f"/accounts/{account_id}")).raw
        outside, me = made.cambist.outside, await made.me()
        points = await outside.history.points(account_id)
        loaded_at = (await outside.accounts.get(me.user_id, account_id)).loaded_at
        assert len(points) == 2

        for hour in range(1, DAYS * 24 + 1):
            clock.step(HOUR)
            fault, status, error = TIMED_OUT if hour % 48 == 0 else OUTAGE[hour % len(OUTAGE)]
            made.patch(faults=[{"path": "*", **fault}])
            answer = await made.load(account_id)
            assert (answer.status, answer.json["error"]) == (status, error), (hour, fault, answer.json)
            await _read_to_the_end()
            assert (await made.call("GET", f"/accounts/{account_id}")).raw == shown
            account = await outside.accounts.get(me.user_id, account_id)
            assert account.loaded_at == loaded_at == clock.now() - hour * HOUR

        assert await outside.history.points(account_id) == points
        assert all(point.worth.usd > 0 and point.worth.btc > 0 for point in points)

        made.patch(
            faults=[], wallets={"spot": {"BTC": {"free": "0.75", "locked": "0"}}}, prices={"BTCUSD": "60000"}
        )
        clock.step(HOUR)
        good = await made.load(account_id)
        assert (good.status, good.headers["X-Cambist-Verdict"]) == (201, "complete")
        assert (good.json["usd_amount"], good.json["btc_amount"]) == ("45000.0", "0.75")
        assert good.json["total_usd_profit"] == repr(float(45_000 - points[0].worth.usd))
        account = await outside.accounts.get(me.user_id, account_id)
        assert account.loaded_at == clock.now()
        assert len(await outside.history.points(account_id)) == 3


async def _read_to_the_end() -> None:
    """Until no shared reading is under way that would fail in the hour after."""
    while any("Board." in repr(task) for task in asyncio.all_tasks()):
        await asyncio.sleep(0.001)


@pytest.mark.asyncio
async def test_during_a_ban_no_account_however_often_it_is_loaded_makes_a_call_and_after_it_all_do(
    tmp_path: Path,
) -> None:
    clock = FixedClock()
    async with world(tmp_path, scenario(keys=KEYS), clock=clock) as made:
        ids = [await made.connected(api_key=key["api_key"], secret=key["secret"]) for key in KEYS]
        made.patch(faults=[{"kind": "ban", "seconds": 600}])
        first = await made.load(ids[0])
        assert (first.status, first.json["error"]) == (503, "market_rate_limited")
        assert first.headers["Retry-After"] == "600"
        calls = len(made.simulator.calls)

        for second in range(0, 600, 20):
            answers = await asyncio.gather(*(made.load(account_id) for account_id in ids * 2))
            assert {(answer.status, answer.json["error"]) for answer in answers} == {
                (503, "market_rate_limited")
            }
            assert {answer.headers["Retry-After"] for answer in answers} == {str(600 - second)}
            refused = await made.connect(api_key="one-more-key", secret="one-more-secret")
            assert (refused.status, refused.json["error"]) == (503, "market_rate_limited")
            clock.step(timedelta(seconds=20))
        assert len(made.simulator.calls) == calls

        answers = await asyncio.gather(*(made.load(account_id) for account_id in ids))
        assert [answer.status for answer in answers] == [201] * len(ids)
        assert made.exchange_calls(ACCOUNT) >= len(ids)
        assert len(made.simulator.calls) >= calls + len(ids)


@pytest.mark.asyncio
async def test_a_ban_told_in_the_answer_is_kept_over_a_real_clock_too(tmp_path: Path) -> None:
    told = {"kind": "status", "path": "*", "status": 418, "retry_after_s": 5, "times": 1}
    async with world(tmp_path, scenario(keys=KEYS), clock=WallClock()) as made:
        answers = [await made.connect(api_key=key["api_key"], secret=key["secret"]) for key in KEYS]
        ids = [answer.json["id"] for answer in answers]
        await asyncio.sleep(2.1)  # the fresh second, and that of prices
        made.patch(faults=[told])
        began = asyncio.get_running_loop().time()
        assert (await made.load(ids[0])).status == 503
        await _read_to_the_end()
        calls = len(made.simulator.calls)
        while asyncio.get_running_loop().time() < began + 1.5:
            answers = await asyncio.gather(*(made.load(account_id) for account_id in ids))
            assert {answer.status for answer in answers} == {503}
        assert len(made.simulator.calls) == calls
        await asyncio.sleep(5.1 - 1.5)
        answers = await asyncio.gather(*(made.load(account_id) for account_id in ids))
        assert {answer.status for answer in answers} == {201}


@pytest.mark.asyncio
async def test_garbage_for_one_accounts_key_does_not_keep_the_other_accounts_from_loading(
    tmp_path: Path,
) -> None:
    clock = FixedClock()
    async with world(tmp_path, scenario(keys=KEYS[:2]), clock=clock) as made:
        ids = [await made.connected(api_key=key["api_key"], secret=key["secret"]) for key in KEYS[:2]]
        made.patch(faults=[{"kind": "html", "path": ACCOUNT, "api_key": KEYS[0]["api_key"]}])
        for _ in range(6):
            assert (await made.load(ids[0])).status == 503
        assert (await made.load(ids[1])).status == 201


@pytest.mark.asyncio
async def test_a_fifth_of_the_accounts_with_garbage_answers_keeps_no_other_from_loading_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "_FIRST_PAUSE_S", 0.001)  # their pauses are not the matter
    keys = [{"api_key": f"key-{n}", "secret": f"secret-{n}", "uid": str(n + 1)} for n in range(30)]
    async with world(tmp_path, scenario(keys=keys, weight_limit=100_000_000)) as made:
        ids = [await made.connected(api_key=key["api_key"], secret=key["secret"]) for key in keys]
        bad, sound = ids[:6], ids[6:]
        made.patch(faults=[{"kind": "html", "path": ACCOUNT, "api_key": key["api_key"]} for key in keys[:6]])
        one_by_one = [await made.load(account_id) for account_id in bad * 3 + sound]
        made.clock.step(timedelta(seconds=1))
        side_by_side = await asyncio.gather(*(made.load(account_id) for account_id in bad * 3 + sound))

        for answers in (one_by_one, side_by_side):
            assert [answer.status for answer in answers] == [503] * 18 + [201] * 24
            assert {answer.json["error_description"] for answer in answers[:18]} == {
                "The exchange's answer cannot be used: the answer is not whole JSON."
            }


@pytest.mark.asyncio
async def test_an_exchange_that_is_down_is_left_alone_by_all_accounts_and_back_with_the_first_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "_FIRST_PAUSE_S", 0.001)
    async with world(tmp_path, scenario(keys=KEYS, weight_limit=100_000_000)) as made:
        ids = [await made.connected(api_key=key["api_key"], secret=key["secret"]) for key in KEYS]
        made.patch(faults=[{"kind": "reset", "path": "*"}])
        for _ in range(3):
            answers = await asyncio.gather(*(made.load(account_id) for account_id in ids))
            assert {answer.status for answer in answers} == {503}
            await _read_to_the_end()
        calls = len(made.simulator.calls)
        answers = await asyncio.gather(*(made.load(account_id) for account_id in ids * 10))
        assert {answer.status for answer in answers} == {503}
        assert len(made.simulator.calls) == calls

        made.patch(faults=[])
        made.clock.step(OPEN_FOR)
        assert (await made.load(ids[0])).status == 201
        answers = await asyncio.gather(*(made.load(account_id) for account_id in ids))
        assert {answer.status for answer in answers} == {201}


class Kept:
    """Fits the port `Waits`: what was kept, in its order, and what holds."""

    def __init__(self) -> None:
        self.kept: list[datetime] = []

    def until(self, exchange: str, address: str) -> datetime | None:
        return max(self.kept, default=None)

    async def keep(self, exchange: str, address: str, until: datetime) -> None:
        self.kept.append(until)


@pytest.mark.asyncio
@pytest.mark.parametrize("waits", [Kept(), WaitsAlone({})])
async def test_a_shorter_wait_told_later_does_not_shorten_a_ban(waits: Waits) -> None:
    clock = FixedClock()
    limits = Limits("binanceus", clock.now, waits)
    await limits.note(ExchangeLimiting("banned", retry_after_s=600))
    await limits.note(ExchangeLimiting("slow down", retry_after_s=1))
    if isinstance(waits, Kept):
        assert waits.kept == [clock.now() + timedelta(seconds=600)]

    clock.step(timedelta(seconds=599))
    with pytest.raises(ExchangeLimiting) as limited:
        limits.check()
    assert limited.value.retry_after_s == 1
    clock.step(timedelta(seconds=1))
    limits.check()
