"""Deposits and withdrawals, told without all else: they are no profit, and of the rest nothing is claimed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from cambist.actions.explain_profit import explain_profit
from cambist.actions.facts import Caller
from cambist.actions.flows_known import InPart
from cambist.actions.import_flows import import_flows
from cambist.actions.load_balances import LoadBalances
from cambist.actions.sync_flows import EVERY, EVERY_LEFT_OUT, EVERY_REFUSED, Synced, sync_flows
from cambist.actions.verify_receipt import verify_receipt
from cambist.core.errors import ExchangeRefused, InvalidInput
from cambist.core.explained import Part
from cambist.core.flows import GRACE
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Credentials, FlowState, Market
from cambist.wiring import running
from tests.actions.scripted import ScriptedLedgers
from tests.actions.test_flows_in_loads import DAY, ETH, HOUR, MINUTE, Scene, profits
from tests.worlds import FixedClock, install, settings_in

pytestmark = pytest.mark.asyncio
KINDS = {"deposits": EntryKind.DEPOSIT, "withdrawals": EntryKind.WITHDRAWAL}


@dataclass
class LedgersInPart(ScriptedLedgers):
    """Fits the port `Ledgers`: two sources, which tell what they are given."""

    entries: list[Entry] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def sources(self, market: Market) -> tuple[Terms, ...]:
        return tuple(Terms(name, frozenset({kind}), leaves_out=True) for name, kind in KINDS.items())

    async def page(self, market: Market, credentials: Credentials, source: str, asked: Asked) -> Page:
        self.asked.append(source)
        if source in self.refusing:
            raise ExchangeRefused("It does not tell them.")
        told = tuple(entry for entry in self.entries if entry.kind is KINDS[source])
        return Page(told, "on", asked.now, asked.since)


class SceneInPart(Scene):
    ledgers: LedgersInPart

    def tell(self, name: str, kind: EntryKind, amount: str) -> None:
        at = self.clock.now() - MINUTE / 2
        self.ledgers.entries.append(Entry(name, at, kind, "ETH", Decimal(amount)))

    async def sync(self, *, anew: bool = True) -> Synced | None:
        return await sync_flows(self.outside, self.me, self.id, anew=anew)

    async def next_at(self) -> datetime:
        found: datetime = (await self.flows.standing(self.id)).next_at
        return found


@pytest_asyncio.fixture(name="scene")
async def _scene(tmp_path: Path) -> AsyncIterator[SceneInPart]:
    clock = FixedClock()
    await install(tmp_path)
    async with running(settings_in(tmp_path), clock) as cambist:
        made = SceneInPart(cambist, clock, Caller((await cambist.outside.users.owner()).id, "test"))
        made.ledgers = LedgersInPart()
        made.outside = replace(made.outside, ledgers=made.ledgers)
        made._load = LoadBalances(made.outside)
        await made.connect(known=False)
        yield made


async def test_what_came_and_went_is_no_profit_and_flows_as_a_whole_stay_unknown(scene: SceneInPart) -> None:
    await scene.sync()
    scene.spot(ETH="15")
    scene.tell("1", EntryKind.DEPOSIT, "5")
    await scene.sync()
    account = await scene.load()
    assert (profits(account), account.flows.state) == ({Decimal(0)}, FlowState.UNKNOWN)

    # A trade that no source tells moves worth and adds none; ETH that nothing explains stays in profit.
    scene.tell("2", EntryKind.WITHDRAWAL, "-3")
    await scene.sync()
    scene.spot(ETH="7", BTC="1.1")
    scene.exchanges.prices[ETH] = Decimal(1001)
    account = await scene.load()
    assert profits(account) == {Decimal(7 * 1001 - 7000)}
    assert await scene.residuals() == {"ETH": -5, "BTC": Decimal("0.1")}
    verified = await verify_receipt(scene.outside, scene.me, account.load_id)
    assert (verified.differences, verified.receipt.flows) == ((), None)

    for span in ("day", "month", "total"):
        found = await explain_profit(scene.outside, scene.me, scene.id, span)
        assert found.explained.profit.usd == account.figures.total.usd.amount
        parts = {part: value.usd for part, value in found.explained.parts.items() if value.usd}
        assert parts == {
            Part.PRICE_EFFECT: 12,
            Part.DEPOSITS: 5000,
            Part.WITHDRAWALS: -3000,
            Part.UNEXPLAINED: 5000 - 5 * 1001,
        }
        assert found.flows is FlowState.UNKNOWN
    assert found.known_from[EntryKind.DEPOSIT] == found.known_from[EntryKind.WITHDRAWAL] == account.created_at
    assert {kind for kind, since in found.known_from.items() if since} == set(KINDS.values())
    assert found.in_part == InPart(tuple(KINDS.values()), account.created_at)
    assert found.in_part.sentence == (
        "Deposits and withdrawals are known since 2023-06-19 16:50 UTC; what else changed is not told."
    )


async def test_nothing_that_it_leaves_unexplained_is_ever_told(scene: SceneInPart) -> None:
    await scene.sync()
    scene.spot(ETH="0")
    await scene.load(2 * GRACE)
    await scene.sync()
    assert await scene.residuals() == {"ETH": -10}
    assert (await scene.flows.standing(scene.id)).known_from is None
    assert await scene.flows.unexplained(scene.clock.now(), 10) == []


async def test_it_is_read_once_a_load_has_found_a_change_and_every_ten_minutes_then(
    scene: SceneInPart,
) -> None:
    await scene.sync()
    assert await scene.next_at() == scene.clock.now() + EVERY
    await scene.load()
    assert await scene.next_at() > scene.clock.now()
    scene.spot(ETH="15")
    await scene.load()
    assert await scene.next_at() <= scene.clock.now()
    await scene.sync(anew=False)
    assert await scene.next_at() == scene.clock.now() + EVERY_LEFT_OUT
    scene.clock.step(GRACE)
    await scene.sync()
    assert await scene.next_at() == scene.clock.now() + EVERY


async def test_a_source_that_refuses_is_asked_a_day_later_and_the_other_one_goes_on(
    scene: SceneInPart,
) -> None:
    scene.ledgers.refusing = {"deposits"}
    done = await scene.sync()
    assert done is not None
    assert (done.refused, done.failure) == ({"deposits": "It does not tell them."}, None)
    scene.spot(ETH="9")
    scene.tell("1", EntryKind.WITHDRAWAL, "-1")
    await scene.load()
    await scene.sync(anew=False)
    assert scene.ledgers.asked == ["deposits", "withdrawals", "withdrawals"]
    assert profits(await scene.load()) == {Decimal(0)}
    found = await explain_profit(scene.outside, scene.me, scene.id)
    assert found.in_part is not None
    assert found.in_part.sentence.startswith("Withdrawals are known since ")

    # Where both refuse, no load has them asked in vain.
    scene.ledgers.refusing = set(KINDS)
    await scene.sync()
    assert await scene.next_at() == scene.clock.now() + EVERY_REFUSED
    scene.spot(ETH="8")
    await scene.load()
    assert await scene.next_at() > scene.clock.now() + DAY - HOUR


async def test_what_it_does_not_tell_can_be_imported_but_never_makes_flows_known(scene: SceneInPart) -> None:
    assert (await explain_profit(scene.outside, scene.me, scene.id)).in_part is None
    await scene.sync()
    since = scene.clock.now() - MINUTE
    rows = [f"{since.isoformat()},{kind},ETH,1" for kind in ("deposit", "reward", "transfer")]
    text = "\n".join(("date,kind,asset,amount", *rows))
    done = await import_flows(scene.outside, scene.me, scene.id, text)
    assert (done.kept, done.left_out) == (2, 1)
    with pytest.raises(InvalidInput, match="this exchange tells no more than deposits and withdrawals"):
        await import_flows(scene.outside, scene.me, scene.id, text, since)
