"""Users, their keys of ours, who asks, and where what is sealed belongs."""

from dataclasses import dataclass
from datetime import datetime

from cambist.core.addresses import Network
from cambist.core.currencies import NOTHING_CHOSEN, Chosen
from cambist.core.signing import KeyKind
from cambist.core.terms import Mode, Permission


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

    allow: the networks that it may be used from; none for any. used_at: when it last signed a request, true
    to a minute.
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
    used_at: datetime | None = None

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
class Caller:
    """Who asks: a user, and through which key of ours (or the command line)."""

    user_id: int
    via: str
    permissions: frozenset[Permission] = frozenset(Permission)
