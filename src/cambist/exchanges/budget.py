"""What may be sent to an exchange: weight in a sliding window, and whose turn it is when that is used up."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from cambist.actions.facts import BACKGROUND, Background, Priority, priority_of
from cambist.core.errors import ExchangeLimiting

MINUTE_MS = 60_000
# How much of a limit may be filled when a call of that priority leaves, whoever filled it.
FILLED_PERCENT = {Priority.AWAITED: 60, Priority.REFRESH: 50, Priority.FLOWS: 30}
MOST_WAITING = 1_000
_LOOK_EVERY_S = 0.05
_BEFORE_DEADLINE_S = 0.1
# Room is asked for before a call leaves; one that has left is counted, whatever the limit is by then.
_ANY = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Weights:
    """How an exchange counts calls: its limit in a window of time, what a path weighs, who tells the sum.

    What weighs nothing is not counted. used_header: the header that tells the window's sum so far.
    apart: {part of a path: how the calls to such paths are counted, in a window of their own}.
    """

    limit: int
    by_path: Mapping[str, int]
    other: int = 1
    used_header: str | None = None
    apart: Mapping[str, "Weights"] = field(default_factory=dict)
    window_ms: int = MINUTE_MS

    def family(self, path: str) -> str:
        """The part of a path that has it counted apart; empty for one that is counted with the rest."""
        return next((part for part in self.apart if part in path), "")

    def of(self, path: str) -> int:
        """The weight of a path, whatever prefix the exchange's address has."""
        known = self.known(path)
        return self._counting(path).other if known is None else known

    def known(self, path: str) -> int | None:
        """The weight of a path that is in the table; None for another."""
        by_path = self._counting(path).by_path
        return next((weight for end, weight in by_path.items() if path.endswith(end)), None)

    def _counting(self, path: str) -> "Weights":
        return self.apart.get(self.family(path), self)


NOT_COUNTED = Weights(1, {}, other=0)


def each_by_itself(most: Mapping[str, int], window_ms: int) -> dict[str, Weights]:
    """Paths that are counted apart from each other: {path: how many calls of it a window may have}."""
    return {path: Weights(calls, {path: 1}, window_ms=window_ms) for path, calls in most.items()}


class NotSent(ExchangeLimiting):
    """Held back by us: nothing was sent, so it tells nothing new of the exchange."""


@dataclass(slots=True, eq=False)
class _Waiter:
    weight: int
    done: asyncio.Future[None]
    work: Background | None


