"""Exchanges that count by key or user: each path within its limit, whatever waits for whatever else."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cambist.core.errors import LoadFailed
from cambist.core.terms import Credentials, Secret
from cambist.exchanges.budget import NOT_COUNTED, Budget, Budgets, NotSent, Weights, each_by_itself
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.per_key import PerKey
from cambist.exchanges.speaking import dialect_of
from cambist.simulator.bybit.v5 import ROUTES as BYBIT_ROUTES
from cambist.simulator.okx.exchange import ROUTES as OKX_ROUTES
from tests.exchanges.scenarios import EXCHANGE_PASSPHRASE, SCENARIOS
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, FixedClock, World, world

KEYS = Credentials(EXCHANGE_KEY, Secret(EXCHANGE_SECRET), Secret(EXCHANGE_PASSPHRASE))
SECOND = timedelta(seconds=1)


# ── the tables ───────────────────────────────────────────────────────────────────────────────────────


def limits_of(weights: Weights | None) -> dict[str, tuple[int, int]]:
    """The limit in calls and its milliseconds of each path that is counted by itself."""
    assert weights is not None
    assert all(each.by_path == {path: 1} for path, each in weights.apart.items())
    return {path: (each.limit, each.window_ms) for path, each in weights.apart.items()}


def test_the_limits_are_those_of_the_exchanges() -> None:
    bybit, okx = dialect_of("bybit"), dialect_of("okx")
    signed = {
        path: (route.calls, route.seconds * 1_000)
        for (_, path), route in BYBIT_ROUTES.items()
        if route.signed
    }
    unused = "/v5/account/info"  # ccxt would ask it, we do not
    assert limits_of(bybit.key_weights) == {path: limit for path, limit in signed.items() if path != unused}
    by_user = {path: (each.calls_in_2_s, 2_000) for (_, path), each in OKX_ROUTES.items() if each.signed}
    by_address = {
        path: (each.calls_in_2_s, 2_000) for (_, path), each in OKX_ROUTES.items() if not each.signed
    }
    assert (limits_of(okx.key_weights), limits_of(okx.weights)) == (by_user, by_address)


@pytest.mark.parametrize(
    ("ccxt_id", "path", "of_address", "of_key"),
    [
        ("bybit", "/v5/account/wallet-balance", 1, 1),
        ("bybit", "/v5/market/tickers", 1, 1),
        ("okx", "/api/v5/account/balance", 0, 1),
        ("okx", "/api/v5/account/elsewhere", 0, 1),
        ("okx", "/api/v5/market/tickers", 1, 1),
        ("kraken", "/0/private/BalanceEx", 0, 1),
        ("kraken", "/0/private/Ledgers", 0, 2),
        ("kraken", "/0/public/Ticker", 1, 1),
        ("krakenfutures", "/derivatives/api/v3/accounts", 0, 2),
    ],
)
def test_a_call_counts_for_the_address_the_key_or_both_as_the_exchange_counts_it(
    ccxt_id: str, path: str, of_address: int, of_key: int
) -> None:
    dialect = dialect_of(ccxt_id)
    assert dialect.key_weights is not None
    assert (dialect.weights.of(path), dialect.key_weights.of(path)) == (of_address, of_key)


@pytest.mark.parametrize(
    ("ccxt_id", "path", "weight"),
    [
        ("bybit", "/v5/account/wallet-balance", 1),
        ("okx", "/api/v5/account/balance", 1),
        ("okx", "/api/v5/market/tickers", 1),
        ("kraken", "/0/private/Ledgers", 2),
        ("kraken", "/0/private/BalanceEx", None),
        ("binance", "/api/v3/account", 20),
    ],
)
def test_a_receipt_tells_a_calls_weight_wherever_it_counts(
    ccxt_id: str, path: str, weight: int | None
) -> None:
    assert dialect_of(ccxt_id).weight_of(path) == weight


# ── room kept at one place while a call waits at another ─────────────────────────────────────────────


def deadline(within_s: float = 30) -> float:
    return asyncio.get_running_loop().time() + within_s


class Both:
    """A key's budget and an address's on one clock; how calls that count for both leave."""

    def __init__(self, of_key: int, of_address: int, address_window_ms: int = 5_000) -> None:
        self.clock = FixedClock()
        self.key = Budget(Weights(of_key, {}, window_ms=1_000), self.clock.now)
        self.address = Budget(Weights(of_address, {}, window_ms=address_window_ms), self.clock.now)
        self.left: list[datetime] = []

    async def call(self, within_s: float = 30) -> None:
        await self.key.spend("/path", deadline(within_s), also=self.address)
        self.left.append(self.clock.now())


@pytest.mark.asyncio
async def test_a_call_that_waits_for_the_address_counts_for_its_key_when_it_leaves() -> None:
    """Two of the 3 that its key has in a second wait for the address: then one more may leave with them."""
    both = Both(of_key=5, of_address=10)
    for _ in range(6):
        await both.address.spend("/path", deadline())
    waiting = [asyncio.create_task(both.call()) for _ in range(2)]
    await asyncio.sleep(0)
    both.clock.step(timedelta(seconds=3))
    assert not both.left

    both.clock.step(timedelta(seconds=2, milliseconds=1))
    await asyncio.gather(*waiting)
    await both.call()
    with pytest.raises(NotSent):
        await both.call(within_s=0.5)
    assert len(set(both.left)) == 1
    both.clock.step(SECOND + timedelta(milliseconds=1))
    await both.call()


@pytest.mark.asyncio
async def test_what_waits_for_the_address_keeps_its_keys_room() -> None:
    both = Both(of_key=5, of_address=10)
    for _ in range(6):
        await both.address.spend("/path", deadline())
    waiting = [asyncio.create_task(both.call()) for _ in range(3)]
    await asyncio.sleep(0)
    both.clock.step(timedelta(seconds=3))
    with pytest.raises(NotSent):
        await both.key.spend("/path", deadline(within_s=0.5))
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for _ in range(3):
        await both.key.spend("/path", deadline(within_s=0.5))


@pytest.mark.asyncio
async def test_a_call_that_the_address_has_no_room_for_costs_its_key_nothing() -> None:
    both = Both(of_key=5, of_address=10, address_window_ms=60_000)
    for _ in range(6):
        await both.address.spend("/path", deadline())
    for _ in range(9):
        with pytest.raises(NotSent):
            await both.call()
    assert both.key.is_idle()


@pytest.mark.asyncio
async def test_who_goes_as_his_turn_comes_gives_his_room_back() -> None:
    both = Both(of_key=5, of_address=600)
    for _ in range(3):
        await both.call()
    waiting = asyncio.create_task(both.call())
    await asyncio.sleep(0)
    both.clock.step(SECOND + timedelta(milliseconds=1))
    while both.key.retry_after_s() is not None:
        both.key.allow(5)  # looks who has room: it is his turn now, before he has woken
        waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    assert both.key.is_idle()


@pytest.mark.asyncio
async def test_what_weighs_nothing_never_waits() -> None:
    clock = FixedClock()
    budget = Budget(Weights(10, {"/free": 0}), clock.now)
    for _ in range(6):
        await budget.spend("/path", deadline())
    clock.step(timedelta(seconds=45))
    waiting = asyncio.create_task(budget.spend("/path", deadline()))
    await asyncio.sleep(0)
    for _ in range(100):
        await budget.spend("/free", deadline(within_s=0))
    clock.step(timedelta(seconds=16))
    await waiting
    assert NOT_COUNTED.of("/any") == 0


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 700), st.integers(0, 2), st.sampled_from(["/a", "/b"])),
        min_size=1,
        max_size=80,
    )
)
def test_no_window_of_a_key_or_of_the_address_is_over_its_budget(calls: list[tuple[int, int, str]]) -> None:
    clock = FixedClock()
    address = Budgets(Weights(20, {}, window_ms=5_000), clock.now)
    keys = [Budgets(Weights(5, {}, apart=each_by_itself({"/a": 5, "/b": 10}, 1_000)), clock.now)] * 2
    keys.append(Budgets(Weights(5, {}, apart=each_by_itself({"/a": 5, "/b": 10}, 1_000)), clock.now))
    left: list[tuple[datetime, int, str]] = []

    async def call(number: int, path: str) -> None:
        try:
            await keys[number].of(path).spend(path, deadline(within_s=5), also=address.of(path))
        except NotSent:
            return
        left.append((clock.now(), id(keys[number]), path))

    async def run() -> None:
        tasks = []
        for pause_ms, number, path in calls:
            clock.step(timedelta(milliseconds=pause_ms))
            tasks.append(asyncio.create_task(call(number, path)))
            await asyncio.sleep(0)
        for _ in range(100):
            clock.step(timedelta(milliseconds=500))
            for budgets in (address, *keys):
                for path in ("/a", "/b"):
                    budgets.of(path).allow({"/a": 5, "/b": 10}[path] if budgets is not address else 20)
            await asyncio.sleep(0)
        assert all(task.done() for task in tasks)

    asyncio.run(run())
    for start, key, path in left:
        of_key = [at for at, whose, what in left if (whose, what) == (key, path)]
        assert sum(start <= at <= start + SECOND for at in of_key) <= {"/a": 3, "/b": 6}[path]
        assert sum(start <= at <= start + 5 * SECOND for at, _, _ in left) <= 12


# ── keys that are forgotten ──────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_of_more_keys_than_are_kept_each_is_remembered_for_as_long_as_it_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cambist.exchanges.per_key.MOST_KEYS", 10)
    clock = FixedClock()
    per_key = PerKey(dialect_of("okx"), clock.now)
    path = "/api/v5/account/config"

    async def ask(api_key: str) -> None:
        budgets = per_key.budgets(api_key)
        assert budgets is not None
        await budgets.of(path).spend(path, deadline(within_s=0.5))

    for number in range(100):
        for _ in range(3):
            await ask(f"key-{number}")
    kept = [weakref.ref(per_key.budgets(f"key-{number}")) for number in range(100)]
    with pytest.raises(NotSent):
        await ask("key-0")
    clock.step(timedelta(seconds=2, milliseconds=1))
    await ask("key-100")
    gc.collect()
    assert [number for number, each in enumerate(kept) if each() is not None] == [0, *range(92, 100)]
    assert per_key.budgets(None) is None


# ── through the server, against the exchanges' own limits ────────────────────────────────────────────


async def while_time_passes(made: World, asking: list[Awaitable[Any]], step: timedelta) -> list[Any]:
    """What they are answered; the clock moves on whenever nothing is under way."""
    answers = asyncio.gather(*asking, return_exceptions=True)
    seen = quiet = 0
    while not answers.done():
        await asyncio.sleep(0.01)
        quiet = quiet + 1 if seen == (seen := len(made.simulator.calls)) else 0
        if quiet == 4:
            made.clock.step(step)
            quiet = 0
    return await answers


@pytest.mark.parametrize(
    ("code", "path"), [("bybit", "/v5/asset/coin/query-info"), ("okex", "/api/v5/account/config")]
)
@pytest.mark.asyncio
async def test_however_often_a_user_asks_the_exchange_never_has_to_refuse(
    tmp_path: Path, code: str, path: str
) -> None:
    """20 at once, of a path that allows 5: 3 leave in each of its windows."""
    market = CATALOGUE[code]
    async with world(tmp_path, SCENARIOS[code] | {"path_limits": True}) as made:
        inquiries = made.cambist.outside.inquiries
        asked = inquiries.currencies if code == "bybit" else inquiries.rights
        made.clock.set(datetime.now(made.clock.now().tzinfo))
        answers = await while_time_passes(made, [asked(market, KEYS) for _ in range(20)], SECOND / 4)
        failed = [each for each in answers if isinstance(each, LoadFailed)]
        assert not failed, failed
        assert made.exchange_calls(path) >= 20
        assert {call.status for call in made.simulator.calls} == {200}
