"""Everything that browsers ask for, in one table; each page's file has its rows."""

from collections.abc import Sequence

from starlette.routing import Route

from cambist.web import assets, sessions
from cambist.web.doors import Doors, Entrance, Handler
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
    *holdings.ROUTES,
    *profit.ROUTES,
    *log.ROUTES,
    *settings.ROUTES,
    *loading.ROUTES,
    *account.ROUTES,
)


def web_routes(doors: Doors) -> list[Route]:
    return [assets.ROUTE, *(Entrance(doors, *row).route for row in ROUTES)]
