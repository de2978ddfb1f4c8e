"""What an exchange's keys may do, and what is to be said of it."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What an exchange's keys may do; None where the exchange does not tell."""

    read: bool | None = None
    trade: bool | None = None
    withdraw: bool | None = None
    ip_bound: bool | None = None

    @property
    def told(self) -> bool:
        """Whether the exchange was heard: that keys may read shows without asking for their rights."""
        return any(each is not None for each in (self.trade, self.withdraw, self.ip_bound))


UNKNOWN = KeyRights()
MAY_WITHDRAW = "may withdraw: make one without that right"
LOCKED_FOR_RIGHTS = "Its exchange keys may withdraw: replace them by keys without that right."

_WARNINGS = (
    ("withdraw", True, "The keys may withdraw: whoever gets hold of them can take everything."),
    ("trade", True, "The keys may trade, which is not needed here: make ones that may only read."),
    ("ip_bound", False, "The keys work from any address: bind them to this machine's at the exchange."),
)


def warnings_of(rights: KeyRights) -> tuple[str, ...]:
    """A sentence for each right that these keys had better not have; the unknown is not warned of."""
    return tuple(words for name, bad, words in _WARNINGS if getattr(rights, name) is bad)


def in_words(rights: KeyRights) -> dict[str, bool | str]:
    """{right: true, false or "unknown"}."""
    return {name: "unknown" if right is None else right for name, right in asdict(rights).items()}
