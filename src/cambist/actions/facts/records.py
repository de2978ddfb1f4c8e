"""The audit log as it is checked, and what was revoked or sealed anew."""

from dataclasses import dataclass

from cambist.core.audit import AuditEntry
from cambist.core.errors import LoadFailed


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
