"""Writes are transactions, one after the other, brief or not, and their queue has an end."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest

from cambist.core.errors import StoreUnavailable
from cambist.store import connection, database
from cambist.store.connection import Connection, StoreLocked
from cambist.store.database import StoreClosed, StoreOverloaded
from cambist.store.opening import open_database
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
    assert database.QUEUE_LIMIT == 10_000
    monkeypatch.setattr(database, "QUEUE_LIMIT", 2)
    with store_at(fresh_copy(template, tmp_path / "small.db")) as store:
        blocked = Blocked()
        first = asyncio.create_task(store.database.write(blocked))
        await asyncio.to_thread(blocked.started.wait, 30)
        waiting = [asyncio.create_task(store.database.write(keeping(name))) for name in ("a", "b")]
        await asyncio.sleep(0)
        with pytest.raises(StoreOverloaded) as refused:
            await store.database.write(keeping("c"))
        assert isinstance(refused.value, StoreUnavailable)
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
    with pytest.raises(StoreUnavailable, match="may not be written"):
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
        with pytest.raises(StoreUnavailable, match="holds the database locked: let it finish or end it"):
            await store.database.write(keeping("under a lock"))
        other.execute("ROLLBACK")
        await store.database.write(keeping("after it"))
        assert kept(store) == ["after it"]


# ── writes that share a commit ───────────────────────────────────────────────────────────────────────

BIG = "INSERT INTO installation (name, value) VALUES (?, hex(zeroblob(200000)))"


async def together(store: Store, *works: Callable[[Connection], object]) -> list[object]:
    """What came of writes that waited behind one and share the next commit, in the order asked."""
    blocked = Blocked()
    first = asyncio.create_task(store.database.write(blocked))
    await asyncio.to_thread(blocked.started.wait, 30)
    waiting = [asyncio.create_task(store.database.write(work)) for work in works]
    await asyncio.sleep(0)
    blocked.go_on.set()
    assert await first == "unblocked"
    return await asyncio.gather(*waiting, return_exceptions=True)


def raising(failure: Exception) -> Callable[[Connection], None]:
    def work(to: Connection) -> None:
        to.execute(KEEP, (f"of {failure!r}", "1"))
        to.execute("UPDATE installation SET value = 'spoilt'")
        raise failure

    return work


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many writes each commit tried had."""
    found: list[int] = []
    finish = database._Together.finish

    def counted(self: database._Together, to: Connection) -> None:
        found.append(len(self.jobs))
        finish(self, to)

    monkeypatch.setattr(database._Together, "finish", counted)
    return found


@pytest.mark.asyncio
async def test_of_writes_that_share_a_commit_one_that_raises_undoes_its_own_changes_only(
    store: Store, commits: list[int]
) -> None:
    failure = LookupError("its own")
    twice = "INSERT INTO installation (name, value) VALUES ('a', 'again')"
    found = await together(
        store, keeping("a"), raising(failure), keeping("b"), lambda to: to.execute(twice), keeping("c")
    )
    assert commits == [1, 5]
    assert (found[0], found[1], found[2], found[4]) == ("a", failure, "b", "c")
    assert isinstance(found[3], sqlite3.IntegrityError)
    assert store.rows("SELECT name, value FROM installation ORDER BY rowid") == [
        (name, "kept") for name in "abc"
    ]


@pytest.mark.asyncio
async def test_the_first_and_the_last_of_a_commit_may_raise_and_all_of_them(
    store: Store, commits: list[int]
) -> None:
    failures = [LookupError(str(n)) for n in range(5)]
    found = await together(store, raising(failures[0]), keeping("a"), raising(failures[1]))
    assert found == [failures[0], "a", failures[1]]
    assert await together(store, *map(raising, failures[2:])) == failures[2:]
    assert commits == [1, 3, 1, 3]
    assert store.rows("SELECT name, value FROM installation") == [("a", "kept")]


