"""Tell of amounts that changed without anything to explain it: the sign of a stolen key."""

from datetime import timedelta

import structlog

from cambist.actions.flow_facts import Unexplained
from cambist.actions.ports import Outside
from cambist.core.flows import GRACE

MOST_TOLD = 100
# A source that has not told since then is not waited for: a silent one may hide a theft for no longer.
SURELY_AFTER = timedelta(hours=2)

log = structlog.get_logger(__name__)


async def tell_unexplained(outside: Outside) -> list[Unexplained]:
    """What was told now, of all accounts; each is told once, or again where telling was cut short."""
    now = outside.clock.now()
    found = await outside.flows.unexplained(now - GRACE, now - SURELY_AFTER, MOST_TOLD)
    for each in found:
        log.warning(
            "an amount changed and nothing explains it",
            account_id=each.account_id,
            asset=each.asset,
            since=each.since.isoformat(),
            until=each.at.isoformat(),
        )
    if found:
        await outside.flows.told(found)
    return found
