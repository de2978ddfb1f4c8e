"""What an exchange counts and orders by key: the calls of a short time, and whose turn it is."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from weakref import WeakValueDictionary

from cambist.exchanges.budget import Budgets
from cambist.exchanges.dialect import Dialect

MOST_KEYS = 1_000


class PerKey:
    """Budgets of keys where the exchange counts by key; turns of keys whose nonces must rise.

    Budgets are kept of the keys used last, and of others while anything is counted in them; a turn for as
    long as somebody has it or waits for it.
    """

    def __init__(self, dialect: Dialect, now: Callable[[], datetime]) -> None:
        self._rising_nonces = dialect.rising_nonces
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._weights = dialect.key_weights
        self._now = now
        self._budgets: dict[str, Budgets] = {}

    def budgets(self, api_key: str | None) -> Budgets | None:
        """The key's own budgets; None where the exchange counts no calls by key, or there is no key."""
        if api_key is None or self._weights is None:
            return None
        budgets = self._budgets.pop(api_key, None)
        if budgets is None:
            self._make_place()
            budgets = Budgets(self._weights, self._now)
        self._budgets[api_key] = budgets  # last: they were used last
        return budgets

    def _make_place(self) -> None:
        """Forgets keys over the number to be kept: those used longest ago, up to one that still counts."""
        while len(self._budgets) >= MOST_KEYS:
            longest_ago = next(iter(self._budgets))
            if not self._budgets[longest_ago].are_idle():
                return
            del self._budgets[longest_ago]

    def turn(self, api_key: str | None) -> AbstractAsyncContextManager[None]:
        """The key's turn, to be held around its calls, so that they reach the exchange in the order of their
        nonces.
        """
        if api_key is None or not self._rising_nonces:
            return nullcontext()
        return self._turns.setdefault(api_key, asyncio.Lock())
