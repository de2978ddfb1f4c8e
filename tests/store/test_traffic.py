"""Requests counted and subjects held back, over two openings of one file as over two processes."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta

import pytest

from cambist.core.limits import MINUTE, Limits, Restriction, banned, restricted
from cambist.store import connection
from cambist.store.opening import open_database
from cambist.store.traffic import WRITTEN_WITHIN_S, TrafficStore
from tests.store.builders import AT, MS, SECOND, Store

pytestmark = pytest.mark.asyncio
LIMITS = Limits()


@asynccontextmanager
async def two(store: Store) -> AsyncIterator[tuple[TrafficStore, TrafficStore]]:
    """Two processes' worth; what is not written by itself is written at the end."""
    other = open_database(store.path)
    one, two = TrafficStore(store.database, "one"), TrafficStore(other, "two")
    try:
        yield one, two
    finally:
        await one.finish()
        await two.finish()
        other.close()


async def written(*traffic: TrafficStore) -> None:
    """Everything counted so far is on disk."""
    for each in traffic:
        await each.finish()


def counts(traffic: TrafficStore, subject: str, now: datetime, times: int = 1) -> int:
    """The count after so many requests, each after a look for a restriction."""
    return [(traffic.restriction(subject), traffic.count(subject, now, MINUTE))[1] for _ in range(times)][-1]


async def test_what_one_process_counts_the_other_adds_once_it_is_written(store: Store) -> None:
    async with two(store) as (one, other):
        assert counts(one, "a", AT, 3) == 3
        assert counts(other, "a", AT) == 1
        await written(one, other)
        assert counts(other, "a", AT) == 5
        assert counts(one, "a", AT) == 5
        assert counts(one, "b", AT) == 1
        await written(one, other)
        assert counts(one, "a", AT + 30 * SECOND, 2) == 8
        assert counts(other, "a", AT + 59 * SECOND) == 7  # the two are not written yet
        assert counts(other, "a", AT + 60 * SECOND) == 2
        await written(one, other)
        assert counts(one, "a", AT + 89 * SECOND) == 5
        assert counts(one, "a", AT + 90 * SECOND) == 4


async def test_counts_are_written_within_a_second_in_one_write_and_never_without_traffic(
    store: Store,
) -> None:
    async with two(store) as (one, other):
        other.count("a", AT, MINUTE)
        await written(other)
        version = store.database.version()
        for number in range(500):
            one.count(f"subject {number}", AT, MINUTE)
        assert store.database.version() == version
        assert counts(one, "a", AT) == 2
        assert one._writing is not None
        await one._writing
        assert WRITTEN_WITHIN_S < 1
        (rows,) = store.rows("SELECT COUNT(*) FROM traffic WHERE process = 'one'")
        assert rows == (501,)
        settled = store.database.version()
        await asyncio.sleep(1.2)
        assert store.database.version() == settled
        assert one._writing.done()


async def test_a_restriction_holds_at_once_here_and_as_soon_as_it_is_written_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cambist.store.traffic.WRITTEN_WITHIN_S", 60)
    async with two(store) as (one, other):
        assert other.restriction("a") is None
        begun = restricted("a", None, AT, LIMITS)
        one.hold_back(begun, AT)
        assert one.restriction("a") == begun
        async with asyncio.timeout(20):
            while other.restriction("a") is None:
                await asyncio.sleep(0.005)
        assert other.restriction("a") == begun
        ban = banned(begun, AT + SECOND, LIMITS)
        other.hold_back(ban, AT + SECOND)
        async with asyncio.timeout(20):
            while one.restriction("a") != ban:
                await asyncio.sleep(0.005)


async def test_two_processes_that_ban_at_the_same_moment_ban_once(store: Store) -> None:
    async with two(store) as (one, other):
        begun = restricted("a", None, AT, LIMITS)
        first, second = banned(begun, AT, LIMITS), banned(begun, AT + MS, LIMITS)
        twice = banned(first, AT + 2 * MS, LIMITS)
        one.hold_back(twice, AT)
        await written(one)
        other.hold_back(second, AT)
        await written(other)
        other.hold_back(begun, AT)
        await written(other)
        assert one.restriction("a") == other.restriction("a") == twice
        # Once it is over, the next one takes its place whatever it is.
        later = twice.until + SECOND
        anew = Restriction("a", later + SECOND)
        other.hold_back(anew, later)
        await written(other)
        assert one.restriction("a") == anew


async def test_what_counts_no_more_is_forgotten_and_bans_three_days_after(store: Store) -> None:
    async with two(store) as (one, other):
        counts(one, "a", AT)
        one.hold_back(Restriction("a", AT, 3), AT)
        await written(one)
        counts(other, "b", AT + 59 * SECOND)
        await written(other)
        assert len(store.rows("SELECT * FROM traffic")) == 2
        counts(other, "b", AT + 60 * SECOND)
        await written(other)
        assert store.rows("SELECT subject, process FROM traffic") == [("b", "two")]
        assert len(store.rows("SELECT * FROM restrictions")) == 1
        counts(other, "b", AT + timedelta(days=3))
        await written(other)
        assert store.rows("SELECT * FROM restrictions") == []


async def test_of_too_many_the_oldest_are_forgotten_in_memory_and_on_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cambist.store.traffic.MOST_COUNTED", 10)
    monkeypatch.setattr("cambist.store.traffic.MOST_HELD_BACK", 5)
    async with two(store) as (one, _):
        for number in range(100):
            counts(one, f"subject {number}", AT)
            counts(one, "often", AT)
            one.hold_back(Restriction(f"subject {number}", AT + number * SECOND), AT)
        assert len(one._counted) == len(one._held) == 10
        assert len(one._changed) <= 10
        assert counts(one, "often", AT) == 101
        assert counts(one, "subject 98", AT) == 2
        assert counts(one, "subject 1", AT) == 1
        await written(one)
        one.count("a", AT, MINUTE)
        await written(one)
        kept = store.rows("SELECT subject FROM restrictions ORDER BY until")
        assert kept == [(f"subject {number}",) for number in range(95, 100)]


async def test_what_cannot_be_written_holds_here_and_is_written_later(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cambist.store.traffic.WRITTEN_WITHIN_S", 0.1)
    async with two(store) as (one, other):
        monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.01)
        begun = restricted("a", None, AT, LIMITS)
        with closing(sqlite3.connect(store.path, isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            counts(one, "b", AT, 7)
            one.hold_back(begun, AT)
            await asyncio.sleep(0.3)
            assert one.restriction("a") == begun
            assert other.restriction("a") is None
            foreign.execute("ROLLBACK")
        async with asyncio.timeout(20):
            while other.restriction("a") is None:
                await asyncio.sleep(0.02)
        assert counts(other, "b", AT) == 8
    assert "database is locked" in capsys.readouterr().out
