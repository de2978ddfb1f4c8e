"""What actions need from outside: the protocols that store, vault, exchanges and the clock fit by shape."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cambist.actions.facts import (
    AccountChange,
    AccountDraft,
    ApiKey,
    ChainBroken,
    ChainWhole,
    Dated,
    Due,
    Fresh,
    Head,
    Held,
    Holdings,
    Imported,
    KeptLoad,
    KeyUse,
    LastRead,
    Load,
    Outcome,
    Place,
    Probed,
    Reading,
    Revoked,
    Rotated,
    Rules,
    SealedCredentials,
    Turn,
    User,
    Worths,
)
from cambist.core.audit import AuditEntry
from cambist.core.errors import LoadFailed
from cambist.core.history import Baselines, Snapshot
from cambist.core.limits import Restriction
from cambist.core.listings import Currency, DepositAddress, Rates, Trade
from cambist.core.prices import Pair, PriceList
from cambist.core.rights import KeyRights
from cambist.core.sessions import FirstRunOffer, Session
from cambist.core.signing import Stamp
from cambist.core.terms import Account, Credentials, Market, Mode, Secret


class Clock(Protocol):
    """Time, handed in: aware, UTC, whole milliseconds."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: int | float) -> None: ...


# ── exchanges ────────────────────────────────────────────────────────────────────────────────────────


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

    def markets_telling_rights(self) -> tuple[str, ...]:
        """The codes of the markets whose exchange tells what a key may do."""
        ...

    async def rights(self, market: Market, credentials: Credentials) -> KeyRights:
        """What the keys may do, unknown where the exchange does not tell. Raises LoadFailed."""
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


class Vault(Protocol):
    """Envelope encryption, signatures and password hashes."""

    def new_user_key(self, check: str | None) -> bytes:
        """A data key, wrapped by the master key of this check value, or by the newest that is known."""
        ...

    def seal(self, secret: Secret, place: Place) -> bytes: ...

    def open(self, sealed: bytes, place: Place) -> Secret: ...

    def hmac_matches(self, secret: Secret, signature: bytes, texts: Sequence[bytes]) -> bool: ...

    def public_key_matches(
        self, algorithm: str, public_key: str, signature: bytes, texts: Sequence[bytes]
    ) -> bool:
        """Whether it is a signature of one of the texts, by RFC 9421's name of an algorithm."""
        ...

    def refuse_slowly(self, signature: bytes, texts: Sequence[bytes]) -> None:
        """Spends the time that a check against an unknown key's secret would have taken."""
        ...

    def checked_rsa_public_key(self, pem: str) -> str:
        """The key in its normal form; raises InvalidInput for anything but a 2048 to 4096 bit public key."""
        ...

    def checked_ed25519_public_key(self, pem: str) -> str:
        """The key in its normal form; raises InvalidInput for anything but an Ed25519 public key."""
        ...

    async def hash_password(self, password: Secret) -> str:
        """Raises Overloaded where too many passwords wait."""
        ...

    async def password_matches(self, password: Secret, hashed: str | None) -> bool:
        """Without a hash no password does, after the same work. Raises Overloaded."""
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Whether a password's hash was made with other parameters than today's."""
        ...

    def fingerprint(self, token: Secret) -> bytes:
        """SHA-256: enough for tokens of 256 random bits."""
        ...


# ── store: each verb is one transaction ──────────────────────────────────────────────────────────────


class Users(Protocol):
    async def add(
        self, name: str, new_data_key: Callable[[str | None], bytes], by: str, at: datetime
    ) -> User:
        """`new_data_key` gets the check value of the master key in force.

        Raises InvalidInput where the name is taken.
        """
        ...

    async def owner(self) -> User:
        """The first user; raises SetupError where there is none."""
        ...

    async def get(self, user_id: int) -> User: ...

    async def named(self, name: str) -> User:
        """Raises NotFound."""
        ...

    async def listed(self) -> list[User]: ...

    async def password_hash(self, user_id: int) -> str | None: ...

    async def set_password(
        self, user_id: int, password_hash: str, by: str, at: datetime, keep_session: int | None = None
    ) -> None:
        """Ends the person's sessions too, all but the one to keep, and forgets sign-ins that failed."""
        ...

    async def set_mode(self, user_id: int, mode: Mode) -> None: ...


