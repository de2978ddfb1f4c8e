"""The refresher: looks every second for accounts that are due, and hands them to a queue."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Self

import structlog

from cambist.actions.facts import Due
from cambist.actions.ports import Worker
from cambist.actions.refresh_accounts import RefreshAccounts

LOOK_EVERY_S = 1

OpenQueue = Callable[[Callable[[Due], Awaitable[None]]], AbstractAsyncContextManager[Worker]]

log = structlog.get_logger(__name__)


class Refresher:
    """Runs from entering to leaving its context. The queue is opened when a first account is due."""

    def __init__(
        self, refresh: RefreshAccounts, open_queue: OpenQueue, look_every_s: int | float = LOOK_EVERY_S
    ) -> None:
        self._refresh = refresh
        self._open_queue = open_queue
        self._look_every_s = look_every_s
        self._queue: Worker | None = None
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._planning = asyncio.create_task(self._plan())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._planning.cancel()
        await asyncio.gather(self._planning, return_exceptions=True)
        await self._opened.aclose()

    async def _plan(self) -> None:
        while True:
            try:
                await self._look()
            except Exception:
                log.exception("accounts that are due could not be refreshed")
                self._queue = None
                await self._opened.aclose()
            await asyncio.sleep(self._look_every_s)

    async def _look(self) -> None:
        due = await self._refresh.due()
        if not due:
            return
        if self._queue is None:
            self._queue = await self._opened.enter_async_context(self._open_queue(self._refresh))
        await self._queue.enqueue(due)
