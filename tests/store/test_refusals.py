"""Refusals in the audit log: the first at once, a flood as one entry, none lost by a locked file."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from cambist.core.audit import AuditEntry, Event
from cambist.store import connection, refusals
from cambist.store.refusals import RefusalLog
from tests.store.builders import AT, SECOND, Store

pytestmark = pytest.mark.asyncio


def refusal(seconds: int = 0, by: str = "address 10.0.0.1", about: str = "unknown key") -> AuditEntry:
    return AuditEntry(AT + seconds * SECOND, Event.REQUEST_REFUSED, by, about=about)


async def entered(store: Store) -> list[tuple[int, str, str]]:
    """(seconds after AT, by, about)."""
    entries = await store.audit.entries()
    return [((each.at - AT) // SECOND, each.by, each.about) for each in entries]


async def until_entered(store: Store, count: int) -> None:
    async with asyncio.timeout(10):
        while len(await entered(store)) < count:
            await asyncio.sleep(0.005)


async def test_the_first_is_entered_at_once_and_the_rest_as_one(store: Store) -> None:
    log = RefusalLog(store.database, store.audit)
    for second in range(100):
        log.note(refusal(second))
    await until_entered(store, 1)
    log.note(refusal(7, about="another"))
    await until_entered(store, 2)
    first = [(0, "address 10.0.0.1", "unknown key"), (7, "address 10.0.0.1", "another")]
    assert await entered(store) == first
    await log.finish()
    more = (99, "address 10.0.0.1", "unknown key (99 more times)")
    assert await entered(store) == [*first, more]


async def test_after_its_minute_the_next_is_a_first_again(store: Store) -> None:
    log = RefusalLog(store.database, store.audit, every_s=0.05)
    log.note(refusal(0))
    log.note(refusal(1))
    await until_entered(store, 2)
    log.note(refusal(60))
    await log.finish()
    assert [seconds for seconds, _, _ in await entered(store)] == [0, 1, 60]


async def test_more_kinds_than_are_told_apart_are_counted_together(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST_KINDS", 3)
    log = RefusalLog(store.database, store.audit)
    for number in range(10):
        log.note(refusal(number, by=f"address 10.0.0.{number}"))
    await log.finish()
    addresses = [(number, f"address 10.0.0.{number}", "unknown key") for number in range(3)]
    assert await entered(store) == [*addresses, (3, "others", ""), (9, "others", "(6 more times)")]


async def test_what_cannot_be_written_is_entered_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    log = RefusalLog(store.database, store.audit, every_s=0.2)
    with closing(sqlite3.connect(store.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        log.note(refusal())
        await asyncio.sleep(0.1)
        other.execute("ROLLBACK")
    await until_entered(store, 1)
    await log.finish()
    assert await entered(store) == [(0, "address 10.0.0.1", "unknown key")]
