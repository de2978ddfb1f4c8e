"""The audit log's chain sees what was changed, moved or taken away; and no keys leave without an entry."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.facts import ChainBroken, ChainWhole
from cambist.core.audit import AuditEntry, Event
from cambist.store.audit import AuditStore
from tests.store.builders import AT, SECOND, Store, fresh_copy, link, store_at

ENTRY = AuditEntry(AT, Event.KEYS_USED, "api key 0123abcd…", 1, 7, "load-1")


def nothing(_: int) -> None:
    """Nobody watches the progress."""


async def logged(store: Store, *entries: AuditEntry) -> None:
    for entry in entries:
        await store.audit.record(entry)


async def five(store: Store) -> None:
    """Five entries, alike but for their times."""
    await logged(store, *(replace(ENTRY, at=AT + n * SECOND) for n in range(5)))


@pytest.mark.asyncio
async def test_a_log_that_nobody_touched_is_whole_and_tells_its_head(store: Store) -> None:
    assert await store.audit.verify(nothing) == ChainWhole(0, bytes(32))
    await five(store)
    ((head,),) = store.rows("SELECT link FROM audit WHERE id = 5")
    assert await store.audit.verify(nothing) == ChainWhole(5, head)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", 1),
        ("event", "signed in"),
        ("event", "no event"),
        ("by", "somebody else"),
        ("user_id", 2),
        ("user_id", None),
        ("account_id", 8),
        ("account_id", None),
        ("about", "load-2"),
        ("about", ""),
        ("link", bytes(32)),
    ],
)
async def test_a_change_of_any_column_is_found_at_its_entry(store: Store, column: str, value: Any) -> None:
    await five(store)
    store.change(f'UPDATE audit SET "{column}" = ? WHERE id = 3', value)
    assert await store.audit.verify(nothing) == ChainBroken(3, "was changed")


@pytest.mark.asyncio
async def test_an_entry_that_is_gone_is_missed(store: Store) -> None:
    await five(store)
    store.change("DELETE FROM audit WHERE id = 3")
    assert await store.audit.verify(nothing) == ChainBroken(3, "is missing")


@pytest.mark.asyncio
async def test_entries_that_changed_places_are_found(store: Store) -> None:
    await five(store)
    for number, place in ((2, 99), (3, 2), (99, 3)):
        store.change("UPDATE audit SET id = ? WHERE id = ?", place, number)
    assert await store.audit.verify(nothing) == ChainBroken(2, "was changed")


@pytest.mark.asyncio
async def test_an_entry_is_chained_to_all_before_it(store: Store, template: Path, tmp_path: Path) -> None:
    """The fifth of another log of ours, in which only the first entry is another, is not this log's fifth."""
    await five(store)
    with store_at(fresh_copy(template, tmp_path / "other.db")) as other:
        await logged(other, replace(ENTRY, about="another"))
        await logged(other, *(replace(ENTRY, at=AT + n * SECOND) for n in range(1, 5)))
        ((foreign,),) = other.rows("SELECT link FROM audit WHERE id = 5")
    store.change("UPDATE audit SET link = ? WHERE id = 5", foreign)
    assert await store.audit.verify(nothing) == ChainBroken(5, "was changed")


@pytest.mark.asyncio
async def test_a_log_written_anew_under_another_key_is_found(store: Store) -> None:
    forger = AuditStore(store.database, lambda text: link(text)[::-1])
    await forger.record(ENTRY)
    assert await store.audit.verify(nothing) == ChainBroken(1, "was changed")


@pytest.mark.asyncio
async def test_keys_are_handed_out_only_with_their_entry(store: Store) -> None:
    account = await store.connected()
    for begun, use in enumerate(("turn", "use")):
        if use == "turn":
            await store.turn(account, use, AT + timedelta(minutes=1))
        else:
            await store.key_uses.begin(account.user_id, account.id, use, "test", AT + timedelta(minutes=2))
        told = store.rows("SELECT event, by, user_id, account_id, about FROM audit ORDER BY id DESC LIMIT 1")
        assert told == [("exchange keys used", "test", account.user_id, account.id, use)], begun


@pytest.mark.asyncio
async def test_where_the_log_cannot_be_written_no_keys_are_handed_out(store: Store) -> None:
    account = await store.connected()
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    before = store.contents()
    with pytest.raises(sqlite3.DatabaseError, match="full"):
        await store.turn(account, "turn", AT + timedelta(minutes=1))
    with pytest.raises(sqlite3.DatabaseError, match="full"):
        await store.key_uses.begin(account.user_id, account.id, "use", "test", AT + timedelta(minutes=1))
    assert store.contents() == before
