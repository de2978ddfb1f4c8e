"""The facts of attempts to load an account that actions and the store hand to each other."""

from dataclasses import dataclass
from datetime import datetime

from cambist.core.errors import LoadFailed


@dataclass(frozen=True, slots=True)
class Attempt:
    """One use of an account's keys, of a load or of something beside.

    ended_at: None while it runs. failure: None where it brought what it was for. complete: as the load's
    snapshot says; None where it left none, or it has come of age. has_receipt: whether its receipt is kept.
    """

    load_id: str
    cause: str
    started_at: datetime
    ended_at: datetime | None
    failure: LoadFailed | None
    complete: bool | None
    has_receipt: bool


@dataclass(frozen=True, slots=True)
class Failing:
    """What the last load of an account failed with, and since when all have, the first that is kept."""

    failure: LoadFailed
    since: datetime
