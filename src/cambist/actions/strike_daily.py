"""The daily strike: what an account was worth at one time (UTC) of each day, as CSV; empty is unknown.

date,usd,btc,display,flows_usd,flows_btc,return_percent. display: in the currency of the account's figures.
Deposits and withdrawals are not known yet, and so
neither is a return: those three are empty.
"""

import asyncio
from datetime import datetime, time, timedelta

from cambist.actions.facts import Between, Caller
from cambist.actions.find_rate import neighbours_in
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.history import Neighbours, value_at
from cambist.core.money import exact, plain_text
from cambist.core.profit import DAY

HEADER = "date,usd,btc,display,flows_usd,flows_btc,return_percent"
MOST_DAYS = 3_660
_AT_A_TIME = 20


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
    lines = [HEADER]
    while at <= until:
        if len(lines) % _AT_A_TIME == 0:
            await asyncio.sleep(0)  # others get their turn between
        around, between = await outside.history.around(account_id, at)
        known = _is_known(at, around, between, outside.rules.gap_after)
        displayed = neighbours_in(outside, around, currency)
        lines.append(_line(at, around, displayed) if known else f"{_date(at)},,,,,,")
        at += DAY
    return "\n".join(lines) + "\n"


def _line(at: datetime, around: Neighbours, displayed: Neighbours | None) -> str:
    """displayed: the same points at the display currency's rates; None where those are not known."""
    worth = value_at(at, displayed or around)
    if worth is None:
        return f"{_date(at)},,,,,,"
    with exact():
        display = "" if displayed is None else plain_text(worth.usd * worth.rate)
    return ",".join((_date(at), plain_text(worth.usd), plain_text(worth.btc), display, "", "", ""))


def _date(at: datetime) -> str:
    return at.isoformat(timespec="minutes").replace("+00:00", "Z")


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
