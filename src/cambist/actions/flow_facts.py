"""The facts of flows that actions and the store hand to each other."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cambist.core.ledger import Booked
from cambist.core.terms import Worth


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far a source of an account's ledger has told.

    cursor: where its next page goes on; empty before the first. known_from, until: what it has told is
    whole between them; None before the first page. failure: why it told nothing, the last time; None since
    it told again.
    """

    source: str
    cursor: str = ""
    known_from: datetime | None = None
    until: datetime | None = None
    failure: str | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlowStanding:
    """How an account's flows stand.

    version: another whenever its net flows are. next_at: when its ledger is to be read next; None while it
    is, or for never. known_from: since when flows are known, no earlier than changes are noted; None where
    nobody tells. changes_from: since when loads note what changed; None before. latest: the time of the
    latest entry.
    """

    version: int = 0
    next_at: datetime | None = None
    known_from: datetime | None = None
    changes_from: datetime | None = None
    latest: datetime | None = None
    sources: tuple[SourceState, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Which entry: of an account, from a source, by its id there."""

    account_id: int
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be one end of a transfer, or is one already."""

    account_id: int
    booked: Booked

    @property
    def place(self) -> Place:
        return Place(self.account_id, self.booked.source, self.booked.entry.id)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """What changed of an asset in (since, at] and nothing explains, in stretches of time one after another.

    residual: with its sign. worth: of it by the last load; None without any price.
    """

    user_id: int
    account_id: int
    asset: str
    since: datetime
    at: datetime
    residual: Decimal
    worth: Worth | None
