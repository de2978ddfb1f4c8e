"""Follow events: what was told after an id, and then what is told, whichever process tells it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection

from cambist.actions.ports import Outside
from cambist.core.events import Events, Kind

LOOK_EVERY_S = 0.25
MOST_AT_ONCE = 100


async def follow_events(
    outside: Outside,
    user_id: int,
    after: int | None,
    goes_on: Callable[[], Awaitable[bool]],
    kinds: Collection[Kind] = (),
    account_id: int | None = None,
) -> AsyncGenerator[Events, None]:
    """A person's events after an id (None: from now on), some at a time; none where there is nothing to tell.

    It yields every quarter of a second, and ends as soon as `goes_on` says so.
    """
    events, seen = outside.events, -1
    place = await events.newest(user_id) if after is None else after
    found = Events((), place)
    while await goes_on():
        version = events.version()
        if version != seen:
            found = await events.after(user_id, place, MOST_AT_ONCE, kinds, account_id)
            place = found.until
            seen = -1 if len(found.events) == MOST_AT_ONCE else version
        yield found
        if seen == version:
            found = Events((), place)
            await asyncio.sleep(LOOK_EVERY_S)