@pytest.mark.asyncio
async def test_a_write_sees_what_those_before_it_in_the_same_commit_changed(store: Store) -> None:
    def seen(to: Connection) -> list[str]:
        return [row["name"] for row in to.execute("SELECT name FROM installation ORDER BY rowid")]

    found = await together(store, keeping("a"), raising(LookupError("gone")), seen, keeping("b"), seen)
    assert (found[2], found[4]) == (["a"], ["a", "b"])


@pytest.mark.asyncio
async def test_nobody_is_told_of_a_write_before_the_commit_that_it_shares(store: Store) -> None:
    blocked, slow = Blocked(), Blocked()
    first = asyncio.create_task(store.database.write(blocked))
    await asyncio.to_thread(blocked.started.wait, 30)
    names = (keeping("a"), raising(LookupError("b")), slow)
    waiting = [asyncio.create_task(store.database.write(work)) for work in names]
    await asyncio.sleep(0)
    blocked.go_on.set()
    await first
    await asyncio.to_thread(slow.started.wait, 30)  # what came before it in its commit has run
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in waiting)
    assert kept(store) == []
    slow.go_on.set()
    await asyncio.wait(waiting)
    assert waiting[0].result() == "a"
    assert kept(store) == ["a"]


@pytest.mark.asyncio
async def test_what_one_turn_of_the_event_loop_asks_for_shares_a_commit(
    store: Store, commits: list[int]
) -> None:
    names = [f"{n:03}" for n in range(database.MOST_TOGETHER)]
    assert await asyncio.gather(*(store.database.write(keeping(name)) for name in names)) == names
    assert commits == [database.MOST_TOGETHER]


def test_a_loop_that_ended_before_its_writes_were_handed_over_keeps_nobody_elses_from_it(
    store: Store,
) -> None:
    async def asked_and_gone() -> None:
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)
        await store.database.write(keeping("of one who left"))

    left = asyncio.new_event_loop()
    abandoned = left.create_task(asked_and_gone())
    with pytest.raises(RuntimeError, match="stopped before"):
        left.run_until_complete(abandoned)
    assert asyncio.run(asyncio.wait_for(store.database.write(keeping("next")), 30)) == "next"
    assert kept(store) == ["of one who left", "next"]
    abandoned.cancel()
    left.run_until_complete(asyncio.gather(abandoned, return_exceptions=True))
    left.close()


@pytest.mark.asyncio
async def test_more_than_share_one_commit_go_into_the_next(store: Store, commits: list[int]) -> None:
    names = [f"{n:03}" for n in range(2 * database.MOST_TOGETHER + 3)]
    assert await together(store, *map(keeping, names)) == names
    assert commits == [1, database.MOST_TOGETHER, database.MOST_TOGETHER, 3]
    assert kept(store) == names


@pytest.mark.asyncio
async def test_a_commit_that_fails_fails_every_write_in_it_and_the_next_one_works(
    store: Store, commits: list[int]
) -> None:
    def owed(to: Connection) -> None:
        to.execute("PRAGMA defer_foreign_keys = ON")  # found wanting only at COMMIT
        to.execute("INSERT INTO receipts (load_id, account_id, at, document) VALUES ('x', 404, 0, x'00')")

    found = await together(store, keeping("a"), owed, raising(LookupError("own")), keeping("b"))
    assert commits == [1, 4]
    assert [type(each) for each in found] == [sqlite3.IntegrityError] * 4
    assert (kept(store), store.rows("SELECT * FROM receipts")) == ([], [])
    assert await together(store, keeping("c"), keeping("d")) == ["c", "d"]
    assert kept(store) == ["c", "d"]


@pytest.mark.asyncio
async def test_a_full_disk_fails_every_write_of_the_commit_with_that_and_writes_work_when_there_is_room(
    store: Store, commits: list[int]
) -> None:
    def limited(pages: int) -> Callable[[Connection], None]:
        return lambda to: to.execute(f"PRAGMA max_page_count = {pages}").close()

    await store.database.write(keeping("before"))
    await store.database.write(limited(1))  # as many as there are already, and no more
    del commits[:]
    found = await together(store, keeping("a"), lambda to: to.execute(BIG, ("big",)), keeping("b"))
    assert commits == [1, 3]
    told = "There is no room left for the database: free some space, then try again."
    assert [(type(each), str(each)) for each in found] == [(StoreUnavailable, told)] * 3
    assert kept(store) == ["before"]

    await store.database.write(limited(1_000_000))
    assert await together(store, keeping("c"), keeping("d")) == ["c", "d"]
    assert kept(store) == ["before", "c", "d"]


