"""Ranges cut between snapshots: every flow counts by its share, and shares add up to the whole."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.explained import NET_FLOWS, Part, Tally, total
from cambist.core.flows import Net, NetFlows
from cambist.core.history import Neighbours, Snapshot
from cambist.core.ledger import Booked, Entry, EntryKind
from cambist.core.pieces import Piece, flowed_in, flows_in, pieces
from cambist.core.profit import flowed_since
from tests.core.builders import HOUR, NOW, worth
from tests.core.oracles import decimals

ZERO_TO_FOUR = [Snapshot(NOW + n * HOUR, worth("1", "1")) for n in range(5)]
FOUR_HOURS_MS = 4 * 3_600_000


def after(ms: int) -> timedelta:
    return timedelta(milliseconds=ms)


def around(ms: int) -> Neighbours:
    """The snapshots around a time, of those that there are at each full hour."""
    at = NOW + after(ms)
    before = [each for each in ZERO_TO_FOUR if each.at <= at][-1]
    return Neighbours(before, next(each for each in ZERO_TO_FOUR if each.at >= at))


@given(
    st.lists(st.integers(0, FOUR_HOURS_MS), min_size=2, max_size=2).map(sorted),
    st.lists(st.tuples(st.integers(1, FOUR_HOURS_MS), decimals(-(10**9), 10**9, 8)), max_size=6),
)
def test_each_flow_counts_by_the_part_of_its_hour_that_lies_in_the_range(
    ends: list[int], came: list[tuple[int, Decimal]]
) -> None:
    first, last = ends
    found = pieces(NOW + after(first), NOW + after(last), around(first), around(last))
    flows = NetFlows([(NOW + after(ms), Net(amount, amount, amount)) for ms, amount in came])
    expected = Fraction(0)
    for ms, amount in came:
        hour = -(-ms // 3_600_000) * 3_600_000
        begins, ends_at = max(first, hour - 3_600_000), min(last, hour)
        expected += Fraction(amount) * Fraction(max(ends_at - begins, 0), 3_600_000)
    told = total(flowed_in(piece, flows) for piece in found)
    assert abs(Fraction(told.usd) - expected) <= Fraction(1, 10**80)
    assert told == total(flow for _, flow in flows_in(found, flows))
    at_ends = (flowed_since(NOW + after(ms), around(ms), flows) for ms in ends)
    assert told == next(at_ends) - next(at_ends)
    assert all(NOW + after(first) < at <= NOW + after(last) for at, _ in flows_in(found, flows))


def test_between_snapshots_flows_stand_at_their_own_times_and_shares_of_pieces_in_the_middle() -> None:
    came = [(NOW + n * HOUR / 4, Net(Decimal(n), Decimal(n), Decimal(n))) for n in (1, 4, 5, 6)]
    first, last = 0, 5_400_000
    found = pieces(NOW, NOW + after(last), around(first), around(last))
    assert [(piece.since, piece.until, piece.between is None) for piece in found] == [
        (NOW, NOW + HOUR, True),
        (NOW + HOUR, NOW + 1.5 * HOUR, False),
    ]
    assert [(at, flow.usd) for at, flow in flows_in(found, NetFlows(came))] == [
        (NOW + HOUR / 4, 1),
        (NOW + HOUR, 4),
        (NOW + 1.25 * HOUR, Decimal("5.5")),
    ]


def test_pieces_begin_and_end_at_snapshots_where_ends_lie_between_them() -> None:
    first, last = NOW + HOUR / 2, NOW + 3.5 * HOUR
    found = pieces(first, last, around(1_800_000), around(12_600_000), NOW + 2 * HOUR)
    assert [(each.since, each.until, each.share) for each in found] == [
        (first, NOW + HOUR, (1_800_000, 3_600_000)),
        (NOW + HOUR, NOW + 2 * HOUR, (3_600_000, 3_600_000)),
        (NOW + 2 * HOUR, NOW + 3 * HOUR, (3_600_000, 3_600_000)),
        (NOW + 3 * HOUR, last, (1_800_000, 3_600_000)),
    ]
    assert found[0].told_in == (NOW, NOW + HOUR)
    inside = pieces(NOW + HOUR / 4, NOW + HOUR / 2, around(900_000), around(1_800_000))
    assert [each.share for each in inside] == [(900_000, 3_600_000)]
    assert pieces(NOW, NOW, around(0), around(0)) == []
    at_its_end = Neighbours(ZERO_TO_FOUR[4], None)
    assert pieces(NOW, NOW + 5 * HOUR, around(0), at_its_end) == [Piece(NOW, NOW + 5 * HOUR)]


@pytest.mark.parametrize("amounts", [("1", "1"), ("1", "2"), ("-1", "1"), ("1", "0")])
def test_shares_that_were_rounded_add_up_to_the_share_of_their_sum(amounts: tuple[str, str]) -> None:
    told, stretch = Tally(), Tally()
    kinds = (EntryKind.DEPOSIT, EntryKind.WITHDRAWAL)
    entries = [
        Booked("x", Entry(kind, NOW + HOUR / 2, kind, "BTC", Decimal(1)), worth(amount, amount))
        for kind, amount in zip(kinds, amounts, strict=True)
    ]
    stretch.add_entries(entries, NOW)
    fee = Entry("fee", NOW + HOUR / 2, EntryKind.FEE, "BTC", Decimal(-1))
    stretch.add_entries([Booked("x", fee, worth("-1", "-1"))], NOW)
    told.add_share(stretch, 1, 3)
    (cut,) = pieces(NOW, NOW + HOUR / 3, Neighbours(), around(1_200_000))
    exactly = flowed_in(cut, NetFlows(stretch.flows))
    told.round_to(exactly)
    assert told.net_flows == exactly
    assert total(told.parts[part] for part in NET_FLOWS & told.parts.keys()) == exactly
    assert told.parts[Part.FEES].usd == Decimal("-0." + "3" * 100)
    whole = Tally()
    whole.add_share(stretch, 1, 1)
    assert (whole.parts, whole.by_asset) == (stretch.parts, stretch.by_asset)
    nothing = Tally()
    nothing.round_to(Net())
    assert nothing.parts == {}


def test_at_snapshots_flows_are_whole_however_many_digits_they_have() -> None:
    long = Decimal("1." + "7" * 140)
    flows = NetFlows([(NOW + HOUR / 4, Net(usd=Decimal(1))), (NOW + 2 * HOUR, Net(usd=long))])
    found = pieces(NOW + HOUR / 2, NOW + 4 * HOUR, around(1_800_000), around(FOUR_HOURS_MS))
    assert total(flowed_in(piece, flows) for piece in found) == flowed_since(
        NOW + HOUR / 2, around(1_800_000), flows
    )
    assert flowed_in(found[1], flows).usd == long


def test_a_load_finds_flows_before_those_of_a_clock_ahead_of_ours() -> None:
    one, two = Net(usd=Decimal(1)), Net(usd=Decimal(2))
    ahead = NetFlows([(NOW, one), (NOW + 3 * HOUR, one)], NOW)
    found = ahead.followed_by([(NOW + HOUR, two)], [])
    assert list(found) == [(NOW, one), (NOW + HOUR, two), (NOW + 3 * HOUR, one)]
    assert list(found.between(NOW, NOW + HOUR)) == [(NOW + HOUR, two)]
    assert found.since(NOW + HOUR) == one
