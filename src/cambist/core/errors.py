"""The failures a caller can meet, named by what can be done about them.

CambistError
├── InvalidInput          a parameter is at fault: mend it and ask again
├── NotFound              no such thing, or not the caller's
│   ├── VolumeUnknown         the trades of that time cannot all be read
│   ├── AnswersNotKept        what an exchange answered to that load is not kept, or not any more
│   └── ReceiptThinned        only a digest is kept of that load's receipt
├── AccessDenied          the key lacks the permission
├── SignatureInvalid      the request is not signed as it must be
├── ApiKeyRejected        unknown, revoked or expired key of ours
├── RateLimited           asks too often: ask again after retry_after_s
│   └── AddressBanned         asked on while it was restricted
├── SignInRefused         nobody is signed in here, or the name or password is wrong
├── Overloaded            more ask at once than is good: try again in a moment
├── SetupError            this installation needs its operator (key file, database, setting)
├── StoreUnavailable      the database is full, locked or overrun just now; nothing was changed
└── LoadFailed            a load ended without data; balances stay as they were
    ├── KeysRejected          the exchange refuses the account's keys: replace them
    │   └── AddressRefused        from the address that they were used from: allow it there
    ├── AccountLocked         the account may not be loaded until it is unlocked
    ├── ExchangeRefused       a final answer in the exchange's own words
    │   └── NotOffered            the exchange, or what we can ask it, has no such thing
    ├── ExchangeUnavailable   down, in maintenance or answering nonsense: try again later
    ├── ExchangeLimiting      the exchange limits us: try again after retry_after_s
    ├── ExchangeTimedOut      no answer in time
    ├── EgressUnknown         the way out that the account goes by is not among the settings
    ├── NoPrices              no price of bitcoin in dollars: nothing can be valued
    └── LoadInterrupted       ours: the load died or broke before it was done
"""

from collections.abc import Mapping, Sequence


class CambistError(Exception):
    """Any failure of ours; `str()` is one sentence that is safe to show to the caller."""


class InvalidInput(CambistError):
    """Parameters at fault: {field: [what is wrong with it]}."""

    def __init__(self, attributes: Mapping[str, Sequence[str]]) -> None:
        self.attributes = {field: list(messages) for field, messages in attributes.items()}
        faults = (f"{field} {message}" for field, messages in self.attributes.items() for message in messages)
        super().__init__("; ".join(faults))


class NotFound(CambistError):
    """What was asked for does not exist for this caller."""


class VolumeUnknown(NotFound):
    """What an account traded cannot be told: not all trades of that time can be found and read."""

    def __init__(self) -> None:
        super().__init__("Volume data not found")


class AnswersNotKept(NotFound):
    """What the exchange answered to this load is not kept, or not any more."""

    def __init__(self) -> None:
        super().__init__(
            "What the exchange answered to this load is not kept, or not any more: CAMBIST_KEEP_ANSWERS_S "
            "says for how long it is."
        )


class ReceiptThinned(NotFound):
    """Only a digest is kept of the receipt of this load, which is older than 7 days."""


class AccessDenied(CambistError):
    """The caller's key has not the permission that the route needs."""


class SignatureInvalid(CambistError):
    """A signature is missing, malformed or wrong."""


class Replayed(SignatureInvalid):
    """A strict signature that has been used before."""


class ApiKeyRejected(CambistError):
    """The key that signs is unknown, revoked or expired."""


class RateLimited(CambistError):
    """A key or an address asks too often. retry_after_s: seconds until it is let in again."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AddressBanned(RateLimited):
    """An address asked on while it was restricted. retry_after_s: seconds until the ban ends."""


class SignInRefused(CambistError):
    """Nobody is signed in, or may be so: sign in with a name and its password."""


class Overloaded(CambistError):
    """More work waits than is good; nothing was changed. The sentence says what to do."""


class SetupError(CambistError):
    """The installation itself needs its operator; the sentence says what to do."""


class StoreUnavailable(CambistError):
    """The database cannot be used just now; the sentence says what to do. Nothing was changed."""


class LoadFailed(CambistError):
    """A load that brought no data.

    retry_after_s: seconds to wait where it is known.
    key_state: what the failure says of the exchange keys, where it says something.
    """

    def __init__(
        self, message: str, *, retry_after_s: int | None = None, key_state: str | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.key_state = key_state


class KeysRejected(LoadFailed):
    """The exchange refuses the account's keys. words: its own, redacted; none where it was not asked."""

    def __init__(
        self,
        message: str = "API keys are no longer valid or incorrect.",
        *,
        retry_after_s: int | None = None,
        key_state: str | None = "invalid",
        words: str = "",
    ) -> None:
        super().__init__(message, retry_after_s=retry_after_s, key_state=key_state)
        self.words = words


class AddressRefused(KeysRejected):
    """The exchange refuses the account's keys from the address they were used from; the message names it."""


class AccountLocked(LoadFailed):
    """The account is locked; the message is the reason."""


class ExchangeRefused(LoadFailed):
    """The exchange gave a final answer; the message is its own words, redacted."""


class NotOffered(ExchangeRefused):
    """The exchange has no such thing, or none that we can ask for; the message says what."""


class ExchangeUnavailable(LoadFailed):
    """The exchange is down, in maintenance, or its answer cannot be used."""


class ExchangeLimiting(LoadFailed):
    """The exchange limits our calls."""


class ExchangeTimedOut(LoadFailed):
    """The exchange did not answer in time."""


class EgressUnknown(LoadFailed):
    """The settings have no egress of the name that an account goes by; nothing goes by another one."""


class NoPrices(LoadFailed):
    """No price of bitcoin in dollars was found."""


class LoadInterrupted(LoadFailed):
    """The load was cut short on our side."""


LOAD_FAILURES: Mapping[str, type[LoadFailed]] = {
    failure.__name__: failure
    for failure in (
        KeysRejected,
        AddressRefused,
        AccountLocked,
        ExchangeRefused,
        NotOffered,
        ExchangeUnavailable,
        ExchangeLimiting,
        ExchangeTimedOut,
        EgressUnknown,
        NoPrices,
        LoadInterrupted,
    )
}
