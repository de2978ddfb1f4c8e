"""Snapshots of loads and imported points: who is a neighbour, what is taken in and what is left out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cambist.actions.facts import Imported
from cambist.core.history import Baselines, Neighbours, Snapshot
from cambist.core.terms import Account, Worth
from tests.store.builders import AT, DIGITS_45, LONG, MS, SECOND, Store, load_of

pytestmark = pytest.mark.asyncio
HOUR = timedelta(hours=1)


def point(hours_before: int, usd: str = "10", btc: str = "1") -> Snapshot:
    return Snapshot(AT - hours_before * HOUR, Worth(Decimal(btc), Decimal(usd)))


async def loaded(store: Store, account: Account, hours_after: int, usd: str, complete: bool = True) -> None:
    at, load_id = AT + hours_after * HOUR, f"load-{hours_after}"
    await store.turn(account, load_id, at)
    await store.loads.keep(account.id, load_of(load_id, at, usd=usd, complete=complete))


async def test_imported_points_are_those_before_the_first_own_snapshot(store: Store) -> None:
    account = await store.connected()
    points = [point(3), point(1), point(0), point(-1), Snapshot(AT - MS, point(0).worth)]
    assert await store.history.import_points(account.id, points) == Imported(kept=3, left_out=2)
    found = await store.history.points(account.id)
    assert [each.at for each in found] == [AT - 3 * HOUR, AT - HOUR, AT - MS, AT]
    assert found[-1].worth.usd == Decimal("31.2")  # its own, not the imported one of the same time
    assert [each.btc_usd for each in found] == [None, None, None, Decimal("63722.1")]


async def test_points_come_oldest_first_and_digit_for_digit(store: Store) -> None:
    account = await store.connected()
    long = [point(1, str(DIGITS_45), str(LONG)), point(2, "24.0", "1E-100"), point(3, "-5", "0")]
    await store.history.import_points(account.id, long)
    assert repr((await store.history.points(account.id))[:3]) == repr(long[::-1])


async def test_a_time_imported_again_is_replaced(store: Store) -> None:
    account = await store.connected()
    await store.history.import_points(account.id, [point(2, "10"), point(1, "20")])
    assert await store.history.import_points(account.id, [point(1, "99")]) == Imported(1, 0)
    found = await store.history.points(account.id)
    assert [str(each.worth.usd) for each in found] == ["10", "99", "31.2"]


async def test_a_replaced_point_counts_as_start_by_what_it_is_now(store: Store) -> None:
    account = await store.connected()
    await store.history.import_points(account.id, [point(2, "0"), point(1, "20")])
    first = (await store.history.baselines(account.id, AT, AT)).first
    assert first == point(1, "20")
    await store.history.import_points(account.id, [point(2, "5")])
    assert (await store.history.baselines(account.id, AT, AT)).first == point(2, "5")


async def test_total_profit_starts_at_the_earliest_point_whose_amounts_are_both_positive(
    store: Store,
) -> None:
    account = await store.connected()
    bad = [point(9, "0", "1"), point(8, "1", "0"), point(7, "-1", "1"), point(6, "1", "-1")]
    await store.history.import_points(account.id, bad)
    first = (await store.history.baselines(account.id, AT, AT)).first
    assert first is not None
    assert first.at == AT
    await store.history.import_points(account.id, [point(5)])
    assert (await store.history.baselines(account.id, AT, AT)).first == point(5)


async def test_neighbours_are_the_nearest_complete_snapshots_at_or_around_a_time(store: Store) -> None:
    account = await store.connected()
    await store.history.import_points(account.id, [point(30), point(20)])
    await loaded(store, account, 10, "50")
    await loaded(store, account, 12, "1", complete=False)
    await loaded(store, account, 14, "70")
    all_points = await store.history.points(account.id)
    far, near, own, ten, fourteen = all_points
    assert (far, near, ten.worth.usd) == (point(30), point(20), Decimal(50))

    async def around(day: timedelta, month: timedelta) -> Baselines:
        return await store.history.baselines(account.id, AT + day, AT + month)

    found = await around(12 * HOUR, -25 * HOUR)
    assert found == Baselines(Neighbours(ten, fourteen), Neighbours(far, near), far, fourteen.at)
    found = await around(15 * HOUR, -31 * HOUR)
    assert found == Baselines(Neighbours(before=fourteen), Neighbours(after=far), far, fourteen.at)
    found = await around(10 * HOUR, timedelta(0))
    assert found == Baselines(Neighbours(ten, ten), Neighbours(own, own), far, fourteen.at)
    found = await around(10 * HOUR + MS, -MS)
    assert found == Baselines(Neighbours(ten, fourteen), Neighbours(near, own), far, fourteen.at)


async def test_without_any_history_there_are_no_neighbours(store: Store) -> None:
    assert await store.history.baselines(7, AT, AT) == Baselines()


async def test_accounts_have_histories_of_their_own(store: Store) -> None:
    first = await store.connected()
    second = await store.connected(
        first.user_id, api_key="another-key", load=load_of("second", AT + SECOND, usd="7")
    )
    await store.history.import_points(first.id, [point(1)])
    assert [each.at for each in await store.history.points(second.id)] == [AT + SECOND]
    found = await store.history.baselines(second.id, AT, AT)
    assert found.first is not None
    assert (found.first.at, found.day.before) == (AT + SECOND, None)
    assert (await store.history.last_read(first.id)).at == AT
