"""Profit that explains itself: the parts of a change of worth, which add up to it to the last digit.

Rules: the decision page "Flows". BTC, USD and the display currency are each summed for themselves, exactly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from cambist.core.flows import NOTHING, Change, Net, counts, net, times
from cambist.core.history import Neighbours, milliseconds
from cambist.core.ledger import Booked, EntryKind, is_net_flow
from cambist.core.money import ZERO, between
from cambist.core.terms import Worth

K = TypeVar("K")

ByAsset = Mapping[str, Net]


class Part(StrEnum):
    """What a change of worth is made of. Trades are no part: their legs are worth the same and cancel."""

    PRICE_EFFECT = "price_effect"
    DEPOSITS = "deposits"
    WITHDRAWALS = "withdrawals"
    TRANSFERS = "transfers"
    REWARDS = "rewards"
    FEES = "fees"
    FUNDING = "funding"
    INTEREST = "interest"
    REALISED = "realised"
    COVERAGE = "coverage"
    PROVISIONAL = "provisional"
    UNEXPLAINED = "unexplained"


PARTS: Mapping[EntryKind, Part | None] = {
    EntryKind.DEPOSIT: Part.DEPOSITS,
    EntryKind.WITHDRAWAL: Part.WITHDRAWALS,
    EntryKind.TRANSFER: Part.TRANSFERS,
    EntryKind.REWARD: Part.REWARDS,
    EntryKind.FEE: Part.FEES,
    EntryKind.FUNDING: Part.FUNDING,
    EntryKind.INTEREST: Part.INTEREST,
    EntryKind.TRADE: None,
    EntryKind.REALISED: Part.REALISED,
    EntryKind.COVERAGE: Part.COVERAGE,
}
NET_FLOWS = frozenset(
    {
        Part.DEPOSITS,
        Part.WITHDRAWALS,
        Part.TRANSFERS,
        Part.COVERAGE,
        Part.PROVISIONAL,
        Part.UNEXPLAINED,
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account was worth at a time, in all and by asset; None where that is no longer known."""

    worth: Worth
    by_asset: ByAsset | None = None


@dataclass(frozen=True, slots=True)
class Unvalued:
    """So many entries or changes of one asset that nobody has a price for. They add nothing to their part."""

    asset: str
    kind: str
    count: int


@dataclass(slots=True, eq=False)
class Tally:
    """Adds up what is told of a range, some of it at a time.

    parts: without price effect. by_asset: of entries, trades among them, and residuals. unknown: of the part
    `unexplained`, what is no net flow. flows: the net flows by their times, but for those of shares.
    """

    parts: dict[Part, Net] = field(default_factory=dict)
    by_asset: dict[str, Net] = field(default_factory=dict)
    unknown: Net = NOTHING
    unvalued: Counter[tuple[str, str]] = field(default_factory=Counter)
    flows: list[tuple[datetime, Net]] = field(default_factory=list)

    @property
    def net_flows(self) -> Net:
        return total(self.parts.get(part, NOTHING) for part in NET_FLOWS) - self.unknown

    def add_entries(self, entries: Iterable[Booked], known_from: datetime | None) -> None:
        """known_from: since when flows are known; of transfers before then nobody can tell what they are."""
        for each in entries:
            entry, part = each.entry, PARTS[each.entry.kind]
            is_flow = is_net_flow(each, known_from)
            if part in NET_FLOWS and not is_flow:
                part = Part.UNEXPLAINED
            if each.worth is None:
                self.unvalued[entry.asset, entry.kind.value] += 1
                continue
            its_worth = net(each.worth)
            _increase(self.by_asset, entry.asset, its_worth)
            if part is not None:
                _increase(self.parts, part, its_worth)
            if is_flow:
                self.flows.append((entry.at, its_worth))
            elif part is Part.UNEXPLAINED:
                self.unknown += its_worth

    def add_changes(
        self, changes: Iterable[Change], known_from: datetime | None, open_from: datetime
    ) -> None:
        """What no entry explains. Of what was noted from `open_from` on an entry may still come."""
        for each in changes:
            is_known = counts(each, known_from)
            part = Part.PROVISIONAL if is_known and each.at >= open_from else Part.UNEXPLAINED
            if each.price is None:
                self.unvalued[each.asset, part.value] += 1
                continue
            its_worth = net(times(each.residual, each.price))
            _increase(self.by_asset, each.asset, its_worth)
            _increase(self.parts, part, its_worth)
            if is_known:
                self.flows.append((each.at, its_worth))
            else:
                self.unknown += its_worth

    def add_share(self, other: "Tally", part: int, whole: int) -> None:
        """Adds another, or of each of its sums the part that lies on the line from nothing to it."""
        for part_of, its_worth in other.parts.items():
            _increase(self.parts, part_of, _share(its_worth, part, whole))
        for asset, its_worth in other.by_asset.items():
            _increase(self.by_asset, asset, _share(its_worth, part, whole))
        self.unknown += _share(other.unknown, part, whole)
        self.unvalued += other.unvalued

    def leave_unknown(self, gained: Net) -> None:
        """Ends a stretch of time in which nobody noted what amounts changed.

        Of what was gained in it, nobody can tell what entries do not: whether prices did it, or flows.
        """
        rest = gained - total(self.parts.values())
        _increase(self.parts, Part.UNEXPLAINED, rest)
        self.unknown += rest
        self.by_asset.clear()

    def round_to(self, net_flows: Net) -> None:
        """Has the net flows add up to what they are together.

        Shares that were rounded each for itself miss it in the hundredth digit; the largest takes that up.
        """
        flows = [part for part in NET_FLOWS if part in self.parts]
        if flows:
            largest = max(sorted(flows), key=lambda part: self.parts[part].usd.copy_abs())
            self.parts[largest] += net_flows - self.net_flows


