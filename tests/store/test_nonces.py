"""Nonces: each taken once over all who have the file open; after a loss of power none from before it."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cambist.core.errors import StoreUnavailable
from cambist.core.signing import Stamp
from cambist.store import nonces
from cambist.store.nonces import NonceStore, found_nonces, open_nonces

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CREATED = int(NOW.timestamp())


def stamp(number: int = 0, created: int = CREATED) -> Stamp:
    return Stamp(created, f"{number:016d}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NonceStore]:
    found_nonces(tmp_path, "boot")
    with closing(open_nonces(tmp_path, "boot", NOW)) as made:
        yield made


def file_of(folder: Path) -> Path:
    (file,) = folder.glob("nonces-*.sqlite3")
    return file


def kept_in(folder: Path) -> list[str]:
    with closing(sqlite3.connect(file_of(folder))) as other:
        return [nonce for (nonce,) in other.execute("SELECT nonce FROM nonces ORDER BY nonce")]


def test_each_use_of_a_nonce_is_counted_for_its_key(store: NonceStore) -> None:
    assert [store.spend(1, stamp(), NOW) for _ in range(4)] == [1, 2, 3, 4]
    assert store.spend(2, stamp(), NOW) == 1
    assert store.spend(1, stamp(1), NOW) == 1
    assert store.spend(1, stamp(0, CREATED + 1), NOW) == 5


@pytest.mark.parametrize("boot", ["boot", None])
def test_who_opens_the_file_beside_or_later_knows_what_was_spent(tmp_path: Path, boot: str | None) -> None:
    found_nonces(tmp_path, boot)
    with (
        closing(open_nonces(tmp_path, boot, NOW)) as first,
        closing(open_nonces(tmp_path, boot, NOW)) as other,
    ):
        assert first.spend(1, stamp(), NOW) == 1
        assert other.spend(1, stamp(), NOW) == 2
    with closing(open_nonces(tmp_path, boot, NOW)) as later:
        assert later.spend(1, stamp(), NOW) == 3


def test_after_the_machine_was_started_anew_nothing_from_before_is_taken(tmp_path: Path) -> None:
    found_nonces(tmp_path, "boot")
    with closing(open_nonces(tmp_path, "boot", NOW)) as store:
        assert store.spend(1, stamp(), NOW) == 1
        assert store.spend(1, stamp(1, CREATED + 5), NOW) == 1  # of a clock that is 5 s ahead
    with closing(open_nonces(tmp_path, "next boot", NOW)) as store:
        for created in (CREATED, CREATED + 5):
            with pytest.raises(StoreUnavailable, match="has just started"):
                store.spend(1, stamp(1, created), NOW)
        assert store.spend(1, stamp(1, CREATED + 6), NOW) == 1
        with closing(open_nonces(tmp_path, "next boot", NOW + timedelta(minutes=1))) as beside:
            assert beside.spend(1, stamp(2, CREATED + 6), NOW) == 1
    assert [file.name for file in tmp_path.glob("*.sqlite3")] == ["nonces-next boot.sqlite3"]


def test_a_file_that_is_gone_is_like_a_loss_of_power(tmp_path: Path) -> None:
    with closing(open_nonces(tmp_path, "boot", NOW)) as store, pytest.raises(StoreUnavailable):
        store.spend(1, stamp(), NOW)


@pytest.mark.parametrize(("boot", "synchronous"), [("boot", 0), (None, 2)])
def test_nonces_wait_for_the_disk_only_where_nothing_names_the_machines_start(
    tmp_path: Path, boot: str | None, synchronous: int
) -> None:
    with closing(open_nonces(tmp_path, boot, NOW)) as store:
        assert store._connection.execute("PRAGMA synchronous").fetchone()[0] == synchronous


def test_nonces_are_forgotten_two_minutes_after_their_making_some_at_a_time(
    store: NonceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonces, "MOST_FORGOTTEN", 2)
    for number in range(3):
        store.spend(1, stamp(number), NOW)
    store.spend(1, stamp(3, CREATED + 119), NOW + timedelta(seconds=119))
    assert len(kept_in(tmp_path)) == 4
    store.spend(1, stamp(4, CREATED + 125), NOW + timedelta(seconds=129.9))
    assert len(kept_in(tmp_path)) == 3
    store.spend(1, stamp(5, CREATED + 125), NOW + timedelta(seconds=138))
    assert len(kept_in(tmp_path)) == 4  # looked for only every ten seconds
    store.spend(1, stamp(6, CREATED + 125), NOW + timedelta(seconds=139.9))
    assert kept_in(tmp_path) == [f"{number:016d}" for number in (3, 4, 5, 6)]


def test_a_file_that_cannot_be_written_lets_nothing_through(
    store: NonceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store._connection.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(file_of(tmp_path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="holds the database locked"):
            store.spend(1, stamp(), NOW)
        other.execute("ROLLBACK")
    assert store.spend(1, stamp(), NOW) == 1
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match="may not be written"):
        store.spend(1, stamp(1), NOW)


@pytest.mark.asyncio
async def test_of_many_threads_one_spends_a_nonce(tmp_path: Path) -> None:
    found_nonces(tmp_path, "boot")

    def spend(number: int) -> list[int]:
        with closing(open_nonces(tmp_path, "boot", NOW)) as store:
            return [store.spend(1, stamp(each), NOW) for each in range(50)]

    uses = await asyncio.gather(*(asyncio.to_thread(spend, number) for number in range(4)))
    assert [sorted(each) for each in zip(*uses, strict=True)] == [[1, 2, 3, 4]] * 50
