"""The courier: looks every second for events that are due to webhooks, and delivers some at a time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from cambist.actions.deliver_events import deliver
from cambist.actions.ports import Outside
from cambist.core.webhooks import Delivery

LOOK_EVERY_S = 1
STOP_WITHIN_S = 5
MOST_AT_ONCE = 16
MOST_OF_A_WEBHOOK = 2

log = structlog.get_logger(__name__)


class Courier:
    """Runs from entering to leaving its context; what is not delivered by then is on record, and due again.

    So few tries of a webhook run at once that a slow one holds up few others. drawn: from 0 to below 1, anew
    at each call.
    """

    def __init__(
        self, outside: Outside, drawn: Callable[[], float], look_every_s: int | float = LOOK_EVERY_S
    ) -> None:
        self._outside = outside
        self._drawn = drawn
        self._look_every_s = look_every_s
        self._under_way: set[asyncio.Task[None]] = set()
        self._of_webhook: Counter[int] = Counter()

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)
        await self.settle(STOP_WITHIN_S)

    async def look(self) -> None:
        """Begins what is due and there is room for; does not wait for it."""
        now = self._outside.clock.now()
        if len(self._under_way) < MOST_AT_ONCE and await self._outside.webhooks.is_anything_due(now):
            for delivery in await self._outside.webhooks.claim(now, self._room()):
                self._of_webhook[delivery.webhook.id] += 1
                task = asyncio.create_task(self._deliver(delivery))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def settle(self, within_s: float) -> None:
        """Lets tries end, and lets go of those that have not ended in time."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _room(self) -> Callable[[int, int], int]:
        """How many of its due tries a webhook may begin now: so many of each, and in all."""
        left = MOST_AT_ONCE - len(self._under_way)

        def room(webhook_id: int, due: int) -> int:
            nonlocal left
            most = max(0, min(left, due, MOST_OF_A_WEBHOOK - self._of_webhook[webhook_id]))
            left -= most
            return most

        return room

    async def _look(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("events could not be delivered")
            await asyncio.sleep(self._look_every_s)

    async def _deliver(self, delivery: Delivery) -> None:
        webhook_id = delivery.webhook.id
        try:
            sent = await deliver(self._outside, delivery, self._drawn())
            if not sent.is_success:
                log.info("a webhook was not reached", webhook=webhook_id, tried=delivery.tried, why=sent.why)
        except Exception:
            log.exception("an event could not be delivered", webhook=webhook_id)
        finally:
            self._of_webhook -= Counter({webhook_id: 1})
