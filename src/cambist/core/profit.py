"""Day, month and total profit of an account against its history.

Rules: the specification's arithmetic page, "Profit": profit = amount − (baseline + net flows since).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from cambist.core.flows import NOTHING, Net, NetFlows
from cambist.core.history import Baselines, Neighbours, Snapshot, milliseconds, value_at
from cambist.core.money import FINE_PERCENT_PLACES, PERCENT_PLACES, between, exact, percentage
from cambist.core.terms import Change, Figures, Profit, Worth

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)
NO_FLOWS = NetFlows()


@dataclass(frozen=True, slots=True)
class FlowsSince:
    """What the net flows since each start add up to."""

    day: Net = NOTHING
    month: Net = NOTHING
    total: Net = NOTHING


@dataclass(frozen=True, slots=True)
class Starts:
    """The worth that each profit of a load is measured against; None where there is no history at all.

    flows: None where none are known since any of them.
    """

    day: Worth | None = None
    month: Worth | None = None
    total: Worth | None = None
    flows: FlowsSince | None = None


def starts(at: datetime, past: Baselines, own: Snapshot | None, flows: NetFlows = NO_FLOWS) -> Starts:
    """Where the profits of a load at a time start.

    past: what the history held before this load.
    own: its snapshot where the load is complete; a partial one has none and never shapes a baseline.
    flows: the account's, those of this load among them.
    """
    first = past.first
    if first is None and own is not None and counts_as_start(own.worth):
        first = own
    day, month = _with(past.day, own), _with(past.month, own)
    return Starts(
        day=value_at(at - DAY, day),
        month=value_at(at - MONTH, month),
        total=None if first is None else first.worth,
        flows=_flows_since(at, day, month, first, flows) if flows else None,
    )


def flowed_since(at: datetime, around: Neighbours, flows: NetFlows) -> Net:
    """The net flows since a time whose worth is `value_at` its neighbours, by the same line between them.

    So that a flow between two snapshots is as much in the baseline as it is in the worth there, and shows at
    no moment as profit. Before the first snapshot nothing is measured: what flowed then is not since.
    """
    before, after = around.before, around.after
    if before is None or after is None:
        nearest = before or after
        return NOTHING if nearest is None else flows.since(nearest.at)
    first, second = flows.since(before.at), flows.since(after.at)
    if first == second:
        return first
    span = milliseconds(after.at) - milliseconds(before.at)
    elapsed = milliseconds(at) - milliseconds(before.at)
    return Net(
        btc=between(first.btc, second.btc, elapsed, span),
        usd=between(first.usd, second.usd, elapsed, span),
        display=between(first.display, second.display, elapsed, span),
    )


def begins(at: datetime, past: Baselines) -> datetime:
    """Where a load's day profit starts, the shortest: a day ago, or where the history does."""
    first = past.first or past.day.after
    return max(at - DAY, at if first is None else first.at)


def figures(current: Worth, currency: str, since: Starts) -> Figures:
    """The amounts of a load and its three profits; the rates are those of `currency`."""
    flows = since.flows or FlowsSince()
    with exact():
        return Figures(
            currency=currency,
            btc=current.btc,
            usd=current.usd,
            display=current.usd * current.rate,
            day=_profit(current, since.day, flows.day, FINE_PERCENT_PLACES),
            month=_profit(current, since.month, flows.month),
            total=_profit(current, since.total, flows.total),
        )


def counts_as_start(worth: Worth) -> bool:
    """Whether total profit may start at a snapshot: both its amounts are positive."""
    return worth.btc > 0 and worth.usd > 0


def _flows_since(
    at: datetime, day: Neighbours, month: Neighbours, first: Snapshot | None, flows: NetFlows
) -> FlowsSince | None:
    found = FlowsSince(
        day=flowed_since(at - DAY, day, flows),
        month=flowed_since(at - MONTH, month, flows),
        total=NOTHING if first is None else flows.since(first.at),
    )
    return None if found == FlowsSince() else found


def _with(around: Neighbours, own: Snapshot | None) -> Neighbours:
    return around if around.after is not None else Neighbours(around.before, own)


def _profit(
    current: Worth, baseline: Worth | None, net_flows: Net, display_places: int = PERCENT_PLACES
) -> Profit:
    """The change from a baseline, net of flows, in an exact context; no baseline, no profit."""
    if baseline is None:
        return Profit()
    display = baseline.usd * baseline.rate
    return Profit(
        btc=_change(current.btc, baseline.btc + net_flows.btc),
        usd=_change(current.usd, baseline.usd + net_flows.usd),
        display=_change(current.usd * current.rate, display + net_flows.display, display_places),
    )


def _change(now: Decimal, start: Decimal, places: int = PERCENT_PLACES) -> Change:
    """Of exact amounts, in an exact context."""
    gained = now - start
    return Change(gained, percentage(gained, start, places))
