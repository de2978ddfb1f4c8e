"""Everything that browsers ask for, in one table; each page's file has its rows."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from cambist.actions.facts import Caller
from cambist.core.errors import NotFound
from cambist.web import assets, sessions
from cambist.web.doors import Doors, Entrance, Handler, Visit
from cambist.web.page import page
from cambist.web.pages import (
    account,
    api_keys,
    connecting,
    holdings,
    loading,
    log,
    overview,
    profit,
    replacing_keys,
    settings,
)
from cambist.web.pages import doors as doorway

ROUTES: Sequence[tuple[str, str, Handler]] = (
    *sessions.ROUTES,
    *doorway.ROUTES,
    *overview.ROUTES,
    *connecting.ROUTES,
    *replacing_keys.ROUTES,
    *api_keys.ROUTES,
    *loading.ROUTES,
    *account.ROUTES,
    *holdings.ROUTES,
    *profit.ROUTES,
    *log.ROUTES,
    *settings.ROUTES,
)


class _AnyOther(Route):
    """Whatever else a browser asks for as a page; programs are answered as by the API."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        is_page = match is Match.FULL and "text/html" in Headers(scope=scope).get("accept", "")
        return (match, found) if is_page else (Match.NONE, {})


async def _no_such_page(_: Visit, __: Caller) -> Response:
    raise NotFound("There is no page at this address.")


def web_routes(doors: Doors) -> list[Route]:
    any_other = Entrance(doors, "GET", "/{path:path}", page(_no_such_page))
    return [
        assets.ROUTE,
        *(Entrance(doors, *row).route for row in ROUTES),
        _AnyOther(any_other.path, any_other, methods=[any_other.method]),
    ]
