"""Loads that people ask for: one account, or all of them with progress that is told as it goes."""

from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.responses import RedirectResponse, Response, StreamingResponse

from cambist.actions.facts import Caller
from cambist.actions.load_all import Run
from cambist.core.doors import local_path
from cambist.core.errors import LoadFailed
from cambist.web.doors import Handler, Visit
from cambist.web.page import id_in_path, page
from cambist.web.rendering import rendered

WAITED_FOR_S = 55
# A stream says so often that it is there, and ends after so many messages; a browser then asks again.
_BEAT_S, _MOST_MESSAGES = 10, 5_000


async def _load(visit: Visit, caller: Caller) -> Response:
    """A failure is on record: the next page tells it beside the account. Raises NotFound."""
    with suppress(LoadFailed):
        await visit.doors.load_balances(caller, id_in_path(visit))
    return _back(visit)


async def _load_all(visit: Visit, caller: Caller) -> Response:
    """With scripts the page shows how it goes; without, the answer comes when all are loaded."""
    run = await visit.doors.load_all.begin(caller)
    if "live" in visit.query:
        return rendered(visit, "loading.html", run=run)
    await run.end(WAITED_FOR_S)
    return _back(visit)


async def _cancel(visit: Visit, caller: Caller) -> Response:
    visit.doors.load_all.cancel(caller.user_id)
    return _back(visit)


async def _progress(visit: Visit, caller: Caller) -> Response:
    """A stream of events: how far the run has come, then `done`."""
    run = visit.doors.load_all.run_of(caller.user_id)
    return StreamingResponse(_told(visit, run), media_type="text/event-stream")


async def _told(visit: Visit, run: Run | None) -> AsyncIterator[str]:
    for _ in range(_MOST_MESSAGES):
        if run is None or run.ended_at is not None:
            break
        seen = run.changes
        lines = bytes(rendered(visit, "loading_now.html", run=run).body).decode().splitlines()
        yield "".join(f"data: {each}\n" for each in lines) + "\n"
        await run.change(seen, _BEAT_S)
    yield "event: done\ndata: done\n\n"


def _back(visit: Visit) -> Response:
    return RedirectResponse(local_path(visit.form.get("next"), "/"), 303)


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/load", page(_load_all)),
    ("GET", "/load/progress", page(_progress)),
    ("POST", "/load/cancel", page(_cancel)),
    ("POST", "/accounts/{id}/load", page(_load)),
)
