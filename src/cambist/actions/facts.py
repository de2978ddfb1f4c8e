"""The facts that actions and what is outside of them hand to each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum

from cambist.core.addresses import Network
from cambist.core.audit import AuditEntry
from cambist.core.changes import Totals
from cambist.core.currencies import DUST_USD, NOTHING_CHOSEN, Chosen, Preferences
from cambist.core.egress import UNNAMED, Egress
from cambist.core.errors import LoadFailed
from cambist.core.flows import Change, NetFlows
from cambist.core.history import Snapshot
from cambist.core.ledger import Booked
from cambist.core.prices import Quote, Route
from cambist.core.receipts import RawAnswer, Receipt
from cambist.core.rights import UNKNOWN, KeyRights
from cambist.core.signing import KeyKind
from cambist.core.terms import (
    Account,
    Call,
    Coverage,
    Figures,
    FlowsTold,
    Gaps,
    MissingWallet,
    Mode,
    Permission,
    Stablecoins,
    WalletBalances,
)


class Priority(IntEnum):
    """Whose calls an exchange is asked first: those that somebody waits for, refreshes, syncs of flows."""

    AWAITED = 0
    REFRESH = 1
    FLOWS = 2


@dataclass(slots=True, eq=False)
class Background:
    """Work that nobody waits for: exchanges let the calls of others go first.

    ended: somebody has come to wait for it; that holds for all its tasks, and for calls already in a queue.
    """

    priority: Priority = Priority.REFRESH
    ended: bool = False


BACKGROUND: ContextVar[Background | None] = ContextVar("background", default=None)


def priority_of(work: Background | None) -> Priority:
    return Priority.AWAITED if work is None or work.ended else work.priority


MOST_HEARD_BYTES = 4 * 1024 * 1024


@dataclass(slots=True, eq=False)
class Heard:
    """Takes down what an exchange answers to a load's calls, in their order, also of a load that then fails.

    Of more than 4 MiB, what fits beside the rest; the others without their bodies.
    """

    answers: list[RawAnswer] = field(default_factory=list)
    left_bytes: int = MOST_HEARD_BYTES

    def add(self, answers: Iterable[RawAnswer]) -> None:
        for answer in answers:
            size = len(answer.body or b"")
            fits = size <= self.left_bytes
            self.left_bytes -= size if fits else 0
            self.answers.append(answer if fits else replace(answer, body=None))


@dataclass(frozen=True, slots=True)
class Reading:
    """What an account's wallets answered, and what each wallet that did not failed with.

    uid: the exchange's own name of the account, where it tells one. egress: by which they were asked.
    """

    answered: tuple[WalletBalances, ...]
    failures: Mapping[str, LoadFailed]
    calls: tuple[Call, ...]
    uid: str | None = None
    egress: Egress = UNNAMED

    @property
    def failed(self) -> tuple[MissingWallet, ...]:
        """The wallets that failed, with the failure's own words."""
        return tuple(MissingWallet(wallet, str(failure)) for wallet, failure in self.failures.items())


@dataclass(frozen=True, slots=True)
class Probed:
    """What keys were found to open. clock_offset_ms: the exchange's time minus ours, where it tells one."""

    answered: tuple[WalletBalances, ...]
    failed: tuple[MissingWallet, ...]
    rights: KeyRights
    clock_offset_ms: int | None
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ciphertext belongs; it opens nowhere else. user_key is the user's wrapped data key."""

    user_id: int
    user_key: bytes
    record: str
    field: str


def account_record(account_id: int) -> str:
    """What an account's sealed fields, `secret` and `passphrase`, belong to."""
    return f"account:{account_id}"


def api_key_record(api_key: str) -> str:
    """What the sealed `secret` of a key of ours belongs to."""
    return f"api_key:{api_key}"


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    data_key: bytes
    created_at: datetime
    mode: Mode = Mode.REAL
    has_password: bool = False
    chosen: Chosen = NOTHING_CHOSEN


