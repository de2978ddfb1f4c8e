"""Flows in loads: what flowed is no profit, nor what only seems to change; what nobody knows is told."""

from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from sqlite3 import connect
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio

from cambist.actions.connect_account import connect_account
from cambist.actions.facts import Caller, Load
from cambist.actions.load_balances import LoadBalances
from cambist.actions.verify_receipt import verify_receipt
from cambist.core.credentials import GivenKeys
from cambist.core.flows import Net
from cambist.core.ledger import Booked, Entry, EntryKind, Page
from cambist.core.profit import FlowsSince
from cambist.core.terms import Account, FlowState, Secret, Worth
from cambist.store.flows import FlowStore
from cambist.store.opening import open_database
from cambist.wiring import Cambist, running
from tests.actions.scripted import MARKET, ScriptedExchanges, ScriptedLedgers
from tests.worlds import FixedClock, install, settings_in

pytestmark = pytest.mark.asyncio
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ETH = ("ETH", "USD")


class Scene:
    """An account with one bitcoin at 50,000 dollars and ten ETH at 1,000, connected an hour ago."""

    def __init__(self, cambist: Cambist, clock: FixedClock, me: Caller) -> None:
        self.clock, self.me, self.database = clock, me, cambist.settings.database
        self.exchanges = ScriptedExchanges(clock, {"spot": {"BTC": "1", "ETH": "10", "NEW": "7"}})
        self.exchanges.holds |= {"funding": "0", "earn": {"ETH": "0"}}
        self.exchanges.prices[ETH] = Decimal(1000)
        self.outside = replace(cambist.outside, exchanges=self.exchanges, ledgers=ScriptedLedgers())
        self._load = LoadBalances(self.outside)
        self.id = 0

    async def connect(self, *, known: bool = True) -> None:
        keys = GivenKeys(api_key="a-key", secret=Secret("secret"))
        account = await connect_account(self.outside, self.me, type="binance", name="mine", keys=keys)
        self.id = account.id
        if known:
            await self.flows.end(self.id, self.clock.now() + DAY, self.clock.now() - DAY)
        self.clock.step(HOUR)

    @property
    def flows(self) -> Any:
        return self.outside.flows

    def spot(self, **amounts: str) -> None:
        held = self.exchanges.holds["spot"]
        assert isinstance(held, dict)
        self.exchanges.holds["spot"] = held | amounts

    async def load(self, after: timedelta = MINUTE) -> Account:
        account = await self._load(self.me, self.id)
        self.clock.step(after)
        return account

    async def told(
        self, amount: str, before: timedelta = MINUTE, kind: EntryKind = EntryKind.DEPOSIT
    ) -> None:
        entry = Entry("1", self.clock.now() - before, kind, "ETH", Decimal(amount))
        worth = Worth(entry.amount * Decimal("0.02"), entry.amount * 1000)
        page = Page((entry,), "on", self.clock.now(), self.clock.now() - DAY)
        booked = [Booked("deposits", entry, worth)]
        await self.flows.keep_page(self.id, "deposits", page, booked, self.clock.now())

    def cover(self, *wallets: str) -> None:
        """What the account covers from now on."""
        with closing(connect(self.database)) as database, database:
            names = ",".join(f'"{name}"' for name in wallets)
            database.execute(
                "UPDATE accounts SET coverage = ?", (f'{{"wallets":[{names}],"not_covered":[]}}',)
            )

    async def residuals(self) -> dict[str, Decimal]:
        found = await self.flows.changes(self.id, self.clock.now() - DAY, self.clock.now(), open_only=True)
        return {each.asset: each.residual for each in found}


@pytest_asyncio.fixture(name="scene")
async def _scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = FixedClock()
    await install(tmp_path)
    async with running(settings_in(tmp_path), clock) as cambist:
        me = Caller((await cambist.outside.users.owner()).id, "test")
        yield Scene(cambist, clock, me)


def profits(account: Account) -> set[Decimal]:
    """Day, month and total in dollars, where they are not the same."""
    figures = account.figures
    return {figures.day.usd.amount, figures.month.usd.amount, figures.total.usd.amount}


async def test_a_deposit_is_no_profit_whether_it_is_told_before_the_load_or_after_or_never(
    scene: Scene,
) -> None:
    await scene.connect()
    before = await scene.load()
    assert (profits(before), before.flows.state) == ({Decimal(0)}, FlowState.KNOWN)

    scene.spot(ETH="15")
    account = await scene.load()
    assert (profits(account), account.flows.state) == ({Decimal(0)}, FlowState.PROVISIONAL)
    assert await scene.residuals() == {"ETH": 5}

    await scene.told("4", 90 * timedelta(seconds=1))
    assert await scene.residuals() == {"ETH": 1}
    scene.exchanges.prices[ETH] = Decimal(1100)
    account = await scene.load()
    assert profits(account) == {Decimal(15 * 100)}
    assert account.figures.total.btc.amount == 15 * Decimal("0.002")
    scene.clock.step(HOUR)
    account = await scene.load()
    assert (profits(account), account.flows.state) == ({Decimal(15 * 100)}, FlowState.KNOWN)

    await scene.told("-3", timedelta(0), EntryKind.WITHDRAWAL)
    scene.spot(ETH="12")
    account = await scene.load()
    # Told at 1,000 each, gone at 1,100.
    assert profits(account) == {Decimal(15 * 100 - 3 * 100)}


