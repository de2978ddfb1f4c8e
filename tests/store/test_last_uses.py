"""When API keys were last used: the first at once, the rest once a minute, none lost by a locked file."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from cambist.actions.facts import ApiKey
from cambist.store import connection
from cambist.store.last_uses import LastUses
from tests.store.builders import AT, SECOND, Store

pytestmark = pytest.mark.asyncio


async def two_keys(store: Store) -> tuple[int, int]:
    owner = await store.user()
    one, two = [
        await store.keys.add(ApiKey(0, owner, b"", name, name, frozenset(), AT), None, "test")
        for name in ("first", "second")
    ]
    return one.id, two.id


async def used(store: Store) -> list[datetime | None]:
    return [each.used_at for each in await store.keys.listed(1)]


async def until_used(store: Store, *expected: datetime | None) -> None:
    async with asyncio.timeout(10):
        while await used(store) != [*expected]:
            await asyncio.sleep(0.005)


async def test_the_first_use_is_written_at_once_and_the_last_at_the_end(store: Store) -> None:
    one, two = await two_keys(store)
    uses = LastUses(store.database)
    uses.note(one, AT + SECOND)
    await until_used(store, AT + SECOND, None)
    uses.note(one, AT + 2 * SECOND)
    uses.note(two, AT + 3 * SECOND)
    await uses.finish()
    assert await used(store) == [AT + 2 * SECOND, AT + 3 * SECOND]


async def test_after_its_minute_the_next_use_is_written(store: Store) -> None:
    one, _ = await two_keys(store)
    uses = LastUses(store.database, every_s=0.02)
    for second in (1, 2, 3):
        uses.note(one, AT + second * SECOND)
        await until_used(store, AT + second * SECOND, None)
    await uses.finish()


async def test_an_earlier_use_that_another_process_tells_late_changes_nothing(store: Store) -> None:
    one, _ = await two_keys(store)
    for seconds in (5, 1):
        other = LastUses(store.database)
        other.note(one, AT + seconds * SECOND)
        await other.finish()
    assert await used(store) == [AT + 5 * SECOND, None]


async def test_what_a_locked_file_refuses_is_written_later_or_at_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await two_keys(store)
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    uses = LastUses(store.database, every_s=0.2)
    with closing(sqlite3.connect(store.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        uses.note(one, AT + SECOND)
        await asyncio.sleep(0.1)
        uses.note(two, AT + 2 * SECOND)
        other.execute("ROLLBACK")
    await until_used(store, AT + SECOND, AT + 2 * SECOND)
    uses.note(two, AT + 3 * SECOND)
    await uses.finish()
    assert await used(store) == [AT + SECOND, AT + 3 * SECOND]
