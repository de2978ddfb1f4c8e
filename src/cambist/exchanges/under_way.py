"""Readings under way: each is begun once, however many wait for it."""

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any, TypeVar

from cambist.actions.facts import BACKGROUND, Background, Priority, priority_of

T = TypeVar("T")


class UnderWay:
    """What is being read now, by name."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._work: dict[str, Background] = {}

    async def once(self, what: str, read: Coroutine[Any, Any, T]) -> T:
        """The result of the one reading under way; a waiter that goes away does not end it."""
        result: T = await asyncio.shield(self.begin(what, read))
        return result

    def begin(self, what: str, read: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begins the reading, unless it is under way.

        Who waits for it may change while it is read: it is in the background only while syncs alone want it.
        """
        is_sync = priority_of(BACKGROUND.get()) is Priority.FLOWS
        running = self._tasks.get(what)
        if running is not None:
            read.close()
            self._work[what].ended |= not is_sync
            return running
        work = self._work[what] = Background(Priority.FLOWS, ended=not is_sync)
        for_all = copy_context()
        for_all.run(BACKGROUND.set, work)
        task = self._tasks[what] = asyncio.create_task(read, context=for_all)

        def forget(done: asyncio.Task[Any]) -> None:
            del self._tasks[what], self._work[what]
            if not done.cancelled():
                done.exception()  # it went to those who waited; where all had gone away, to nobody

        task.add_done_callback(forget)
        return task

    def end(self) -> None:
        for task in self._tasks.values():
            task.cancel()
