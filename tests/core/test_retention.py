"""What is kept of a history as it ages: all that a day is told by, whatever has gone and whenever it goes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.history import Neighbours, Snapshot, milliseconds, moment, value_at
from cambist.core.profit import DAY, MONTH, counts_as_start
from cambist.core.retention import HOURLY_FOR, WHOLE_FOR, Aged, Keep, days_to_look_at, kept
from cambist.core.terms import Worth

NOW = datetime(2024, 3, 1, 10, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY_MS = 86_400_000


def aged(at: datetime, usd: str = "1", btc: str = "1", **given_: object) -> Aged:
    return Aged(milliseconds(at), Decimal(usd), Decimal(btc), **given_)  # type: ignore[arg-type]


# Points close together around each age at which something goes, so that every rule meets every other.
AGES = st.sampled_from((2 * DAY, WHOLE_FOR, MONTH, MONTH + 2 * DAY, HOURLY_FOR, 2 * HOURLY_FOR))
PLAIN = (False, False, False, False)
FLAGS = st.sampled_from(
    [PLAIN] * 8 + [(n == 0, n == 1, n == 2, n == 3) for n in (0, 1, 2, 2, 3)],
)
POINTS = st.builds(
    lambda age, minutes, usd, btc, kind, flags: Aged(
        milliseconds(NOW - age + minutes * MINUTE), Decimal(usd), Decimal(btc), kind, *flags
    ),
    AGES,
    st.one_of(st.integers(-90, 90), st.integers(-1500, 1500)),
    st.integers(-2, 9),
    st.integers(-2, 9),
    st.sampled_from(("own", "own", "own", "partial", "imported")),
    FLAGS,
)
HISTORIES = st.lists(POINTS, min_size=15, max_size=45, unique_by=lambda each: each.at).map(
    lambda points: sorted(points, key=lambda each: each.at)
)
LATER = st.one_of(st.integers(0, 100), st.integers(0, 200 * 24)).map(lambda hours: NOW + hours * HOUR)


def left(points: Sequence[Aged], now: datetime) -> list[Aged]:
    stays = kept(points, now)
    return [each for each in points if stays[each.at] is not Keep.NOTHING]


@given(HISTORIES, LATER, LATER)
def test_rolling_up_again_or_in_any_number_of_runs_leaves_the_same(
    points: list[Aged], one: datetime, other: datetime
) -> None:
    first, second = sorted((one, other))
    once = left(points, second)
    assert left(once, second) == once
    assert left(left(points, first), second) == once
    stays = {at: keep for at, keep in kept(points, second).items() if keep is not Keep.NOTHING}
    assert kept(once, second) == stays


@given(HISTORIES, LATER, st.data())
def test_a_run_cut_short_anywhere_is_ended_by_the_next(
    points: list[Aged], now: datetime, data: st.DataObject
) -> None:
    whole = left(points, now)
    going = [each for each in points if each not in whole]
    gone = data.draw(st.sets(st.sampled_from(going))) if going else set()
    assert left([each for each in points if each not in gone], now) == whole


@given(HISTORIES, LATER, LATER)
def test_what_goes_is_gone_ever_after(points: list[Aged], one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    assert set(left(points, second)) <= set(left(points, first))


EXTREMES: tuple[Callable[[Aged], Decimal], ...] = (
    lambda p: p.usd,
    lambda p: -p.usd,
    lambda p: p.btc,
    lambda p: -p.btc,
)


@given(HISTORIES, LATER)
def test_a_days_first_last_lowest_and_highest_and_all_that_is_pinned_stay(
    points: list[Aged], now: datetime
) -> None:
    stays = left(points, now)
    assert all(
        each in stays
        for each in points
        if each.pinned or each.full or each.marked or each.after_gap or each.kind == "imported"
    )
    for is_partial in (False, True):
        of_kind = [p for p in points if not p.marked and (p.kind == "partial") is is_partial]
        for _, group in groupby(of_kind, lambda each: each.at // DAY_MS):
            day = list(group)
            remaining = [each for each in stays if each in day]
            assert (remaining[0], remaining[-1]) == (day[0], day[-1])
            for extreme in EXTREMES:
                assert min(map(extreme, remaining)) == min(map(extreme, day))


def counts(point: Aged) -> bool:
    return point.kind != "partial" and not point.marked


def looked_at(points: Sequence[Aged], done: datetime | None, now: datetime) -> list[Aged]:
    """The history after a look, as the store makes it: day by day."""
    days = {milliseconds(day) for day in days_to_look_at(moment(points[0].at), done, now)}
    of_days = [list(group) for _, group in groupby(points, lambda each: each.at // DAY_MS)]
    return [
        each for its in of_days for each in (left(its, now) if its[0].at // DAY_MS * DAY_MS in days else its)
    ]


def baselines(history: Sequence[Aged], at: datetime) -> list[object]:
    """What a load at a time measures its day, month and total profit by."""
    snapshots = [Snapshot(moment(p.at), Worth(p.btc, p.usd)) for p in history if counts(p)]
    found: list[object] = [next((s for s in snapshots if counts_as_start(s.worth)), None)]
    for since in (at - DAY, at - MONTH):
        before = next((each for each in reversed(snapshots) if each.at <= since), None)
        after = next((each for each in snapshots if each.at >= since), None)
        found.append(value_at(since, Neighbours(before, after)))
    return found


@given(HISTORIES, LATER, st.lists(st.integers(1, 40 * 24), max_size=4))
def test_no_look_changes_what_profit_is_measured_by_at_its_moment(
    points: list[Aged], now: datetime, hours_between: list[int]
) -> None:
    start = next((p for p in points if counts(p) and p.usd > 0 and p.btc > 0), None)
    points = [replace(each, pinned=True) if each is start else each for each in points]
    done = None
    for hours in [0, *hours_between]:
        now += hours * HOUR
        history = looked_at(points, done, now)
        assert baselines(history, now) == baselines(points, now)
        points, done = history, now


@pytest.mark.parametrize("days_ago", [None, 24, 27, 29], ids=str)
def test_a_late_look_leaves_the_loads_between_which_a_month_begins(days_ago: int | None) -> None:
    done = None if days_ago is None else NOW - days_ago * DAY
    # a load every five minutes, around a month ago
    points = [aged(NOW - MONTH + n * 5 * MINUTE - 2 * MINUTE, str(n * n), str(n)) for n in range(-20, 20)]
    before = baselines(points, NOW)
    assert baselines(looked_at(points, done, NOW), NOW) == before
    assert baselines(left(points, NOW), NOW) != before


@given(HISTORIES, LATER, st.lists(st.integers(1, 40 * 24), max_size=4))
def test_whenever_it_was_looked_at_in_the_end_the_same_is_left(
    points: list[Aged], now: datetime, hours_between: list[int]
) -> None:
    whole, done, history = points, None, points
    for hours in [0, *hours_between, 40 * 24]:
        now += hours * HOUR
        history, done = looked_at(history, done, now), now
    assert history == left(whole, now)


@pytest.mark.parametrize(
    ("age", "whole", "worth"),
    [(3, 288, 0), (20, 1, 24), (120, 1, 1)],
    ids=["every load", "hourly, and the day's first", "first and last"],
)
def test_a_day_of_loads_every_five_minutes_is_thinned_by_its_age(age: int, whole: int, worth: int) -> None:
    midnight = (NOW - age * DAY).replace(hour=0, minute=0)
    day = [aged(midnight + n * 5 * MINUTE, str(n), str(n)) for n in range(288)]
    stays = list(kept(day, NOW).values())
    assert (stays.count(Keep.WHOLE), stays.count(Keep.WORTH)) == (whole, worth)


def test_each_age_is_kept_to_the_millisecond() -> None:
    for limit, at_limit, step in ((WHOLE_FOR, Keep.WHOLE, MINUTE), (HOURLY_FOR, Keep.WORTH, HOUR)):
        at = NOW - limit
        around = [aged(at - 2 * step, "1", "1"), aged(at, "5", "5"), aged(at + step, "9", "9")]
        assert kept(around, NOW)[around[1].at] is at_limit
        assert kept(around, NOW + timedelta(milliseconds=1))[around[1].at] is Keep.NOTHING


def test_both_edges_of_a_long_gap_stay_and_a_partial_load_never_stands_for_a_complete_one() -> None:
    noon = (NOW - 200 * DAY).replace(hour=12, minute=0)
    times = [noon + n * 5 * MINUTE for n in range(12)]
    day = [aged(at, str(5 + n % 2), "1") for n, at in enumerate(times)]
    day[6] = aged(times[6], "5", "1", after_gap=True)
    partial = [aged(at + MINUTE, "0", "0", kind="partial") for at in times]
    together = sorted(day + partial, key=lambda each: each.at)
    stays = left(together, NOW)
    # first and lowest, highest, the edge before the gap (a partial load), the edge after it, last
    assert [each.at for each in stays if each.kind == "own"] == [day[n].at for n in (0, 1, 6, 11)]
    assert [each.at for each in stays if each.kind == "partial"] == [partial[n].at for n in (0, 5, 11)]


def test_at_first_all_days_are_looked_at_in_which_no_month_can_begin_and_then_what_came_of_age() -> None:
    first = NOW - 120 * DAY

    def midnight(days: int) -> datetime:
        return (NOW - days * DAY).replace(hour=0, minute=0)

    days = list(days_to_look_at(first, None, NOW))
    assert (days[0], days[-1], len(days)) == (midnight(120), midnight(32), 89)
    again = list(days_to_look_at(first, NOW - HOUR, NOW))
    assert again == [midnight(90), midnight(32), midnight(7)]
    assert len(list(days_to_look_at(first, NOW - 2 * DAY, NOW))) == 9
    assert list(days_to_look_at(NOW - 3 * DAY, NOW - DAY, NOW)) == []
    assert list(days_to_look_at(NOW - 8 * DAY, NOW - DAY, NOW)) == [midnight(8), midnight(7)]
    # 23 days late: what lies between is left until no month begins there
    late = list(days_to_look_at(NOW - 50 * DAY, NOW - 23 * DAY, NOW))
    assert (late[0], late[-1], len(late)) == (midnight(50), midnight(32), 19)
