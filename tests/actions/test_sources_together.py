"""Sources that each tell half of a thing: neither is an alarm or a flow before the other is told."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.explain_profit import explain_profit
from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.review_accounts import review_account
from cambist.actions.sync_flows import Synced, sync_flows
from cambist.core.attention import Concern
from cambist.core.errors import ExchangeUnavailable, LoadFailed, NotOffered
from cambist.core.events import Kind
from cambist.core.explained import Part
from cambist.core.flows import GRACE, SURELY_AFTER
from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.exchanges.windows import told, window
from tests.worlds import START, PassingClock, World, scenario, world

pytestmark = pytest.mark.asyncio

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MOVES = frozenset({EntryKind.TRANSFER})
BTC = {"BTC": {"free": "0.5"}, "USDT": {"free": "100"}}


def moved(amount: str, at: datetime = START + 7 * MINUTE) -> Entry:
    return Entry(f"{amount} at {at:%d %H:%M}", at, EntryKind.TRANSFER, "BTC", Decimal(amount), "spot")


@dataclass
class Scripted:
    """Fits the port `Ledgers`. refusing: what a source's next pages raise."""

    entries: dict[Terms, tuple[Entry, ...]]
    refusing: dict[str, LoadFailed] = field(default_factory=dict)

    def sources(self, _: Any) -> tuple[Terms, ...]:
        return tuple(self.entries)

    async def page(self, _: Any, __: Any, source: str, asked: Asked) -> Page:
        if source in self.refusing:
            raise self.refusing[source]
        terms = next(each for each in self.entries if each.name == source)
        read = window(asked, 400 * DAY, terms.reach)
        return told(
            read,
            asked,
            [
                each
                for each in self.entries[terms]
                if read.start <= milliseconds(each.at) < read.end
                and (not terms.by_asset or each.asset in asked.assets)
            ],
        )

    async def candle(self, *_: Any) -> None:
        return None


@dataclass
class Account:
    """An account whose ledger is scripted."""

    made: World
    outside: Outside
    me: Caller
    id: int

    async def loaded(self, *minutes: float) -> Any:
        """The Account as it is answered at the last of these times."""
        for minute in minutes:
            self.made.clock.set(START + minute * MINUTE)
            answer = await self.made.load(self.id)
            assert answer.status == 201
        return answer.json

    async def synced(self, minute: float) -> Synced:
        self.made.clock.set(START + minute * MINUTE)
        done = await sync_flows(self.outside, self.me, self.id, anew=True)
        assert done is not None
        return done

    async def alarms(self) -> list[tuple[str, str]]:
        """(asset, amount) of each unexplained change that was told."""
        told = await self.outside.events.after(self.me.user_id, 0, 100, [Kind.UNEXPLAINED_CHANGE])
        documents = [json.loads(each.document) for each in told.events]
        return [(each["asset"], each["amount"]) for each in documents]

    async def left(self) -> list[tuple[str, str]]:
        """(asset, amount) of each change that nothing explains."""
        open_ = await self.outside.flows.changes(self.id, START, self.made.clock.now(), open_only=True)
        return [(each.asset, str(each.residual)) for each in open_]

    async def attention(self) -> list[Concern]:
        reviewed = await review_account(self.outside, self.me, self.id)
        return [each.concern for each in reviewed.attentions if each.concern is Concern.UNEXPLAINED]

    async def known_from(self) -> datetime | None:
        return (await self.outside.flows.standing(self.id)).known_from


@asynccontextmanager
async def account(folder: Path, ledgers: Scripted) -> AsyncIterator[Account]:
    prices = {"BTCUSDT": "60000"}
    script = scenario(exchange="binance", prices=prices, wallets={"spot": BTC})
    async with world(folder, script, clock=PassingClock()) as made:
        account_id = await made.connected(type="binance")
        outside = replace(made.cambist.outside, ledgers=ledgers)
        yield Account(made, outside, await made.me(), account_id)


def ledgers(*sources: tuple[Terms, Iterable[Entry]]) -> Scripted:
    return Scripted({terms: tuple(entries) for terms, entries in sources})


async def test_a_move_of_which_one_half_is_asked_for_by_asset_is_no_alarm(tmp_path: Path) -> None:
    """Its total stays, so only the other half shows that the asset is to be asked for."""
    script = ledgers(
        (Terms("moves", MOVES, by_asset=True), [moved("0.2")]), (Terms("bills", MOVES), [moved("-0.2")])
    )
    async with account(tmp_path, script) as here:
        await here.synced(5)
        await here.loaded(6, 16, 64)
        await here.synced(65)
        assert (await here.alarms(), await here.left()) == ([], [])


