"""How requests to us are signed: the kinds of keys of ours, what each signs with, how long a stamp holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OLDEST = timedelta(seconds=60)
NEWEST = timedelta(seconds=5)
NONCE_CHARACTERS = range(16, 65)


class KeyKind(StrEnum):
    """What a key of ours is for: the wire format's own signatures, or the strict ones of RFC 9421."""

    SYSTEM = "system"
    RSA = "rsa"
    STRICT = "strict"
    STRICT_ED25519 = "strict-ed25519"
    STRICT_RSA = "strict-rsa"


@dataclass(frozen=True, slots=True)
class Signing:
    """How keys of a kind sign. algorithms: RFC 9421's names; the first where a request names none."""

    strict: bool
    algorithms: tuple[str, ...]


SIGNING: Mapping[KeyKind, Signing] = {
    KeyKind.SYSTEM: Signing(False, ("hmac-sha256",)),
    KeyKind.RSA: Signing(False, ("rsa-v1_5-sha256",)),
    KeyKind.STRICT: Signing(True, ("hmac-sha256",)),
    KeyKind.STRICT_ED25519: Signing(True, ("ed25519",)),
    KeyKind.STRICT_RSA: Signing(True, ("rsa-pss-sha512", "rsa-v1_5-sha256")),
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes a strict signature good once only. created: seconds since 1970, UTC, by the signer's clock.

    algorithm: as the request names it, if it does.
    """

    created: int
    nonce: str
    algorithm: str | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it was created in the last 60 seconds, or in the next 5 by a clock that is ahead."""
        age_s = now.timestamp() - self.created
        return -NEWEST.total_seconds() <= age_s <= OLDEST.total_seconds()


def algorithm_of(kind: KeyKind, stamp: Stamp | None) -> str | None:
    """What a request of a key has to be signed with; None where such a key does not sign such a request."""
    signing = SIGNING[kind]
    if signing.strict is not (stamp is not None):
        return None
    named = signing.algorithms[0] if stamp is None or stamp.algorithm is None else stamp.algorithm
    return named if named in signing.algorithms else None
