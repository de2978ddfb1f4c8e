"""A load: whose turn it is, what it leaves behind, what is kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cambist.actions.facts.people import SealedCredentials
from cambist.core.changes import Totals
from cambist.core.currencies import NOTHING_CHOSEN, Chosen
from cambist.core.egress import UNNAMED, Egress
from cambist.core.errors import LoadFailed
from cambist.core.flows import Change, NetFlows
from cambist.core.history import Snapshot
from cambist.core.ledger import Booked
from cambist.core.prices import Quote, Route
from cambist.core.receipts import RawAnswer, Receipt
from cambist.core.terms import Account, Coverage, Figures, FlowsTold, Gaps, WalletBalances


@dataclass(frozen=True, slots=True)
class LastRead:
    """What the last load that brought data read, and the routes it valued by; empty before the first.

    quotes: what BTC valued the routes' quotes at, but BTC and USD; None from before they were kept.
    """

    at: datetime | None = None
    wallets: tuple[WalletBalances, ...] = ()
    routes: Mapping[str, Route] = field(default_factory=dict)
    quotes: Mapping[str, Quote] | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """What a complete load counted, and found changed since the complete load at `since`.

    since: None where changes are noted from this load on. coverage: what only seems to have changed.
    net: the account's net flows with those found, as they are kept where nothing else is booked meanwhile,
    and then by that version; None where that is not so, or nothing was found. in_part: the account's ledger
    leaves out some of what changes amounts.
    """

    totals: Totals
    since: datetime | None = None
    changes: tuple[Change, ...] = ()
    coverage: tuple[Booked, ...] = ()
    net: NetFlows | None = None
    version: int = 0
    in_part: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """Everything a load that brought data leaves behind; its id is the receipt's, its time the snapshot's.

    noted: None of a partial load, and where the exchange tells no ledger.
    answers: in the order of the receipt's calls; None where none are to be kept.
    egress: by which the account's keys worked, and so the account's from then on.
    """

    complete: bool
    snapshot: Snapshot
    wallets: tuple[WalletBalances, ...]
    routes: Mapping[str, Route]
    figures: Figures
    receipt: Receipt
    fresh_until: datetime
    coverage: Coverage
    uid: str | None = None
    answers: Sequence[RawAnswer] | None = None
    egress: Egress = UNNAMED
    noted: Noted | None = None
    flows: FlowsTold = field(default_factory=FlowsTold)

    @property
    def gaps(self) -> Gaps:
        return Gaps(self.receipt.missing, self.receipt.unpriced)


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to load an account now, until the lease ends, what it covers, what opens its credentials.

    chosen: the form of its user's figures.
    """

    load_id: str
    account_id: int
    user_id: int
    market: str
    coverage: Coverage
    user_key: bytes
    sealed: SealedCredentials
    chosen: Chosen = NOTHING_CHOSEN


@dataclass(frozen=True, slots=True)
class Held:
    """Another process is loading the account; its outcome is asked for by load_id."""

    load_id: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """The last load is less than a second old: the account as it stands."""

    account: Account


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a load ended: an error, or none."""

    failure: LoadFailed | None


@dataclass(frozen=True, slots=True)
class KeptLoad:
    """What is kept of one load: its receipt, the snapshot of its time, the account as it stands now.

    snapshot: None, and `read` empty, where the history no longer holds it. complete: as the snapshot says.
    """

    receipt: Receipt
    account: Account
    snapshot: Snapshot | None = None
    complete: bool = False
    read: LastRead = LastRead()


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """What an exchange answered to the calls of one load, in their order, and until when it is kept.

    failure: what the load failed with; None where it brought data.
    """

    load_id: str
    account_id: int
    at: datetime
    until: datetime
    failure: LoadFailed | None
    answers: tuple[RawAnswer, ...]
