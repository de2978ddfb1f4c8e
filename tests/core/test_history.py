"""The worth between snapshots."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cambist.core.history import Neighbours, Snapshot, milliseconds, moment, value_at
from cambist.core.terms import Worth
from tests.core.builders import HOUR, NOW, snapshot, worth
from tests.core.oracles import signed, significant

WORTHS = st.builds(Worth, btc=signed(40), usd=signed(40), rate=signed(40))
SPANS = st.integers(1, 10**11)


def after(ms: int) -> datetime:
    return NOW + timedelta(milliseconds=ms)


@given(WORTHS, WORTHS, SPANS, st.data())
def test_between_two_snapshots_worth_is_linear_and_exact_to_100_digits(
    first: Worth, second: Worth, span: int, data: st.DataObject
) -> None:
    elapsed = data.draw(st.integers(0, span))
    found = value_at(after(elapsed), Neighbours(Snapshot(NOW, first), Snapshot(after(span), second)))
    assert found is not None
    for part in ("btc", "usd", "rate"):
        start, end = Fraction(getattr(first, part)), Fraction(getattr(second, part))
        exactly = start + (end - start) * Fraction(elapsed, span)
        assert Fraction(getattr(found, part)) == significant(exactly, 100)


@given(signed(10), signed(10), SPANS, st.data())
def test_between_two_snapshots_worth_only_moves_towards_the_later_one(
    first: Decimal, second: Decimal, span: int, data: st.DataObject
) -> None:
    assume(first <= second)
    around = Neighbours(
        Snapshot(NOW, Worth(first, first, first)), Snapshot(after(span), Worth(second, second, second))
    )
    times = sorted(data.draw(st.lists(st.integers(0, span), min_size=2, max_size=5)))
    found = [value_at(after(ms), around) for ms in times]
    values = [first, *(each.usd for each in found if each is not None), second]
    assert len(values) == len(times) + 2
    assert values == sorted(values)


def test_half_way_in_time_is_half_way_in_worth() -> None:
    around = Neighbours(snapshot(NOW, "10", "0.5", "0.9"), snapshot(NOW + 2 * HOUR, "20", "0.25", "1.1"))
    assert value_at(NOW + HOUR, around) == worth("15", "0.375", "1.0")


def test_at_a_snapshots_own_time_its_worth_is_given() -> None:
    around = Neighbours(snapshot(NOW, "10", "0.5"), snapshot(NOW + HOUR, "20", "0.25"))
    assert value_at(NOW, around) == worth("10", "0.5")
    assert value_at(NOW + HOUR, around) == worth("20", "0.25")


def test_equal_neighbours_are_given_back_with_all_their_digits() -> None:
    long = "1." + "7" * 140
    around = Neighbours(snapshot(NOW, long, long), snapshot(NOW + HOUR, long, long))
    assert value_at(NOW + HOUR / 3, around) == worth(long, long)


def test_before_the_first_snapshot_worth_is_the_firsts() -> None:
    assert value_at(NOW - HOUR, Neighbours(after=snapshot(NOW, "10", "1"))) == worth("10", "1")


def test_after_the_last_snapshot_worth_is_the_lasts() -> None:
    assert value_at(NOW + HOUR, Neighbours(before=snapshot(NOW, "10", "1"))) == worth("10", "1")


def test_without_any_snapshot_there_is_no_worth() -> None:
    assert value_at(NOW, Neighbours()) is None


def test_two_snapshots_of_one_millisecond_give_the_earlier() -> None:
    around = Neighbours(snapshot(NOW, "10", "1"), snapshot(NOW + timedelta(microseconds=900), "20", "2"))
    assert value_at(NOW, around) == worth("10", "1")


@pytest.mark.parametrize(
    ("at", "ms"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 0, 0, 1, 2_999, tzinfo=UTC), 1_002),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), -1_000),
        (datetime(2023, 6, 19, 17, 16, 29, 8_000, tzinfo=UTC), 1_687_194_989_008),
        (datetime(2023, 6, 19, 19, 16, 29, 8_000, tzinfo=timezone(timedelta(hours=2))), 1_687_194_989_008),
    ],
)
def test_times_are_whole_milliseconds_since_1970(at: datetime, ms: int) -> None:
    assert milliseconds(at) == ms


@given(st.integers(-(10**12), 10**14))
def test_a_stored_time_reads_back_as_the_same_moment_in_utc(ms: int) -> None:
    assert milliseconds(moment(ms)) == ms
    assert moment(ms).utcoffset() == timedelta(0)
