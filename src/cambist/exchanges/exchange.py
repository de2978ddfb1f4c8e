"""One exchange: asked through its pool of clients, within its limits, with its own idea of the time."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from cambist.actions.facts import Heard
from cambist.actions.ports import Waits
from cambist.core.errors import KeysRejected, LoadFailed
from cambist.core.terms import Call, Credentials, Market
from cambist.exchanges.breaker import Breaker
from cambist.exchanges.budget import Budgets, NotSent
from cambist.exchanges.client import as_ours
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.failures import ClockSkewed, KeyLimited, OtherMode
from cambist.exchanges.guard import Unusable
from cambist.exchanges.per_key import PerKey
from cambist.exchanges.pool import Pool
from cambist.exchanges.tries import Limits, with_tries
from cambist.outward.session import Session

T = TypeVar("T")
Question = Callable[[Any], Awaitable[T]]


class Exchange:
    """Asks questions: functions of a borrowed ccxt client."""

    def __init__(
        self,
        market: Market,
        dialect: Dialect,
        session: Session,
        now: Callable[[], datetime],
        waits: Waits,
        base_url: str | None,
    ) -> None:
        self.id = market.ccxt_id
        self.now = now
        self.dialect = dialect
        self.pool = Pool(market, dialect, session, now, base_url)
        self._budgets = Budgets(dialect.weights, now)
        self.budget = self._budgets.of("")
        self._per_key = PerKey(dialect, now)
        self._limits = Limits(self.id, now, waits)
        self._breaker = Breaker(now)
        self.asked_at = now()

    async def ask(
        self,
        question: Question[T],
        credentials: Credentials | None = None,
        trail: list[Call] | None = None,
        heard: Heard | None = None,
    ) -> T:
        """The answer after at most three tries; raises LoadFailed. The calls made are added to the trail.

        heard: takes down what each of them was answered.
        """
        self.asked_at = self.now()
        api_key = None if credentials is None else credentials.api_key
        gate = _Gate(self._budgets, self._per_key, api_key, self._limits)

        async def once(deadline: float) -> T:
            async with self._per_key.turn(api_key), self.pool.borrow(credentials) as client:
                client.gate, client.deadline = gate, deadline
                client.heard = None if heard is None else []
                try:
                    return await _in_step(client, question)
                finally:
                    if trail is not None:
                        trail.extend(client.trail)
                    if heard is not None:
                        heard.add(client.heard)

        try:
            with self._breaker.question(public=credentials is None):
                return await with_tries(self._limits, once, gate.held_up_s)
        except (NotSent, ClockSkewed, KeyLimited, OtherMode) as failure:
            outside = _as_known_outside(failure)
            if isinstance(failure, KeyLimited) and credentials is None:
                await self._limits.note(outside)  # no key was shown: it is our address that is limited
            raise outside from None

    async def ask_about_account(
        self,
        question: Question[T],
        credentials: Credentials,
        trail: list[Call] | None = None,
        heard: Heard | None = None,
    ) -> T:
        """As `ask`; that keys are rejected is believed only when it is said twice.

        One code of an exchange may mean the key, the address, or a slip of its own.
        """
        try:
            return await self.ask(question, credentials, trail, heard)
        except KeysRejected:
            return await self.ask(question, credentials, trail, heard)


@dataclass(frozen=True, slots=True)
class _Gate:
    """Fits the client's `Gate` for one question, whose calls count for our address, its key, or both."""

    address: Budgets
    per_key: PerKey
    api_key: str | None
    limits: Limits

    async def before(self, path: str, deadline: float) -> None:
        """Waits until a call may leave. Raises NotSent, also where a limit has been told meanwhile."""
        of_address, of_key = self.address.of(path), self.per_key.budgets(self.api_key)
        if of_key is None:
            await of_address.spend(path, deadline)
        else:
            await of_key.of(path).spend(path, deadline, also=of_address)
        self.limits.check()

    def after(self, path: str, headers: Mapping[str, str]) -> None:
        self.address.of(path).note(headers)

    def held_up_s(self) -> int | None:
        """Seconds until a call waiting for room may leave; None while none waits."""
        of_key = self.per_key.budgets(self.api_key)
        waits = [budgets.retry_after_s() for budgets in (self.address, of_key) if budgets is not None]
        return max((wait for wait in waits if wait is not None), default=None)


async def _in_step(client: Any, question: Question[T]) -> T:
    """The answer; where the exchange finds our time wrong, its clock is measured and it is asked anew.

    It may say so with status 200, in an answer that its reader could not use.
    """
    try:
        return await question(client)
    except (ClockSkewed, Unusable) as failed:
        if not isinstance(as_ours(failed, client), ClockSkewed):
            raise
        client.raw = False
        await client.load_time_difference()
        return await question(client)


def _as_known_outside(failure: LoadFailed) -> LoadFailed:
    """The failure as the kind of `core.errors` that its own kind refines: what is stored and read again."""
    kind = next(kind for kind in type(failure).__mro__[1:] if issubclass(kind, LoadFailed))
    return kind(str(failure), retry_after_s=failure.retry_after_s, key_state=failure.key_state)