class Sessions(Protocol):
    """People signed in; tokens are handed in and kept as their SHA-256."""

    async def begin(
        self, session: Session, token: bytes, password_hash: str, rehashed: str | None
    ) -> Session:
        """Keeps the session with its id, and the password's newer hash where there is one.

        The person's failures are forgotten, and of more than 32 sessions the oldest ends. Raises
        SignInRefused where the password has another hash by now.
        """
        ...

    async def find(self, token: bytes) -> Session | None:
        """Also one that is over; None for one that was ended, in whichever process."""
        ...

    async def seen(self, session_id: int, at: datetime) -> None:
        """Writes the time down, unless one of the last minute is."""
        ...

    async def listed(self, user_id: int, at: datetime) -> list[Session]:
        """Those that are open, the last used first."""
        ...

    async def end(self, user_id: int, session_id: int, by: str, at: datetime) -> None:
        """Raises NotFound for a session that is not this person's, as for none."""
        ...

    async def end_all(self, user_id: int, by: str, at: datetime) -> int:
        """How many there were, also of those that nobody used any more."""
        ...


class Attempts(Protocol):
    """Sign-ins, counted before they are looked at, so that those of the same moment count too."""

    async def begin(self, subject: str, at: datetime) -> datetime | None:
        """Counts one more that has not succeeded; until when none is looked at, where that is so."""
        ...


class FirstRuns(Protocol):
    """The one-time token by which the owner gets a name and a password."""

    async def offer(self, offer: FirstRunOffer, by: str, at: datetime) -> bool:
        """Replaces the last one; does nothing, and says so, where the owner has a password."""
        ...

    async def offered(self) -> FirstRunOffer | None: ...

    async def finish(
        self, offer: FirstRunOffer, name: str, password_hash: str, by: str, at: datetime
    ) -> User:
        """The owner so named. Raises AccessDenied where the offer is not the last one or used up."""
        ...


class ApiKeys(Protocol):
    async def add(self, key: ApiKey, seal: Callable[[bytes], bytes] | None, by: str) -> ApiKey:
        """`seal` gets the user's data key, as it is wrapped now; none for a key that has no secret."""
        ...

    async def find(self, api_key: str) -> ApiKey | None: ...

    async def listed(self, user_id: int) -> list[ApiKey]: ...

    async def revoke(self, user_id: int, api_key: str, by: str, at: datetime) -> None:
        """Raises NotFound."""
        ...


class Nonces(Protocol):
    """The nonces of strict signatures: each is good for one request of its key, over all processes."""

    def spend(self, api_key_id: int, stamp: Stamp, now: datetime) -> int:
        """How often a stamp's nonce has been used, this time included. Raises StoreUnavailable."""
        ...


