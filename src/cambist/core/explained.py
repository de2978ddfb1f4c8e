"""Profit that explains itself: the parts of a change of worth, which add up to it to the last digit.

Rules: the decision page "Flows". BTC, USD and the display currency are each summed for themselves, exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from cambist.core.history import Neighbours, milliseconds
from cambist.core.ledger import Booked, EntryKind
from cambist.core.money import ZERO, between, exact
from cambist.core.shares import Value
from cambist.core.terms import Worth

K = TypeVar("K")

ByAsset = Mapping[str, Value]
NOTHING = Value(ZERO, ZERO, ZERO)


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
    """Adds up what happened in a range, some of it at a time.

    parts: without price effect. by_asset: of entries, trades among them, and residuals. flows: the net flows
    by their times. stays: of the net flows, what lies before flows are known and so stays in profit.
    """

    parts: dict[Part, Value] = field(default_factory=dict)
    by_asset: dict[str, Value] = field(default_factory=dict)
    flows: dict[datetime, Value] = field(default_factory=dict)
    stays: Value = NOTHING
    unvalued: dict[tuple[str, str], int] = field(default_factory=dict)

    def add_entries(self, entries: Iterable[Booked]) -> None:
        for each in entries:
            kind = each.entry.kind
            self._add(PARTS[kind], kind, each.entry.asset, each.entry.at, each.worth)

    def add_residual(
        self, asset: str, at: datetime, worth: Worth | None, part: Part, is_known: bool = True
    ) -> None:
        """What no entry explains of an asset's change. is_known: whether flows are known then."""
        self._add(part, part, asset, at, worth, is_known)

    def _add(
        self,
        part: Part | None,
        kind: str,
        asset: str,
        at: datetime,
        worth: Worth | None,
        is_known: bool = True,
    ) -> None:
        if worth is None:
            self.unvalued[asset, kind] = self.unvalued.get((asset, kind), 0) + 1
            return
        value = valued(worth)
        _increase(self.by_asset, asset, value)
        if part is not None:
            _increase(self.parts, part, value)
        if not is_known:
            self.stays = plus(self.stays, value)
        elif part in NET_FLOWS:
            _increase(self.flows, at, value)


@dataclass(frozen=True, slots=True)
class Explained:
    """A range's change of worth. change = Σ parts, and profit = change − net_flows, in each currency exactly.

    by_asset: the price effect of each asset; untold: the rest of it, which no asset's balances tell:
    interpolation, rounding, and all of it where the balances of an end are gone. unknown: of the part
    `unexplained`, what lies before flows are known: it is no net flow, and stays in profit.
    """

    start: Value
    end: Value
    parts: Mapping[Part, Value]
    by_asset: ByAsset
    untold: Value
    net_flows: Value
    unknown: Value
    unvalued: tuple[Unvalued, ...]

    @property
    def change(self) -> Value:
        return minus(self.end, self.start)

    @property
    def profit(self) -> Value:
        return minus(self.change, self.net_flows)


def explained(start: Standing, end: Standing, told: Tally) -> Explained:
    """What came between two times, of which the tally has added up all that is known to have happened.

    Price effect is what is left: end − start − all other parts. Of an asset: its worth at the end, less its
    worth at the start, its entries and its residuals.
    """
    first, last = valued(start.worth), valued(end.worth)
    parts = {part: told.parts.get(part, NOTHING) for part in Part}
    parts[Part.PRICE_EFFECT] = minus(minus(last, first), total(parts.values()))
    by_asset = _price_effects(start.by_asset, end.by_asset, told.by_asset)
    return Explained(
        start=first,
        end=last,
        parts=parts,
        by_asset=by_asset,
        untold=minus(parts[Part.PRICE_EFFECT], total(by_asset.values())),
        net_flows=minus(total(parts[part] for part in NET_FLOWS), told.stays),
        unknown=told.stays,
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

    def on_the_line(first: Value, second: Value) -> Value:
        btc, usd = (
            between(*ends, elapsed, span) for ends in ((first.btc, second.btc), (first.usd, second.usd))
        )
        return valued(Worth(btc, usd, worth.rate))

    assets = before.keys() | after.keys()
    return Standing(
        worth, {each: on_the_line(before.get(each, NOTHING), after.get(each, NOTHING)) for each in assets}
    )


def valued(worth: Worth) -> Value:
    """A worth with what it is in the display currency at its own rate."""
    with exact():
        return Value(worth.btc, worth.usd, worth.usd * worth.rate)


def plus(first: Value, second: Value) -> Value:
    with exact():
        return Value(first.btc + second.btc, first.usd + second.usd, first.display + second.display)


def minus(first: Value, second: Value) -> Value:
    with exact():
        return Value(first.btc - second.btc, first.usd - second.usd, first.display - second.display)


def total(values: Iterable[Value]) -> Value:
    btc = usd = display = ZERO
    with exact():
        for each in values:
            btc, usd, display = btc + each.btc, usd + each.usd, display + each.display
    return Value(btc, usd, display)


def _price_effects(start: ByAsset | None, end: ByAsset | None, happened: ByAsset) -> ByAsset:
    if start is None or end is None:
        return {}
    return {
        asset: minus(minus(end.get(asset, NOTHING), start.get(asset, NOTHING)), happened.get(asset, NOTHING))
        for asset in sorted(start.keys() | end.keys() | happened.keys())
    }


def _increase(sums: dict[K, Value], key: K, by: Value) -> None:
    sums[key] = plus(sums.get(key, NOTHING), by)