def shortened(api_key: str) -> str:
    return f"{api_key[:8]}…"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of ours: `secret` sealed where we issued one, `public_key` where one was registered.

    allow: the networks that it may be used from; none for any.
    """

    id: int
    user_id: int
    user_key: bytes
    api_key: str
    name: str
    permissions: frozenset[Permission]
    created_at: datetime
    kind: KeyKind = KeyKind.SYSTEM
    secret: bytes | None = None
    public_key: str | None = None
    unsigned_body: bool = False
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    allow: tuple[Network, ...] = ()

    @property
    def short(self) -> str:
        """What names the key where it need not be whole."""
        return shortened(self.api_key)


@dataclass(frozen=True, slots=True)
class SealedCredentials:
    """An account's keys as they are kept, and by which egress and from which address they are good."""

    api_key: str
    secret: bytes
    passphrase: bytes | None = None
    customer_id: str | None = None
    egress: str | None = None
    worked_from: str | None = None


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account about to be kept.

    wallets: what it is to cover. markets: the codes of all markets on its exchange.
    """

    user_id: int
    market: str
    name: str
    api_key: str
    uid: str | None
    wallets: tuple[str, ...]
    markets: tuple[str, ...]
    rights: KeyRights = UNKNOWN


@dataclass(frozen=True, slots=True)
class Noted:
    """What a complete load counted, and found changed since the complete load at `since`.

    since: None where changes are noted from this load on. coverage: what only seems to have changed.
    net: the account's net flows with those found, as they are kept where nothing else is booked meanwhile,
    and then by that version; None where that is not so, or nothing was found.
    """

    totals: Totals
    since: datetime | None = None
    changes: tuple[Change, ...] = ()
    coverage: tuple[Booked, ...] = ()
    net: NetFlows | None = None
    version: int = 0


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
class TriedKeys:
    """An account's keys as they are to be kept, with the load that tried them and what they may do.

    seal: seals them under the data key, as it is wrapped when they are written.
    markets: the codes of all markets on the account's exchange. moved: the account's own keys as they were
    opened, where they only move to another egress: then nothing is sealed, and others must not have come.
    """

    seal: Callable[[bytes], SealedCredentials]
    load: Load
    markets: tuple[str, ...]
    rights: KeyRights = UNKNOWN
    moved: SealedCredentials | None = None


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What an account is changed to; None leaves it as it is."""

    name: str | None = None
    include_in_summary: bool | None = None
    keys: TriedKeys | None = None


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
class KeyUse:
    """A use of an account's keys that has been written down, and what opens them."""

    account_id: int
    user_id: int
    market: str
    user_key: bytes
    sealed: SealedCredentials


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
class Due:
    """An account of which something is due: its load, a control with a load, its keys' rights, its flows."""

    user_id: int
    account_id: int
    market: str
    rights: bool = False
    control: bool = False
    egress: str | None = None
    flows: bool = False


@dataclass(frozen=True, slots=True)
class Thinned:
    """How much of a history went with its age: snapshots, balances of snapshots that stay, receipts.

    digests: receipts of which a digest stays.
    """

    snapshots: int = 0
    holdings: int = 0
    receipts: int = 0
    digests: int = 0

    def __add__(self, other: "Thinned") -> "Thinned":
        return Thinned(
            self.snapshots + other.snapshots,
            self.holdings + other.holdings,
            self.receipts + other.receipts,
            self.digests + other.digests,
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """How many imported points were kept, and how many left out as not before the first own snapshot."""

    kept: int
    left_out: int


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


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an account held in a stretch of time by its loads, and P at each load's time.

    assets: by their folded names, and as the exchange writes them.
    """

    assets: frozenset[str]
    bitcoin_prices: tuple[tuple[datetime, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Worths:
    """What an account was worth at some snapshots: a column each, the values as kept, commas between them.

    at: milliseconds since 1970. Columns, since a chart has tens of thousands and no use for a fact of each.
    """

    count: int = 0
    at: str = ""
    usd: str = ""
    btc: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A snapshot of an account's history.

    kind: "own" of a complete load, "partial", or "imported". is_break: from here on it may be another
    exchange account, since the keys were replaced and the exchange tells no uid. unmeasured: the longest
    time without a load between the point before and this one; None where nothing tells. mark: why it is
    marked as wrong; None where it is not.
    """

    snapshot: Snapshot
    kind: str
    is_break: bool
    unmeasured: timedelta | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between two snapshots of complete loads or imported points, the later one included.

    unmeasured: the longest time without a load; None where nothing tells. partial, imported: whether any is.
    """

    unmeasured: timedelta | None
    partial: bool
    imported: bool


@dataclass(frozen=True, slots=True)
class Head:
    """An entry of the audit log that somebody has noted elsewhere: its number and its link."""

    number: int
    link: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.link.hex()}"


@dataclass(frozen=True, slots=True)
class ChainWhole:
    """The audit log is as it was written, up to this entry."""

    head: Head


@dataclass(frozen=True, slots=True)
class ChainBroken:
    """The first entry that is not as it was written."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the audit log with its number. failure: of the use of keys that it tells of."""

    number: int
    entry: AuditEntry
    failure: LoadFailed | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, newest first. before: the number that older ones come before; None where there are none."""

    entries: tuple[Logged, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Revoked:
    """What has been revoked. accounts: those whose exchange keys were erased, as (name, market)."""

    api_keys: int
    sessions: int
    accounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation of the master key has sealed anew: every user's data key, and so many secrets."""

    users: int
    secrets: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that shape figures, what keys are taken, and whether exchanges' answers are kept.

    stablecoins, display_currency: of users that have chosen none.
    egresses: {name: the address that exchanges see}, in their order; none where the settings name none.
    gap_after: without a load for longer than this, it is not known what an account was worth meanwhile.
    """

    stablecoins: Stablecoins = Stablecoins.REFERENCE
    display_currency: str = "USD"
    allow_withdraw_keys: bool = False
    keep_answers: bool = False
    egresses: Mapping[str, str] = field(default_factory=dict)
    gap_after: timedelta = timedelta(minutes=15)

    def preferences(self, chosen: Chosen) -> Preferences:
        """What is in force for a user."""
        return Preferences(
            chosen.display_currency or self.display_currency,
            chosen.stablecoins or self.stablecoins,
            DUST_USD if chosen.dust_usd is None else chosen.dust_usd,
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a user, and through which key of ours (or the command line)."""

    user_id: int
    via: str
    permissions: frozenset[Permission] = frozenset(Permission)
