"""The log: what needs attention, and what was done with accounts, keys and sessions."""

from starlette.responses import Response

from cambist.actions.facts import Caller
from cambist.actions.review_accounts import review_accounts
from cambist.actions.show_log import show_log
from cambist.core.audit import Event
from cambist.web.doors import Handler, Visit
from cambist.web.page import page
from cambist.web.rendering import rendered
from cambist.web.standing import words_of

MOST_ENTRIES = 100
_NUMBER_DIGITS = 18
# What these are about is a load's id, which says nothing to people.
_OF_LOADS = frozenset(
    {
        Event.KEYS_USED,
        Event.KEYS_REFUSED,
        Event.KEYS_CONNECTED,
        Event.KEYS_REPLACED,
        Event.KEYS_MOVED,
        Event.ACCOUNT_UNLOCKED,
    }
)


async def _log(visit: Visit, caller: Caller) -> Response:
    with_loads = visit.query.get("show") == "all"
    log = await show_log(
        visit.outside, caller, _number(visit.query.get("before", "")), MOST_ENTRIES, with_loads=with_loads
    )
    reviewed = await review_accounts(visit.outside, caller)
    return rendered(
        visit,
        "log.html",
        alerts=[each for each in reviewed if each.alerts],
        words_of=words_of,
        log=log,
        with_loads=with_loads,
        of_loads=_OF_LOADS,
        show="all" if with_loads else "changes",
        is_newest="before" not in visit.query,
    )


def _number(text: str) -> int | None:
    """None for what is no number: an address is typed by people too."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS
    return int(text) if is_number else None


ROUTES: tuple[tuple[str, str, Handler], ...] = (("GET", "/log", page(_log)),)