async def test_what_a_load_has_reckoned_itself_is_what_is_kept(scene: Scene) -> None:
    """The next load goes on by it without reading; one in another process reads the same."""
    await scene.connect()
    for amount in ("15", "12", "13"):
        scene.spot(ETH=amount)
        account = await scene.load()
    assert profits(account) == {Decimal(0)}
    database = open_database(scene.database)
    try:
        theirs = FlowStore(database)
        version = (await theirs.standing(scene.id)).version
        remembered = await scene.flows.net(scene.id, version)
        scene.flows._net.clear()
        for read in (await scene.flows.net(scene.id), await theirs.net(scene.id)):
            for at in (account.created_at, scene.clock.now() - 2 * MINUTE, scene.clock.now()):
                assert read.since(at) == remembered.since(at)
            assert read.open_at == remembered.open_at == scene.clock.now() - MINUTE
    finally:
        database.close()


async def test_an_entry_that_comes_while_a_load_runs_is_not_passed_over(scene: Scene) -> None:
    """Told after the load has looked for entries and before it is kept."""
    await scene.connect()
    scene.spot(ETH="15")
    keep = scene.outside.loads.keep

    async def told_first(account_id: int, load: Load) -> Account:
        await scene.told("4", timedelta(0))
        return await keep(account_id, load)

    loads = SimpleNamespace(keep=told_first, take_turn=scene.outside.loads.take_turn)
    account = await LoadBalances(replace(scene.outside, loads=cast("Any", loads)))(scene.me, scene.id)
    assert profits(account) == {Decimal(0)}
    assert await scene.residuals() == {"ETH": 1}
    scene.clock.step(MINUTE)
    assert profits(await scene.load()) == {Decimal(0)}


async def test_where_nobody_tells_flows_profit_is_the_plain_difference_and_says_so(scene: Scene) -> None:
    await scene.connect(known=False)
    scene.spot(ETH="15")
    account = await scene.load()
    assert (profits(account), account.flows.state) == ({Decimal(5000)}, FlowState.UNKNOWN)
    assert account.flows.since == account.created_at
    # Known from later on: what was before stays what it was.
    await scene.flows.end(scene.id, scene.clock.now(), scene.clock.now() - MINUTE)
    scene.spot(ETH="16")
    assert profits(await scene.load()) == {Decimal(5000)}


async def test_nothing_is_noted_where_the_exchange_tells_no_ledger(scene: Scene) -> None:
    scene.outside = replace(scene.outside, ledgers=scene.exchanges)  # type: ignore[arg-type]
    scene._load = LoadBalances(scene.outside)
    scene.exchanges.sources = lambda _: ()  # type: ignore[attr-defined]
    await scene.connect(known=False)
    scene.spot(ETH="15")
    assert profits(await scene.load()) == {Decimal(5000)}
    with closing(connect(scene.database)) as database:
        for table in ("changes", "entries", "flow_standing"):
            assert database.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,)


async def test_an_unchanged_load_writes_nothing_of_flows(scene: Scene) -> None:
    await scene.connect()
    await scene.load()
    standing = await scene.flows.standing(scene.id)
    await scene.load()
    assert await scene.flows.standing(scene.id) == standing
    assert await scene.flows.changes(scene.id, scene.clock.now() - DAY, scene.clock.now()) == []


async def test_a_partial_load_is_passed_over_and_the_next_complete_one_sees_it_all(scene: Scene) -> None:
    await scene.connect()
    scene.exchanges.failing = {"earn"}
    scene.spot(ETH="15")
    partial = await scene.load()
    assert await scene.residuals() == {}
    assert partial.flows.state is FlowState.KNOWN
    scene.exchanges.failing = set()
    assert profits(await scene.load()) == {Decimal(0)}
    assert await scene.residuals() == {"ETH": 5}


