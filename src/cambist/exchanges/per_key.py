"""What an exchange counts and orders by key: the calls of a minute, and whose turn it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from weakref import WeakValueDictionary

from cambist.exchanges.budget import Budget
from cambist.exchanges.dialect import Dialect

MOST_KEYS = 10_000


class PerKey:
    """Budgets of keys where the exchange counts by key; turns of keys whose nonces must rise.

    A budget is kept for the keys used last; a turn for as long as somebody has it or waits for it.
    """

    def __init__(self, dialect: Dialect, now: Callable[[], datetime]) -> None:
        self._rising_nonces = dialect.rising_nonces
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        weights = dialect.key_weights
        self._budget_of: Callable[[str], Budget] | None = None
        if weights is not None:
            self._budget_of = lru_cache(maxsize=MOST_KEYS)(lambda _: Budget(weights, now))

    def budget(self, api_key: str) -> Budget | None:
        """The key's own budget; None where the exchange counts all calls together."""
        return None if self._budget_of is None else self._budget_of(api_key)

    @asynccontextmanager
    async def turn(self, api_key: str | None) -> AsyncIterator[None]:
        """Holds the key's turn, so that calls reach the exchange in the order of their nonces."""
        if api_key is None or not self._rising_nonces:
            yield
            return
        turn = self._turns.setdefault(api_key, asyncio.Lock())
        async with turn:
            yield
