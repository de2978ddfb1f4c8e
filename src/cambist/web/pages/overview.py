"""The overview: what all accounts are worth together, and which of them need attention."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from starlette.responses import Response

from cambist.actions.chart_worth import worths_at, worths_drawn
from cambist.actions.facts import Caller
from cambist.actions.load_all import Run
from cambist.actions.review_accounts import Reviewed, review_accounts
from cambist.actions.show_most_held import show_most_held
from cambist.core.money import percentage
from cambist.core.profit import MONTH
from cambist.core.shares import Holding, whole
from cambist.core.summary import Point, summed
from cambist.core.terms import Figures
from cambist.web.amounts import Amounts, amounts, unit_known, value_in
from cambist.web.charts import chart, sparkline
from cambist.web.doors import Handler, Visit
from cambist.web.page import page
from cambist.web.rendering import rendered
from cambist.web.standing import State, state_of
from cambist.web.treemap import MOST_TILES, treemap
from cambist.web.view import View, view_of

TOP = 10
# Points of a trend, fewer where there are many trends.
TREND_POINTS, FEWER_POINTS, MANY = 31, 16, 40
# The treemap is drawn for a wide page and for a phone; CSS shows one of them.
WIDE, TALL = (800, 425), (340, 420)
_RESULT_SHOWN_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Row:
    """An account in the table. trend: the path of its last 30 days."""

    reviewed: Reviewed
    amounts: Amounts
    state: State
    trend: str


@dataclass(frozen=True, slots=True)
class Top:
    """One of the assets that most is held of. width: of its bar, in percent."""

    holding: Holding
    value: Decimal
    share: Decimal
    width: float


async def _overview(visit: Visit, caller: Caller) -> Response:
    outside, now = visit.outside, visit.outside.clock.now()
    user = await outside.users.get(caller.user_id)
    view = view_of(visit.query, outside.rules.preferences(user.chosen).display_currency)
    reviewed = await review_accounts(outside, caller)
    counted = [each for each in reviewed if each.is_counted]
    held = await show_most_held(outside, caller, MOST_TILES)
    ids = [each.account.id for each in counted]
    drawn = await worths_drawn(outside, ids, view.since(now), now)
    count = TREND_POINTS if len(reviewed) <= MANY else FEWER_POINTS
    trends = await worths_at(outside, [e.account.id for e in reviewed], now - MONTH, now, count)
    unit = unit_known(view.unit, held.currency)
    run = visit.doors.load_all.run_of(caller.user_id)
    return rendered(
        visit,
        "overview.html",
        view=view,
        total=_together(counted, view),
        in_bitcoin=_together(counted, view.with_unit("BTC")).value,
        last_known=_together([each for each in counted if each.is_last_known], view).value,
        oldest=min((each.account.loaded_at for each in counted if each.is_last_known), default=None),
        loaded_at=min((e.account.loaded_at for e in counted if not e.is_last_known), default=None),
        partial=sum(not each.account.complete for each in counted),
        alerts=[(each, alert) for each in reviewed for alert in each.alerts],
        alerted=[each for each in reviewed if each.alerts],
        rows=[_row(each, view, trends[each.account.id]) for each in reviewed],
        chart=chart(drawn, view.unit, now),
        top=_top(held.holdings, unit),
        unit=unit,
        holdings_count=len(held.holdings),
        unpriced=[each.asset for each in held.holdings if each.value is None and each.total],
        sizes=(WIDE, TALL),
        wide=treemap(held.holdings, *WIDE),
        tall=treemap(held.holdings, *TALL),
        run=shown_run(visit, run),
    )


def shown_run(visit: Visit, run: Run | None) -> Run | None:
    """A run that goes on, or has ended just now."""
    is_old = run and run.ended_at and visit.outside.clock.now() - run.ended_at > _RESULT_SHOWN_FOR
    return None if is_old else run


def _together(some: Sequence[Reviewed], view: View) -> Amounts:
    parts: list[Figures] = [each.account.figures for each in some]
    return amounts(summed(parts, view.unit), view.unit)


def _row(reviewed: Reviewed, view: View, trend: Sequence[Point]) -> Row:
    figures = amounts(reviewed.account.figures, view.unit)
    return Row(reviewed, figures, state_of(reviewed), sparkline(trend, figures.unit))


def _top(held: Sequence[Holding], unit: str) -> Sequence[Top]:
    worth = [(each, each.value) for each in held[:TOP] if each.value is not None and each.value.usd > 0]
    all_of_it = whole(held)
    largest = worth[0][1].usd if worth else Decimal(1)
    return [
        Top(
            holding,
            value_in(value, unit),
            percentage(value.usd, all_of_it),
            round(float(value.usd / largest) * 100, 1),
        )
        for holding, value in worth
    ]


ROUTES: tuple[tuple[str, str, Handler], ...] = (("GET", "/", page(_overview)),)
