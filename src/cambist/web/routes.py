"""Everything that browsers ask for, in one table; each page's file has its rows."""

from collections.abc import Sequence

from starlette.routing import Route

from cambist.web import assets, sessions
from cambist.web.doors import Doors, Entrance, Handler
from cambist.web.pages import doors as doorway
from cambist.web.pages import overview, settings

ROUTES: Sequence[tuple[str, str, Handler]] = (
    *sessions.ROUTES,
    *doorway.ROUTES,
    *overview.ROUTES,
    *settings.ROUTES,
)


def web_routes(doors: Doors) -> list[Route]:
    return [assets.ROUTE, *(Entrance(doors, *row).route for row in ROUTES)]