async def test_a_wallet_that_comes_or_goes_is_no_profit_nor_does_it_stay_unexplained(scene: Scene) -> None:
    scene.exchanges.holds |= {"funding": "2", "earn": {"ETH": "4"}}
    scene.spot(LDETH="4")
    scene.exchanges.listed = (replace(MARKET, mirrors={"LDETH": "earn"}),)
    await scene.connect()
    first = await scene.load()
    scene.cover("spot", "funding")
    account = await scene.load()
    # What earn told the row of spot tells now; only its name is another.
    assert (account.figures.usd, profits(account)) == (first.figures.usd, {Decimal(0)})
    scene.cover("spot")
    account = await scene.load()
    assert first.figures.usd - account.figures.usd == 100_000
    assert profits(account) == {Decimal(0)}
    scene.cover("spot", "funding", "earn")
    scene.spot(BTC="1.5")
    account = await scene.load()
    assert profits(account) == {Decimal(0)}
    assert await scene.residuals() == {"BTC": Decimal("0.5")}
    kept = await scene.flows.booked(scene.id, account.created_at, scene.clock.now(), {EntryKind.COVERAGE})
    assert [(b.entry.wallet, str(b.entry.amount)) for b in kept if b.entry.asset == "BTC"] == [
        ("funding", "-2"),
        ("funding", "2"),
    ]


async def test_an_asset_that_finds_or_loses_its_price_is_no_profit(scene: Scene) -> None:
    await scene.connect()
    scene.exchanges.prices["NEW", "USD"] = Decimal(300)
    found = await scene.load()
    assert found.figures.usd == 50_000 + 10_000 + 7 * 300
    assert profits(found) == {Decimal(0)}
    scene.exchanges.prices["NEW", "USD"] = Decimal(400)
    assert profits(await scene.load()) == {Decimal(700)}
    del scene.exchanges.prices["NEW", "USD"]
    carried = await scene.load(25 * HOUR)
    assert (carried.gaps.unpriced, profits(carried)) == ((), {Decimal(700)})
    lost = await scene.load()
    assert (lost.gaps.unpriced, lost.figures.usd) == (("NEW",), Decimal(60_000))
    assert lost.figures.total.usd.amount == 700
    assert await scene.residuals() == {}


async def test_equity_that_moves_by_itself_is_profit_and_no_residual(scene: Scene) -> None:
    await scene.connect()
    scene.exchanges.open_profit["ETH"] = Decimal(1)  # in each of two wallets
    account = await scene.load()
    assert profits(account) == {Decimal(2000)}
    assert await scene.residuals() == {}


async def test_a_receipt_keeps_the_flows_since_each_start_and_is_verified_with_them(scene: Scene) -> None:
    await scene.connect()
    await scene.load(DAY)
    scene.spot(ETH="15.000000000000000001")
    account = await scene.load(DAY / 2)
    scene.exchanges.prices[ETH] = Decimal("1100.1")
    later = await scene.load(DAY / 2)
    await scene.told("15", 25 * HOUR)
    for loaded in (account, later):
        verified = await verify_receipt(scene.outside, scene.me, loaded.load_id)
        assert verified.differences == ()
        assert verified.receipt.flows == loaded.flows
    flowed = 5 * Decimal("1000.0000000000000002")
    usd = Net(flowed * Decimal("0.00002"), flowed, flowed)
    assert verified.receipt.starts.flows is not None
    assert verified.receipt.starts.flows.total == usd
    receipt = replace(verified.receipt, starts=replace(verified.receipt.starts, flows=FlowsSince(day=usd)))
    assert receipt != verified.receipt


async def test_between_two_loads_a_deposit_is_as_much_in_the_baseline_as_in_the_flows(scene: Scene) -> None:
    """A day after a deposit its start lies between the loads around it: still no profit."""
    await scene.connect()
    await scene.load(HOUR)
    scene.spot(ETH="15")
    deposited = await scene.load(24 * HOUR - HOUR / 4)
    account = await scene.load()
    assert deposited.flows.state is FlowState.PROVISIONAL
    assert profits(account) == {Decimal(0)}


async def test_what_an_old_load_counted_is_told_asset_by_asset_without_its_receipt(scene: Scene) -> None:
    scene.exchanges.prices |= {("BTC", "USDT"): Decimal(50_500), ("ADA", "USDT"): Decimal("0.505")}
    scene.spot(ADA="100")
    await scene.connect()
    account = await scene.load()
    with closing(connect(scene.database)) as database, database:
        database.execute("DELETE FROM receipts WHERE load_id <> ?", (account.load_id,))
    history = scene.outside.history
    assert await history.worths_by_asset(scene.id, account.created_at - MINUTE) is None
    found = await history.worths_by_asset(scene.id, scene.clock.now() - HOUR)
    assert found is not None
    at, worths = found
    assert at == account.created_at
    assert worths == {
        "BTC": (Decimal(1), Worth(Decimal(1), Decimal(50_000))),
        "ETH": (Decimal(10), Worth(Decimal("0.2"), Decimal(10_000))),
        "ADA": (Decimal(100), Worth(Decimal("0.001"), Decimal(50))),
        "NEW": (Decimal(7), None),
    }