class Accounts(Protocol):
    async def get(self, user_id: int, account_id: int) -> Account:
        """Raises NotFound for an account that is not this user's, as for none."""
        ...

    async def listed(
        self, user_id: int, api_key: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[Account]: ...

    async def in_summary(self, user_id: int, most: int) -> list[Account]:
        """The accounts that the summary is made of, at most so many, in the order of their ids."""
        ...

    async def markets_connected(self, user_id: int, api_key: str | None = None) -> frozenset[str]:
        """The markets that the user has accounts of, or has connected with this key."""
        ...

    async def is_connected(self, draft: AccountDraft) -> bool:
        """Whether the user has an account of the market with this uid, or this key where no uid is told."""
        ...

    async def connect(
        self, draft: AccountDraft, seal: Callable[[int, bytes], SealedCredentials], load: Load
    ) -> Account:
        """Keeps a tried account with its first load.

        `seal` gets the new id, and the user's data key as it is wrapped now.
        """
        ...

    async def rename(self, user_id: int, account_id: int, name: str, at: datetime) -> Account: ...

    async def update(self, user_id: int, account_id: int, change: AccountChange, at: datetime) -> Account:
        """The account changed as a whole. New keys end its fresh second and a load that runs by the old ones.

        Raises NotFound; InvalidInput on `api_key` where the new keys are another account's. Where the
        exchange does not tell that they are the same account's, the load's snapshot is marked as a break.
        """
        ...

    async def lock(self, user_id: int, account_id: int, reason: str, by: str, at: datetime) -> Account:
        """Locked by its user: new keys do not unlock it. Raises NotFound."""
        ...

    async def unlock(self, user_id: int, account_id: int, by: str, at: datetime) -> Account:
        """Unlocked, and its keys' rights due at once; one that is not locked stays. Raises NotFound."""
        ...

    async def remove(self, user_id: int, account_id: int, by: str, at: datetime) -> None:
        """Erases the keys; the account is not found from then on."""
        ...


class Loads(Protocol):
    async def take_turn(
        self, user_id: int, account_id: int, load_id: str, cause: str, now: datetime, lease: timedelta
    ) -> Turn | Held | Fresh:
        """The turn, the attempt and the audit of the keys' use, or none. Raises NotFound, AccountLocked."""
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
        self,
        user_id: int,
        load_id: str,
        cause: str,
        at: datetime,
        failure: LoadFailed,
        account_id: int | None = None,
    ) -> None:
        """The audit row of keys that were tried, for a new account or for this one, and not kept."""
        ...


class KeyUses(Protocol):
    """The audit of what keys are used for beside loads; it does not take the account's turn."""

    async def begin(self, user_id: int, account_id: int, use_id: str, cause: str, at: datetime) -> KeyUse:
        """Writes the use down, then hands out what opens the keys. Raises NotFound, AccountLocked."""
        ...

    async def fail(self, use_id: str, at: datetime, failure: LoadFailed) -> None:
        """Notes how the use failed; the account's key state is as before."""
        ...


class Rights(Protocol):
    """What accounts' keys may do, as read of those in use."""

    async def due(self, before: datetime, markets: Sequence[str], most: int) -> list[Due]:
        """Accounts of these markets last asked about at or before then, the longest ago first.

        Locked ones are not; ones whose exchange told nothing of their new keys are at once.
        """
        ...

    async def keep(
        self,
        user_id: int,
        account_id: int,
        api_key: str,
        rights: KeyRights,
        by: str,
        at: datetime,
        lock_reason: str | None,
    ) -> None:
        """Keeps what the key may do, and locks the account where a reason is given.

        Nothing is kept where the account has another key by now. Fit new keys end a lock of this kind.
        """
        ...

    async def not_told(self, account_id: int, at: datetime) -> None:
        """Notes that the exchange was asked and did not tell; what was read before stands."""
        ...


