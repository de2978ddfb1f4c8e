"""Tell of amounts that changed without anything to explain it: the sign of a stolen key."""

import structlog

from cambist.actions.flow_facts import Unexplained
from cambist.actions.ports import Outside

MOST_TOLD = 100

log = structlog.get_logger(__name__)


async def tell_unexplained(outside: Outside) -> list[Unexplained]:
    """What was told now, of all accounts; each is told once, or again where telling was cut short."""
    found = await outside.flows.unexplained(outside.clock.now(), MOST_TOLD)
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
