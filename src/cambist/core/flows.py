"""Net flows: what loads found changed that no entry explains, and what all net flows add up to over time.

Rules: the specification's arithmetic page, "Flows".
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Self

from cambist.core.history import EPOCH
from cambist.core.ledger import Entry
from cambist.core.money import ZERO, exact
from cambist.core.terms import FlowState, FlowsTold, Worth

# For so long after a load a change may still be explained.
GRACE = timedelta(minutes=30)
# A source that has not told since then is not waited for: a silent one may hide a theft for no longer.
SURELY_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Change:
    """What a complete load found changed of one asset since the complete load before: in (since, at].

    amount: with its sign. price: of one unit by this load; None without any. marked_to_market: it had open
    positions, so that it moves by itself. residual: what of the amount no entry explains.
    """

    asset: str
    since: datetime
    at: datetime
    amount: Decimal
    price: Worth | None
    marked_to_market: bool = False
    residual: Decimal = ZERO

    def holds(self, asset: str, at: datetime) -> bool:
        return asset == self.asset and self.since < at <= self.at


def residual(change: Change, entries: Iterable[Entry]) -> Decimal:
    """What of a change's amount no entry of its stretch of time explains; 0 where it moves by itself."""
    if change.marked_to_market:
        return ZERO
    with exact():
        explained = sum((e.amount for e in entries if change.holds(e.asset, e.at)), ZERO)
        return change.amount - explained


@dataclass(frozen=True, slots=True)
class Net:
    """What flows add up to, with their signs; display: each at the price of a dollar in its own time."""

    btc: Decimal = ZERO
    usd: Decimal = ZERO
    display: Decimal = ZERO

    def __add__(self, other: "Net") -> "Net":
        with exact():
            return Net(self.btc + other.btc, self.usd + other.usd, self.display + other.display)

    def __sub__(self, other: "Net") -> "Net":
        with exact():
            return Net(self.btc - other.btc, self.usd - other.usd, self.display - other.display)


NOTHING = Net()


def net(worth: Worth) -> Net:
    """A flow of that worth."""
    with exact():
        return Net(worth.btc, worth.usd, worth.usd * worth.rate)


def times(units: Decimal, price: Worth) -> Worth:
    """What so many units are worth at a price of one."""
    with exact():
        return Worth(units * price.btc, units * price.usd, price.rate)


class NetFlows:
    """An account's net flows in the order of their times, added up: what came after a time is one look-up.

    known_from: since when flows are known; None where nobody tells. open_at: when the last change was noted
    that no entry explains and that counts as a flow.
    """

    __slots__ = ("_displayed", "_known", "_sums", "_times", "known_from", "open_at")

    def __init__(
        self,
        flows: Iterable[tuple[datetime, Net]] = (),
        known_from: datetime | None = None,
        open_at: datetime | None = None,
    ) -> None:
        self.known_from = known_from
        self.open_at = open_at
        self._known: dict[int, Net] = {}
        self._displayed: tuple[Hashable, NetFlows] | None = None
        self._times: list[datetime] = []
        self._sums = [NOTHING]
        btc, usd, display = ZERO, ZERO, ZERO
        with exact():
            for at, flow in sorted(flows, key=itemgetter(0)):
                btc, usd, display = btc + flow.btc, usd + flow.usd, display + flow.display
                self._times.append(at)
                self._sums.append(Net(btc, usd, display))

    @classmethod
    def of(
        cls,
        entries: Iterable[tuple[datetime, Net]],
        changes: Iterable[Change],
        known_from: datetime | None,
    ) -> Self:
        """Of entries that are net flows, and of what is left of changes since flows are known."""
        left = [each for each in changes if each.residual and counts(each, known_from)]
        flows = [(e.at, net(times(e.residual, e.price))) for e in left if e.price is not None]
        open_at = max((each.at for each in left), default=None)
        return cls((*entries, *flows), known_from, open_at)

    def followed_by(self, flows: Iterable[tuple[datetime, Net]], changes: Iterable[Change]) -> "NetFlows":
        """With what a load has found, which comes last of all, but for entries by a clock ahead of ours."""
        more = NetFlows.of(flows, changes, self.known_from)
        if not more and more.open_at is None:
            return self
        open_at = more.open_at or self.open_at
        if self and more and more._times[0] < self._times[-1]:
            return NetFlows((*self, *more), self.known_from, open_at)
        joined = NetFlows((), self.known_from, open_at)
        joined._times = self._times + more._times
        joined._sums = self._sums + [self._sums[-1] + each for each in more._sums[1:]]
        return joined

    def displayed(self, by: Hashable, rate: Callable[[datetime, Net], Decimal]) -> "NetFlows":
        """The same flows in a display currency, by the price of a dollar that `rate` tells of each.

        by: what the rates are called: the last result is kept, and is that of the same name.
        """
        if self._displayed is None or self._displayed[0] != by:
            with exact():
                flows = [(at, Net(f.btc, f.usd, f.usd * rate(at, f))) for at, f in self]
            self._displayed = by, NetFlows(flows, self.known_from, self.open_at)
        return self._displayed[1]

    def __bool__(self) -> bool:
        return bool(self._times)

    def until(self, at: datetime) -> Net:
        """What flowed until then, the very moment included."""
        return self._sums[bisect_right(self._times, at)]

    def since(self, at: datetime) -> Net:
        """What flowed after then."""
        place = bisect_right(self._times, at)
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = self._sums[-1] - self._sums[place]
        return found

    def between(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, Net]]:
        """Each flow after `since`, up to `until` and then too."""
        return self._numbered(bisect_right(self._times, since), bisect_right(self._times, until))

    def __iter__(self) -> Iterator[tuple[datetime, Net]]:
        return self._numbered(0, len(self._times))

    def _numbered(self, first: int, last: int) -> Iterator[tuple[datetime, Net]]:
        for number in range(first, last):
            yield self._times[number], self._sums[number + 1] - self._sums[number]


def counts(change: Change, known_from: datetime | None) -> bool:
    """Whether what is left of a change is a flow: it began when flows were known."""
    return known_from is not None and change.since >= known_from


def tellable_until(now: datetime, told_until: Iterable[datetime | None]) -> datetime:
    """Up to when what nothing explains may be told: what one source tells half of, another may end.

    told_until: up to when each source of the account's ledger has told.
    """
    told = [each or EPOCH for each in told_until]
    return max(min([now - GRACE, *told]), now - SURELY_AFTER)


def told(flows: NetFlows, begins: datetime, now: datetime) -> FlowsTold:
    """What a load can tell of flows. begins: where the shortest of its profits starts."""
    if flows.known_from is None or flows.known_from > begins:
        return FlowsTold(FlowState.UNKNOWN, begins)
    if flows.open_at is not None and now - flows.open_at <= GRACE:
        return FlowsTold(FlowState.PROVISIONAL, flows.open_at)
    return FlowsTold(FlowState.KNOWN, flows.known_from)
