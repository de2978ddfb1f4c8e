"""The jump guard: a price more than ten times away from the last one is believed when it has stood a minute.

A pair is looked at when somebody asks for its price, not at each bulk read of thousands.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from cambist.core.money import exact
from cambist.core.prices import Pair, Prices, Quarantined

TIMES = 10
STANDS_FOR = timedelta(minutes=1)
BELIEVED_FOR = timedelta(hours=1)


class _Seen(NamedTuple):
    price: Decimal
    at: datetime


class JumpGuard:
    """What an exchange's board last believed of each pair that was asked for, and what it doubts."""

    def __init__(self) -> None:
        self._believed: dict[Pair, _Seen] = {}
        self._doubted: dict[Pair, _Seen] = {}
        self._last: tuple[Prices, datetime] | None = None

    def watched(self, prices: Prices, at: datetime) -> "Watched":
        """The prices of the newest bulk read, begun at that time, each judged when it is asked for."""
        before, self._last = self._last, (prices, at)
        return Watched(self, prices, at, before)

    def judged(
        self, pair: Pair, told: Decimal, at: datetime, before: tuple[Prices, datetime] | None
    ) -> Quarantined | None:
        """The quarantine that a price told is in; None where it is believed from now on.

        before: the bulk read before, which speaks for a pair that nobody has asked for lately.
        """
        known = self._believed.get(pair) or _seen_in(before, pair)
        if known is None or at - known.at > BELIEVED_FOR or _near(told, known.price):
            self._believe(pair, told, at)
            return None
        doubted = self._doubted.get(pair)
        if doubted is None or not _near(told, doubted.price):
            doubted = self._doubted[pair] = _Seen(told, at)
        if at - doubted.at >= STANDS_FOR:
            self._believe(pair, told, at)
            return None
        self._believed[pair] = known
        return Quarantined(*pair, told, known.price, doubted.at)

    def _believe(self, pair: Pair, told: Decimal, at: datetime) -> None:
        self._believed[pair] = _Seen(told, at)
        self._doubted.pop(pair, None)


class Watched:
    """Fits `Prices`: of a price in quarantine, the one believed before. quarantined: of those asked for."""

    def __init__(
        self, guard: JumpGuard, prices: Prices, at: datetime, before: tuple[Prices, datetime] | None
    ) -> None:
        self._guard, self._prices, self._at, self._before = guard, prices, at, before
        self.quarantined: dict[Pair, Quarantined] = {}

    def get(self, pair: Pair, /) -> Decimal | None:
        held = self.quarantined.get(pair)
        if held is not None:
            return held.used
        told = self._prices.get(pair)
        if told is None:
            return None
        found = self._guard.judged(pair, told, self._at, self._before)
        if found is None:
            return told
        self.quarantined[pair] = found
        return found.used


def _seen_in(before: tuple[Prices, datetime] | None, pair: Pair) -> _Seen | None:
    if before is None:
        return None
    prices, at = before
    price = prices.get(pair)
    return None if price is None else _Seen(price, at)


def _near(one: Decimal, other: Decimal) -> bool:
    with exact():
        return one <= other * TIMES and other <= one * TIMES
