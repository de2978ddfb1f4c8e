"""How often and how long an exchange is asked: three tries, thirty seconds, and never while it limits us."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from cambist.actions.ports import Waits
from cambist.core.errors import ExchangeLimiting, ExchangeTimedOut, ExchangeUnavailable, LoadFailed
from cambist.exchanges.budget import NotSent
from cambist.exchanges.failures import KeyLimited

T = TypeVar("T")

MOST_TRIES = 3
MOST_SECONDS = 30
_FIRST_PAUSE_S = 0.25
_WORTH_ANOTHER_TRY = (ExchangeUnavailable, ExchangeTimedOut)


class WaitsAlone:
    """Fits the port `Waits` of a process alone: the waits known at its start, and nobody to tell of more.

    until: by exchange and our address.
    """

    def __init__(self, until: Mapping[tuple[str, str], datetime]) -> None:
        self._until = until

    def until(self, exchange: str, address: str) -> datetime | None:
        return self._until.get((exchange, address))

    async def keep(self, exchange: str, address: str, until: datetime) -> None: ...


class Limits:
    """Until when an exchange wants no calls of ours, whichever of our processes it told.

    address: the one of ours that it sees; empty where that is not known.
    """

    def __init__(self, exchange: str, now: Callable[[], datetime], waits: Waits, address: str = "") -> None:
        self._exchange = exchange
        self._address = address
        self._now = now
        self._waits = waits
        self._told_until: datetime | None = None

    def check(self) -> None:
        """Raises NotSent while the exchange's time to wait runs."""
        until = self._until()
        if until is not None and (left := until - self._now()) > timedelta(0):
            wait = -(-left // timedelta(seconds=1))
            raise NotSent(f"The exchange limits our calls for {wait} s more.", retry_after_s=wait)

    async def note(self, failure: LoadFailed) -> None:
        """Remembers how long a limiting exchange told us to wait; the longest wait told counts."""
        told = isinstance(failure, ExchangeLimiting) and not isinstance(failure, (NotSent, KeyLimited))
        if told and failure.retry_after_s:
            until = self._now() + timedelta(seconds=failure.retry_after_s)
            known = self._until()
            if known is None or until > known:
                self._told_until = until  # at once: until it is kept, only this process knows
                await self._waits.keep(self._exchange, self._address, until)

    def _until(self) -> datetime | None:
        told, kept = self._told_until, self._waits.until(self._exchange, self._address)
        return max(told, kept) if told and kept else told or kept


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
                    await limits.note(failure)
                    told_to_wait = failure.retry_after_s is not None
                    if attempt == MOST_TRIES or told_to_wait or not isinstance(failure, _WORTH_ANOTHER_TRY):
                        raise
                longest_s = _FIRST_PAUSE_S * 2 ** (attempt - 1)
                await asyncio.sleep(random.uniform(0, longest_s))  # nosec B311 # noqa: S311 - a pause
    except TimeoutError:
        wait_s = held_up_s()
        if wait_s is not None:
            raise NotSent("Too many calls wait for their turn.", retry_after_s=wait_s) from None
        raise ExchangeTimedOut("The exchange did not answer in time.") from None
    raise AssertionError("the last try returns or raises")
