"""Signatures on requests to us: HMAC-SHA256 with a secret we issued, others with a registered public key."""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from cambist.core.errors import InvalidInput
from cambist.core.terms import Secret

_HMAC_BYTES = 32
_WEBHOOK_PREFIX = "whsec_"
_ED25519_BYTES = 64
_RSA_BITS = range(2048, 4097)
_NOBODYS_SECRET = Secret(os.urandom(32).hex())
_PSS = PSS(MGF1(SHA512()), 64)

_RSA, _RSA_PSS, _ED25519 = "rsa-v1_5-sha256", "rsa-pss-sha512", "ed25519"
# RFC 9421's names: (the kind of key, how it verifies a signature of a text).
_ALGORITHMS: Mapping[str, tuple[type, Callable[[Any, bytes, bytes], None]]] = {
    _RSA: (RSAPublicKey, lambda key, signature, text: key.verify(signature, text, PKCS1v15(), SHA256())),
    _RSA_PSS: (RSAPublicKey, lambda key, signature, text: key.verify(signature, text, _PSS, SHA512())),
    _ED25519: (Ed25519PublicKey, lambda key, signature, text: key.verify(signature, text)),
}


def hmac_matches(secret: Secret, signature: bytes, texts: Sequence[bytes]) -> bool:
    """Whether a signature is the HMAC-SHA256 of one of the texts; all are compared, in constant time."""
    key = secret.reveal().encode()
    matches = [hmac.compare_digest(hmac.digest(key, text, "sha256"), signature) for text in texts]
    return any(matches)


def new_webhook_secret() -> Secret:
    """192 bits or more, as Standard Webhooks writes them."""
    return Secret(_WEBHOOK_PREFIX + b64encode(os.urandom(_HMAC_BYTES)).decode())


def webhook_signature(secret: Secret, name: str, stamp: int, body: bytes) -> str:
    """Standard Webhooks, version 1: HMAC-SHA256 of name, time in seconds and body with dots between."""
    key = b64decode(secret.reveal().removeprefix(_WEBHOOK_PREFIX))
    return "v1," + b64encode(hmac.digest(key, f"{name}.{stamp}.".encode() + body, "sha256")).decode()


def public_key_matches(algorithm: str, public_key: str, signature: bytes, texts: Sequence[bytes]) -> bool:
    """Whether it is a signature of one of the texts, by RFC 9421's name of an algorithm."""
    key = _loaded(public_key)
    if not isinstance(key, _ALGORITHMS[algorithm][0]):
        raise TypeError(f"a stored key is not one of {algorithm}")
    return _verifies(algorithm, key, signature, texts)


def refuse_slowly(signature: bytes, texts: Sequence[bytes]) -> None:
    """The work of checking a signature of this kind against a key that nobody has."""
    if len(signature) == _HMAC_BYTES:
        hmac_matches(_NOBODYS_SECRET, signature, texts)
    elif len(signature) == _ED25519_BYTES:
        _verifies(_ED25519, _nobodys_ed25519_key(), signature, texts)
    else:
        _verifies(_RSA, _nobodys_rsa_key(len(signature)), signature, texts)


def checked_rsa_public_key(pem: str) -> str:
    """The public key as SubjectPublicKeyInfo PEM. Raises InvalidInput for anything else or a private key."""
    key = _public_key(pem, "rsa_public_key")
    if not isinstance(key, RSAPublicKey) or key.key_size not in _RSA_BITS:
        raise InvalidInput({"rsa_public_key": ["is not an RSA public key of 2048 to 4096 bits in PEM form"]})
    return _written(key)


def checked_ed25519_public_key(pem: str) -> str:
    """The public key as SubjectPublicKeyInfo PEM. Raises InvalidInput for anything else or a private key."""
    key = _public_key(pem, "ed25519_public_key")
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidInput({"ed25519_public_key": ["is not an Ed25519 public key in PEM form"]})
    return _written(key)


def _public_key(pem: str, field: str) -> object:
    """The key in a PEM text, None where there is none that can be read. A private key is refused unread."""
    if "PRIVATE" in pem:
        raise InvalidInput(
            {field: ["is a private key: register the public half only; this one was not kept"]}
        )
    try:
        return load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None


def _written(key: RSAPublicKey | Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _verifies(algorithm: str, key: object, signature: bytes, texts: Sequence[bytes]) -> bool:
    _, verify = _ALGORITHMS[algorithm]
    for text in texts:
        try:
            verify(key, signature, text)
        except InvalidSignature:
            continue
        return True
    return False


@lru_cache(maxsize=1_024)
def _loaded(public_key: str) -> object:
    return load_pem_public_key(public_key.encode())


@lru_cache(maxsize=1)
def _nobodys_ed25519_key() -> Ed25519PublicKey:
    """A public key whose private half is forgotten at once."""
    return Ed25519PrivateKey.generate().public_key()


@lru_cache(maxsize=4)
def _nobodys_rsa_key(size: int) -> RSAPublicKey:
    """A public key of this many bytes whose private half does not exist anywhere."""
    modulus = int.from_bytes(os.urandom(size)) | 1 | 1 << (8 * size - 1)
    return RSAPublicNumbers(65537, modulus).public_key()