@pytest.mark.asyncio
async def test_a_foreign_lock_fails_every_write_that_shares_the_commit_and_runs_none(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commits: list[int]
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.1)
    ran: list[str] = []

    def never(to: Connection) -> None:
        ran.append("ran")

    with (
        store_at(fresh_copy(template, tmp_path / "locked.db")) as store,
        closing(sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)) as other,
    ):
        blocked = Blocked()
        first = asyncio.create_task(store.database.write(blocked))
        await asyncio.to_thread(blocked.started.wait, 30)
        blocked.go_on.set()
        await first
        other.execute("BEGIN IMMEDIATE")
        # One is refused while the others come to wait behind it.
        asked = [asyncio.create_task(store.database.write(w)) for w in (never, keeping("a"), never, never)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in found] == [StoreLocked] * 4
        assert sum(commits) == 5
        assert max(commits) > 1
        other.execute("ROLLBACK")
        assert (ran, kept(store)) == ([], [])
        assert await together(store, keeping("c"), keeping("d")) == ["c", "d"]
        assert kept(store) == ["c", "d"]


# ── brief writes ─────────────────────────────────────────────────────────────────────────────────────


def where(to: Connection) -> int:
    """The thread that a write runs on."""
    return threading.get_ident()


HERE = threading.get_ident()


