"""The endpoints of worth over time: points of a chart, and the exact history. JSON numbers are made here."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

import msgspec

from cambist.actions.chart_worth import worths_in, worths_together
from cambist.actions.facts import Dated
from cambist.actions.mark_point import mark_point
from cambist.actions.show_holdings import accounts_summed
from cambist.actions.strike_daily import strike_daily
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import double, time_text
from cambist.api.parameters import (
    choice,
    integer,
    optional_moment,
    required_moment,
    required_text,
    time_of_day,
)
from cambist.core.flows import NOTHING, Net
from cambist.core.history import EPOCH, milliseconds, moment
from cambist.core.money import plain_text

_NONE = ("", "", "")
DATE_FROM = required_moment("date_from", "the first moment")
DATE_TO = optional_moment("date_to", "the last moment; now where it is not given", at_end=True)

EVERY = {
    "raw": timedelta(milliseconds=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
FROM = optional_moment("from", "the first moment; the first snapshot's where it is not given")
TO = optional_moment("to", "the last moment; now where it is not given", at_end=True)
RESOLUTION = choice("resolution", "all snapshots, or the last of each hour or day (UTC)", tuple(EVERY), "raw")
POINT_AT = required_moment("at", "the point's time, as the history tells it")
WHY = required_text("reason", "why it is wrong")
STRIKE_AT = time_of_day("at", "the time of each day, UTC", time())
STRIKE_FROM = optional_moment("from", "the first moment; the first point's day where it is not given")
LIMIT = integer("limit", "how many points at most", 10_000, range(1, 10_001))


class ChartPoint(msgspec.Struct, gc=False):
    """What is worth at a time in seconds since 1970.

    The deposit amounts are the net flows since the point before: what came, less what went, and what else
    profit leaves out. 0 where none are known.
    """

    date: int
    usd: float
    btc: float
    btc_deposit_amount: float = 0.0
    usd_deposit_amount: float = 0.0


class HistoryPoint(msgspec.Struct):
    """A snapshot. kind: own (of a complete load), partial or imported. rate: one USD in `currency`, that of
    the load's figures; null where it was not written down.

    keys_replaced: from here on it may be another exchange account, since the exchange tells no uid.
    gap: before it, nothing was measured for longer than three refreshes, or for longer than the resolution.
    marked: why it is marked as wrong, so that nothing counts by it.
    """

    at: str
    usd: str
    btc: str
    rate: str
    currency: str | None
    btc_usd: str | None
    kind: str
    keys_replaced: bool
    gap: bool
    marked: str | None


class History(msgspec.Struct):
    """next: the moment to ask from for the rest; null where this is all."""

    points: list[HistoryPoint]
    next: str | None


async def balance_chart(asked: Asked) -> Answered[list[ChartPoint]]:
    """Every snapshot in the span; where there is none, the one that stands then, or else the first after."""
    account = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    since, until = asked[DATE_FROM], asked[DATE_TO] or asked.outside.clock.now()
    found = await worths_in(asked.outside, account.id, since, until)
    if not found.count:
        before, after = await asked.outside.history.worths_beside(account.id, since, until)
        found = before if before.count else after
    flows = await _flows(asked, account.id, found.at) if found.count else ()
    return Answered(chart_points(found.at, found.usd, found.btc, flows))


async def summary_chart(asked: Asked) -> Answered[list[ChartPoint]]:
    """The accounts' worth together at each snapshot of one of them; in between each stands as it was."""
    since, until = asked[DATE_FROM], asked[DATE_TO] or asked.outside.clock.now()
    ids = [account.id for account, _ in await accounts_summed(asked.outside, asked.caller)]
    points, began = await worths_together(asked.outside, ids, since, until)
    at, usd, btc = (",".join(map(str, column)) for column in zip(*points, strict=True)) if began else _NONE
    flows = [flow for account_id, first in began for flow in await _flows(asked, account_id, at, first)]
    return Answered(chart_points(at, usd, btc, flows))


async def history(asked: Asked) -> Answered[History]:
    account = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    since, until = asked[FROM] or EPOCH, asked[TO] or asked.outside.clock.now()
    limit, every = asked[LIMIT], EVERY[asked[RESOLUTION]]
    found = await asked.outside.history.dated(account.id, since, until, every, limit + 1)
    gap_after = max(every, asked.outside.rules.gap_after)
    points = [_told(each, gap_after) for each in found]
    return Answered(History(points[:limit], points[limit].at if len(points) > limit else None))


async def mark(asked: Asked) -> Answered[HistoryPoint]:
    return await _marked(asked, asked[WHY])


async def unmark(asked: Asked) -> Answered[HistoryPoint]:
    return await _marked(asked, None)


async def strike(asked: Asked) -> Answered[str]:
    text = await strike_daily(
        asked.outside, asked.caller, asked.account_id, asked[STRIKE_AT], asked[STRIKE_FROM], asked[TO]
    )
    return Answered(text)


async def _marked(asked: Asked, reason: str | None) -> Answered[HistoryPoint]:
    marked = await mark_point(asked.outside, asked.caller, asked.account_id, asked[POINT_AT], reason)
    return Answered(_told(marked, asked.outside.rules.gap_after))


def _told(each: Dated, gap_after: timedelta) -> HistoryPoint:
    found = each.snapshot
    return HistoryPoint(
        at=time_text(found.at),
        usd=plain_text(found.worth.usd),
        btc=plain_text(found.worth.btc),
        rate=plain_text(found.worth.rate),
        currency=found.currency,
        btc_usd=None if found.btc_usd is None else plain_text(found.btc_usd),
        kind=each.kind,
        keys_replaced=each.is_break,
        gap=each.unmeasured is not None and each.unmeasured > gap_after,
        marked=each.mark,
    )


async def _flows(
    asked: Asked, account_id: int, at: str, first: int | None = None
) -> Sequence[tuple[datetime, Net]]:
    """An account's net flows up to the last of some points, since the point before the first of them.

    at: the points' times. first: the account's own first point, where it is another. Both in milliseconds.
    """
    flows = await asked.outside.flows.net(account_id)
    if not flows:
        return ()
    if first is None:
        first = int(at.partition(",")[0])
        before, _ = await asked.outside.history.worths_beside(account_id, moment(first), EPOCH)
        first = int(before.at) if before.count else first
    return list(flows.between(moment(first), moment(int(at.rpartition(",")[2]))))


def chart_points(
    at: str = "", usd: str = "", btc: str = "", flows: Iterable[tuple[datetime, Net]] = ()
) -> list[ChartPoint]:
    """A point for each of the columns' values, the amounts as the doubles nearest to them.

    Read as JSON, which is ten times as fast as float() of each text and rounds the same. flows: each counts
    at the first point that is not before it.
    """
    dates = msgspec.json.decode(f"[{at}]", type=list[int])
    amounts = (msgspec.json.decode(f"[{column}]", type=list[float]) for column in (usd, btc))
    points = [
        ChartPoint(date // 1000, usd or 0.0, btc or 0.0)
        for date, usd, btc in zip(dates, *amounts, strict=True)
    ]
    came: dict[int, Net] = {}
    for moved_at, flow in flows:
        number = bisect_left(dates, milliseconds(moved_at))
        came[number] = came.get(number, NOTHING) + flow
    for number, flow in came.items():
        points[number].btc_deposit_amount = double(flow.btc)
        points[number].usd_deposit_amount = double(flow.usd)
    return points
