"""What leaves for an exchange: never over the budget, in turn, and not at all while it only fails."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cambist.actions.facts import BACKGROUND, Background, Priority
from cambist.core.errors import ExchangeLimiting, ExchangeTimedOut, ExchangeUnavailable
from cambist.exchanges.breaker import OPEN_FOR, Breaker
from cambist.exchanges.budget import Budget, NotSent, Weights
from cambist.exchanges.speaking import dialect_of
from cambist.simulator.binance.spot import ROUTES
from tests.worlds import Answer, FixedClock, World, scenario, world

ACCOUNT = "/api/v3/account"
MINUTE = timedelta(minutes=1)
MANY = 200
FLOWS = Background(Priority.FLOWS)


def keys(count: int) -> list[dict[str, Any]]:
    return [{"api_key": f"key-{n}", "secret": f"secret-{n}", "uid": str(n + 1)} for n in range(count)]


class Scale:
    """The weights that arrived at the simulator, each with the time of its arrival."""

    def __init__(self, made: World) -> None:
        self._made = made
        self._seen = 0
        self.arrived: list[tuple[datetime, int]] = []

    def read(self) -> int:
        """How many calls have arrived since the last look."""
        new = self._made.simulator.calls[self._seen :]
        self.arrived += [(self._made.clock.now(), call.weight) for call in new]
        self._seen += len(new)
        return len(new)

    async def while_time_passes(self, *loads: Awaitable[Answer]) -> list[Answer]:
        """The loads' answers; the clock moves on whenever nothing is under way."""
        answers = asyncio.gather(*loads)
        quiet = 0
        while not answers.done():
            await asyncio.sleep(0.01)
            quiet = 0 if self.read() else quiet + 1
            if quiet == 10:
                await self._made.clock.sleep(5)
                quiet = 0
        self.read()
        return await answers

    def heaviest_minute(self) -> int:
        starts = {at for at, _ in self.arrived}
        return max(sum(w for at, w in self.arrived if start <= at < start + MINUTE) for start in starts)


@pytest.mark.asyncio
async def test_no_minute_at_the_exchange_exceeds_60_percent_of_the_limit_it_tells(tmp_path: Path) -> None:
    most = 1_800
    async with world(tmp_path, scenario(keys=keys(20), weight_limit=3_000)) as made:
        scale = Scale(made)
        accounts = []
        for n in range(20):
            (connected,) = await scale.while_time_passes(
                made.connect(api_key=f"key-{n}", secret=f"secret-{n}")
            )
            accounts.append(connected.json["id"])
        done = 0
        while done < MANY:
            await made.clock.sleep(1)
            answers = await scale.while_time_passes(*(made.load(account) for account in accounts))
            done += sum(answer.status == 201 for answer in answers)
            for answer in answers:
                if answer.status != 201:
                    assert answer.json["error"] == "market_rate_limited"
                    assert 0 < int(answer.headers["Retry-After"]) <= 61

        assert most * 0.9 <= scale.heaviest_minute() <= most
        assert made.exchange_calls(ACCOUNT) >= MANY
        assert {call.status for call in made.simulator.calls} <= {200, 400}  # 400: the clock, measured once


@pytest.mark.asyncio
async def test_who_waits_for_room_gets_it_when_the_minute_moves_on(tmp_path: Path) -> None:
    async with world(tmp_path, scenario(keys=keys(5), weight_limit=150)) as made:  # 90 a minute
        first = await made.connected(api_key="key-0", secret="secret-0")
        scale = Scale(made)
        scale.read()
        assert scale.heaviest_minute() == 65

        await made.clock.sleep(45)
        waiting = asyncio.create_task(made.load(first))
        await asyncio.sleep(0.2)
        assert not waiting.done()

        await made.clock.sleep(16)
        assert (await waiting).status == 201
        scale.read()
        assert scale.heaviest_minute() <= 90


@pytest.mark.asyncio
async def test_a_limited_call_of_ours_is_told_with_the_time_to_wait_and_costs_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, scenario(weight_limit=120)) as made:
        account_id = await made.connected()
        answer = await made.load(account_id)
        calls = made.exchange_calls(ACCOUNT)

        again = await made.load(account_id)

        assert (again.status, again.json["error"]) == (503, "market_rate_limited")
        assert "there is room in" in answer.json["error_description"]
        assert made.exchange_calls(ACCOUNT) == calls


