"""What a load did and what it was worked out from: enough to recompute the Account."""

from dataclasses import dataclass, field
from datetime import datetime

from cambist.core.prices import Numeraire, Quarantined
from cambist.core.profit import Starts
from cambist.core.terms import Call, Coverage, Figures, FlowsTold, MissingWallet, Stablecoins


@dataclass(frozen=True, slots=True)
class Receipt:
    """One load that brought data; the balances and routes are the snapshot's of the same time.

    coverage: None in receipts from before accounts had one. quarantined: prices not believed, and those used.
    flows: None in receipts from before any were known, and where they are unknown.
    """

    load_id: str
    cause: str
    at: datetime
    market: str
    stablecoins: Stablecoins
    tickers: str
    numeraire: Numeraire
    calls: tuple[Call, ...]
    missing: tuple[MissingWallet, ...]
    unpriced: tuple[str, ...]
    starts: Starts
    figures: Figures
    coverage: Coverage | None = None
    quarantined: tuple[Quarantined, ...] = ()
    flows: FlowsTold | None = None


@dataclass(frozen=True, slots=True)
class ReceiptDigest:
    """What is left of a receipt that has come of age: its sum, and what it said that its snapshot does not.

    sha256: of the receipt's JSON text, so that a copy of it can be told to be one. calls, unpriced: how many.
    """

    sha256: bytes
    cause: str
    calls: int
    missing: tuple[MissingWallet, ...]
    unpriced: int

    def sentence(self, load_id: str, at: datetime) -> str:
        """What is told in the receipt's place."""
        return (
            f"Only a digest is kept of the receipt of load {load_id}, which is older than 7 days: "
            f"{at.isoformat(timespec='milliseconds')}, {'partial' if self.missing else 'complete'}, by "
            f"{self.cause}, calls: {self.calls}, assets without a price: {self.unpriced}, "
            f"SHA-256 {self.sha256.hex()}."
        )


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What an exchange answered to one call of a load, without the secrets in it.

    redacted: something was removed, so that the body is not what the call's sha256 is of.
    body: None where the answers of one load were too much to keep all of them.
    """

    call: Call
    redacted: bool
    body: bytes | None = field(repr=False)
