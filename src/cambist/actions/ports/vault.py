"""What actions need of the vault: seals, signatures, passwords, master keys."""

from collections.abc import Sequence
from typing import Protocol

from cambist.actions.facts import (
    Place,
)
from cambist.core.terms import Secret


class Vault(Protocol):
    """Envelope encryption, signatures and password hashes."""

    def new_user_key(self, check: str | None) -> bytes:
        """A data key, wrapped by the master key of this check value, or by the newest that is known."""
        ...

    def seal(self, secret: Secret, place: Place) -> bytes: ...

    def open(self, sealed: bytes, place: Place) -> Secret: ...

    def hmac_matches(self, secret: Secret, signature: bytes, texts: Sequence[bytes]) -> bool: ...

    def new_webhook_secret(self) -> Secret: ...

    def webhook_signature(self, secret: Secret, name: str, stamp: int, body: bytes) -> str:
        """What the header `webhook-signature` says of a body. stamp: seconds since 1970."""
        ...

    def public_key_matches(
        self, algorithm: str, public_key: str, signature: bytes, texts: Sequence[bytes]
    ) -> bool:
        """Whether it is a signature of one of the texts, by RFC 9421's name of an algorithm."""
        ...

    def refuse_slowly(self, signature: bytes, texts: Sequence[bytes]) -> None:
        """Spends the time that a check against an unknown key's secret would have taken."""
        ...

    def checked_rsa_public_key(self, pem: str) -> str:
        """The key in its normal form; raises InvalidInput for anything but a 2048 to 4096 bit public key."""
        ...

    def checked_ed25519_public_key(self, pem: str) -> str:
        """The key in its normal form; raises InvalidInput for anything but an Ed25519 public key."""
        ...

    async def hash_password(self, password: Secret) -> str:
        """Raises Overloaded where too many passwords wait."""
        ...

    async def password_matches(self, password: Secret, hashed: str | None) -> bool:
        """Without a hash no password does, after the same work. Raises Overloaded."""
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Whether a password's hash was made with other parameters than today's."""
        ...

    def fingerprint(self, token: Secret) -> bytes:
        """SHA-256: enough for tokens of 256 random bits."""
        ...


class Resealing(Protocol):
    """Opens what is sealed under the master key before, and seals it under the one after.

    check_before, check_after: their check values. about: their ids, which tell nothing of them.
    """

    check_before: str
    check_after: str
    about: str

    def new_user_key(self) -> bytes: ...

    def audit_key(self, wrapped: bytes) -> bytes:
        """The same audit key, wrapped by the master key after."""
        ...

    def sealed(self, sealed: bytes, place: Place, user_key: bytes) -> bytes:
        """What is sealed in a place, sealed anew in the same under the user's new data key.

        Raises SetupError where it does not open.
        """
        ...


class MasterKeys(Protocol):
    """The place that the master key is kept in; a key is named by its check value.

    where: names that place; never the key. how_to_follow: what people have to do after a rotation; empty for
    nothing.
    """

    where: str
    how_to_follow: str

    def stage(self, check: str) -> Resealing:
        """From the key of this check value to the next, which is safe beside it then.

        Raises SetupError where it is not there, or there cannot be a next.
        """
        ...

    def is_promoted(self, check: str) -> bool:
        """Whether the key in the first place is the one of this check value. Raises SetupError."""
        ...

    def promote(self, check: str) -> None:
        """Puts the next key in the place of the one before, if it is the one of this check value.

        Raises SetupError.
        """
        ...