class HeldCommits:
    """Holds the writer before it commits what is under way, until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.threads: list[int] = []
        finish = database._Together.finish

        def held(together: database._Together, to: Connection) -> None:
            self.threads.append(threading.get_ident())
            self.reached.set()
            assert self.go_on.wait(30)
            finish(together, to)

        monkeypatch.setattr(database._Together, "finish", held)


@pytest.mark.asyncio
async def test_a_brief_write_runs_on_the_loops_thread_and_is_told_of_once_another_has_committed_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = HeldCommits(monkeypatch)
    names = [store.database.write_briefly(keeping(name)) for name in ("a", "b")]
    asked = asyncio.gather(*names, store.database.write_briefly(where))
    await asyncio.to_thread(commits.reached.wait, 30)
    await asyncio.sleep(0.05)
    assert (asked.done(), kept(store)) == (False, [])
    commits.go_on.set()
    assert await asked == ["a", "b", HERE]
    assert kept(store) == ["a", "b"]
    assert len(commits.threads) == 1
    assert HERE not in commits.threads


@pytest.mark.asyncio
async def test_brief_writes_that_are_asked_for_during_a_commit_share_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = HeldCommits(monkeypatch)
    first = asyncio.create_task(store.database.write_briefly(keeping("first")))
    await asyncio.to_thread(commits.reached.wait, 30)
    later = [asyncio.create_task(store.database.write_briefly(keeping(name))) for name in ("a", "b")]
    await asyncio.sleep(0)
    last = asyncio.create_task(store.database.write_briefly(where))
    await asyncio.sleep(0)
    commits.go_on.set()
    assert (await first, await asyncio.gather(*later), await last) == ("first", ["a", "b"], HERE)
    assert len(commits.threads) == 2


@pytest.mark.asyncio
async def test_brief_writes_that_wait_beside_others_run_in_the_order_asked_on_the_writers_thread(
    store: Store, commits: list[int]
) -> None:
    blocked = Blocked()
    first = asyncio.create_task(store.database.write(blocked))
    await asyncio.to_thread(blocked.started.wait, 30)
    asked = [
        asyncio.create_task(write(work))
        for write, work in (
            (store.database.write_briefly, keeping("a")),
            (store.database.write, keeping("b")),
            (store.database.write_briefly, where),
        )
    ]
    await asyncio.sleep(0)
    blocked.go_on.set()
    assert [await first, *await asyncio.gather(*asked)] == [
        "unblocked",
        "a",
        "b",
        store.database._writer.ident,
    ]
    assert kept(store) == ["a", "b"]
    assert commits == [1, 3]


@pytest.mark.asyncio
async def test_of_brief_writes_one_that_raises_undoes_its_own_changes_only(
    store: Store, commits: list[int]
) -> None:
    failure = LookupError("its own")
    works = (keeping("a"), raising(failure), keeping("b"))
    found = await asyncio.gather(*map(store.database.write_briefly, works), return_exceptions=True)
    assert found == ["a", failure, "b"]
    assert commits == [3]
    assert store.rows("SELECT name, value FROM installation ORDER BY rowid") == [("a", "kept"), ("b", "kept")]


@pytest.mark.asyncio
async def test_brief_writes_fail_together_where_one_ends_their_transaction_and_the_next_works(
    store: Store,
) -> None:
    def ending(to: Connection) -> None:
        to.execute("ROLLBACK")
        raise LookupError("after it")

    works = (keeping("a"), ending, keeping("b"))
    found = await asyncio.gather(*map(store.database.write_briefly, works), return_exceptions=True)
    assert [str(each) for each in found] == ["after it"] * 3
    assert kept(store) == []
    assert await store.database.write_briefly(keeping("c")) == "c"
    assert kept(store) == ["c"]


@pytest.mark.asyncio
async def test_a_commit_that_fails_fails_every_brief_write_in_it_and_the_next_one_works(store: Store) -> None:
    def owed(to: Connection) -> None:
        to.execute("PRAGMA defer_foreign_keys = ON")  # found wanting only at COMMIT
        to.execute("INSERT INTO receipts (load_id, account_id, at, document) VALUES ('x', 404, 0, x'00')")

    found = await asyncio.gather(
        *map(store.database.write_briefly, (keeping("a"), owed)), return_exceptions=True
    )
    assert [type(each) for each in found] == [sqlite3.IntegrityError] * 2
    assert kept(store) == []
    assert await store.database.write_briefly(keeping("b")) == "b"


@pytest.mark.asyncio
async def test_a_brief_write_waits_for_another_programs_lock_without_holding_up_the_loop(
    store: Store,
) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asked = asyncio.create_task(store.database.write_briefly(where))
        await asyncio.sleep(0.05)
        assert not asked.done()
        other.execute("ROLLBACK")
    assert await asyncio.wait_for(asked, 30) == store.database._writer.ident
    assert await store.database.write_briefly(where) == HERE


@pytest.mark.asyncio
async def test_a_brief_write_is_refused_where_another_program_holds_the_lock_for_too_long(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked, match="holds the database locked: let it finish or end it"):
            await store.database.write_briefly(keeping("under a lock"))
        other.execute("ROLLBACK")
    assert kept(store) == []


def test_a_loop_that_ends_during_its_commit_keeps_nobody_else_from_writing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = HeldCommits(monkeypatch)

    async def asked_and_gone() -> None:
        writing = asyncio.create_task(store.database.write_briefly(keeping("of one who left")))
        await asyncio.to_thread(commits.reached.wait, 30)
        writing.cancel()

    async def next_one() -> str:
        writing = asyncio.create_task(store.database.write_briefly(keeping("next")))
        await asyncio.sleep(0.05)
        commits.go_on.set()
        return await asyncio.wait_for(writing, 30)

    asyncio.run(asked_and_gone())
    assert asyncio.run(next_one()) == "next"
    assert kept(store) == ["of one who left", "next"]


@pytest.mark.asyncio
async def test_closing_lets_brief_writes_finish_one_of_them_on_its_way_to_the_disk(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = HeldCommits(monkeypatch)
    path = fresh_copy(template, tmp_path / "closed.db")
    with store_at(path) as store:
        first = asyncio.create_task(store.database.write_briefly(keeping("first")))
        await asyncio.to_thread(commits.reached.wait, 30)
        second = asyncio.create_task(store.database.write_briefly(keeping("second")))
        await asyncio.sleep(0)
        commits.go_on.set()
    assert (await first, await second) == ("first", "second")
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM installation").fetchall() == [("first",), ("second",)]


@pytest.mark.asyncio
@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "ROLLBACK"])
async def test_what_goes_wrong_around_brief_writes_does_not_stop_later_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, problem: told.append(problem["exception"]))
    problems = [MemoryError() if statement == "BEGIN IMMEDIATE" else sqlite3.OperationalError()]
    expected = [*problems]
    execute = Connection.execute

    def failing_once(self: Connection, sql: str, parameters: object = (), /) -> object:
        if sql == statement and problems:
            raise problems.pop()
        return execute(self, sql, parameters)

    def owed(to: Connection) -> None:
        to.execute("PRAGMA defer_foreign_keys = ON")  # found wanting only at COMMIT
        to.execute("INSERT INTO receipts (load_id, account_id, at, document) VALUES ('x', 404, 0, x'00')")

    monkeypatch.setattr(Connection, "execute", failing_once)
    async with asyncio.timeout(30):
        with pytest.raises(sqlite3.IntegrityError):
            await store.database.write_briefly(owed)
        if statement == "ROLLBACK":
            with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
                await store.database.write_briefly(keeping("into what was not undone"))
        assert await store.database.write_briefly(keeping("next")) == "next"
    assert kept(store) == ["next"]
    assert store.rows("SELECT * FROM receipts") == []
    assert told == (expected if statement == "BEGIN IMMEDIATE" else [])


@pytest.mark.asyncio
async def test_a_write_that_raises_what_no_future_takes_fails_as_others_do(store: Store) -> None:
    asked = asyncio.gather(
        *map(store.database.write_briefly, (raising(StopIteration()), keeping("a"))), return_exceptions=True
    )
    found = await asyncio.wait_for(asked, 30)
    assert (type(found[0]), found[1]) == (RuntimeError, "a")
    assert await asyncio.wait_for(store.database.write_briefly(keeping("b")), 30) == "b"


class LoopAboutToClose(asyncio.SelectorEventLoop):
    """Closed by the time that it is told anything."""

    def call_soon_threadsafe(  # type: ignore[override]
        self, *told: Any, context: Context | None = None
    ) -> asyncio.Handle:
        self.close()
        return super().call_soon_threadsafe(*told, context=context)


def test_a_loop_that_closes_as_it_is_told_keeps_nobody_else_from_writing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = HeldCommits(monkeypatch)
    gone = LoopAboutToClose()
    left = gone.create_task(store.database.write_briefly(keeping("of one who left")))
    gone.run_until_complete(asyncio.sleep(0))
    left.cancel()
    gone.run_until_complete(asyncio.wait([left]))
    assert commits.reached.wait(30)
    commits.go_on.set()
    assert asyncio.run(asyncio.wait_for(store.database.write_briefly(keeping("next")), 30)) == "next"
    assert kept(store) == ["of one who left", "next"]


def test_closing_on_another_thread_lets_finish_what_a_loop_has_begun_and_what_waits_behind_it(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MOST_TOGETHER", 1)
    path = fresh_copy(template, tmp_path / "closed.db")
    closed, blocked = open_database(path), Blocked()

    async def asked() -> list[str]:
        works: list[Callable[[Connection], str]] = [blocked, keeping("a"), keeping("b")]
        return await asyncio.wait_for(asyncio.gather(*map(closed.write_briefly, works)), 30)

    with ThreadPoolExecutor(2) as threads:
        found = threads.submit(asyncio.run, asked())
        assert blocked.started.wait(30)
        closing_it = threads.submit(closed.close)
        closed._writer.join(0.2)
        blocked.go_on.set()
        assert found.result() == ["unblocked", "a", "b"]
        closing_it.result()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM installation ORDER BY rowid").fetchall() == [("a",), ("b",)]


@pytest.mark.asyncio
async def test_a_write_after_the_store_is_closed_is_refused_and_does_not_wait(tmp_path: Path) -> None:
    closed = open_database(tmp_path / "cambist.sqlite3")
    closed.close()
    with pytest.raises(StoreClosed, match="is closed"):
        await asyncio.wait_for(closed.write(lambda _: None), 5)
