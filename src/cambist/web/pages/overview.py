"""The overview: what all accounts are worth together, and which of them need attention."""

from starlette.responses import Response

from cambist.actions.facts import Caller
from cambist.web.doors import Handler, Visit
from cambist.web.page import page
from cambist.web.rendering import rendered


async def _overview(visit: Visit, caller: Caller) -> Response:
    accounts = await visit.outside.accounts.listed(caller.user_id)
    return rendered(visit, "overview.html", accounts=accounts)


ROUTES: tuple[tuple[str, str, Handler], ...] = (("GET", "/", page(_overview)),)
