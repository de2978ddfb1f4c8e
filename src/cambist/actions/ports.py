"""What actions need from outside: the protocols that store, vault, exchanges and the clock fit by shape."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from cambist.core.errors import LoadFailed
from cambist.core.history import Baselines, Snapshot
from cambist.core.listings import Currency, DepositAddress, Rates, Trade
from cambist.core.prices import Pair, PriceList, Route
from cambist.core.receipts import Receipt
from cambist.core.terms import (
    Account,
    Call,
    Credentials,
    Figures,
    Market,
    MissingWallet,
    Permission,
    Secret,
    Stablecoins,
    WalletBalances,
)


class Clock(Protocol):
    """Time, handed in: aware, UTC, whole milliseconds."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: int | float) -> None: ...


# ── exchanges ────────────────────────────────────────────────────────────────────────────────────────


# Set for what nobody waits for: exchanges let the calls of others go first.
IN_BACKGROUND: ContextVar[bool] = ContextVar("in_background", default=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an account's wallets answered; a wallet that failed is in `failed` with the reason.

    uid: the exchange's own name of the account, where it tells one.
    """

    answered: tuple[WalletBalances, ...]
    failed: tuple[MissingWallet, ...]
    calls: tuple[Call, ...]
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What an exchange's keys may do; None where the exchange does not tell."""

    read: bool | None = None
    trade: bool | None = None
    withdraw: bool | None = None
    ip_bound: bool | None = None


@dataclass(frozen=True, slots=True)
class Probed:
    """What keys were found to open. clock_offset_ms: the exchange's time minus ours, where it tells one.

    weights: what each call costs of the exchange's limit; None where it is not known.
    """

    answered: tuple[WalletBalances, ...]
    failed: tuple[MissingWallet, ...]
    rights: KeyRights
    clock_offset_ms: int | None
    calls: tuple[Call, ...]
    weights: tuple[int | None, ...]


class Exchanges(Protocol):
    """Everything asked of exchanges; foreign errors have become ours."""

    def market(self, code: str) -> Market:
        """Raises NotFound for a code that is neither in the catalogue nor an exchange's id."""
        ...

    def markets(self) -> tuple[Market, ...]: ...

    async def read_wallets(self, market: Market, credentials: Credentials, wallets: Sequence[str]) -> Reading:
        """The wallets' balances; raises LoadFailed where the base wallet, the first, does not answer."""
        ...

    async def price_list(self, market: Market) -> PriceList:
        """Prices at most two seconds old; raises LoadFailed."""
        ...

    async def probe(self, market: Market, credentials: Credentials) -> Probed:
        """What the keys open and may do; raises LoadFailed where the base wallet does not answer."""
        ...


class Inquiries(Protocol):
    """What is asked of exchanges beside balances and what values them; foreign errors have become ours."""

    async def pairs(self, market: Market) -> Collection[Pair]:
        """The pairs that trade, at most an hour old; raises LoadFailed."""
        ...

    async def rates(self, market: Market, pair: Pair) -> Rates | None:
        """A pair's prices, at most two seconds old, and its limits; None for no pair that trades.

        Raises LoadFailed.
        """
        ...

    async def open_orders(self, market: Market, credentials: Credentials) -> int:
        """How many orders of the account are open. Raises LoadFailed, as NotOffered too."""
        ...

    async def currencies(self, market: Market, credentials: Credentials) -> Sequence[Currency]:
        """The currencies with their networks. Raises LoadFailed, as NotOffered too."""
        ...

    async def deposit_address(
        self, market: Market, credentials: Credentials, currency: str, network: str
    ) -> DepositAddress:
        """Where deposits of a currency go on a network. Raises LoadFailed, as NotOffered too."""
        ...

    async def trades(
        self,
        market: Market,
        credentials: Credentials,
        assets: Collection[str],
        start: datetime,
        until: datetime,
    ) -> Sequence[Trade] | None:
        """The account's trades from `start` to before `until` in pairs between these assets.

        None where they cannot be read in a bounded number of calls. Raises LoadFailed.
        """
        ...


# ── vault ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ciphertext belongs; it opens nowhere else. user_key is the user's wrapped data key."""

    user_id: int
    user_key: bytes
    record: str
    field: str


class Vault(Protocol):
    """Envelope encryption, signatures and password hashes."""

    def new_user_key(self) -> bytes: ...

    def seal(self, secret: Secret, place: Place) -> bytes: ...

    def open(self, sealed: bytes, place: Place) -> Secret: ...

    def hmac_matches(self, secret: Secret, signature: bytes, texts: Sequence[bytes]) -> bool: ...

    def rsa_matches(self, public_key: str, signature: bytes, texts: Sequence[bytes]) -> bool: ...

    def refuse_slowly(self, signature: bytes, texts: Sequence[bytes]) -> None:
        """Spends the time that a check against an unknown key's secret would have taken."""
        ...

    def checked_rsa_public_key(self, pem: str) -> str:
        """The key in its normal form; raises InvalidInput for anything but a 2048 to 4096 bit public key."""
        ...

    def hash_password(self, password: Secret) -> str: ...


# ── store: each verb is one transaction ──────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    data_key: bytes
    created_at: datetime


class Users(Protocol):
    async def add(self, name: str, data_key: bytes, at: datetime) -> User:
        """Raises InvalidInput where the name is taken."""
        ...

    async def owner(self) -> User:
        """The first user; raises SetupError where there is none."""
        ...

    async def get(self, user_id: int) -> User: ...

    async def named(self, name: str) -> User:
        """Raises NotFound."""
        ...

    async def listed(self) -> list[User]: ...

    async def set_password(self, user_id: int, password_hash: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of ours: `secret` sealed for a system key, `public_key` for a registered one."""

    id: int
    user_id: int
    user_key: bytes
    api_key: str
    name: str
    permissions: frozenset[Permission]
    created_at: datetime
    secret: bytes | None = None
    public_key: str | None = None
    unsigned_body: bool = False
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class ApiKeys(Protocol):
    async def add(self, key: ApiKey, sealed: bytes | None) -> ApiKey: ...

    async def find(self, api_key: str) -> ApiKey | None: ...

    async def listed(self, user_id: int) -> list[ApiKey]: ...

    async def revoke(self, user_id: int, api_key: str, at: datetime) -> None:
        """Raises NotFound."""
        ...


@dataclass(frozen=True, slots=True)
class SealedCredentials:
    api_key: str
    secret: bytes
    passphrase: bytes | None = None
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account about to be kept."""

    user_id: int
    market: str
    name: str
    api_key: str
    uid: str | None


@dataclass(frozen=True, slots=True)
class Load:
    """Everything a load that brought data leaves behind; its id is the receipt's, its time the snapshot's."""

    complete: bool
    snapshot: Snapshot
    wallets: tuple[WalletBalances, ...]
    routes: Mapping[str, Route]
    figures: Figures
    receipt: Receipt
    fresh_until: datetime
    uid: str | None = None


class Accounts(Protocol):
    async def get(self, user_id: int, account_id: int) -> Account:
        """Raises NotFound for an account that is not this user's, as for none."""
        ...

    async def listed(
        self, user_id: int, api_key: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[Account]: ...

    async def is_connected(self, draft: AccountDraft) -> bool:
        """Whether the user has an account of the market with this uid, or this key where no uid is told."""
        ...

    async def connect(
        self, draft: AccountDraft, seal: Callable[[int], SealedCredentials], load: Load
    ) -> Account:
        """Keeps a tried account with its first load; `seal` gets the new id."""
        ...

    async def rename(self, user_id: int, account_id: int, name: str, at: datetime) -> Account: ...

    async def remove(self, user_id: int, account_id: int, at: datetime) -> None:
        """Erases the keys; the account is not found from then on."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to load an account now, until the lease ends, and what opens its credentials."""

    load_id: str
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
    """An account whose refresh is due."""

    user_id: int
    account_id: int
    market: str


class Loads(Protocol):
    async def take_turn(
        self, user_id: int, account_id: int, load_id: str, cause: str, now: datetime, lease: timedelta
    ) -> Turn | Held | Fresh:
        """One row is the turn, the attempt and the audit of the keys' use. Raises NotFound, AccountLocked."""
        ...

    async def extend_turn(self, load_id: str, until: datetime) -> None: ...

    async def keep(self, account_id: int, load: Load) -> Account:
        """Keeps a load whole and ends its turn; raises LoadInterrupted if the turn was lost."""
        ...

    async def fail(self, load_id: str, at: datetime, failure: LoadFailed) -> None:
        """Ends the turn with its failure, and the account's fresh second; balances stay."""
        ...

    async def outcome(self, load_id: str) -> Outcome | None:
        """None while the load runs."""
        ...

    async def due(
        self, now: datetime, every: timedelta, keys_retried: timedelta, resting: Sequence[str], most: int
    ) -> list[Due]:
        """Accounts last attempted or connected `every` ago, the longest ago first; locked ones are not.

        Where the keys were rejected, the account is due again after `keys_retried`. Accounts of the markets
        `resting` are left out.
        """
        ...

    async def record_refusal(
        self, user_id: int, load_id: str, cause: str, at: datetime, failure: LoadFailed
    ) -> None:
        """The audit row of keys that were tried for a new account and not kept."""
        ...


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A use of an account's keys that has been written down, and what opens them."""

    account_id: int
    user_id: int
    market: str
    user_key: bytes
    sealed: SealedCredentials


class KeyUses(Protocol):
    """The audit of what keys are used for beside loads; it does not take the account's turn."""

    async def begin(self, user_id: int, account_id: int, use_id: str, cause: str, at: datetime) -> KeyUse:
        """Writes the use down, then hands out what opens the keys. Raises NotFound, AccountLocked."""
        ...

    async def fail(self, use_id: str, at: datetime, failure: LoadFailed) -> None:
        """Notes how the use failed; the account's key state is as before."""
        ...


@dataclass(frozen=True, slots=True)
class Imported:
    """How many imported points were kept, and how many left out as not before the first own snapshot."""

    kept: int
    left_out: int


@dataclass(frozen=True, slots=True)
class LastRead:
    """What the last load that brought data read, and the routes it valued by; empty before the first."""

    at: datetime | None = None
    wallets: tuple[WalletBalances, ...] = ()
    routes: Mapping[str, Route] = field(default_factory=dict)


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
class Holdings:
    """What an account held in a stretch of time by its loads, and P at each load's time.

    assets: by their folded names, and as the exchange writes them.
    """

    assets: frozenset[str]
    bitcoin_prices: tuple[tuple[datetime, Decimal], ...]


class History(Protocol):
    async def baselines(self, account_id: int, day: datetime, month: datetime) -> Baselines: ...

    async def holdings(self, account_id: int, start: datetime, until: datetime) -> Holdings | None:
        """By all loads from the last one at or before `start` to the first one at or after `until`.

        None where no load is as old as `start`, or where more are kept than can be read at once.
        """
        ...

    async def last_read(self, account_id: int) -> LastRead: ...

    async def import_points(self, account_id: int, points: Sequence[Snapshot]) -> Imported:
        """Keeps points dated before the first own snapshot (one at a time wins over an earlier import)."""
        ...

    async def points(self, account_id: int) -> list[Snapshot]:
        """All snapshots of complete loads and imported points, oldest first."""
        ...

    async def kept_load(self, user_id: int, load_id: str) -> KeptLoad:
        """Raises NotFound for a load that left no receipt with this user; SetupError if it cannot be read."""
        ...


# ── worker ───────────────────────────────────────────────────────────────────────────────────────────


class Worker(Protocol):
    """A queue of refreshes that runs some of them at a time."""

    async def enqueue(self, due: Sequence[Due]) -> None:
        """Takes in what is not waiting or running yet; raises where the queue is broken."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that shape figures."""

    stablecoins: Stablecoins = Stablecoins.REFERENCE
    display_currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Outside:
    """All ports in one hand, put together by wiring."""

    clock: Clock
    new_id: Callable[[], str]
    new_secret: Callable[[], Secret]
    exchanges: Exchanges
    inquiries: Inquiries
    vault: Vault
    users: Users
    keys: ApiKeys
    accounts: Accounts
    loads: Loads
    key_uses: KeyUses
    history: History
    rules: Rules = Rules()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a user, and through which key of ours (or the command line)."""

    user_id: int
    via: str
    permissions: frozenset[Permission] = frozenset(Permission)
