"""Net flows added up over time, and what a baseline between two snapshots has of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.flows import (
    GRACE,
    NOTHING,
    SURELY_AFTER,
    Change,
    Net,
    NetFlows,
    net,
    residual,
    tellable_until,
    told,
)
from cambist.core.history import Baselines, Neighbours, value_at
from cambist.core.ledger import Entry, EntryKind
from cambist.core.profit import DAY, FlowsSince, begins, figures, flowed_since, starts
from cambist.core.terms import FlowState, FlowsTold, Worth
from tests.core.builders import HOUR, NOW, SECOND, profit, snapshot, worth

KNOWN_FROM = NOW - 90 * DAY
PRICE = worth("1000", "0.02", "0.9")


def change(at: datetime, left: str, **changes: object) -> Change:
    made: dict[str, object] = {"since": at - HOUR, "price": PRICE, "residual": Decimal(left)}
    return Change("ETH", at=at, amount=Decimal(left), **{**made, **changes})  # type: ignore[arg-type]


def entry(at: datetime, amount: str, asset: str = "ETH") -> Entry:
    return Entry("1", at, EntryKind.TRADE, asset, Decimal(amount))


def test_a_residual_is_what_no_entry_of_its_stretch_of_time_and_asset_explains() -> None:
    found = change(NOW, "5")
    others = (entry(NOW - HOUR, "1"), entry(NOW + SECOND, "1"), entry(NOW, "1", "BTC"))
    assert residual(found, (*others, entry(NOW - HOUR + SECOND, "3"), entry(NOW, "-1E-18"))) == Decimal(
        "2.000000000000000001"
    )
    assert residual(change(NOW, "5", marked_to_market=True), others) == 0


def test_flows_add_up_by_their_times_each_at_the_price_of_its_own() -> None:
    deposit = (NOW - 2 * HOUR, net(worth("10", "1", "2")))
    flows = NetFlows.of([(NOW, Net(usd=Decimal(1))), deposit], [change(NOW - HOUR, "-2")], KNOWN_FROM)
    assert flows.since(NOW) == NOTHING
    assert flows.since(NOW - SECOND) == Net(usd=Decimal(1))
    assert flows.since(NOW - 2 * HOUR) == Net(Decimal("-0.04"), Decimal(-1999), Decimal(-1800))
    assert flows.since(NOW - 3 * HOUR) == Net(Decimal("0.96"), Decimal(-1989), Decimal(-1780))
    assert flows.until(NOW - 2 * HOUR) == Net(Decimal(1), Decimal(10), Decimal(20))
    assert (flows.open_at, bool(flows), bool(NetFlows())) == (NOW - HOUR, True, False)


@pytest.mark.parametrize(
    ("of", "known_from", "is_open"),
    [
        (change(NOW, "5", price=None), KNOWN_FROM, True),
        (change(NOW, "0"), KNOWN_FROM, False),
        (change(NOW, "5"), None, False),
        (change(NOW, "5"), NOW - HOUR + SECOND, False),
    ],
)
def test_what_has_no_price_is_explained_or_began_unknown_is_no_flow(
    of: Change, known_from: datetime | None, is_open: bool
) -> None:
    flows = NetFlows.of([], [of], known_from)
    assert (bool(flows), flows.open_at is not None) == (False, is_open)
    assert NetFlows((), known_from).followed_by([], [of]).open_at == flows.open_at


def test_what_a_load_finds_itself_comes_last() -> None:
    flows = NetFlows([(NOW - HOUR, net(PRICE))], KNOWN_FROM, NOW - HOUR)
    assert flows.followed_by([], []) is flows
    more = flows.followed_by([(NOW, net(PRICE))], [])
    assert (more.since(NOW - HOUR), more.since(KNOWN_FROM).usd) == (net(PRICE), Decimal(2000))
    assert more.open_at == NOW - HOUR
    assert flows.followed_by([], [change(NOW, "1")]).open_at == NOW


@pytest.mark.parametrize(
    ("flows", "found"),
    [
        (NetFlows(), FlowsTold(FlowState.UNKNOWN, NOW - DAY)),
        (NetFlows((), NOW - DAY + SECOND), FlowsTold(FlowState.UNKNOWN, NOW - DAY)),
        (NetFlows((), NOW - DAY), FlowsTold(FlowState.KNOWN, NOW - DAY)),
        (NetFlows((), KNOWN_FROM, NOW - GRACE), FlowsTold(FlowState.PROVISIONAL, NOW - GRACE)),
        (NetFlows((), KNOWN_FROM, NOW - GRACE - SECOND), FlowsTold(FlowState.KNOWN, KNOWN_FROM)),
    ],
)
def test_flows_are_known_provisional_or_unknown(flows: NetFlows, found: FlowsTold) -> None:
    assert told(flows, NOW - DAY, NOW) == found


def test_day_profit_begins_a_day_ago_or_where_the_history_does() -> None:
    old, new = snapshot(NOW - 2 * DAY, "1", "1"), snapshot(NOW - HOUR, "1", "1")
    assert begins(NOW, Baselines()) == NOW
    assert begins(NOW, Baselines(first=old)) == NOW - DAY
    assert begins(NOW, Baselines(first=new)) == NOW - HOUR
    assert begins(NOW, Baselines(day=Neighbours(after=new))) == NOW - HOUR


def test_profits_leave_out_what_flowed_since_their_starts_and_nothing_of_before() -> None:
    first, own = snapshot(NOW - 2 * DAY, "100", "1"), snapshot(NOW, "190", "1")
    flows = NetFlows([(NOW - 3 * DAY, net(worth("5", "0"))), (NOW - DAY / 2, net(worth("70", "0.5", "3")))])
    past = Baselines(Neighbours(first), Neighbours(after=first), first)
    since = starts(NOW, past, own, flows)
    half = Net(Decimal("0.25"), Decimal(35), Decimal(105))
    whole = net(worth("70", "0.5", "3"))
    assert since.flows == FlowsSince(day=half, month=whole, total=whole)
    found = figures(own.worth, "EUR", since)
    assert found.month.usd.amount == 20
    assert found.month.btc.amount == Decimal("-0.5")
    assert found.month.display.amount == 190 - (100 + 210)
    assert starts(NOW, past, own, NetFlows([(NOW - 3 * DAY, net(PRICE))])).flows is None
    assert starts(NOW, Baselines(), None, flows).flows is None


def test_a_start_between_two_snapshots_has_the_flows_of_the_same_line() -> None:
    before, after = snapshot(NOW - DAY - HOUR, "100", "1"), snapshot(NOW - DAY + HOUR, "200", "2")
    flows = NetFlows([(NOW - DAY - HOUR / 2, net(worth("100", "1")))])
    around, at = Neighbours(before, after), NOW - DAY
    assert flowed_since(at, around, flows) == Net(Decimal("0.5"), Decimal(50), Decimal(50))
    start = value_at(at, around)
    assert profit(worth("200", "2"), start, flowed_since(at, around, flows)).usd.amount == 0
    assert flowed_since(at, Neighbours(before), flows).usd == 100
    assert flowed_since(at, Neighbours(after=after), flows) == NOTHING
    assert flowed_since(at, Neighbours(), flows) == NOTHING


money = st.decimals(-10_000, 10_000, allow_nan=False, places=8)


@given(
    st.lists(st.tuples(st.integers(0, 100), money), max_size=12), st.lists(st.integers(0, 100), min_size=3)
)
def test_deposits_alone_are_never_profit_wherever_it_starts(
    deposits: list[tuple[int, Decimal]], loads: list[int]
) -> None:
    """An account to which only deposits come is measured at some minutes: profit is 0 from any minute on."""
    flows = NetFlows((NOW + m * SECOND, net(Worth(amount, amount))) for m, amount in deposits)
    minutes = sorted(set(loads))

    def measured(minute: int) -> Worth:
        held = sum((amount for m, amount in deposits if m <= minute), Decimal(0))
        return Worth(held, held)

    end = measured(minutes[-1])
    ended = NetFlows((NOW + m * SECOND, net(Worth(a, a))) for m, a in deposits if m <= minutes[-1])
    points = [snapshot(NOW + m * SECOND, str(measured(m).usd), str(measured(m).btc)) for m in minutes]
    for first, second in pairwise(points):
        for part in range(5):
            at = first.at + (second.at - first.at) * part / 4
            around = Neighbours(first, second)
            start = value_at(at, around)
            assert profit(end, start, flowed_since(at, around, ended)).usd.amount == 0
    assert flows.since(NOW - SECOND).usd == sum((amount for _, amount in deposits), Decimal(0))


@given(st.lists(st.tuples(st.integers(0, 50), money), min_size=1), st.integers(-1, 51))
def test_flows_before_and_after_any_time_are_all_of_them(flows: list[tuple[int, Decimal]], at: int) -> None:
    added = NetFlows((NOW + timedelta(seconds=s), net(Worth(a, a))) for s, a in flows)
    when = NOW + timedelta(seconds=at)
    assert added.until(when) + added.since(when) == added.since(NOW - SECOND)
    assert added.since(when).usd == sum((a for s, a in flows if s > at), Decimal(0))


@pytest.mark.parametrize(
    ("told_until", "tellable"),
    [
        ((), NOW - GRACE),
        ((NOW, NOW - SECOND), NOW - GRACE),
        ((NOW, NOW - HOUR), NOW - HOUR),
        ((NOW - HOUR, NOW - 9 * HOUR), NOW - SURELY_AFTER),
        ((NOW, None), NOW - SURELY_AFTER),
    ],
)
def test_what_nothing_explains_is_told_once_all_sources_have_or_after_two_hours(
    told_until: tuple[datetime | None, ...], tellable: datetime
) -> None:
    assert tellable_until(NOW, told_until) == tellable
