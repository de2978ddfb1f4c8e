"""Name the caller of a signed request: find its key, check the signature, tell what it may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cambist.actions.facts import ApiKey, Caller, Place
from cambist.actions.limit_requests import LimitRequests
from cambist.actions.ports import Outside
from cambist.core.addresses import Address, within
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import ApiKeyRejected, SignatureInvalid
from cambist.core.signing import Stamp, algorithm_of
from cambist.core.terms import Secret

MOST_OPENED = 1_024


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request's signature, and the texts that a signer of it may have signed.

    texts: those that bind everything the request says; loose_texts: those that leave the body out, for
    keys that opted in. stamp: of a strict signature.
    """

    api_key: str
    signature: bytes
    texts: Sequence[bytes]
    loose_texts: Sequence[bytes] = ()
    stamp: Stamp | None = None


class Authenticate:
    """Names callers. A secret we issued is decrypted once a process, and forgotten when its key is revoked:
    revoking erases the ciphertext by which it is remembered."""

    def __init__(self, outside: Outside, limit_requests: LimitRequests) -> None:
        self._outside = outside
        self._limit_requests = limit_requests
        self._opened: dict[bytes, Secret] = {}

    async def __call__(self, request: SignedRequest, address: Address) -> Caller:
        """The caller. Raises SignatureInvalid or ApiKeyRejected, after the same work for both.

        What the key has signed counts against it, nothing else does: RateLimited.
        """
        outside = self._outside
        key = await outside.keys.find(request.api_key)
        if key is None or (key.secret is None and key.public_key is None):
            # Unknown, or revoked and its secret erased.
            outside.vault.refuse_slowly(request.signature, request.texts)
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        if not self._matches(key, request):
            raise SignatureInvalid("Provided signature is invalid")
        if not _is_current(key, outside.clock.now()):
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        if request.stamp is not None:
            await self._spend(request.stamp, key)
        self._limit_requests.of_key(key)
        if key.allow and not within(address, key.allow):
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        return Caller(key.user_id, f"api key {key.short}", key.permissions)

    def _matches(self, key: ApiKey, request: SignedRequest) -> bool:
        vault = self._outside.vault
        algorithm = algorithm_of(key.kind, request.stamp)
        if algorithm is None:
            vault.refuse_slowly(request.signature, request.texts)
            return False
        texts = [*request.texts, *request.loose_texts] if key.unsigned_body else request.texts
        if key.public_key is not None:
            return vault.public_key_matches(algorithm, key.public_key, request.signature, texts)
        return vault.hmac_matches(self._secret(key, key.secret or b""), request.signature, texts)

    async def _spend(self, stamp: Stamp, key: ApiKey) -> None:
        """Takes a stamp that holds, once. Raises SignatureInvalid, StoreUnavailable where it cannot be kept.

        Of the replays of a request the first is entered in the audit log.
        """
        now = self._outside.clock.now()
        times = self._outside.nonces.spend(key.id, stamp, now) if stamp.holds(now) else 0
        if times == 2:
            by = f"api key {key.short}"
            await self._outside.audit.record(
                AuditEntry(now, Event.REQUEST_REFUSED, by, key.user_id, about="replayed")
            )
        if times != 1:
            raise SignatureInvalid("Provided signature is invalid")

    def _secret(self, key: ApiKey, sealed: bytes) -> Secret:
        secret = self._opened.get(sealed)
        if secret is None:
            if len(self._opened) >= MOST_OPENED:
                self._opened.clear()
            secret = self._opened[sealed] = self._outside.vault.open(sealed, secret_place(key))
        return secret


def secret_place(key: ApiKey) -> Place:
    """Where a system key's sealed secret belongs."""
    return Place(key.user_id, key.user_key, f"api_key:{key.api_key}", "secret")


def _is_current(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
