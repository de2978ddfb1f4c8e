"""Explain how an account's worth changed over a range: in parts that add up exactly, and by two returns."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from operator import attrgetter

from cambist.actions.facts import Caller
from cambist.actions.find_rate import RatesThen, rates_then
from cambist.actions.flow_facts import FlowStanding
from cambist.actions.flows_known import InPart, known_in_part, known_spans, pages
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.explained import (
    ByAsset,
    Explained,
    Part,
    Standing,
    Tally,
    explained,
    standing_between,
    total,
)
from cambist.core.flows import GRACE, Net, NetFlows, net
from cambist.core.history import Neighbours, Snapshot, milliseconds, value_at
from cambist.core.ledger import EntryKind
from cambist.core.money import ONE, display_rate
from cambist.core.pieces import Piece, flowed_in, flows_in, pieces
from cambist.core.profit import DAY, MONTH
from cambist.core.returns import At, modified_dietz, time_weighted
from cambist.core.terms import Account, FlowState

SPANS: Mapping[str, timedelta | None] = {
    "day": DAY,
    "week": 7 * DAY,
    "month": MONTH,
    "year": 365 * DAY,
    "total": None,
}
MOST_ENTRIES = 100_000
MOST_TIMES = 2_000
# More than an account's assets can be off for being rounded each for itself, at 44 places.
_ROUNDED = Decimal("1e-30")
_LOOKS_AT_A_TIME = 50


@dataclass(frozen=True, slots=True)
class Returns:
    """In percent, of each currency; None where there is nothing that a gain could be measured by."""

    btc: Decimal | None = None
    usd: Decimal | None = None
    display: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A report. flows: what is known of them in (start, end]; known_from: and since when, by kind.

    in_part: what is known of them where that can never be all.
    """

    account: Account
    start: datetime
    end: datetime
    flows: FlowState
    known_from: Mapping[EntryKind, datetime | None]
    in_part: InPart | None
    explained: Explained
    modified_dietz: Returns
    time_weighted: Returns