class Window:
    """A budget on a fixed clock, with the order in which calls left."""

    def __init__(self, limit: int, **given: Any) -> None:
        self.clock = FixedClock()
        self.budget = Budget(Weights(limit, {}, **given), self.clock.now)
        self.left: list[str] = []

    async def call(self, name: str, background: Background | None = None, within_s: float = 30) -> None:
        BACKGROUND.set(background)
        await self.budget.spend("/anything", asyncio.get_running_loop().time() + within_s)
        self.left.append(name)

    async def fill(self, count: int) -> None:
        for _ in range(count):
            await asyncio.create_task(self.call("filled"))
        self.left.clear()


@pytest.mark.asyncio
async def test_who_is_waited_for_goes_before_the_background_however_late_it_comes() -> None:
    window = Window(100)
    await window.fill(60)
    window.clock.step(timedelta(seconds=45))
    tasks = [asyncio.create_task(window.call(f"flows {n}", background=FLOWS)) for n in range(2)]
    tasks += [asyncio.create_task(window.call(f"background {n}", background=Background())) for n in range(3)]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(window.call(f"asked {n}")) for n in range(3)]
    await asyncio.sleep(0.1)
    assert not window.left

    window.clock.step(timedelta(seconds=16))
    await asyncio.gather(*tasks)

    assert window.left == [
        *("asked 0", "asked 1", "asked 2"),
        *("background 0", "background 1", "background 2"),
        *("flows 0", "flows 1"),
    ]


@pytest.mark.asyncio
async def test_a_background_call_that_somebody_comes_to_wait_for_goes_with_those_that_are_waited_for() -> (
    None
):
    window = Window(100)
    await window.fill(60)
    window.clock.step(timedelta(seconds=45))
    joined = Background()
    tasks = [
        asyncio.create_task(window.call("background", background=Background())),
        asyncio.create_task(window.call("joined", background=joined)),
        asyncio.create_task(window.call("asked")),
    ]
    await asyncio.sleep(0)
    joined.ended = True
    window.clock.step(timedelta(seconds=16))
    await asyncio.gather(*tasks)

    assert window.left == ["asked", "joined", "background"]


@pytest.mark.asyncio
async def test_each_leaves_room_for_those_that_go_before_it() -> None:
    window = Window(100)
    for background, most in ((FLOWS, 30), (Background(), 50), (None, 60)):
        while len(window.left) < most:
            await asyncio.create_task(window.call("counted", background=background))
        with pytest.raises(NotSent) as over:
            await asyncio.create_task(window.call("one more", background=background))
        assert over.value.retry_after_s == 61


@pytest.mark.asyncio
async def test_what_is_heavier_than_its_share_leaves_when_nothing_else_is_counted_and_counts_whole() -> None:
    window = Window(100, other=45)
    await asyncio.create_task(window.call("flows", background=FLOWS))
    with pytest.raises(NotSent):
        await asyncio.create_task(window.call("asked"))
    window.clock.step(timedelta(seconds=60, milliseconds=1))
    await window.call("asked")


@pytest.mark.asyncio
async def test_who_cannot_have_room_in_time_is_told_at_once_and_who_goes_away_holds_no_place() -> None:
    window = Window(100)
    await window.fill(60)
    window.clock.step(timedelta(seconds=29))
    with pytest.raises(NotSent) as over:
        await window.call("too early")
    assert over.value.retry_after_s == 32

    window.clock.step(timedelta(seconds=30))
    waiting = asyncio.create_task(window.call("gone"))
    await asyncio.sleep(0)
    assert window.budget.retry_after_s() == 2
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert window.budget.retry_after_s() is None


@pytest.mark.asyncio
async def test_waiting_ends_with_the_time_for_all_tries() -> None:
    window = Window(100)
    await window.fill(60)
    window.clock.step(timedelta(milliseconds=59_900))
    with pytest.raises(NotSent):
        await window.call("late", within_s=0.3)


@pytest.mark.asyncio
async def test_at_most_a_thousand_calls_wait() -> None:
    window = Window(2_000)
    await window.fill(1_200)
    window.clock.step(timedelta(seconds=40))
    waiting = [asyncio.create_task(window.call("waits")) for _ in range(1_000)]
    await asyncio.sleep(0)
    with pytest.raises(NotSent):
        await window.call("one too many")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.asyncio
