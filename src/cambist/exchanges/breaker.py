"""The breaker of an exchange: one that is ill is left alone for a while, then tried once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cambist.core.errors import ExchangeTimedOut, ExchangeUnavailable, LoadFailed
from cambist.exchanges.budget import NotSent

FAILURES_IN_A_ROW = 3
OPEN_FOR = timedelta(seconds=10)


class Breaker:
    """Opens when three public questions in a row (prices, pairs, the time) got no answer, and no other did.

    What an account's keys are answered with tells as much of it as of the exchange, so it never opens
    the breaker, however many accounts get garbage; but any answer of use closes it. No load is done without
    prices at most two seconds old, so an exchange that is ill shows it there; one that is ill only where
    accounts are asked is asked on, within the tries and time of each load. A question counts once however
    often it was tried.

    When the time is over, public questions are let through, which all accounts share, and beside them one of
    an account, as a load asks both side by side: the first answer closes the breaker, a public failure opens
    it anew.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failures = 0
        self._opened_until: datetime | None = None
        self._account_on_trial = False

    @contextmanager
    def question(self, *, public: bool) -> Iterator[None]:
        """Around a question. Raises ExchangeUnavailable at once while the exchange is left alone."""
        on_trial = self._let_through(public) and not public
        try:
            yield
        except (ExchangeUnavailable, ExchangeTimedOut):
            if public:
                self._failed()
            raise
        except NotSent:
            raise
        except LoadFailed:
            self._answered()
            raise
        else:
            self._answered()
        finally:
            if on_trial:
                self._account_on_trial = False

    def check(self, *, public: bool = True) -> None:
        """Raises ExchangeUnavailable while the exchange is left alone."""
        if self._opened_until is None:
            return
        left = self._opened_until - self._now()
        if left > timedelta(0) or (self._account_on_trial and not public):
            wait = max(1, -(-left // timedelta(seconds=1)))
            raise ExchangeUnavailable(
                f"The exchange has failed {self._failures} times in a row; it is tried again in {wait} s.",
                retry_after_s=wait,
            )

    def _let_through(self, public: bool) -> bool:
        """Whether the question is one of those that try an exchange that was left alone."""
        if self._opened_until is None:
            return False
        self.check(public=public)
        self._account_on_trial = self._account_on_trial or not public
        return True

    def _failed(self) -> None:
        self._failures += 1
        if self._opened_until is not None or self._failures >= FAILURES_IN_A_ROW:
            self._opened_until = self._now() + OPEN_FOR

    def _answered(self) -> None:
        self._failures = 0
        self._opened_until = None
