"""From when until when an account's ledger has told everything, by kind of entry."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from cambist.actions.flow_facts import FlowStanding, SourceState
from cambist.actions.ports import Outside
from cambist.actions.sync_flows import leaves_out
from cambist.core.ledger import Booked, EntryKind
from cambist.core.terms import Account

Span = tuple[datetime, datetime]
_AT_A_TIME = 1_000
_IN_AND_OUT = (EntryKind.DEPOSIT, EntryKind.WITHDRAWAL)


@dataclass(frozen=True, slots=True)
class InPart:
    """Flows as a whole are unknown, and stay so; these kinds, of which there is one at least, are not."""

    kinds: tuple[EntryKind, ...]
    since: datetime

    @property
    def sentence(self) -> str:
        names = " and ".join(f"{kind}s" for kind in self.kinds).capitalize()
        return f"{names} are known since {self.since:%Y-%m-%d %H:%M} UTC; what else changed is not told."


def known_spans(
    outside: Outside, account: Account, standing: FlowStanding
) -> Mapping[EntryKind, Span | None]:
    """The time (from, until] in which all sources of a kind have told everything; None where one has not.

    Of kinds that no source of the account's wallets tells, nothing is known either. Coverage is told by us.
    """
    states = {each.source: each for each in standing.sources}
    covered = frozenset(account.coverage.wallets)
    told: dict[EntryKind, list[Span | None]] = {}
    for terms in outside.ledgers.sources(outside.exchanges.market(account.market)):
        if terms.wallets and not terms.wallets & covered:
            continue
        for kind in terms.kinds:
            told.setdefault(kind, []).append(_span(states.get(terms.name)))
    return {kind: _common(told.get(kind, [])) for kind in EntryKind if kind is not EntryKind.COVERAGE}


def known_in_part(outside: Outside, account: Account, standing: FlowStanding) -> InPart | None:
    """Of an account whose ledger tells deposits and withdrawals alone: None of others, and before it did."""
    if not leaves_out(outside, account):
        return None
    spans = known_spans(outside, account, standing)
    known = {kind: span[0] for kind in _IN_AND_OUT if (span := spans[kind]) is not None}
    return InPart(tuple(known), max(known.values())) if known else None


async def pages(
    outside: Outside,
    account_id: int,
    since: datetime,
    until: datetime,
    kinds: Collection[EntryKind] = frozenset(EntryKind),
) -> AsyncIterator[list[Booked]]:
    """The entries in (since, until], a thousand at a time; others get their turn between."""
    page = await outside.flows.booked(account_id, since, until, kinds, _AT_A_TIME)
    while page:
        yield page
        await asyncio.sleep(0)
        page = await outside.flows.booked(account_id, since, until, kinds, _AT_A_TIME, page[-1])


def _span(state: SourceState | None) -> Span | None:
    if state is None or state.known_from is None or state.until is None:
        return None
    return state.known_from, state.until


def _common(spans: list[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    if not known or len(known) < len(spans):
        return None
    return max(since for since, _ in known), min(until for _, until in known)