async def test_what_others_sent_from_this_address_counts_too() -> None:
    window = Window(100, used_header="Used")
    window.budget.allow(100)
    await window.fill(10)
    window.budget.note({"Used": "10"})
    window.budget.note({"Used": "3"})
    window.budget.note({"Used": "x"})
    await window.fill(10)

    window.budget.note({"Used": "55"})
    await window.fill(5)
    with pytest.raises(NotSent):
        await window.call("over")
    window.budget.note({"Used": "999999999"})
    window.clock.step(timedelta(seconds=60, milliseconds=1))
    await window.fill(60)


@pytest.mark.asyncio
async def test_a_sum_of_the_exchange_counts_once_it_has_told_its_limit() -> None:
    window = Window(100, used_header="Used")
    window.budget.note({"Used": "60"})
    await window.fill(60)
    window.budget.allow(1_000)
    window.budget.note({"Used": "600"})
    with pytest.raises(NotSent):
        await window.call("over")


@pytest.mark.asyncio
async def test_a_clock_set_back_neither_frees_nor_freezes_the_window() -> None:
    window = Window(100)
    await window.fill(60)
    window.clock.step(-timedelta(hours=1))
    with pytest.raises(NotSent):
        await window.call("over")
    window.clock.step(timedelta(seconds=60, milliseconds=1))
    await window.fill(60)


@pytest.mark.asyncio
async def test_a_call_heavier_than_the_whole_budget_leaves_when_nothing_else_is_counted() -> None:
    window = Window(10, other=20)
    await window.call("heavy")
    with pytest.raises(NotSent):
        await window.call("heavy")
    window.clock.step(timedelta(seconds=60, milliseconds=1))
    await window.call("heavy")


@pytest.mark.asyncio
async def test_a_call_that_waits_elsewhere_is_counted_whole_though_the_limit_falls_meanwhile() -> None:
    window, elsewhere = Window(100, other=45), Window(100)
    await elsewhere.fill(60)
    elsewhere.clock.step(timedelta(seconds=59))
    deadline = asyncio.get_running_loop().time() + 30
    waiting = asyncio.create_task(window.budget.spend("/anything", deadline, also=elsewhere.budget))
    await asyncio.sleep(0)

    window.budget.allow(20)
    elsewhere.clock.step(timedelta(seconds=2))
    await waiting

    with pytest.raises(NotSent):
        await window.call("over")


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 20_000), st.integers(1, 40), st.sampled_from(Priority)),
        min_size=1,
        max_size=120,
    )
)
def test_no_sliding_minute_of_any_calls_is_over_the_budget(calls: list[tuple[int, int, Priority]]) -> None:
    clock = FixedClock()
    budget = Budget(Weights(200, {f"/{w}": w for w in range(40, 0, -1)}), clock.now)
    spent: list[tuple[datetime, int]] = []

    async def run() -> None:
        for pause_ms, weight, priority in calls:
            clock.step(timedelta(milliseconds=pause_ms))
            BACKGROUND.set(Background(priority) if priority else None)
            try:
                await budget.spend(f"/{weight}", 0)
            except NotSent:
                continue
            spent.append((clock.now(), weight))

    asyncio.run(run())
    for start, _ in spent:
        assert sum(weight for at, weight in spent if start <= at <= start + MINUTE) <= 120


def test_weights_are_those_of_the_exchange_whatever_prefix_its_address_has() -> None:
    weights = dialect_of("binanceus").weights
    for path, weight in weights.by_path.items():
        assert ROUTES["GET", path].weight({}) == weight
        assert weights.of("/binanceus" + path) == weight
    assert (weights.limit, weights.of("/api/v3/elsewhere")) == (1_200, 10)
    assert dialect_of("binance").weights.limit == 6_000


def test_by_default_rules_a_call_is_one_unit_paced_as_ccxt_paces_it() -> None:
    weights = dialect_of("hitbtc").weights
    assert (weights.limit, weights.of("/api/3/spot/balance")) == (18_001, 1)  # 60,000 ms / 3.333 ms


