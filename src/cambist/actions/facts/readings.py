"""What exchanges answered: readings of wallets, and what is taken down of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cambist.core.egress import UNNAMED, Egress
from cambist.core.errors import LoadFailed
from cambist.core.receipts import RawAnswer
from cambist.core.rights import KeyRights
from cambist.core.terms import Call, MissingWallet, WalletBalances

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