class Audit(Protocol):
    """The log of who used or changed what: each entry is chained to the one before, none is ever changed.

    What a store verb changes it enters itself, in the same transaction.
    """

    async def record(self, entry: AuditEntry) -> None: ...

    async def entries(
        self,
        user_id: int | None = None,
        account_id: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[AuditEntry]:
        """Those of a user and of an account, from `since` to before `until`, oldest first."""
        ...

    async def verify(
        self, progress: Callable[[int], None], noted: Head | None = None
    ) -> ChainWhole | ChainBroken:
        """Whether all entries are as they were written; tells how many have been looked at meanwhile.

        noted: a head of before that must still be there, for entries cut off at the end break no chain.
        """
        ...


class Revocation(Protocol):
    async def everything(self, user_id: int | None, exchange_keys: bool, by: str, at: datetime) -> Revoked:
        """Of a user, or of all: API keys revoked, sessions ended, exchange keys erased where asked."""
        ...


class Refusals(Protocol):
    """Requests that were refused, on their way into the audit log."""

    def note(self, entry: AuditEntry) -> None:
        """Enters it without anybody waiting; many of a kind become one entry with their number."""
        ...


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

    async def worths(self, account_id: int, since: datetime, until: datetime, most: int) -> Worths:
        """The first so many snapshots of any kind in a span of time, oldest first."""
        ...

    async def worths_beside(self, account_id: int, since: datetime, until: datetime) -> tuple[Worths, Worths]:
        """The last snapshot of any kind before a span of time, and the first after it, where they are."""
        ...

    async def dated(
        self, account_id: int, since: datetime, until: datetime, every: timedelta, most: int
    ) -> list[Dated]:
        """The last snapshot of any kind in each `every` that has one, oldest first, so many at most."""
        ...

    async def kept_near(self, account_id: int, at: datetime, within: timedelta) -> KeptLoad | None:
        """The load that brought data nearest to a time, where its balances and receipt are kept."""
        ...

    async def kept_load(self, user_id: int, load_id: str) -> KeptLoad:
        """Raises NotFound for a load that left no receipt with this user; SetupError if it cannot be read."""
        ...


class Waits(Protocol):
    """How long exchanges have told us to wait: heard by one process, held to by all."""

    def until(self, exchange: str) -> datetime | None:
        """The end of the longest wait told, which may be past; None where none ever was."""
        ...

    async def keep(self, exchange: str, until: datetime) -> None:
        """Keeps a wait, unless a longer one is kept."""
        ...


class Traffic(Protocol):
    """Requests as all processes count them, and who is held back; seen by the others within a second."""

    def count(self, subject: str, now: datetime, window: timedelta) -> int:
        """Counts one request; how many there were in the window that ends now, this one included.

        What others counted is as new as the last look for a restriction, which comes first.
        """
        ...

    def restriction(self, subject: str) -> Restriction | None:
        """The last restriction, also one that is over."""
        ...

    def hold_back(self, restriction: Restriction, now: datetime) -> None:
        """In force at once here, and for the others as soon as it is written, which nobody waits for."""
        ...


# ── rotation of the master key ───────────────────────────────────────────────────────────────────────


class Resealing(Protocol):
    """Opens what is sealed under the master key before, and seals it under the one after.

    check_before, check_after: their check values. about: their ids, which tell nothing of them.
    """

    check_before: str
    check_after: str
    about: str

    def new_user_key(self) -> bytes: ...

    def audit_key(self, wrapped: bytes) -> bytes:
        """The same audit key, wrapped by the master key after."""
        ...

    def sealed(self, sealed: bytes, place: Place, user_key: bytes) -> bytes:
        """What is sealed in a place, sealed anew in the same under the user's new data key.

        Raises SetupError where it does not open.
        """
        ...


class MasterKeys(Protocol):
    """The place that the master key is kept in; a key is named by its check value.

    where: names that place; never the key. how_to_follow: what people have to do after a rotation; empty for
    nothing.
    """

    where: str
    how_to_follow: str

    def stage(self, check: str) -> Resealing:
        """From the key of this check value to the next, which is safe beside it then.

        Raises SetupError where it is not there, or there cannot be a next.
        """
        ...

    def is_promoted(self, check: str) -> bool:
        """Whether the key in the first place is the one of this check value. Raises SetupError."""
        ...

    def promote(self, check: str) -> None:
        """Puts the next key in the place of the one before, if it is the one of this check value.

        Raises SetupError.
        """
        ...


class SealedRecords(Protocol):
    """Everything in the database that is sealed."""

    def alone(self) -> AbstractContextManager[str]:
        """Keeps other rotations out, of all processes, while it lasts; the check value of the key in force.

        Raises SetupError where another runs.
        """
        ...

    async def reseal(
        self, resealing: Resealing, by: str, at: datetime, progress: Callable[[int, int], None]
    ) -> Rotated:
        """All of it, with the new check value and the audit entry, in one transaction.

        progress: how many of how many secrets. Raises SetupError where one does not open; nothing changes.
        """
        ...

    async def forget_old_frames(self) -> None:
        """Empties the write-ahead log, where what was sealed before still stands. Raises StoreUnavailable."""
        ...


# ── worker ───────────────────────────────────────────────────────────────────────────────────────────


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
    vault: Vault
    users: Users
    keys: ApiKeys
    nonces: Nonces
    accounts: Accounts
    loads: Loads
    key_uses: KeyUses
    rights: Rights
    audit: Audit
    refusals: Refusals
    revocation: Revocation
    sessions: Sessions
    attempts: Attempts
    first_runs: FirstRuns
    history: History
    traffic: Traffic
    rules: Rules
