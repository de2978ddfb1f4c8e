"""A world on a thread of its own: for clients that block, and for those in other processes."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cambist.wiring import WallClock
from tests.worlds import World, world

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """A world whose server answers while the test's own thread waits."""

    world: World
    loop: asyncio.AbstractEventLoop

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(step, self.loop).result(60)


@contextmanager
def standing(folder: Path, *scenarios: dict[str, Any], **settings: Any) -> Iterator[Standing]:
    """A world in a folder, on the wall's clock."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    opened = AsyncExitStack()

    def on_its_thread(step: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(step, loop).result(60)

    try:
        made = world(folder, *scenarios, clock=WallClock(), **settings)
        yield Standing(on_its_thread(opened.enter_async_context(made)), loop)
    finally:
        try:
            on_its_thread(opened.aclose())
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
