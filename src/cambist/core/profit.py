"""Day, month and total profit of an account against its history.

Rules: the specification's arithmetic page, "Profit": profit = amount − (baseline + net flows since).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from cambist.core.history import Baselines, Neighbours, Snapshot, value_at
from cambist.core.money import FINE_PERCENT_PLACES, PERCENT_PLACES, ZERO, exact, percentage
from cambist.core.terms import Change, Figures, Profit, Worth

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)
NO_FLOWS = Worth(ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Starts:
    """The worth that each profit of a load is measured against; None where there is no history at all."""

    day: Worth | None = None
    month: Worth | None = None
    total: Worth | None = None


def starts(at: datetime, past: Baselines, own: Snapshot | None) -> Starts:
    """Where the profits of a load at a time start.

    past: what the history held before this load.
    own: its snapshot where the load is complete; a partial one has none and never shapes a baseline.
    """
    first = past.first
    if first is None and own is not None and counts_as_start(own.worth):
        first = own
    return Starts(
        day=value_at(at - DAY, _with(past.day, own)),
        month=value_at(at - MONTH, _with(past.month, own)),
        total=None if first is None else first.worth,
    )


def figures(current: Worth, currency: str, since: Starts) -> Figures:
    """The amounts of a load and its three profits; the rates are those of `currency`."""
    with exact():
        display = current.usd * current.rate
    return Figures(
        currency=currency,
        btc=current.btc,
        usd=current.usd,
        display=display,
        day=profit(current, since.day, display_places=FINE_PERCENT_PLACES),
        month=profit(current, since.month),
        total=profit(current, since.total),
    )


def profit(
    current: Worth,
    baseline: Worth | None,
    net_flows: Worth = NO_FLOWS,
    display_places: int = PERCENT_PLACES,
) -> Profit:
    """The change from a baseline, net of flows; no baseline, no profit."""
    if baseline is None:
        return Profit()
    with exact():
        btc, usd = baseline.btc + net_flows.btc, baseline.usd + net_flows.usd
        return Profit(
            btc=_change(current.btc, btc),
            usd=_change(current.usd, usd),
            display=_change(current.usd * current.rate, usd * baseline.rate, display_places),
        )


def counts_as_start(worth: Worth) -> bool:
    """Whether total profit may start at a snapshot: both its amounts are positive."""
    return worth.btc > 0 and worth.usd > 0


def _with(around: Neighbours, own: Snapshot | None) -> Neighbours:
    return around if around.after is not None else Neighbours(around.before, own)


def _change(now: Decimal, start: Decimal, places: int = PERCENT_PLACES) -> Change:
    """Of exact amounts, in an exact context."""
    gained = now - start
    return Change(gained, percentage(gained, start, places))