# ── the breaker ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_an_exchange_that_only_fails_is_left_alone_then_tried_once_then_trusted(tmp_path: Path) -> None:
    async with world(tmp_path, exchange_timeout_s=0.5) as made:
        account_id = await made.connected()
        made.patch(faults=[{"kind": "status", "path": "*", "status": 503, "retry_after_s": 1}])
        for _ in range(3):
            await made.load(account_id)
            await settled(made)
            await made.clock.sleep(0.3)
        calls = len(made.simulator.calls)

        left_alone = [await made.load(account_id) for _ in range(3)]
        assert len(made.simulator.calls) == calls
        assert {answer.status for answer in left_alone} == {503}
        assert "failed 3 times in a row" in left_alone[0].json["error_description"]
        assert 0 < int(left_alone[0].headers["Retry-After"]) <= 10

        await made.clock.sleep(10)
        assert (await made.load(account_id)).status == 503
        await settled(made)
        trial = made.simulator.calls[calls:]
        assert sorted(call.api_key_present for call in trial) == [False, True]
        assert (await made.load(account_id)).status == 503
        assert len(made.simulator.calls) == calls + 2

        made.patch(faults=[])
        await made.clock.sleep(10)
        assert (await made.load(account_id)).status == 201


def test_what_tells_nothing_of_the_exchange_does_not_count_and_an_answer_starts_over() -> None:
    breaker = Breaker(FixedClock().now)
    for failure in [ExchangeUnavailable("down")] * 2 + [NotSent("ours")] * 9 + [asyncio.CancelledError()] * 9:
        with pytest.raises(type(failure)), breaker.question(public=True):
            raise failure
    with pytest.raises(ExchangeLimiting), breaker.question(public=False):
        raise ExchangeLimiting("an answer", retry_after_s=1)
    for _ in range(2):
        with pytest.raises(ExchangeTimedOut), breaker.question(public=True):
            raise ExchangeTimedOut("down")
    with breaker.question(public=True):
        pass


def test_what_is_answered_to_accounts_keys_never_opens_it_neither_alone_nor_beside_a_public_failure() -> None:
    breaker = Breaker(FixedClock().now)
    for public in [False] * 50 + [True] * 2 + [False] * 50:
        with pytest.raises(ExchangeUnavailable, match="garbage"), breaker.question(public=public):
            raise ExchangeUnavailable("garbage")
    with breaker.question(public=False):
        pass


def test_public_questions_and_one_of_an_account_are_the_trial_and_one_not_sent_gives_its_place_back() -> None:
    clock = FixedClock()
    breaker = opened(clock)
    with pytest.raises(ExchangeUnavailable, match="tried again in 10 s"), breaker.question(public=False):
        pass
    clock.step(OPEN_FOR)
    with pytest.raises(NotSent), breaker.question(public=False):
        raise NotSent("ours")
    with breaker.question(public=False):
        for _ in range(2):
            with pytest.raises(NotSent), breaker.question(public=True):
                raise NotSent("ours")
        with pytest.raises(ExchangeUnavailable, match="again in 1 s"), breaker.question(public=False):
            pass
    with breaker.question(public=True), breaker.question(public=False):
        pass
    with breaker.question(public=False), breaker.question(public=False):
        pass


def test_a_bad_key_on_trial_does_not_keep_a_well_exchange_shut_and_a_public_failure_does() -> None:
    clock = FixedClock()
    breaker = opened(clock)
    clock.step(OPEN_FOR)
    with pytest.raises(ExchangeUnavailable, match="garbage"), breaker.question(public=False):
        raise ExchangeUnavailable("garbage")
    with pytest.raises(ExchangeUnavailable, match="down"), breaker.question(public=True):
        raise ExchangeUnavailable("down")
    with pytest.raises(ExchangeUnavailable, match="tried again in 10 s"), breaker.question(public=False):
        pass
    clock.step(OPEN_FOR)
    with breaker.question(public=False), breaker.question(public=True):
        pass
    with breaker.question(public=True), breaker.question(public=True):
        pass


def opened(clock: FixedClock) -> Breaker:
    breaker = Breaker(clock.now)
    for _ in range(3):
        with pytest.raises(ExchangeUnavailable, match="down"), breaker.question(public=True):
            raise ExchangeUnavailable("down")
    return breaker


async def settled(made: World) -> None:
    """Until the exchange hears nothing more: prices are read on when the load that asked has failed."""
    heard = -1
    while heard != (heard := len(made.simulator.calls)):
        await asyncio.sleep(0.1)
