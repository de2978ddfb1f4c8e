"""All that actions need from outside, in one hand; time and the queue of refreshes among it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cambist.actions.facts import (
    Due,
    Rules,
)
from cambist.actions.ports.accounts import (
    Accounts,
    Answers,
    Controls,
    History,
    KeyUses,
    Loads,
    Retention,
    Rights,
)
from cambist.actions.ports.events import Events, Post, Thresholds, Webhooks
from cambist.actions.ports.exchanges import Exchanges, Inquiries, Ledgers, ReferenceRates
from cambist.actions.ports.flows import Flows
from cambist.actions.ports.people import (
    ApiKeys,
    Attempts,
    FirstRuns,
    LastUses,
    Nonces,
    Sessions,
    Traffic,
    Users,
)
from cambist.actions.ports.records import Audit, Refusals, Revocation
from cambist.actions.ports.vault import Vault
from cambist.core.terms import Secret


class Clock(Protocol):
    """Time, handed in: aware, UTC, whole milliseconds."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: int | float) -> None: ...


class Worker(Protocol):
    """A queue of refreshes that runs some of them at a time."""

    async def enqueue(self, due: Sequence[Due]) -> None:
        """Takes in what is not waiting or running yet; raises where the queue is broken."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """All ports in one hand, put together by wiring."""

    clock: Clock
    new_id: Callable[[], str]
    new_secret: Callable[[], Secret]
    exchanges: Exchanges
    inquiries: Inquiries
    ledgers: Ledgers
    reference_rates: ReferenceRates
    vault: Vault
    users: Users
    keys: ApiKeys
    nonces: Nonces
    accounts: Accounts
    loads: Loads
    key_uses: KeyUses
    rights: Rights
    controls: Controls
    audit: Audit
    refusals: Refusals
    last_uses: LastUses
    revocation: Revocation
    sessions: Sessions
    attempts: Attempts
    first_runs: FirstRuns
    history: History
    flows: Flows
    retention: Retention
    answers: Answers
    traffic: Traffic
    events: Events
    thresholds: Thresholds
    webhooks: Webhooks
    post: Post
    rules: Rules
