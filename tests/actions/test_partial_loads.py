"""A load whose covered wallets did not all answer: said so, stood in for, and kept out of every baseline."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from cambist.actions.connect_account import connect_account
from cambist.actions.facts import Caller
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.core.credentials import GivenKeys
from cambist.core.errors import ExchangeUnavailable
from cambist.core.terms import Account, Secret
from cambist.wiring import running
from tests.actions.scripted import ScriptedExchanges
from tests.worlds import FixedClock, install, settings_in


class Scene:
    """An account of three wallets that hold 1, 2 and 4 bitcoin, loaded once."""

    def __init__(self, clock: FixedClock, outside: Outside, exchanges: ScriptedExchanges, me: Caller) -> None:
        self.clock, self.outside, self.exchanges, self.me = clock, outside, exchanges, me
        self._load = LoadBalances(outside)
        self.account_id = 0

    async def connect(self) -> None:
        account = await connect_account(
            self.outside,
            self.me,
            type="binance",
            name="three wallets",
            keys=GivenKeys(api_key="a-key", secret=Secret("secret")),
        )
        self.account_id = account.id
        self.clock.step(timedelta(hours=1))

    async def load(self) -> Account:
        account = await self._load(self.me, self.account_id)
        self.clock.step(timedelta(hours=1))
        return account


@pytest_asyncio.fixture(name="scene")
async def _scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = FixedClock()
    await install(tmp_path)
    async with running(settings_in(tmp_path), clock) as cambist:
        exchanges = ScriptedExchanges(clock, {"spot": "1", "funding": "2", "earn": "4"})
        outside = replace(cambist.outside, exchanges=exchanges)
        scene = Scene(clock, outside, exchanges, Caller((await outside.users.owner()).id, "test"))
        await scene.connect()
        yield scene


@pytest.mark.asyncio
async def test_a_missing_wallets_last_balances_stand_in_and_the_verdict_is_partial(scene: Scene) -> None:
    scene.exchanges.failing = {"earn"}
    scene.exchanges.holds["spot"] = "1.5"

    account = await scene.load()

    assert (account.figures.btc, account.complete) == (Decimal("7.5"), False)
    last = await scene.outside.history.last_read(scene.account_id)
    assert {wallet.wallet: wallet.stale for wallet in last.wallets} == {
        "spot": False,
        "funding": False,
        "earn": True,
    }


@pytest.mark.asyncio
async def test_a_stand_in_keeps_the_age_of_its_reading_over_several_loads(scene: Scene) -> None:
    first = await scene.outside.history.last_read(scene.account_id)
    scene.exchanges.failing = {"earn"}
    await scene.load()
    await scene.load()

    last = await scene.outside.history.last_read(scene.account_id)

    read_at = {wallet.wallet: wallet.read_at for wallet in last.wallets}
    assert read_at["earn"] == {wallet.wallet: wallet.read_at for wallet in first.wallets}["earn"]
    assert read_at["spot"] > read_at["earn"]


@pytest.mark.asyncio
async def test_a_partial_load_never_shapes_a_baseline(scene: Scene) -> None:
    before = await scene.outside.history.points(scene.account_id)
    scene.exchanges.failing = {"funding"}
    scene.exchanges.holds["spot"] = "100"
    await scene.load()
    assert await scene.outside.history.points(scene.account_id) == before

    scene.exchanges.failing = set()
    scene.exchanges.holds["spot"] = "1"
    scene.clock.step(timedelta(hours=24))
    account = await scene.load()
    assert account.complete
    assert account.figures.day.btc.amount == 0
    assert account.figures.total.btc.amount == 0


@pytest.mark.asyncio
async def test_a_failing_base_wallet_fails_the_load_and_changes_nothing(scene: Scene) -> None:
    before = await scene.outside.accounts.get(scene.me.user_id, scene.account_id)
    scene.exchanges.failing = {"spot"}
    with pytest.raises(ExchangeUnavailable, match="the base wallet is down"):
        await scene.load()
    assert await scene.outside.accounts.get(scene.me.user_id, scene.account_id) == before
