"""The ways to one exchange, an egress each: it counts, limits and bans by the address that it sees."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cambist.actions.ports import Waits
from cambist.core.errors import EgressUnknown, LoadFailed
from cambist.exchanges.breaker import Breaker
from cambist.exchanges.budget import Budgets, Weights
from cambist.exchanges.tries import Limits
from cambist.outward.session import Session


class Way:
    """One way: what has been sent by it, how long it must wait, and whether anything answers there.

    budgets: of the address that the exchange sees there.
    """

    def __init__(
        self, exchange: str, weights: Weights, session: Session, now: Callable[[], datetime], waits: Waits
    ) -> None:
        self.session = session
        self.egress = session.egress
        self.budgets = Budgets(weights, now)
        self.limits = Limits(exchange, now, waits, self.egress.shows)
        self.breaker = Breaker(now)

    def is_held_back(self) -> bool:
        """Whether a question would be refused here now, without being sent."""
        try:
            self.limits.check()
            self.breaker.check()
        except LoadFailed:
            return True
        return False


class Ways:
    """At least one; the first is that of whatever does not say by which it goes."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self.first = ways[0]
        self._by_name = {way.egress.name: way for way in ways}

    def named(self, name: str | None) -> Way:
        """Raises EgressUnknown: nothing ever goes by another way than its own."""
        if name is None:
            return self.first
        try:
            return self._by_name[name]
        except KeyError:
            raise EgressUnknown(
                f"The account goes by the egress {name}, which CAMBIST_EGRESS does not name: name it there "
                "again, or move the account with 'cambist accounts update ID --egress NAME'."
            ) from None

    def in_turn(self) -> list[Way]:
        """In their order, those that are held back after the others."""
        ways = [*self._by_name.values()]
        return ways if len(ways) == 1 else sorted(ways, key=Way.is_held_back)

    def allow(self, limit: int) -> None:
        """The exchange's limit, in weight a window, is this from now on, by each way."""
        for way in self._by_name.values():
            way.budgets.of("").allow(limit)
