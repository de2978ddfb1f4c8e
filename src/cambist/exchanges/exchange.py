"""One exchange: asked through its pool of clients, within its limits, with its own idea of the time."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog

from cambist.actions.facts import BACKGROUND, Heard, Priority, priority_of
from cambist.actions.ports import Waits
from cambist.core.egress import Egress
from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeTimedOut,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
)
from cambist.core.terms import Call, Credentials, Market
from cambist.exchanges.budget import Budgets, NotSent
from cambist.exchanges.client import as_ours
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.failures import ClockSkewed, KeyLimited, OtherMode
from cambist.exchanges.guard import Unusable
from cambist.exchanges.per_key import PerKey
from cambist.exchanges.pool import Pool
from cambist.exchanges.tries import Limits, with_tries
from cambist.exchanges.ways import Way, Ways
from cambist.outward.session import Session

log = structlog.get_logger(__name__)

T = TypeVar("T")
Question = Callable[[Any], Awaitable[T]]


class Exchange:
    """Asks questions: functions of a borrowed ccxt client.

    session, others: the ways out. What has no keys goes by the first that serves, keys by their own alone.
    """

    def __init__(
        self,
        market: Market,
        dialect: Dialect,
        session: Session,
        now: Callable[[], datetime],
        waits: Waits,
        base_url: str | None,
        others: Sequence[Session] = (),
    ) -> None:
        self.id = market.ccxt_id
        self.now = now
        self.dialect = dialect
        self.pool = Pool(market, dialect, session, now, base_url)
        self._ways = Ways([Way(self.id, dialect.weights, each, now, waits) for each in (session, *others)])
        self.budget = self._ways.first.budgets.of("")
        self._per_key = PerKey(dialect, now)
        self.asked_at = now()

    async def ask(
        self,
        question: Question[T],
        credentials: Credentials | None = None,
        trail: list[Call] | None = None,
        heard: Heard | None = None,
        *,
        by: str | None = None,
    ) -> T:
        """The answer after at most three tries; raises LoadFailed. The calls made are added to the trail.

        heard: takes down what each of them was answered. by: the egress of what is asked without keys.
        """
        self.asked_at = self.now()
        api_key = None if credentials is None else credentials.api_key
        way = self._ways.named(by if credentials is None else credentials.egress)
        gate = _Gate(way.budgets, self._per_key, api_key, way.limits)
        # Where calls of a key leave in turn, a sync waits for room without holding the turn: loads want it.
        in_turn = api_key is not None and self.dialect.rising_nonces
        may_wait = not in_turn or priority_of(BACKGROUND.get()) is not Priority.FLOWS

        async def once(deadline: float) -> T:
            async with self._per_key.turn(api_key), self.pool.borrow(credentials) as client:
                client.session_of_ours = way.session
                client.gate, client.deadline = gate, deadline if may_wait else 0
                client.heard = None if heard is None else []
                try:
                    return await _in_step(client, question)
                finally:
                    if trail is not None:
                        trail.extend(client.trail)
                    if heard is not None:
                        heard.add(client.heard)

        try:
            with way.breaker.question(public=credentials is None):
                return await with_tries(way.limits, once, gate.held_up_s)
        except (NotSent, ClockSkewed, KeyLimited, OtherMode) as failure:
            outside = _as_known_outside(failure)
            if isinstance(failure, KeyLimited) and credentials is None:
                await way.limits.note(outside)  # no key was shown: it is our address that is limited
            raise outside from None

    async def ask_openly(self, question: Question[T]) -> T:
        """What anybody may ask, so by whichever way it gets an answer; raises the last one's LoadFailed."""
        *ways, last = self._ways.in_turn()
        for way in ways:
            try:
                return await self.ask(question, by=way.egress.name)
            except (ExchangeUnavailable, ExchangeTimedOut, ExchangeLimiting) as failure:
                log.info(
                    "asked by another egress", exchange=self.id, instead_of=way.egress.name, why=str(failure)
                )
        return await self.ask(question, by=last.egress.name)

    def allow(self, limit: int) -> None:
        """The exchange's limit, in weight a window, is this from now on."""
        self._ways.allow(limit)

    def egress_of(self, credentials: Credentials) -> Egress:
        """By which an account's keys are used. Raises EgressUnknown."""
        return self._ways.named(credentials.egress).egress

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
