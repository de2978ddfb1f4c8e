"""An account's history as it is kept, read and thinned."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from cambist.core.history import Snapshot


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
