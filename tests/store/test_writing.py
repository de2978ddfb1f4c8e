"""Writes are transactions, one after the other, and their queue has an end."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cambist.core.errors import SetupError
from cambist.store import connection
from cambist.store.connection import Connection, StoreOverloaded
from tests.store.builders import Store, fresh_copy, store_at

KEEP = "INSERT INTO installation (name, value) VALUES (?, ?)"


def keeping(name: str, value: str = "kept") -> Callable[[Connection], str]:
    def work(to: Connection) -> str:
        to.execute(KEEP, (name, value))
        return name

    return work


def kept(store: Store) -> list[str]:
    return [name for (name,) in store.rows("SELECT name FROM installation ORDER BY rowid")]


class Blocked:
    """A write that holds the writer until it is told to go on."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, to: Connection) -> str:
        self.started.set()
        assert self.go_on.wait(30)
        return "unblocked"


@pytest.mark.asyncio
async def test_what_a_write_acknowledged_another_process_sees(store: Store) -> None:
    assert await store.database.write(keeping("one")) == "one"
    assert kept(store) == ["one"]


@pytest.mark.asyncio
async def test_a_write_that_raises_leaves_nothing_and_hands_on_its_exception(store: Store) -> None:
    def half(to: Connection) -> None:
        to.execute(KEEP, ("half", "written"))
        raise LookupError("on the way")

    with pytest.raises(LookupError, match="on the way"):
        await store.database.write(half)
    assert kept(store) == []
    assert await store.database.write(keeping("next")) == "next"
    assert kept(store) == ["next"]


@pytest.mark.asyncio
async def test_a_write_that_the_database_refuses_leaves_nothing(store: Store) -> None:
    def twice(to: Connection) -> None:
        to.execute(KEEP, ("same", "1"))
        to.execute(KEEP, ("same", "2"))

    with pytest.raises(sqlite3.IntegrityError):
        await store.database.write(twice)
    assert kept(store) == []


@pytest.mark.asyncio
async def test_a_write_whose_transaction_is_over_already_still_raises_its_own_exception(store: Store) -> None:
    def rolled_back(to: Connection) -> None:
        to.execute(KEEP, ("gone", "1"))
        to.execute("ROLLBACK")
        raise LookupError("after it")

    with pytest.raises(LookupError, match="after it"):
        await store.database.write(rolled_back)
    assert kept(store) == []


@pytest.mark.asyncio
async def test_writes_happen_one_after_the_other_in_the_order_asked(store: Store) -> None:
    names = [f"{n:02}" for n in range(50)]
    assert await asyncio.gather(*(store.database.write(keeping(name)) for name in names)) == names
    assert kept(store) == names


@pytest.mark.asyncio
async def test_a_writer_that_went_away_does_not_undo_its_write_nor_stop_the_others(store: Store) -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, problem: told.append(problem))
    blocked = Blocked()
    first = asyncio.create_task(store.database.write(blocked))
    gone = asyncio.create_task(store.database.write(keeping("of one who left")))
    last = asyncio.create_task(store.database.write(keeping("last")))
    await asyncio.to_thread(blocked.started.wait, 30)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    blocked.go_on.set()
    assert (await first, await last) == ("unblocked", "last")
    assert kept(store) == ["of one who left", "last"]
    assert told == []


@pytest.mark.asyncio
async def test_more_writes_than_the_queue_holds_are_refused_at_once(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.QUEUE_LIMIT == 10_000
    monkeypatch.setattr(connection, "QUEUE_LIMIT", 2)
    with store_at(fresh_copy(template, tmp_path / "small.db")) as store:
        blocked = Blocked()
        first = asyncio.create_task(store.database.write(blocked))
        await asyncio.to_thread(blocked.started.wait, 30)
        waiting = [asyncio.create_task(store.database.write(keeping(name))) for name in ("a", "b")]
        await asyncio.sleep(0)
        with pytest.raises(StoreOverloaded) as refused:
            await store.database.write(keeping("c"))
        assert isinstance(refused.value, SetupError)
        assert "try again later" in str(refused.value)
        blocked.go_on.set()
        assert await asyncio.gather(first, *waiting) == ["unblocked", "a", "b"]
        assert await store.database.write(keeping("d")) == "d"
        assert kept(store) == ["a", "b", "d"]


@pytest.mark.asyncio
async def test_closing_lets_waiting_writes_finish(template: Path, tmp_path: Path) -> None:
    path = fresh_copy(template, tmp_path / "closed.db")
    with store_at(path) as store:
        writes = [asyncio.create_task(store.database.write(keeping(str(n)))) for n in range(20)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*writes) == [str(n) for n in range(20)]
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT COUNT(*) FROM installation").fetchone() == (20,)
    assert not path.with_name("closed.db-wal").exists()


@pytest.mark.asyncio
async def test_the_reading_connection_does_not_write(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.database.reader.execute(KEEP, ("by", "the reader"))


@pytest.mark.asyncio
async def test_a_reader_sees_nothing_of_a_transaction_that_is_not_over(store: Store) -> None:
    wrote, go_on = threading.Event(), threading.Event()

    def slow(to: Connection) -> None:
        to.execute(KEEP, ("slow", "1"))
        wrote.set()
        assert go_on.wait(30)

    writing = asyncio.create_task(store.database.write(slow))
    await asyncio.to_thread(wrote.wait, 30)
    assert kept(store) == []
    assert store.database.reader.execute("SELECT COUNT(*) FROM installation").fetchone()[0] == 0
    go_on.set()
    await writing
    assert store.database.reader.execute("SELECT COUNT(*) FROM installation").fetchone()[0] == 1


@pytest.mark.asyncio
async def test_a_write_under_the_lock_of_another_is_not_acknowledged_and_works_when_the_lock_is_gone(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.1)
    with (
        store_at(fresh_copy(template, tmp_path / "locked.db")) as store,
        closing(sqlite3.connect(store.path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await store.database.write(keeping("under a lock"))
        other.execute("ROLLBACK")
        await store.database.write(keeping("after it"))
        assert kept(store) == ["after it"]
