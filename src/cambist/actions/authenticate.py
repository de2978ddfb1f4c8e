"""Name the caller of a signed request: find its key, check the signature, tell what it may do."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cambist.actions.ports import ApiKey, Caller, Outside, Place
from cambist.core.errors import ApiKeyRejected, SignatureInvalid

_HMAC_HEX = re.compile(r"[0-9a-fA-F]{64}")
_RSA_BYTES = range(256, 513)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request's signature and the texts that a signer of it may have signed.

    texts: those that bind everything the request says; loose_texts: those that leave the body out, for
    keys that opted in.
    """

    api_key: str
    signature: str
    texts: Sequence[bytes]
    loose_texts: Sequence[bytes] = ()


async def authenticate(outside: Outside, request: SignedRequest) -> Caller:
    """The caller. Raises SignatureInvalid or ApiKeyRejected, after the same work for both."""
    signature = _decoded(request.signature)
    key = await outside.keys.find(request.api_key)
    if key is None or (key.secret is None and key.public_key is None):
        # Unknown, or revoked and its secret erased.
        outside.vault.refuse_slowly(signature, request.texts)
        raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
    texts = [*request.texts, *request.loose_texts] if key.unsigned_body else request.texts
    if not _matches(outside, key, signature, texts):
        raise SignatureInvalid("Provided signature is invalid")
    if not _is_current(key, outside.clock.now()):
        raise ApiKeyRejected("Unauthorized. Invalid or expired api key.")
    return Caller(key.user_id, f"api key {key.api_key[:8]}…", key.permissions)


def secret_place(key: ApiKey) -> Place:
    """Where a system key's sealed secret belongs."""
    return Place(key.user_id, key.user_key, f"api_key:{key.api_key}", "secret")


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


def _matches(outside: Outside, key: ApiKey, signature: bytes, texts: Sequence[bytes]) -> bool:
    if key.public_key is not None:
        return outside.vault.rsa_matches(key.public_key, signature, texts)
    secret = outside.vault.open(key.secret or b"", secret_place(key))
    return outside.vault.hmac_matches(secret, signature, texts)


def _is_current(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
