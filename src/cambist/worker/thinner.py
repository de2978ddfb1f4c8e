"""The thinner: looks hourly for histories to roll up and events to drop, and leaves room for loads."""

import asyncio
from types import TracebackType
from typing import Self

import structlog

from cambist.actions.facts import Thinned
from cambist.actions.ports import Outside
from cambist.actions.roll_up_history import roll_up_what_is_due

LOOK_EVERY_S = 3_600
# A day of one account takes a few milliseconds: loads have the rest.
REST_S = 0.05

log = structlog.get_logger(__name__)


class Thinner:
    """Runs from entering to leaving its context; what it is in the middle of is taken up at the next look."""

    def __init__(
        self, outside: Outside, look_every_s: int | float = LOOK_EVERY_S, rest_s: int | float = REST_S
    ) -> None:
        self._outside = outside
        self._look_every_s = look_every_s
        self._rest_s = rest_s

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            try:
                done = await roll_up_what_is_due(self._outside, self._rest)
                if done != Thinned():
                    log.info("histories were rolled up", snapshots=done.snapshots, receipts=done.receipts)
            except Exception:
                log.exception("histories could not be rolled up")
            try:
                await self._outside.events.prune(self._outside.clock.now())
            except Exception:
                log.exception("old events could not be dropped")
            await asyncio.sleep(self._look_every_s)

    async def _rest(self, _: Thinned) -> None:
        await asyncio.sleep(self._rest_s)
