"""Name the caller of a signed request: find its key, check the signature, tell what it may do."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cambist.actions.facts import ApiKey, Caller, Place, api_key_record
from cambist.actions.limit_requests import LimitRequests
from cambist.actions.ports import Outside
from cambist.core.addresses import Address, within
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import AccessDenied, ApiKeyRejected, CambistError, SignatureInvalid
from cambist.core.terms import Permission, Secret

_HMAC_HEX = re.compile(r"[0-9a-fA-F]{64}")
_RSA_BYTES = range(256, 513)
MOST_OPENED = 1_024


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request's signature, the texts that a signer of it may have signed, and where it comes from.

    texts: those that bind everything the request says; loose_texts: those that leave the body out, for
    keys that opted in.
    """

    api_key: str
    signature: str
    address: Address
    texts: Sequence[bytes]
    loose_texts: Sequence[bytes] = ()


class Authenticate:
    """Names callers. A secret we issued is decrypted once a process, and forgotten when its key is revoked:
    revoking erases the ciphertext by which it is remembered."""

    def __init__(self, outside: Outside, limit_requests: LimitRequests) -> None:
        self._outside = outside
        self._limit_requests = limit_requests
        self._opened: dict[bytes, Secret] = {}

    async def __call__(self, request: SignedRequest, needed: Permission | None = None) -> Caller:
        """The caller, who has the permission that is needed; None needs none. A refusal is entered in the
        audit log.

        Raises SignatureInvalid or ApiKeyRejected, after the same work for both, then AccessDenied. What the
        key has signed counts against it, nothing else does: RateLimited.
        """
        key = await self._outside.keys.find(request.api_key)
        try:
            caller = await self._signer(request, key)
            if needed is not None and needed not in caller.permissions:
                raise AccessDenied("Api key not authorized for this action")
        except (SignatureInvalid, ApiKeyRejected, AccessDenied) as refused:
            self._outside.refusals.note(_refusal(request, key, refused, self._outside.clock.now()))
            raise
        return caller

    async def _signer(self, request: SignedRequest, key: ApiKey | None) -> Caller:
        outside = self._outside
        signature = _decoded(request.signature)
        if key is None or (key.secret is None and key.public_key is None):
            # Unknown, or revoked and its secret erased.
            outside.vault.refuse_slowly(signature, request.texts)
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        texts = [*request.texts, *request.loose_texts] if key.unsigned_body else request.texts
        if not await self._matches(key, signature, texts):
            raise SignatureInvalid("Provided signature is invalid")
        if not _is_current(key, outside.clock.now()):
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        self._limit_requests.of_key(key)
        if key.allow and not within(request.address, key.allow):
            raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
        return Caller(key.user_id, f"api key {key.short}", key.permissions)

    async def _matches(self, key: ApiKey, signature: bytes, texts: Sequence[bytes]) -> bool:
        vault = self._outside.vault
        if key.public_key is not None:
            return vault.rsa_matches(key.public_key, signature, texts)
        return vault.hmac_matches(await self._secret(key, key.secret or b""), signature, texts)

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


def _refusal(request: SignedRequest, key: ApiKey | None, why: CambistError, at: datetime) -> AuditEntry:
    """A known key is named; what an unknown one was called may be anything, and is not kept."""
    by, kind = f"address {request.address}", type(why).__name__
    if key is None:
        return AuditEntry(at, Event.REQUEST_REFUSED, by, about=f"unknown key: {kind}")
    return AuditEntry(at, Event.REQUEST_REFUSED, by, key.user_id, about=f"{key.short}: {kind}")


def secret_place(key: ApiKey) -> Place:
    """Where a system key's sealed secret belongs."""
    return Place(key.user_id, key.user_key, api_key_record(key.api_key), "secret")


def _decoded(signature: str) -> bytes:
    """The signature's bytes: 64 hex digits (HMAC) or canonical base64 of an RSA signature."""
    if _HMAC_HEX.fullmatch(signature):
        return bytes.fromhex(signature)
    try:
        decoded = b64decode(signature, validate=True)
    except (Base64Error, ValueError):
        decoded = b""
    if len(decoded) not in _RSA_BYTES or b64encode(decoded) != signature.encode():
        raise SignatureInvalid("Provided signature is invalid")
    return decoded


def _is_current(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
