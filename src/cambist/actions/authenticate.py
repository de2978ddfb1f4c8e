"""Name the caller of a signed request: find its key, check the signature, tell what it may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cambist.actions.facts import ApiKey, Caller, Place, api_key_record
from cambist.actions.limit_requests import LimitRequests
from cambist.actions.ports import Outside
from cambist.core.addresses import Address, within
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import AccessDenied, ApiKeyRejected, CambistError, Replayed, SignatureInvalid
from cambist.core.signing import Stamp, algorithm_of
from cambist.core.terms import Permission, Secret

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

    async def __call__(
        self, request: SignedRequest, address: Address, needed: Permission | None = None
    ) -> Caller:
        """The caller, who has the permission that is needed; None needs none. A refusal is entered in the
        audit log.

        Raises SignatureInvalid or ApiKeyRejected, after the same work for both, then AccessDenied. What the
        key has signed counts against it, nothing else does: RateLimited.
        """
        key = await self._outside.keys.find(request.api_key)
        try:
            caller = await self._signer(request, address, key)
            if needed is not None and needed not in caller.permissions:
                raise AccessDenied("Api key not authorized for this action")
        except (SignatureInvalid, ApiKeyRejected, AccessDenied) as refused:
            self._outside.refusals.note(_refusal(address, key, refused, self._outside.clock.now()))
            raise
        return caller

    async def _signer(self, request: SignedRequest, address: Address, key: ApiKey | None) -> Caller:
        outside = self._outside
        if key is None or (key.secret is None and key.public_key is None):
            # Unknown, or revoked and its secret erased.
            outside.vault.refuse_slowly(request.signature, request.texts)
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        if not await self._matches(key, request):
            raise SignatureInvalid("Provided signature is invalid")
        if not _is_current(key, outside.clock.now()):
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        if request.stamp is not None:
            self._spend(request.stamp, key)
        self._limit_requests.of_key(key)
        if key.allow and not within(address, key.allow):
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        outside.last_uses.note(key.id, outside.clock.now())
        return Caller(key.user_id, f"api key {key.short}", key.permissions)

    async def _matches(self, key: ApiKey, request: SignedRequest) -> bool:
        vault = self._outside.vault
        algorithm = algorithm_of(key.kind, request.stamp)
        if algorithm is None:
            vault.refuse_slowly(request.signature, request.texts)
            return False
        texts = [*request.texts, *request.loose_texts] if key.unsigned_body else request.texts
        if key.public_key is not None:
            return vault.public_key_matches(algorithm, key.public_key, request.signature, texts)
        secret = await self._secret(key, key.secret or b"")
        return vault.hmac_matches(secret, request.signature, texts)

    def _spend(self, stamp: Stamp, key: ApiKey) -> None:
        """Takes a stamp that holds, once. Raises SignatureInvalid; StoreUnavailable where it is not kept."""
        now = self._outside.clock.now()
        if not stamp.holds(now):
            raise SignatureInvalid("Provided signature is invalid")
        if self._outside.nonces.spend(key.id, stamp, now) > 1:
            raise Replayed("Provided signature is invalid")

    async def _secret(self, key: ApiKey, sealed: bytes) -> Secret:
        """The key's secret; opened once a process, after the audit log says so."""
        secret = self._opened.get(sealed)
        if secret is None:
            outside = self._outside
            opened = AuditEntry(
                outside.clock.now(), Event.API_KEY_OPENED, "server", key.user_id, about=key.short
            )
            await outside.audit.record(opened)
            if len(self._opened) >= MOST_OPENED:
                self._opened.clear()
            secret = self._opened[sealed] = self._outside.vault.open(sealed, secret_place(key))
        return secret


async def still_may(outside: Outside, api_key: str, needed: Permission) -> bool:
    """Whether a key that has signed a request before is in force yet, and has a permission."""
    key = await outside.keys.find(api_key)
    return key is not None and _is_current(key, outside.clock.now()) and needed in key.permissions


def _refusal(address: Address, key: ApiKey | None, why: CambistError, at: datetime) -> AuditEntry:
    """A known key is named; what an unknown one was called may be anything, and is not kept."""
    by, kind = f"address {address}", type(why).__name__
    if key is None:
        return AuditEntry(at, Event.REQUEST_REFUSED, by, about=f"unknown key: {kind}")
    return AuditEntry(at, Event.REQUEST_REFUSED, by, key.user_id, about=f"{key.short}: {kind}")


def secret_place(key: ApiKey) -> Place:
    """Where a system key's sealed secret belongs."""
    return Place(key.user_id, key.user_key, api_key_record(key.api_key), "secret")


def _is_current(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
