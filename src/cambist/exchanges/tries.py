"""How often and how long an exchange is asked: three tries, thirty seconds, and never while it limits us."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from cambist.core.errors import ExchangeLimiting, ExchangeTimedOut, ExchangeUnavailable, LoadFailed
from cambist.exchanges.budget import NotSent

T = TypeVar("T")

MOST_TRIES = 3
MOST_SECONDS = 30
_FIRST_PAUSE_S = 0.25
_WORTH_ANOTHER_TRY = (ExchangeUnavailable, ExchangeTimedOut)


class Limits:
    """Until when an exchange wants no calls of ours."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._until: datetime | None = None

    def check(self) -> None:
        """Raises NotSent while the exchange's time to wait runs."""
        if self._until is not None and (left := self._until - self._now()) > timedelta(0):
            wait = -(-left // timedelta(seconds=1))
            raise NotSent(f"The exchange limits our calls for {wait} s more.", retry_after_s=wait)

    def note(self, failure: LoadFailed) -> None:
        """Remembers how long a limiting exchange told us to wait; the longest wait told counts."""
        told = isinstance(failure, ExchangeLimiting) and not isinstance(failure, NotSent)
        if told and failure.retry_after_s:
            until = self._now() + timedelta(seconds=failure.retry_after_s)
            self._until = until if self._until is None else max(self._until, until)


async def with_tries(
    limits: Limits, ask: Callable[[float], Awaitable[T]], held_up_s: Callable[[], int | None]
) -> T:
    """What `ask` answers, tried again with full jitter after failures that may pass.

    ask: gets the end of the time for all tries, in the event loop's time.
    held_up_s: how long our own budget holds calls up, None where it does not.
    Raises the last LoadFailed; when the time is up, NotSent or ExchangeTimedOut.
    """
    deadline = asyncio.get_running_loop().time() + MOST_SECONDS
    try:
        async with asyncio.timeout_at(deadline):
            for attempt in range(1, MOST_TRIES + 1):
                limits.check()
                try:
                    return await ask(deadline)
                except LoadFailed as failure:
                    limits.note(failure)
                    told_to_wait = failure.retry_after_s is not None
                    if attempt == MOST_TRIES or told_to_wait or not isinstance(failure, _WORTH_ANOTHER_TRY):
                        raise
                await asyncio.sleep(random.uniform(0, _FIRST_PAUSE_S * 2 ** (attempt - 1)))  # noqa: S311
    except TimeoutError:
        wait_s = held_up_s()
        if wait_s is not None:
            raise NotSent("Too many calls wait for their turn.", retry_after_s=wait_s) from None
        raise ExchangeTimedOut("The exchange did not answer in time.") from None
    raise AssertionError("the last try returns or raises")