async def explain_profit(
    outside: Outside,
    caller: Caller,
    account_id: int,
    span: str = "day",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Explanation:
    """The report of (since, until], as far as there are complete loads: it ends with the last of them.

    span: how long before its end it begins, where `since` is None: the spans "day", "month" and "total" are
    those of the account's own profits, to the last digit. Raises NotFound; InvalidInput where the range is
    none, or has more than 100,000 entries.
    """
    account = await outside.accounts.get(caller.user_id, account_id)
    start, end = await _range(outside, account_id, span, since, until)
    rates = await _rates(outside, account)
    at_start, _ = await outside.history.around(account_id, start)
    at_end, _ = await outside.history.around(account_id, end)
    standing = await outside.flows.standing(account_id)
    noted_from = min(standing.changes_from or end, end)
    ranged = pieces(start, end, at_start, at_end, noted_from)
    begun, ended = [await _standing(outside, account_id, at, rates) for at in (start, end)]
    noted = begun if noted_from <= start else await _standing(outside, account_id, noted_from, rates)
    known = known_spans(outside, account, standing)
    stretches = await _told(outside, account_id, ranged, standing, rates)
    told, flows = Tally(), NetFlows(chain.from_iterable(each.flows for each in stretches.values()))
    for piece in ranged:
        told.add_share(stretches[piece.told_in], *piece.share)
        if piece.until == noted_from:
            told.leave_unknown(net(noted.worth) - net(begun.worth))
    told.round_to(total(flowed_in(piece, flows) for piece in ranged))
    came = flows_in(ranged, flows)
    points = [
        (start, net(begun.worth)),
        *await _points_between(outside, account_id, [at for at, _ in came], start, end, rates),
        (end, net(ended.worth)),
    ]
    return Explanation(
        account=account,
        start=start,
        end=end,
        flows=_state(start, standing, told),
        known_from={kind: span and span[0] for kind, span in known.items()},
        in_part=known_in_part(outside, account, standing),
        explained=explained(begun.worth, noted, ended, told),
        modified_dietz=_returns(points, came, _dietz),
        time_weighted=_returns(points, came, time_weighted) if len(came) <= MOST_TIMES else Returns(),
    )


async def _range(
    outside: Outside, account_id: int, span: str, since: datetime | None, until: datetime | None
) -> tuple[datetime, datetime]:
    around, _ = await outside.history.around(account_id, until or outside.clock.now())
    if around.before is None:
        raise InvalidInput({"to": ["lies before the account's first complete load"]})
    end = around.before.at if until is None or around.after is None else until
    length = SPANS[span]
    if since is None and length is None:
        first = (await outside.history.baselines(account_id, end, end)).first
        start = end if first is None else first.at
    else:
        first_at = await outside.history.begins_at(account_id)
        start = max(since or end - (length or DAY), first_at or end)
    if start > end:
        raise InvalidInput({"from": ["lies after the range's end"]})
    return start, end


async def _rates(outside: Outside, account: Account) -> RatesThen:
    """Those of the currency that the account's figures are in."""
    figures = account.figures
    now = display_rate(figures.display, figures.usd) if figures.usd else ONE
    return await rates_then(outside, figures.currency, now)


async def _standing(outside: Outside, account_id: int, at: datetime, rates: RatesThen) -> Standing:
    around, _ = await outside.history.around(account_id, at)
    around = Neighbours(rates.at(around.before), rates.at(around.after))
    worth = value_at(at, around)
    if worth is None:
        raise InvalidInput({"from": ["lies in no history of complete loads"]})
    before = await _by_asset(outside, account_id, around.before)
    after = before if around.after == around.before else await _by_asset(outside, account_id, around.after)
    return standing_between(at, around, worth, before, after)


async def _by_asset(outside: Outside, account_id: int, snapshot: Snapshot | None) -> ByAsset | None:
    """What each asset was worth at a snapshot; None where its balances or their prices are gone."""
    kept = None if snapshot is None else await outside.history.worths_by_asset(account_id, snapshot.at)
    if snapshot is None or kept is None or kept[0] != snapshot.at:
        return None
    at_rate = {
        asset: replace(w, rate=snapshot.worth.rate) for asset, (_, w) in kept[1].items() if w is not None
    }
    found = {asset: net(worth) for asset, worth in at_rate.items()}
    missing = total(found.values()).usd - snapshot.worth.usd
    return found if missing.copy_abs() < _ROUNDED else None


async def _told(
    outside: Outside,
    account_id: int,
    ranged: Sequence[Piece],
    standing: FlowStanding,
    rates: RatesThen,
) -> Mapping[tuple[datetime, datetime], Tally]:
    """{stretch of time: what is told of it} for the pieces of a range; others get their turn between.

    Raises InvalidInput where that are too many entries.
    """
    found: dict[tuple[datetime, datetime], Tally] = {}
    open_from, count = outside.clock.now() - GRACE, 0
    for since, until in dict.fromkeys(piece.told_in for piece in ranged):
        told = found[since, until] = Tally()
        async for page in pages(outside, account_id, since, until):
            told.add_entries(map(rates.booked, page), standing.known_from)
            count += len(page)
            if count > MOST_ENTRIES:
                raise InvalidInput({"from": [f"spans too many entries (maximum is {MOST_ENTRIES})"]})
        changes = await outside.flows.changes(account_id, since, until, open_only=True)
        told.add_changes(map(rates.change, changes), standing.known_from, open_from)
    return found


async def _points_between(
    outside: Outside,
    account_id: int,
    times: Sequence[datetime],
    start: datetime,
    end: datetime,
    rates: RatesThen,
) -> list[tuple[datetime, Net]]:
    """The snapshots around some times, those at the range's ends left out."""
    found: dict[datetime, Net] = {}
    looked_until = start
    for number, at in enumerate(times[:MOST_TIMES]):
        if number % _LOOKS_AT_A_TIME == 0:
            await asyncio.sleep(0)
        if at > looked_until:
            around, _ = await outside.history.around(account_id, at)
            looked_until = end if around.after is None else around.after.at
            beside = (each for each in map(rates.at, (around.before, around.after)) if each is not None)
            found |= {each.at: net(each.worth) for each in beside if start < each.at < end}
    return sorted(found.items())


def _state(start: datetime, standing: FlowStanding, told: Tally) -> FlowState:
    if standing.known_from is None or start < standing.known_from:
        return FlowState.UNKNOWN
    return FlowState.PROVISIONAL if Part.PROVISIONAL in told.parts else FlowState.KNOWN


def _returns(
    points: Sequence[tuple[datetime, Net]],
    flows: Sequence[tuple[datetime, Net]],
    worked_out: Callable[[Sequence[At], Sequence[At]], Decimal | None],
) -> Returns:
    def of(currency: Callable[[Net], Decimal]) -> Decimal | None:
        at, came = ([(milliseconds(at), currency(value)) for at, value in each] for each in (points, flows))
        return worked_out(at, came)

    return Returns(of(attrgetter("btc")), of(attrgetter("usd")), of(attrgetter("display")))


def _dietz(points: Sequence[At], flows: Sequence[At]) -> Decimal | None:
    return modified_dietz(points[0], points[-1], flows)
