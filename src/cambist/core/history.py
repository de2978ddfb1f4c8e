"""An account's worth over time: snapshots, and the worth between them.

Rules: the specification's arithmetic page, "Profit", value_at.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cambist.core.money import between
from cambist.core.terms import Worth

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a complete load, or an imported point, said an account was worth.

    btc_usd: P at that time; None for an imported point, whose P is usd / btc. currency: that of the worth's
    rate; None where that was not written down.
    """

    at: datetime
    worth: Worth
    btc_usd: Decimal | None = None
    currency: str | None = "USD"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The snapshots around a time: the last at or before it, the first at or after it."""

    before: Snapshot | None = None
    after: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class FlowMark:
    """Which flows are kept of an account: another version whenever its net flows are others.

    latest: the time of the latest entry, where there is any. noted: whether loads note what changes.
    """

    version: int
    latest: datetime
    noted: bool


@dataclass(frozen=True, slots=True)
class Baselines:
    """What the history tells a load: around a day ago, around a month ago, and where profit starts.

    last: when the last complete load was of which balances are kept. flows: None where none were ever kept.
    """

    day: Neighbours = Neighbours()
    month: Neighbours = Neighbours()
    first: Snapshot | None = None
    last: datetime | None = None
    flows: FlowMark | None = None


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970, UTC: the resolution of every stored time."""
    return (at - EPOCH) // _MILLISECOND


def moment(stored_ms: int) -> datetime:
    """The aware UTC time of stored milliseconds."""
    return EPOCH + stored_ms * _MILLISECOND


def value_at(at: datetime, around: Neighbours) -> Worth | None:
    """The worth at a time: linear between its neighbours, else the one there is; None without any."""
    before, after = around.before, around.after
    if before is None or after is None:
        nearest = before or after
        return None if nearest is None else nearest.worth
    span = milliseconds(after.at) - milliseconds(before.at)
    if span == 0:
        return before.worth
    elapsed = milliseconds(at) - milliseconds(before.at)

    def part(first: Decimal, second: Decimal) -> Decimal:
        return between(first, second, elapsed, span)

    return Worth(
        btc=part(before.worth.btc, after.worth.btc),
        usd=part(before.worth.usd, after.worth.usd),
        rate=part(before.worth.rate, after.worth.rate),
    )