@dataclass(frozen=True, slots=True)
class Explained:
    """A range's change of worth. change = Σ parts, and profit = change − net_flows, in each currency exactly.

    by_asset: the price effect of each asset; untold: the rest of it, which no asset's balances tell:
    interpolation, rounding, and all of it where the balances of an end are gone. unknown: of the part
    `unexplained`, what is of times before flows are known: it is no net flow, and stays in profit.
    """

    start: Net
    end: Net
    parts: Mapping[Part, Net]
    by_asset: ByAsset
    untold: Net
    net_flows: Net
    unknown: Net
    unvalued: tuple[Unvalued, ...]

    @property
    def change(self) -> Net:
        return self.end - self.start

    @property
    def profit(self) -> Net:
        return self.change - self.net_flows


def explained(start: Worth, noted: Standing, end: Standing, told: Tally) -> Explained:
    """What came between two times, of which the tally has added up all that is told.

    noted: from where on it is noted what amounts changed: the start, or the end of what was left unknown.
    Price effect is what is left: end − start − all other parts. Of an asset: its worth at the end, less its
    worth at the start, its entries and its residuals.
    """
    first, last = net(start), net(end.worth)
    parts = {part: told.parts.get(part, NOTHING) for part in Part}
    parts[Part.PRICE_EFFECT] = last - first - total(parts.values())
    by_asset = _price_effects(noted.by_asset, end.by_asset, told.by_asset)
    return Explained(
        start=first,
        end=last,
        parts=parts,
        by_asset=by_asset,
        untold=parts[Part.PRICE_EFFECT] - total(by_asset.values()),
        net_flows=told.net_flows,
        unknown=told.unknown,
        unvalued=tuple(Unvalued(*named, count) for named, count in sorted(told.unvalued.items())),
    )


def standing_between(
    at: datetime, around: Neighbours, worth: Worth, before: ByAsset | None, after: ByAsset | None
) -> Standing:
    """The worth by asset at a time between two snapshots, each as `value_at` has the whole.

    worth: that whole. before, after: by asset at the snapshots; None where there is none, or it is gone.
    """
    if around.before is None or around.after is None or around.before.at == around.after.at:
        return Standing(worth, after if around.before is None else before)
    if before is None or after is None:
        return Standing(worth)
    elapsed = milliseconds(at) - milliseconds(around.before.at)
    span = milliseconds(around.after.at) - milliseconds(around.before.at)

    def on_the_line(first: Net, second: Net) -> Net:
        btc, usd = (
            between(*ends, elapsed, span) for ends in ((first.btc, second.btc), (first.usd, second.usd))
        )
        return net(Worth(btc, usd, worth.rate))

    assets = before.keys() | after.keys()
    return Standing(
        worth, {each: on_the_line(before.get(each, NOTHING), after.get(each, NOTHING)) for each in assets}
    )


def total(nets: Iterable[Net]) -> Net:
    return sum(nets, NOTHING)


def _price_effects(start: ByAsset | None, end: ByAsset | None, happened: ByAsset) -> ByAsset:
    if start is None or end is None:
        return {}
    return {
        asset: end.get(asset, NOTHING) - start.get(asset, NOTHING) - happened.get(asset, NOTHING)
        for asset in sorted(start.keys() | end.keys() | happened.keys())
    }


def _share(whole_worth: Net, part: int, whole: int) -> Net:
    if part == whole:
        return whole_worth
    return Net(
        *(
            between(ZERO, each, part, whole)
            for each in (whole_worth.btc, whole_worth.usd, whole_worth.display)
        )
    )


def _increase(sums: dict[K, Net], key: K, by: Net) -> None:
    sums[key] = sums.get(key, NOTHING) + by
