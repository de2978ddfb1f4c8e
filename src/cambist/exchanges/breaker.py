"""The breaker of an exchange: one that fails again and again is left alone for a while, then tried once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cambist.core.errors import ExchangeTimedOut, ExchangeUnavailable, LoadFailed
from cambist.exchanges.budget import NotSent

FAILURES_IN_A_ROW = 5
OPEN_FOR = timedelta(seconds=10)


class Breaker:
    """Counts questions that ended without an answer, each once however often it was tried."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failures = 0
        self._opened_until: datetime | None = None
        self._trial = False

    @contextmanager
    def question(self) -> Iterator[None]:
        """Around a question. Raises ExchangeUnavailable at once while the exchange is left alone."""
        trial = self._is_trial()
        try:
            yield
        except (ExchangeUnavailable, ExchangeTimedOut):
            self._failed(trial)
            raise
        except NotSent:
            raise
        except LoadFailed:
            self._answered()
            raise
        else:
            self._answered()
        finally:
            if trial:
                self._trial = False

    def _is_trial(self) -> bool:
        if self._opened_until is None:
            return False
        left = self._opened_until - self._now()
        if left > timedelta(0) or self._trial:
            wait = max(1, -(-left // timedelta(seconds=1)))
            raise ExchangeUnavailable(
                f"The exchange has failed {FAILURES_IN_A_ROW} times in a row; it is tried again in {wait} s.",
                retry_after_s=wait,
            )
        self._trial = True
        return True

    def _failed(self, trial: bool) -> None:
        self._failures += 1
        if trial or (self._opened_until is None and self._failures >= FAILURES_IN_A_ROW):
            self._opened_until = self._now() + OPEN_FOR

    def _answered(self) -> None:
        self._failures = 0
        self._opened_until = None
