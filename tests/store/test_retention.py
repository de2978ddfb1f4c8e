"""A history that has come of age is thinned in its database, a few rows at a time, never its last load."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from cambist.actions.facts import Thinned
from cambist.core.errors import NotFound, ReceiptThinned
from cambist.core.history import Snapshot, milliseconds
from cambist.core.terms import Account, Balance, WalletBalances, Worth
from cambist.store import retention
from cambist.store.connection import Connection
from cambist.store.documents import encode_holdings
from cambist.store.loads import snapshot_and_receipt
from cambist.store.retention import RetentionStore
from tests.store.builders import AT, SECOND, Store, load_of

pytestmark = pytest.mark.asyncio
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MIDNIGHT = datetime(2023, 6, 20, tzinfo=AT.tzinfo)


async def loaded(store: Store, account: Account, *loads: tuple[datetime, str]) -> None:
    """Loads kept at once, by their times and worths; the account stands as its first load left it."""
    writes = [snapshot_and_receipt(load_of(f"at {at:%d %H:%M}", at, usd=usd)) for at, usd in loads]

    def work(connection: Connection) -> None:
        for write in writes:
            write(connection, account.id)

    await store.database.write(work)


async def rolled_up(store: Store, account: Account, now: datetime, *, anew: bool = False) -> Thinned:
    kept, done = RetentionStore(store.database), Thinned()
    for day in await kept.days(account.id, now, anew=anew):
        done += await kept.thin(account.id, day, now)
    await kept.done(account.id, now)
    return done


def usd_of(store: Store, account: Account) -> list[tuple[Any, ...]]:
    return store.rows(
        "SELECT usd, holdings IS NOT NULL FROM snapshots WHERE account_id = ? ORDER BY at", account.id
    )


async def test_a_day_keeps_its_first_last_lowest_and_highest_and_its_last_balances(store: Store) -> None:
    account = await store.connected()
    worths = [50 + (7 * n) % 24 for n in range(24)]
    day = [(MIDNIGHT + n * HOUR, str(worth)) for n, worth in enumerate(worths)]
    last = MIDNIGHT + 200 * DAY
    await loaded(store, account, *day, (last, "999"))
    done = await rolled_up(store, account, last + SECOND)
    lowest, highest = worths.index(min(worths)), worths.index(max(worths))
    stay = sorted({0, 23, lowest, highest})
    # builders' loads all hold the same, so that the first load's balances are those that were new
    assert usd_of(store, account) == [
        ("31.2", 1),
        *((str(worths[n]), int(n == 23)) for n in stay),
        ("999", 1),
    ]
    assert done == Thinned(snapshots=24 - len(stay), holdings=len(stay) - 1, receipts=23, digests=1)
    assert await rolled_up(store, account, last + SECOND) == Thinned()


async def test_a_roll_up_cut_short_between_any_two_transactions_leaves_a_history_that_the_next_one_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await store.connected()
    points = [(MIDNIGHT + n * 7 * MINUTE, str(50 + (37 * n) % 101)) for n in range(400)]
    await loaded(store, account, *points)
    now = MIDNIGHT + 120 * DAY
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 9)
    write, left = store.database.write, iter(range(10))

    async def dying(work: Callable[[Connection], Any]) -> Any:
        if next(left, None) is None:
            raise asyncio.CancelledError
        return await write(work)

    seen: set[int] = set()
    for _ in range(30):
        left = iter(range(10))
        monkeypatch.setattr(store.database, "write", dying)
        try:
            await rolled_up(store, account, now)
            break
        except asyncio.CancelledError:
            monkeypatch.setattr(store.database, "write", write)
            seen.add(len(usd_of(store, account)))
            for each, holdings in store.rows("SELECT at, holdings FROM snapshots"):
                assert holdings is None or await store.history.last_read(account.id), each
    assert len(seen) > 5
    monkeypatch.setattr(store.database, "write", write)
    cut_short = store.contents()

    whole_account = await store.connected(account.user_id, api_key="whole", load=load_of("whole", AT))
    await loaded_again(store, whole_account, points)
    await rolled_up(store, whole_account, now)
    assert usd_of(store, whole_account) == usd_of(store, account)
    assert await rolled_up(store, account, now) == Thinned()
    assert [row for row in store.contents()["snapshots"] if row[0] == account.id] == cut_short["snapshots"]


async def loaded_again(store: Store, account: Account, points: Sequence[tuple[datetime, str]]) -> None:
    writes = [snapshot_and_receipt(load_of(f"again {at:%d %H:%M}", at, usd=usd)) for at, usd in points]
    await store.database.write(lambda connection: [write(connection, account.id) for write in writes])


async def test_the_last_loads_balances_and_receipt_stay_however_old(store: Store) -> None:
    account = await store.connected()
    await rolled_up(store, account, AT + 3_000 * DAY)
    assert (await store.history.last_read(account.id)).at == AT
    assert (
        await store.history.kept_load(account.user_id, account.load_id)
    ).receipt.load_id == account.load_id


async def test_of_an_older_receipt_its_digest_is_told_or_it_is_not_found(
    store: Store,
) -> None:
    account = await store.connected()
    times = [MIDNIGHT + n * MINUTE for n in range(3)]
    await loaded(store, account, *((at, "50") for at in (*times, MIDNIGHT + 9 * DAY)))
    await rolled_up(store, account, MIDNIGHT + 2 * DAY)
    await rolled_up(store, account, MIDNIGHT + 9 * DAY)
    with pytest.raises(ReceiptThinned) as told:
        await store.history.kept_load(account.user_id, "at 20 00:02")
    receipt = load_of("at 20 00:02", times[2], usd="50").receipt
    summed = sha256(msgspec.json.Encoder(decimal_format="string").encode(receipt)).hexdigest()
    assert str(told.value) == (
        "Only a digest is kept of the receipt of load at 20 00:02, which is older than 7 days: "
        "2023-06-20T00:02:00.000+00:00, complete, by test, calls: 1, assets without a price: 1, "
        f"SHA-256 {summed}."
    )
    with pytest.raises(NotFound, match="There is no receipt"):
        await store.history.kept_load(account.user_id, "at 20 00:01")
    near = await store.history.kept_near(account.id, times[2], HOUR)
    assert near is None


async def test_marked_imported_and_break_points_stay_and_the_total_starts_where_it_did(
    store: Store,
) -> None:
    account = await store.connected(load=load_of("first", AT, usd="0"))
    await store.history.import_points(
        account.id, [Snapshot(AT - n * MINUTE, Worth(Decimal(0), Decimal(n))) for n in (1, 2, 3)]
    )
    times = [MIDNIGHT + n * MINUTE for n in range(9)]
    await loaded(store, account, *((at, str(50 + n % 2)) for n, at in enumerate(times)))
    store.change("UPDATE snapshots SET is_break = TRUE WHERE at = ?", milliseconds(times[5]))
    await store.history.mark(account.user_id, account.id, times[4], "wrong", "test", AT)
    before = await store.history.baselines(account.id, AT, AT)
    await loaded(store, account, (MIDNIGHT + 300 * DAY, "9"))
    await rolled_up(store, account, MIDNIGHT + 300 * DAY)
    stay = [milliseconds(times[n]) for n in (0, 1, 4, 5, 8)]
    found = [at for (at,) in store.rows("SELECT at FROM snapshots ORDER BY at")]
    assert found[4:-1] == stay
    assert len(found) == 3 + 1 + 5 + 1
    assert (await store.history.baselines(account.id, AT, AT)).first == before.first


async def test_a_point_marked_while_a_roll_up_runs_is_not_taken_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await store.connected()
    times = [MIDNIGHT + n * MINUTE for n in range(9)]
    await loaded(store, account, *((at, "50") for at in times), (MIDNIGHT + 99 * DAY, "1"))
    write = store.database.write

    async def after_a_mark(work: Callable[[Connection], Any]) -> Any:
        monkeypatch.setattr(store.database, "write", write)
        await store.history.mark(account.user_id, account.id, times[4], "wrong", "test", AT)
        return await write(work)

    monkeypatch.setattr(store.database, "write", after_a_mark)
    await rolled_up(store, account, MIDNIGHT + 99 * DAY)
    assert (await store.history.point(account.id, times[4])).mark == "wrong"


async def test_balances_stay_where_what_is_held_changes_so_that_volumes_know_all_assets(store: Store) -> None:
    account = await store.connected()
    times = [MIDNIGHT + n * 20 * MINUTE for n in range(6)]
    await loaded(store, account, *((at, "50") for at in times), (MIDNIGHT + 60 * DAY, "1"))
    (other,) = store.rows("SELECT holdings FROM snapshots WHERE at = ?", milliseconds(MIDNIGHT + 60 * DAY))
    rare = Balance("RARE", "RARE", Decimal(1), Decimal(0), Decimal(1))
    held = encode_holdings([WalletBalances("spot", (rare,), times[2])], {})
    store.change("UPDATE snapshots SET holdings = ? WHERE at = ?", held, milliseconds(times[2]))
    before = await store.history.holdings(account.id, times[0], times[5])
    await rolled_up(store, account, MIDNIGHT + 60 * DAY)
    with_balances = [
        at for (at,) in store.rows("SELECT at FROM snapshots WHERE holdings IS NOT NULL ORDER BY at")
    ]
    assert with_balances[1:-1] == [milliseconds(times[n]) for n in (2, 3, 5)]
    after = await store.history.holdings(account.id, times[0], times[5])
    assert before is not None
    assert after is not None
    assert after.assets == before.assets
    assert "RARE" in after.assets
    assert other[0] is not None


async def test_looking_at_all_of_it_looks_at_what_came_of_age_since_the_last_look_too(store: Store) -> None:
    account = await store.connected()
    times = [MIDNIGHT + n * MINUTE for n in range(6)]
    await loaded(store, account, *((at, "50") for at in times), (MIDNIGHT + 9 * DAY, "1"))
    await rolled_up(store, account, MIDNIGHT + 2 * DAY)
    assert (await rolled_up(store, account, MIDNIGHT + 9 * DAY, anew=True)).snapshots == 4


async def test_old_attempts_go_but_failures_and_those_with_answers_stay_longer(store: Store) -> None:
    account = await store.connected()
    now = AT + 50 * DAY

    def add(load_id: str, age: timedelta, failure: str | None) -> None:
        at = milliseconds(now - age)
        store.change(
            "INSERT INTO attempts (load_id, user_id, account_id, cause, started_at, lease_until, ended_at,"
            " failure) VALUES (?, ?, ?, 'test', ?, ?, ?, ?)",
            *(load_id, account.user_id, account.id, at, at, at, failure),
        )

    for name, age, failure in (
        ("good", 2 * DAY, None),
        ("young", HOUR, None),
        ("failed", 2 * DAY, "x"),
        ("long failed", 91 * DAY, "x"),
        ("heard", 2 * DAY, None),
    ):
        add(name, age, failure)
    store.change("INSERT INTO answers VALUES ('heard', ?, 0, x'00')", account.id)
    await rolled_up(store, account, now)
    assert {name for (name,) in store.rows("SELECT load_id FROM attempts")} == {"young", "failed", "heard"}


async def test_a_history_is_due_once_a_day_from_its_seventh_day_on(store: Store) -> None:
    account, kept = await store.connected(), RetentionStore(store.database)
    assert await kept.due(AT + 7 * DAY - SECOND, DAY) == []
    assert await kept.due(AT + 7 * DAY, DAY) == [account.id]
    await kept.done(account.id, AT + 7 * DAY)
    assert await kept.due(AT + 8 * DAY - SECOND, DAY) == []
    assert await kept.due(AT + 8 * DAY, DAY) == [account.id]
    assert await kept.days(999, AT, anew=True) == []


async def test_the_file_gives_room_back_while_much_of_it_is_empty(store: Store) -> None:
    account, kept = await store.connected(), RetentionStore(store.database)
    await loaded_again(store, account, [(MIDNIGHT + n * MINUTE, "5") for n in range(1_200)])
    store.change("PRAGMA wal_checkpoint(TRUNCATE)")
    size = store.path.stat().st_size
    await rolled_up(store, account, MIDNIGHT + 200 * DAY)
    while await kept.give_back():
        pass
    ((free,), (pages,)) = (*store.rows("PRAGMA freelist_count"), *store.rows("PRAGMA page_count"))
    assert 4 * free <= pages
    store.change("PRAGMA wal_checkpoint(TRUNCATE)")
    assert store.path.stat().st_size < size / 2
    assert await store.history.last_read(account.id)


async def test_a_snapshot_tells_for_how_long_nothing_was_measured_before_it(store: Store) -> None:
    account = await store.connected()
    await loaded(store, account, (AT + 5 * MINUTE, "1"), (AT + 95 * MINUTE, "2"))
    found = await store.history.dated(account.id, AT, AT + DAY, timedelta(milliseconds=1), 9)
    assert [each.unmeasured for each in found] == [None, 5 * MINUTE, 90 * MINUTE]
    whole_day = await store.history.dated(account.id, AT - DAY, AT + DAY, DAY, 9)
    assert [each.unmeasured for each in whole_day] == [90 * MINUTE]
