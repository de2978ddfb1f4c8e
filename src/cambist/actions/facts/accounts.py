"""Accounts about to be kept or changed, the uses of their keys, and what is due of them."""

from collections.abc import Callable
from dataclasses import dataclass

from cambist.actions.facts.loads import Load
from cambist.actions.facts.people import SealedCredentials
from cambist.core.rights import UNKNOWN, KeyRights
from cambist.core.terms import Coverage


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
class TriedKeys:
    """An account's keys as they are to be kept, with the load that tried them and what they may do.

    seal: seals them under the data key, as it is wrapped when they are written.
    markets: the codes of all markets on the account's exchange. own: the account's own keys as they were
    opened, where they stay: then nothing is sealed, and others must not have come. moved: whether these go
    by another egress from now on. before: what the account covered when they were tried; the load says what
    it covers from now on.
    """

    seal: Callable[[bytes], SealedCredentials]
    load: Load
    markets: tuple[str, ...]
    before: Coverage
    rights: KeyRights = UNKNOWN
    own: SealedCredentials | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What an account is changed to; None leaves it as it is."""

    name: str | None = None
    include_in_summary: bool | None = None
    keys: TriedKeys | None = None


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A use of an account's keys that has been written down, and what opens them."""

    account_id: int
    user_id: int
    market: str
    user_key: bytes
    sealed: SealedCredentials


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
