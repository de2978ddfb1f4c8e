"""What a load leaves behind: whole, or not at all."""

import sqlite3
from decimal import Decimal

import pytest

from cambist.actions.facts import LastRead
from cambist.core.errors import NotFound
from cambist.core.history import Snapshot, milliseconds
from cambist.core.prices import Quote
from cambist.core.terms import Worth
from cambist.store.receipts import decode_receipt
from tests.store.builders import AT, DIGITS_45, LONG, SECOND, WEI, Store, load_of

pytestmark = pytest.mark.asyncio
LATER = AT + 60 * SECOND
QUOTES = {"USDT": Quote(WEI, Decimal("63656.71"))}


async def test_a_complete_load_is_kept_whole(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    load = load_of("a", LATER, usd=str(DIGITS_45), btc=str(LONG), amount=WEI)
    kept = await store.loads.keep(account.id, load)

    assert kept == await store.accounts.get(account.user_id, account.id)
    assert (kept.load_id, kept.loaded_at, kept.updated_at, kept.complete) == ("a", LATER, LATER, True)
    assert kept.created_at == AT
    assert repr(kept.figures) == repr(load.figures)
    assert (await store.history.points(account.id))[-1] == Snapshot(
        LATER, Worth(LONG, DIGITS_45, Decimal("0.91")), Decimal("63722.1")
    )
    assert await store.history.last_read(account.id) == LastRead(LATER, load.wallets, load.routes, QUOTES)
    ((document,),) = store.rows("SELECT document FROM receipts WHERE load_id = 'a'")
    assert repr(decode_receipt(document)) == repr(load.receipt)
    assert store.rows("SELECT account_id, at FROM receipts WHERE load_id = 'a'") == [
        (account.id, milliseconds(LATER))
    ]


async def test_money_is_stored_as_text_digit_for_digit(store: Store) -> None:
    await store.connected(load=load_of("first", usd=str(DIGITS_45), btc=str(LONG)))
    found = store.rows("SELECT usd, btc, rate, btc_usd, typeof(usd), typeof(btc) FROM snapshots")
    assert found == [(str(DIGITS_45), str(LONG), "0.91", "63722.1", "text", "text")]


async def test_a_partial_load_changes_amounts_and_is_marked_but_no_baseline_sees_it(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "part", LATER)
    load = load_of("part", LATER, usd="5", complete=False, amount=WEI)
    kept = await store.loads.keep(account.id, load)
    assert (kept.complete, kept.loaded_at) == (False, LATER)
    assert kept.figures == load.figures
    assert store.rows("SELECT kind, counts_as_start FROM snapshots ORDER BY at") == [
        ("own", 1),
        ("partial", 0),
    ]

    assert [point.at for point in await store.history.points(account.id)] == [AT]
    baselines = await store.history.baselines(account.id, LATER, LATER)
    assert baselines.first is not None
    assert baselines.first.at == AT
    for around in (baselines.day, baselines.month):
        assert around.before is not None
        assert (around.before.at, around.after) == (AT, None)
    # What stood in is what the next load finds.
    assert await store.history.last_read(account.id) == LastRead(LATER, load.wallets, load.routes, QUOTES)


async def test_a_load_that_breaks_half_way_leaves_nothing_and_keeps_its_turn(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    store.change("INSERT INTO receipts VALUES ('a', ?, 0, x'00', FALSE)", account.id)
    before = store.contents()
    with pytest.raises(sqlite3.IntegrityError):
        await store.loads.keep(account.id, load_of("a", LATER, usd="99"))
    assert store.contents() == before
    assert await store.loads.outcome("a") is None


async def test_a_load_of_an_account_removed_meanwhile_leaves_nothing(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    await store.accounts.remove(account.user_id, account.id, "test", LATER)
    before = store.contents()
    with pytest.raises(NotFound):
        await store.loads.keep(account.id, load_of("a", LATER))
    assert store.contents() == before


async def test_before_the_first_load_there_is_nothing_to_read(store: Store) -> None:
    assert await store.history.last_read(1) == LastRead()
    assert await store.history.points(1) == []
