"""The facts of attempts to load an account that actions and the store hand to each other."""

from dataclasses import dataclass
from datetime import datetime

from cambist.core.errors import LoadFailed


@dataclass(frozen=True, slots=True)
class Failing:
    """What the last load of an account failed with, and since when all have, the first that is kept."""

    failure: LoadFailed
    since: datetime