class Budget:
    """A sliding window of weight at an exchange, of our address or of a key, filled to 60 % of its limit.

    Calls that someone waits for go before those of the background, which fill it less, each by its priority.
    Nothing runs here while nobody waits.
    """

    def __init__(self, weights: Weights, now: Callable[[], datetime]) -> None:
        self._weights = weights
        self._now = now
        self._lag_ms = self._newest_ms = self._kept = 0
        self._wake: asyncio.TimerHandle | None = None
        self._waiting: tuple[deque[_Waiter], ...] = tuple(deque() for _ in Priority)
        self._most = [1 for _ in Priority]
        self._bucket = InMemoryBucket([Rate(_ANY, weights.window_ms)])
        self.allow(weights.limit)
        self._is_assumed = True

    def allow(self, limit: int) -> None:
        """The exchange's limit, in weight a window, is this from now on."""
        self._is_assumed = False
        self._most = [max(1, limit * FILLED_PERCENT[priority] // 100) for priority in Priority]
        self._serve()

    async def spend(self, path: str, deadline: float, also: "Budget | None" = None) -> None:
        """Counts a call that is about to leave, once there is room for it.

        also: another budget that it counts in. Its room here is kept while it waits there, and it is counted
        in both as it leaves. deadline: in the event loop's time. Raises NotSent, at once where there will be
        no room by then; then it is counted in neither.
        """
        weight = await self._keep_room(path, deadline)
        if also is not None:
            try:
                await also.spend(path, deadline)
            except BaseException:
                self._kept -= weight
                self._serve()
                raise
        self._kept -= weight
        self._take(weight)

    def is_idle(self) -> bool:
        """Whether there is nothing here that the next call would be counted with."""
        self._bucket.leak(self._now_ms())
        return not (self._kept or self._bucket.count() or any(self._waiting))

    def calls_in_half_a_minute(self, path: str) -> int:
        """How many calls of a path one request may make, so that half of a minute is left to others."""
        return self._most[Priority.AWAITED] // (2 * self._weights.of(path))

    def note(self, headers: Mapping[str, str]) -> None:
        """Counts what others have sent from this address, where the exchange tells a larger sum than ours.

        Not before the exchange has told its limit: that of the catalogue may be too small for its sum.
        """
        told = headers.get(self._weights.used_header or "", "")
        if not self._is_assumed and told.isascii() and told.isdigit() and len(told) < 10:
            self._bucket.leak(self._now_ms())
            used = self._bucket.count()
            self._take(min(int(told), self._most[Priority.AWAITED]) - used)

    def retry_after_s(self) -> int | None:
        """Seconds until a waiting call may leave; None while none waits."""
        first = self._first()
        return None if first is None else _seconds(self._wait_ms(first.weight, priority_of(first.work)))

    async def _keep_room(self, path: str, deadline: float) -> int:
        """Waits until there is room for a call and keeps it; the weight kept. Raises NotSent."""
        work = BACKGROUND.get()
        priority = priority_of(work)
        weight = min(self._weights.of(path), self._most[Priority.AWAITED])
        if not weight:
            return 0
        ahead = sum(waiter.weight for queue in self._waiting[: priority + 1] for waiter in queue)
        wait_ms = self._wait_ms(weight, priority, ahead)
        if not wait_ms and not ahead:
            self._kept += weight
            return weight
        left_s = deadline - _BEFORE_DEADLINE_S - asyncio.get_running_loop().time()
        if wait_ms > left_s * 1000 or sum(map(len, self._waiting)) >= MOST_WAITING:
            raise _over(wait_ms)
        await self._turn(_Waiter(weight, asyncio.get_running_loop().create_future(), work), left_s)
        return weight

    async def _turn(self, waiter: _Waiter, left_s: float) -> None:
        """Returns when room is kept for the waiter."""
        self._waiting[priority_of(waiter.work)].append(waiter)
        self._serve()
        try:
            async with asyncio.timeout(left_s):
                await waiter.done
        except BaseException as gone:
            if waiter.done.done() and not waiter.done.cancelled():
                self._kept -= waiter.weight  # its turn came as it went
            if isinstance(gone, TimeoutError):
                raise _over(self._wait_ms(waiter.weight, priority_of(waiter.work))) from None
            raise
        finally:
            for waiting in self._waiting:
                if waiter in waiting:
                    waiting.remove(waiter)
            self._serve()

    def _serve(self) -> None:
        """Lets go who has room, in turn, and looks again soon while somebody waits."""
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        self._bring_forward()
        while first := self._first():
            priority = priority_of(first.work)
            wait_ms = self._wait_ms(first.weight, priority)
            if wait_ms:
                # The clock handed in may be moved by hand, so it is looked at rather than waited for.
                pause_s = min(wait_ms / 1000, _LOOK_EVERY_S)
                self._wake = asyncio.get_running_loop().call_later(pause_s, self._serve)
                return
            self._waiting[priority].popleft()
            if not first.done.done():
                self._kept += first.weight
                first.done.set_result(None)

    def _bring_forward(self) -> None:
        """Puts background calls that somebody has come to wait for behind those that others wait for."""
        awaited, *background = self._waiting
        for queue in background:
            for waiter in [each for each in queue if priority_of(each.work) is Priority.AWAITED]:
                queue.remove(waiter)
                awaited.append(waiter)

    def _first(self) -> _Waiter | None:
        """Whose turn it is; it stands where its priority says, once those that changed it were moved."""
        return next((queue[0] for queue in self._waiting if queue), None)

    def _take(self, weight: int) -> None:
        if weight > 0:
            self._bucket.put(RateItem("", self._now_ms(), weight))

    def _wait_ms(self, weight: int, priority: Priority, ahead: int = 0) -> int:
        """How long until there is room for this weight after that of those ahead; a window at most.

        What is heavier than all its priority may fill has room where nothing else is counted.
        """
        now_ms, window_ms = self._now_ms(), self._weights.window_ms
        self._bucket.leak(now_ms)
        free_of = max(0, self._most[priority] - weight) - ahead - self._kept
        if self._bucket.count() <= free_of:
            return 0
        # Each unit of weight is an item of its own, the newest first: this one must have left the window.
        blocking = self._bucket.peek(free_of) if free_of >= 0 else None
        return window_ms if blocking is None else blocking.timestamp + window_ms + 1 - now_ms

    def _now_ms(self) -> int:
        """Milliseconds that never run back, also where the clock is set back."""
        told = (self._now() - _EPOCH) // _MILLISECOND
        if told + self._lag_ms < self._newest_ms:
            self._lag_ms = self._newest_ms - told
        self._newest_ms = told + self._lag_ms
        return self._newest_ms


class Budgets:
    """What is counted together: the budgets of an address or of a key, one for each family of paths.

    Each is made when a call first needs it.
    """

    def __init__(self, weights: Weights, now: Callable[[], datetime]) -> None:
        self._weights = weights
        self._now = now
        self._by_family: dict[str, Budget] = {}

    def of(self, path: str) -> Budget:
        family = self._weights.family(path)
        return self._by_family.get(family) or self._made(family)

    def retry_after_s(self) -> int | None:
        """Seconds until a call waiting in any of them may leave; None while none waits."""
        waits = (budget.retry_after_s() for budget in self._by_family.values())
        return max((wait for wait in waits if wait is not None), default=None)

    def are_idle(self) -> bool:
        """Whether none of them has anything that the next call would be counted with."""
        return all(budget.is_idle() for budget in self._by_family.values())

    def _made(self, family: str) -> Budget:
        budget = self._by_family[family] = Budget(self._weights.apart.get(family, self._weights), self._now)
        if family:
            budget.allow(self._weights.apart[family].limit)  # no answer tells it: the documented one holds
        return budget


def _seconds(wait_ms: int) -> int:
    return max(1, -(-wait_ms // 1000))


def _over(wait_ms: int) -> NotSent:
    wait_s = _seconds(wait_ms)
    return NotSent(
        f"Our calls would go over the exchange's limit; there is room in {wait_s} s.", retry_after_s=wait_s
    )
