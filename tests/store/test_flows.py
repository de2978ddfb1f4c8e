"""Flows as they are kept: pages, residuals that follow entries, leases, transfers, what is unexplained."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.facts import AccountChange, Due, Noted, SealedCredentials, TriedKeys
from cambist.actions.flow_facts import Place, SourceState
from cambist.core.changes import Totals
from cambist.core.flows import GRACE, Change, Net
from cambist.core.ledger import Booked, Entry, EntryKind, Page
from cambist.core.terms import Account, Worth
from cambist.store.documents import encode_holdings
from cambist.store.flows import PAGE_EXTENDS
from cambist.store.retention import RetentionStore
from tests.store.builders import AT, DIGITS_45, LONG, SECOND, Store, fresh_copy, load_of, store_at

pytestmark = pytest.mark.asyncio
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LEASE = PAGE_EXTENDS
LONG_USD = Decimal("31.210986753244348885262841890509448379906959328")
PRICE = Worth(Decimal("0.02"), Decimal(1000), Decimal("0.9"))
BEGAN = AT - 90 * DAY


def entry(name: str, at: datetime, amount: str, **given: Any) -> Booked:
    """Of ETH at 1,000 dollars; any field can be replaced."""
    source, worth = given.pop("source", "deposits"), given.pop("worth", PRICE)
    asset, kind = given.pop("asset", "ETH"), given.pop("kind", EntryKind.DEPOSIT)
    estimated = given.pop("estimated", False)
    told = Entry(name, at, kind, asset, Decimal(amount), **given)
    price = None
    if worth is not None:
        price = Worth(worth.btc * told.amount, worth.usd * told.amount, worth.rate)
    return Booked(source, told, price, estimated)


def change(minutes: int, since: int, amount: str, **given: Any) -> Change:
    """Found by a load so many minutes after the first, since the one before."""
    asset = given.pop("asset", "ETH")
    return Change(asset, AT + since * MINUTE, AT + minutes * MINUTE, Decimal(amount), PRICE, **given)


class Scene:
    """An account whose flows are known, with loads that note what changes."""

    def __init__(self, store: Store, account: Account) -> None:
        self.store, self.account = store, account
        self.id = account.id

    async def loaded(self, minutes: int, since: int = 0, *changes: Change) -> None:
        at, name = AT + minutes * MINUTE, f"load-{minutes}"
        noted = Noted(Totals(at), AT + since * MINUTE, changes)
        await self.store.turn(self.account, name, at)
        await self.store.loads.keep(self.id, replace(load_of(name, at), noted=noted))

    async def told(self, *entries: Booked, cursor: str = "on", void: tuple[str, ...] = ()) -> None:
        page = Page(tuple(e.entry for e in entries), cursor, AT + HOUR, BEGAN, void=void)
        await self.store.flows.keep_page(self.id, "deposits", page, entries, AT)

    async def residuals(self) -> list[tuple[int, str]]:
        """(minute of the load, what nothing explains), where there is any."""
        found = await self.store.flows.changes(self.id, BEGAN, AT + DAY, open_only=True)
        return [((each.at - AT) // MINUTE, str(each.residual)) for each in found]

    async def version(self) -> int:
        return (await self.store.flows.standing(self.id)).version

    async def since(self, at: datetime = AT) -> Decimal:
        return (await self.store.flows.net(self.id)).since(at).usd


async def scene_in(store: Store, *, known: bool = True) -> Scene:
    first = replace(load_of("first"), noted=Noted(Totals(AT)))
    scene = Scene(store, await store.connected(load=first))
    if known:
        await store.flows.end(scene.id, AT + DAY, BEGAN)
    return scene


async def test_a_page_kept_twice_changes_nothing(store: Store) -> None:
    scene = await scene_in(store)
    await scene.loaded(10, 0, change(10, 0, "5"))
    page = entry("1", AT + MINUTE, "3"), entry("2", AT + 2 * MINUTE, "-1", kind=EntryKind.FEE)
    await scene.told(*page, void=("none",))
    before = store.contents()
    assert await scene.residuals() == [(10, "3")]
    await scene.told(*page, void=("none",))
    assert store.contents() == before


async def test_what_is_told_comes_back_by_pages_in_the_order_of_time(store: Store) -> None:
    scene = await scene_in(store)
    told = [
        entry("9", AT + SECOND, "1.50", wallet="spot", group="g", tx="t", quote=True, estimated=True),
        entry("1", AT + 2 * SECOND, "-2", kind=EntryKind.FEE, worth=None),
        entry("2", AT + 2 * SECOND, "1E-18", kind=EntryKind.REWARD),
    ]
    await scene.told(*reversed(told))
    flows = store.flows
    assert await flows.booked(scene.id, AT, AT + DAY) == told
    assert str(told[0].entry.amount) == str((await flows.booked(scene.id, AT, AT + DAY))[0].entry.amount)
    first = await flows.booked(scene.id, AT, AT + DAY, most=2)
    assert await flows.booked(scene.id, AT, AT + DAY, most=2, after=first[-1]) == told[2:]
    assert await flows.booked(scene.id, AT + SECOND, AT + 2 * SECOND, {EntryKind.FEE}) == [told[1]]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        (("1", 5, "3"), [(10, "2"), (20, "-7")]),
        (("1", 5, "5"), [(20, "-7")]),
        (("1", 10, "5"), [(20, "-7")]),
        (("1", 11, "-7"), [(10, "5")]),
        (("1", -5, "5"), [(10, "5"), (20, "-7")]),
        (("1", 25, "5"), [(10, "5"), (20, "-7")]),
    ],
)
async def test_a_late_entry_makes_its_residual_smaller_and_no_other(
    store: Store, told: tuple[str, int, str], left: list[tuple[int, str]]
) -> None:
    scene = await scene_in(store)
    await scene.loaded(10, 0, change(10, 0, "5"), change(10, 0, "1", asset="BTC", marked_to_market=True))
    await scene.loaded(20, 10, change(20, 10, "-7"))
    assert await scene.residuals() == [(10, "5"), (20, "-7")]
    name, minutes, amount = told
    await scene.told(entry(name, AT + minutes * MINUTE, amount))
    assert await scene.residuals() == left


async def test_an_entry_that_moves_or_goes_takes_its_explanation_with_it(store: Store) -> None:
    scene = await scene_in(store)
    await scene.loaded(10, 0, change(10, 0, "5"))
    await scene.loaded(20, 10, change(20, 10, "5"))
    await scene.told(entry("1", AT + 5 * MINUTE, "5"))
    assert (await scene.residuals(), await scene.since()) == ([(20, "5")], Decimal(10_000))
    await scene.told(entry("1", AT + 15 * MINUTE, "5"))
    assert (await scene.residuals(), await scene.since()) == ([(10, "5")], Decimal(10_000))
    await scene.told(void=("1",))
    assert (await scene.residuals(), await scene.since()) == ([(10, "5"), (20, "5")], Decimal(10_000))


async def test_what_only_an_entry_tells_is_made_up_for_in_the_same_stretch_of_time(store: Store) -> None:
    """A deposit that is told a little before the balance has it counts once, not twice."""
    scene = await scene_in(store)
    await scene.loaded(10)
    await scene.loaded(20, 10, change(20, 10, "5"))
    await scene.told(entry("1", AT + 9 * MINUTE, "5"))
    assert (await scene.residuals(), await scene.since()) == ([(10, "-5"), (20, "5")], Decimal(5_000))
    assert await store.flows.unexplained(AT + DAY + GRACE, 10) == []


async def test_a_load_sees_what_was_told_before_it_though_it_finds_nothing_changed(store: Store) -> None:
    scene = await scene_in(store)
    await scene.told(entry("1", AT + 9 * MINUTE, "5"), entry("2", AT + 9 * MINUTE, "0"))
    await scene.loaded(10)
    assert (await scene.residuals(), await scene.since()) == ([(10, "-5")], Decimal(0))
    await scene.loaded(20, 10, change(20, 10, "5"))
    assert await scene.since() == Decimal(5_000)


async def test_entries_of_before_changes_were_noted_make_none(store: Store) -> None:
    scene = Scene(store, await store.connected())
    await scene.told(entry("1", AT - MINUTE, "5"), entry("2", AT, "5"))
    at = AT + 10 * MINUTE
    await store.turn(scene.account, "first-noted", at)
    load = replace(load_of("first-noted", at), noted=Noted(Totals(at)))
    await store.loads.keep(scene.id, load)
    await scene.told(entry("3", AT + MINUTE, "5"))
    assert await scene.residuals() == []
    assert await store.flows.due(at - SECOND, [], 10) == []
    assert len(await store.flows.due(at, [], 10)) == 1


async def test_net_flows_have_a_version_that_only_they_move(store: Store) -> None:
    scene = await scene_in(store)
    await scene.loaded(10, 0, change(10, 0, "5"))
    net, version = await store.flows.net(scene.id), await scene.version()
    assert (net.since(AT), net.open_at) == (
        Net(Decimal("0.1"), Decimal(5000), Decimal(4500)),
        AT + 10 * MINUTE,
    )
    assert await store.flows.net(scene.id, version) is net
    await scene.told(entry("1", AT - HOUR, "5", kind=EntryKind.TRADE), cursor="further")
    assert await scene.version() == version
    assert await store.flows.net(scene.id) is net
    await scene.told(entry("2", AT + MINUTE, "4", kind=EntryKind.TRADE))
    assert await scene.version() == version + 1
    assert (await store.flows.net(scene.id)).since(AT).usd == 1000


async def test_another_process_sees_the_same_net_flows(template: Path, tmp_path: Path) -> None:
    path = fresh_copy(template, tmp_path / "two.db")
    with store_at(path) as ours, store_at(path) as theirs:
        scene = await scene_in(ours)
        await scene.told(entry("1", AT + MINUTE, "1"))
        assert (await theirs.flows.net(scene.id)).since(AT).usd == 1000
        await scene.told(entry("2", AT + MINUTE, "2"))
        version = await Scene(theirs, scene.account).version()
        for store in (ours, theirs):
            assert (await store.flows.net(scene.id, version)).since(AT).usd == 3000


async def test_residuals_are_flows_only_of_when_flows_are_known(store: Store) -> None:
    scene = await scene_in(store, known=False)
    await scene.loaded(10, 0, change(10, 0, "5"))
    await scene.loaded(20, 10, change(20, 10, "1"))
    assert await scene.since() == 0
    await store.flows.end(scene.id, AT + DAY, AT + 10 * MINUTE)
    assert await scene.since() == 1000
    await store.flows.end(scene.id, AT + DAY, BEGAN)
    assert await scene.since() == 6000
    assert (await store.flows.standing(scene.id)).known_from == AT
    await store.flows.end(scene.id, AT + DAY, None)
    assert await scene.since() == 0


async def test_one_process_reads_an_accounts_ledger_and_a_dead_ones_turn_ends(store: Store) -> None:
    scene = await scene_in(store, known=False)
    flows, user, me = store.flows, scene.account.user_id, scene.id
    assert await flows.due(AT, [], 5) == [Due(user, me, "binance_us", flows=True)]
    assert await flows.due(AT, [("binance_us", None)], 5) == []
    assert await flows.claim(user + 1, me, AT, LEASE) is None
    assert await flows.claim(user, me, AT, LEASE) == []
    assert await flows.claim(user, me, AT, LEASE) is None
    await scene.told(entry("1", AT, "1"), cursor="half way")
    await flows.fail(me, "trades", "is down", AT)
    assert await flows.due(AT + LEASE - SECOND, [], 5) == []
    # It died: who comes next goes on where it was.
    assert await flows.claim(user, me, AT + LEASE, LEASE) == [
        SourceState("deposits", "half way", BEGAN, AT + HOUR),
        SourceState("trades", failure="is down", failed_at=AT),
    ]
    await flows.keep_page(me, "trades", Page((), "c", AT, BEGAN), (), AT + 2 * LEASE - SECOND)
    assert await flows.due(AT + 2 * LEASE, [], 5) == []
    await flows.end(me, AT + HOUR, BEGAN)
    assert await flows.due(AT + HOUR - SECOND, [], 5) == []
    assert (await flows.standing(me)).sources[1] == SourceState("trades", "c", BEGAN, AT)
    await flows.soon(me, AT + 5 * MINUTE)
    assert len(await flows.due(AT + 5 * MINUTE, [], 5)) == 1


async def test_a_load_that_finds_what_nothing_explains_has_the_ledger_read_at_once(store: Store) -> None:
    scene = await scene_in(store)
    await scene.loaded(1)
    assert await store.flows.due(AT + HOUR, [], 5) == []
    await scene.loaded(2, 1, change(2, 1, "5"))
    assert len(await store.flows.due(AT + 2 * MINUTE, [], 5)) == 1
    # And once more where that is while it is being read.
    await store.flows.claim(scene.account.user_id, scene.id, AT + 2 * MINUTE, LEASE)
    await scene.loaded(3, 2, change(3, 2, "5"))
    await store.flows.end(scene.id, AT + DAY, BEGAN)
    assert len(await store.flows.due(AT + 3 * MINUTE, [], 5)) == 1
    # Not where nobody tells flows: there it would be read in vain after every load.
    await store.flows.claim(scene.account.user_id, scene.id, AT + 3 * MINUTE, LEASE)
    await store.flows.end(scene.id, AT + DAY, None)
    await scene.loaded(4, 3, change(4, 3, "5"))
    assert await store.flows.due(AT + HOUR, [], 5) == []


async def test_what_arrives_of_a_transfer_is_worth_what_of_it_had_left(store: Store) -> None:
    scene = await scene_in(store)
    other = await store.connected(scene.account.user_id, api_key="another")
    out = entry("w", AT + MINUTE, "-3", kind=EntryKind.WITHDRAWAL, tx="0xa")
    dear = Worth(Decimal(1), Decimal(50_000))
    into = entry("d", AT + HOUR, "3", tx="0xa", worth=dear, estimated=True)
    await scene.told(out)
    await store.flows.book(other.id, [into, entry("x", AT, "1", tx="0xb")])
    here, there = await store.flows.candidates_to_match(scene.account.user_id, ["0xa", ""])
    assert (here.booked, there.booked) == (out, into)
    versions = await scene.version(), await Scene(store, other).version()

    assert await store.flows.match(here.place, there.place)
    assert not await store.flows.match(there.place, here.place)
    assert not await store.flows.match(here.place, Place(other.id, "deposits", "none"))

    assert (await scene.version(), await Scene(store, other).version()) == (versions[0] + 1, versions[1] + 1)
    flowed = await scene.since() + (await store.flows.net(other.id)).since(AT).usd
    assert flowed == 0
    # Told again as it was it stays a transfer; told otherwise it is what it is told to be.
    await store.flows.book(other.id, [into])
    here, there = await store.flows.candidates_to_match(scene.account.user_id, ["0xa"])
    assert (there.booked.matched, there.booked.entry.kind, there.booked.worth) == (
        True,
        EntryKind.TRANSFER,
        Worth(Decimal("0.06"), Decimal(3000), Decimal("0.9")),
    )
    await store.flows.book(other.id, [replace(into, entry=replace(into.entry, amount=Decimal(2)))])
    _, there = await store.flows.candidates_to_match(scene.account.user_id, ["0xa"])
    assert (there.booked.matched, there.booked.entry.kind) == (False, EntryKind.DEPOSIT)
    assert await store.flows.match(here.place, there.place)
    assert (await store.flows.net(other.id)).since(AT).usd == 2000


async def test_a_price_of_its_own_time_stays_and_an_estimated_one_gives_way(store: Store) -> None:
    scene = await scene_in(store)
    other = Worth(Decimal(1), Decimal(7))
    await scene.told(
        entry("1", AT, "1"), entry("2", AT, "1", estimated=True), entry("3", AT, "1", worth=None)
    )
    await scene.told(*(entry(name, AT, "1", worth=other) for name in "123"))
    kept = await store.flows.booked(scene.id, AT - SECOND, AT)
    assert [each.worth for each in kept] == [PRICE, other, other]


async def test_what_stays_unexplained_is_told_once(store: Store) -> None:
    scene = await scene_in(store)
    await scene.loaded(10, 0, change(10, 0, "5"))
    await scene.loaded(20, 10, change(20, 10, "2"))
    flows = store.flows
    assert await flows.unexplained(AT + 9 * MINUTE + GRACE, 10) == []
    (one,) = await flows.unexplained(AT + 10 * MINUTE + GRACE, 10)
    assert (one.account_id, one.asset, one.since, one.at) == (scene.id, "ETH", AT, AT + 10 * MINUTE)
    assert one.residual == 5
    assert one.worth == Worth(Decimal("0.1"), Decimal(5000), Decimal("0.9"))
    (both,) = await flows.unexplained(AT + HOUR + GRACE, 10)
    assert both.residual == 7
    await flows.told([one])
    (rest,) = await flows.unexplained(AT + HOUR + GRACE, 10)
    assert rest.residual == 2
    assert rest.since == AT + 10 * MINUTE
    await flows.told([rest])
    assert await flows.unexplained(AT + HOUR + GRACE, 10) == []


async def test_explained_changes_go_with_their_age_and_what_is_told_later_still_counts_right(
    store: Store,
) -> None:
    scene = await scene_in(store)
    await scene.loaded(10, 0, change(10, 0, "5"))
    await scene.loaded(20, 10, change(20, 10, "2"))
    await scene.told(entry("1", AT + 5 * MINUTE, "5"))
    retention = RetentionStore(store.database)
    await retention.done(scene.id, AT + 6 * DAY)
    assert len(await store.flows.changes(scene.id, BEGAN, AT + DAY)) == 2
    await retention.done(scene.id, AT + 8 * DAY)
    assert [each.residual for each in await store.flows.changes(scene.id, BEGAN, AT + DAY)] == [2]
    await scene.told(entry("2", AT + 6 * MINUTE, "1"))
    assert (await scene.residuals(), await scene.since()) == ([(10, "-1"), (20, "2")], Decimal(7_000))


async def test_changes_of_flows_that_nobody_tells_go_too(store: Store) -> None:
    scene = await scene_in(store, known=False)
    await scene.loaded(10, 0, change(10, 0, "5"))
    retention = RetentionStore(store.database)
    await retention.done(scene.id, AT + 31 * DAY)
    assert await scene.residuals() == [(10, "5")]
    await retention.done(scene.id, AT + 33 * DAY)
    await scene.told(entry("1", AT + 5 * MINUTE, "5"))
    assert await scene.residuals() == []
    assert (await store.flows.standing(scene.id)).changes_from == AT + DAY


@pytest.mark.parametrize(("uid", "left"), [("1001", [(10, "5")]), (None, [])])
async def test_new_keys_that_may_be_another_accounts_begin_anew(
    store: Store, uid: str | None, left: list[tuple[int, str]]
) -> None:
    scene = await scene_in(store)
    store.change("UPDATE accounts SET uid = ?", uid)
    await scene.told(entry("1", AT - HOUR, "1"))
    at = AT + 10 * MINUTE
    noted = Noted(Totals(at), AT, (change(10, 0, "5"),))
    load = replace(load_of("new keys", at), noted=noted, uid=uid)
    keys = TriedKeys(lambda _: SealedCredentials("other-key", b"x"), load, ("binance_us",), load.coverage)
    await store.accounts.update(scene.account.user_id, scene.id, AccountChange(keys=keys), at)
    standing = await store.flows.standing(scene.id)
    assert await scene.residuals() == left
    assert (standing.changes_from, bool(standing.sources)) == (at if uid is None else AT, uid is not None)
    assert (standing.known_from is None) is (uid is None)
    assert len(await store.flows.due(at, [], 5)) == 1


async def test_worths_of_old_snapshots_come_from_their_receipts_and_without_are_unknown(store: Store) -> None:
    account = await store.connected()
    old = encode_holdings(load_of("first").wallets, load_of("first").routes)
    new = await store.history.worths_by_asset(account.id, AT)
    store.change("UPDATE snapshots SET holdings = ?", old)
    by_receipt = await store.history.worths_by_asset(account.id, AT)
    store.change("DELETE FROM receipts")
    alone = await store.history.worths_by_asset(account.id, AT)
    assert new is not None
    assert by_receipt is not None
    assert alone is not None
    assert new[1]["BTC"] == (LONG, Worth(LONG, LONG_USD, Decimal("0.91")))
    assert by_receipt[1]["ADA"] == new[1]["ADA"] != (DIGITS_45, None)
    assert alone[1] == {**new[1], "ADA": (DIGITS_45, None)}


async def test_pages_of_many_trades_are_kept_in_little_time_each(store: Store) -> None:
    """Half a thousand entries of one stretch of time: what a page costs does not grow with what is kept."""
    scene = await scene_in(store)
    await scene.loaded(10, 0, change(10, 0, "500"))
    for page in range(5):
        trades = [entry(f"{page}-{n}", AT + n * SECOND, "1", kind=EntryKind.TRADE) for n in range(1, 101)]
        await asyncio.wait_for(scene.told(*trades), 5)
    assert await scene.residuals() == []