async def test_a_turn_cut_short_between_two_halves_is_no_alarm_but_a_source_that_stays_away_hides_no_theft(
    tmp_path: Path,
) -> None:
    script = ledgers((Terms("funding", MOVES), [moved("-0.2")]), (Terms("trading", MOVES), [moved("0.2")]))
    async with account(tmp_path, script) as here:
        await here.synced(5)
        await here.loaded(6, 16, 64)
        script.refusing["trading"] = ExchangeUnavailable("500")
        assert (await here.synced(65)).failure is not None
        assert (await here.alarms(), await here.left()) == ([], [("BTC", "0.2")])
        assert await here.attention() == []
        script.refusing.clear()
        await here.synced(67)
        assert (await here.alarms(), await here.left()) == ([], [])

        script.refusing["trading"] = ExchangeUnavailable("500")
        here.made.patch("binance", wallets={"spot": {"BTC": {"free": "0.4"}, "USDT": {"free": "100"}}})
        await here.loaded(70)
        await here.synced(70 + (GRACE / MINUTE))
        assert await here.alarms() == []
        await here.synced(70 + (SURELY_AFTER / MINUTE))
        assert await here.alarms() == [("BTC", "-0.1")]
        assert await here.attention() == [Concern.UNEXPLAINED]


async def test_what_positions_are_settled_for_after_their_worth_has_moved_is_no_flow(tmp_path: Path) -> None:
    """The equity moved while it was open; its profit and fee are told in a time in which nothing moved."""
    kinds = frozenset({EntryKind.REALISED, EntryKind.FEE})
    profit = Entry("1", START + 125 * MINUTE, EntryKind.REALISED, "USDT", Decimal(52), "spot")
    fee = replace(profit, id="1:fee", kind=EntryKind.FEE, amount=Decimal(-2))
    async with account(tmp_path, ledgers((Terms("futures", kinds), [profit, fee]))) as here:
        await here.synced(5)
        await here.loaded(6, 16, 120, 130)
        before = (await here.loaded(160))["total_usd_profit"]
        await here.synced(170)
        assert (await here.alarms(), await here.left()) == ([], [])
        assert (await here.loaded(171))["total_usd_profit"] == before
        found = (await explain_profit(here.outside, here.me, here.id, "total")).explained
        assert (found.parts[Part.REALISED].usd, found.parts[Part.FEES].usd) == (Decimal(52), Decimal(-2))
        assert (found.parts[Part.PRICE_EFFECT].usd, found.net_flows.usd) == (Decimal(-50), Decimal(0))


async def test_half_a_move_of_before_the_other_half_can_be_told_is_no_flow(tmp_path: Path) -> None:
    away = [moved("-0.2", START + DAY), moved("-0.1", START + 9 * DAY)]
    script = ledgers(
        (Terms("funding", MOVES), away), (Terms("trading", MOVES, 3 * DAY), [moved("0.1", START + 9 * DAY)])
    )
    async with account(tmp_path, script) as here:
        before = (await here.loaded(DAY / MINUTE * 10))["total_usd_profit"]
        await here.synced(DAY / MINUTE * 10 + 1)
        assert await here.known_from() == START + 7 * DAY + MINUTE
        assert (await here.loaded(DAY / MINUTE * 10 + 2))["total_usd_profit"] == before
        found = (await explain_profit(here.outside, here.me, here.id, "total")).explained
        assert {found.profit.usd, found.net_flows.usd, found.parts[Part.TRANSFERS].usd} == {Decimal(0)}
        assert await here.alarms() == []


async def test_what_is_offered_only_later_does_not_take_back_since_when_flows_are_known(
    tmp_path: Path,
) -> None:
    script = ledgers((Terms("funding", MOVES), ()), (Terms("margin", MOVES, 3 * DAY), ()))
    script.refusing["margin"] = NotOffered("not opened")
    async with account(tmp_path, script) as here:
        for day in (20, 30):
            await here.synced(day * DAY / MINUTE)
            assert await here.known_from() == START
        script.refusing.clear()
        for minute in (1, 90):
            await here.synced(30 * DAY / MINUTE + minute)
            assert await here.known_from() == START
        await here.synced(40 * DAY / MINUTE)  # after a gap longer than it reaches
        assert await here.known_from() == START + 37 * DAY
