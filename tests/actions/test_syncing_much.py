"""Ten thousand trades: within the share of the budget, after loads, and whole though they are cut short."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.sync_flows import EVERY_FAILED, Synced, sync_flows
from cambist.core.history import EPOCH
from cambist.core.money import exact
from tests.exchanges.test_budget import Scale
from tests.worlds import START, FixedClock, scenario, world

TRADES = 10_000
LOADS = 8
LIMIT = 600
SHARE = LIMIT * 30 // 100


class Looking(FixedClock):
    """Before time passes, somebody looks at what has arrived until then."""

    look: Callable[[], Any] = int

    async def sleep(self, seconds: int | float) -> None:
        self.look()
        await super().sleep(seconds)


def trades() -> list[dict[str, str]]:
    """One a second; each buys for 60 cents."""
    at = (START + timedelta(seconds=60 + number) for number in range(TRADES))
    bought = {"symbol": "BTCUSDT", "side": "buy", "price": "60000", "quantity": "0.00001"}
    return [{**bought, "time": each.isoformat()} for each in at]


def held(done: int) -> dict[str, Any]:
    """The wallet after so many trades."""
    bought, spent = Decimal("0.00001") * done, Decimal("0.6") * done
    return {"wallets": {"spot": {"BTC": {"free": str(bought)}, "USDT": {"free": str(9_000 - spent)}}}}


@pytest.mark.asyncio
async def test_ten_thousand_trades_keep_to_their_share_and_to_their_place_and_none_is_lost_or_doubled(
    tmp_path: Path,
) -> None:
    clock = Looking()
    async with world(tmp_path, scenario(trades=trades(), weight_limit=LIMIT, **held(0)), clock=clock) as made:
        account_id, me = await made.connected(), await made.me()
        for count in range(TRADES // LOADS, TRADES + 1, TRADES // LOADS):
            clock.set(START + timedelta(seconds=59.5 + count))
            made.patch(**held(count))
            assert (await made.load(account_id)).status == 201
        clock.step(timedelta(minutes=2))
        scale = Scale(made)
        scale.read()
        scale.arrived.clear()
        clock.look = scale.read

        def cut(done: Synced) -> None:
            if done.entries >= 5_000:
                raise asyncio.CancelledError

        async def sync(told: Callable[[Synced], None]) -> Synced | None:
            return await sync_flows(made.cambist.outside, me, account_id, told=told)

        with pytest.raises(asyncio.CancelledError):
            await scale.while_time_passes(sync(cut))  # type: ignore[arg-type]
        clock.step(EVERY_FAILED)
        (done,) = await scale.while_time_passes(sync(lambda _: None))  # type: ignore[arg-type]
        assert isinstance(done, Synced)
        assert (done.failure, done.more) == (None, False)

        assert SHARE * 0.8 <= scale.heaviest_minute() <= SHARE
        assert made.exchange_calls("/api/v3/myTrades") < 30
        flows = made.cambist.outside.flows
        found = await flows.booked(account_id, EPOCH, clock.now(), most=3 * TRADES)
        assert len(found) == len({each.entry.id for each in found}) == 2 * TRADES
        with exact():
            assert sum(each.entry.amount for each in found if each.entry.asset == "BTC") == Decimal("0.1")
            assert sum(each.worth.usd for each in found if each.worth is not None) == 0
        assert not await flows.changes(account_id, EPOCH, clock.now(), open_only=True)
