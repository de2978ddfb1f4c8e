"""The daily strike: what an account was worth at one time (UTC) of each day, as CSV; empty is unknown.

date,usd,btc,display,flows_usd,flows_btc,return_percent. display: in the currency of the account's figures.
The flows are those since the strike before, the return is that of the day between, in USD, by the modified
Dietz method. Both are empty where one of the two worths is unknown, or flows are.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from cambist.actions.facts import Between, Caller
from cambist.actions.find_rate import neighbours_in
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.flows import NOTHING, NetFlows
from cambist.core.history import Neighbours, milliseconds, value_at
from cambist.core.money import exact, plain_text
from cambist.core.pieces import flows_in, pieces
from cambist.core.profit import DAY
from cambist.core.returns import modified_dietz
from cambist.core.terms import Worth

HEADER = "date,usd,btc,display,flows_usd,flows_btc,return_percent"
MOST_DAYS = 3_660
_AT_A_TIME = 20


@dataclass(frozen=True, slots=True)
class _Strike:
    """A worth that is known, and the points that it lies between.

    displayed: the same points at the display currency's rates; None where those are not known.
    """

    at: datetime
    worth: Worth
    around: Neighbours
    displayed: Neighbours | None

    @property
    def display(self) -> str:
        worth = None if self.displayed is None else value_at(self.at, self.displayed)
        if worth is None:
            return ""
        with exact():
            return plain_text(worth.usd * worth.rate)


async def strike_daily(
    outside: Outside,
    caller: Caller,
    account_id: int,
    strike: time,
    since: datetime | None = None,
    until: datetime | None = None,
) -> str:
    """The CSV, a line for each strike from `since` (the first point's day) to `until` (now).

    Raises NotFound; InvalidInput where that is more than ten years of days.
    """
    currency = (await outside.accounts.get(caller.user_id, account_id)).figures.currency
    begins, now = await outside.history.begins_at(account_id), outside.clock.now()
    since = since or (now if begins is None else begins.replace(hour=0, minute=0, second=0, microsecond=0))
    until = now if until is None else min(until, now)
    if until - since > MOST_DAYS * DAY:
        raise InvalidInput({"from": [f"spans too many days (maximum is {MOST_DAYS})"]})
    at = datetime.combine(since.date(), strike, since.tzinfo)
    at += DAY if at < since else timedelta(0)
    flows = await outside.flows.net(account_id)
    lines, last = [HEADER], None
    while at <= until:
        if len(lines) % _AT_A_TIME == 0:
            await asyncio.sleep(0)  # others get their turn between
        around, between = await outside.history.around(account_id, at)
        worth = value_at(at, around) if _is_known(at, around, between, outside.rules.gap_after) else None
        displayed = neighbours_in(outside, around, currency)
        struck = None if worth is None else _Strike(at, worth, around, displayed)
        lines.append(_line(at, struck, last, flows))
        last = struck
        at += DAY
    return "\n".join(lines) + "\n"


def _line(at: datetime, now: _Strike | None, before: _Strike | None, flows: NetFlows) -> str:
    date = at.isoformat(timespec="minutes").replace("+00:00", "Z")
    if now is None:
        return f"{date},,,,,,"
    told = (plain_text(now.worth.usd), plain_text(now.worth.btc), now.display)
    return ",".join((date, *told, *_since(before, now, flows)))


def _since(before: _Strike | None, now: _Strike, flows: NetFlows) -> tuple[str, str, str]:
    """The flows between two strikes in USD and BTC, and the return."""
    if before is None or flows.known_from is None or flows.known_from > before.at:
        return "", "", ""
    came = flows_in(pieces(before.at, now.at, before.around, now.around), flows)
    flowed = sum((flow for _, flow in came), NOTHING)
    returned = modified_dietz(
        (milliseconds(before.at), before.worth.usd),
        (milliseconds(now.at), now.worth.usd),
        [(milliseconds(at), flow.usd) for at, flow in came],
    )
    return plain_text(flowed.usd), plain_text(flowed.btc), "" if returned is None else plain_text(returned)


def _is_known(at: datetime, around: Neighbours, between: Between, gap_after: timedelta) -> bool:
    """Whether a time lies between two points that are near enough to each other, or on one.

    An outage between them is a gap, and so are partial loads for as long. Of imported points it is not known
    how often they were measured: a day is near enough.
    """
    before, after = around.before, around.after
    if before is None or after is None:
        return False
    if at in {before.at, after.at}:
        return True
    span = after.at - before.at
    if between.imported or between.unmeasured is None:
        return span <= DAY
    return between.unmeasured <= gap_after and not (between.partial and span > gap_after)
