"""One exchange by several egresses: what is each way's own, and what they share."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from cambist.core.egress import Egress
from cambist.core.errors import ExchangeTimedOut, ExchangeUnavailable
from cambist.core.terms import Credentials, Secret
from cambist.exchanges.breaker import FAILURES_IN_A_ROW, OPEN_FOR
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.exchanges.scenarios import KRAKEN, KRAKEN_KEY, KRAKEN_SECRET
from tests.worlds import FixedClock, scenario

A, B = "127.0.0.2", "127.0.0.3"
BOTH = (Egress("a", A, A), Egress("b", B, B))
BROKEN = (Egress("a", "192.0.2.7", "192.0.2.7"), BOTH[1])


@asynccontextmanager
async def playing(
    plays: dict[str, Any], *egresses: Egress, clock: FixedClock | None = None
) -> AsyncIterator[tuple[Gateway, Simulator]]:
    clock = clock or FixedClock()
    async with Simulator([load_scenario(json.dumps(plays).encode())], now=clock.now) as simulator:
        waits = WaitsAlone({})
        made = Gateway(clock.now, waits, 2, simulator.exchange_urls, "last", egresses=egresses)
        try:
            yield made, simulator
        finally:
            await made.close()


@pytest.mark.asyncio
async def test_calls_of_one_key_leave_in_turn_though_two_accounts_use_it_by_two_egresses() -> None:
    """Kraken refuses a nonce that does not rise, from wherever the last one came."""
    keys = Credentials(KRAKEN_KEY, Secret(KRAKEN_SECRET))
    async with playing(KRAKEN, *BOTH) as (made, simulator):
        market = made.market("kraken")
        readings = [
            made.read_wallets(market, replace(keys, egress="ab"[number % 2]), ["spot"])
            for number in range(14)
        ]
        read = await asyncio.gather(*readings)
        assert [len(reading.calls) for reading in read] == [1] * 14
        assert [reading.egress.shows for reading in read] == [A, B] * 7
        told = Counter(call.remote for call in simulator.calls if call.path == "/0/private/BalanceEx")
    assert told == {A: 7, B: 7}


@pytest.mark.asyncio
async def test_the_limit_that_an_exchange_tells_is_that_of_each_way() -> None:
    async with playing(scenario(weight_limit=5_000), *BOTH) as (made, _):
        market = made.market("binance_us")
        exchange = made._exchange(market)
        await made.pairs(market)
        most = [exchange._ways.named(name).budgets.of("")._most[0] for name in ("a", "b")]
    assert most == [3_000, 3_000]


@pytest.mark.asyncio
async def test_prices_come_by_the_next_egress_while_the_first_does_not_serve() -> None:
    clock = FixedClock()
    async with playing(scenario(), *BROKEN, clock=clock) as (made, simulator):
        market = made.market("binance_us")
        for _ in range(FAILURES_IN_A_ROW):
            assert (await made.price_list(market)).tells_dollars
            clock.step(OPEN_FOR / 4)
        first, other = (made._exchange(market)._ways.named(name) for name in ("a", "b"))
        assert (first.is_held_back(), other.is_held_back()) == (True, False)
        assert made._exchange(market)._ways.in_turn() == [other, first]
        assert {call.remote for call in simulator.calls} == {B}
        clock.step(OPEN_FOR)
        assert made._exchange(market)._ways.in_turn() == [first, other]


@pytest.mark.asyncio
async def test_where_no_egress_serves_the_last_ones_failure_is_told() -> None:
    lost = Egress("b", "192.0.2.8", "192.0.2.8")
    async with playing(scenario(), BROKEN[0], lost) as (made, simulator):
        with pytest.raises((ExchangeUnavailable, ExchangeTimedOut), match=r"192\.0\.2\.8 of the egress b"):
            await made.price_list(made.market("binance_us"))
        assert simulator.calls == []


@pytest.mark.asyncio
async def test_each_egress_can_be_tried_by_itself() -> None:
    async with playing(scenario(), *BROKEN) as (made, simulator):
        market = made.market("binance_us")
        assert abs(await made.reach(market, "b") or 0) < 1_000
        with pytest.raises(ExchangeUnavailable, match=r"192\.0\.2\.7 of the egress a"):
            await made.reach(market, "a")
        assert [call.remote for call in simulator.calls] == [B]
