"""Signatures on requests to us: HMAC-SHA256 with a secret we issued, RSA with a registered public key."""

import hmac
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from cambist.core.errors import InvalidInput
from cambist.core.terms import Secret

_HMAC_BYTES = 32
_RSA_BITS = range(2048, 4097)
_NOBODYS_SECRET = Secret(os.urandom(32).hex())


def hmac_matches(secret: Secret, signature: bytes, texts: Sequence[bytes]) -> bool:
    """Whether a signature is the HMAC-SHA256 of one of the texts; all are compared, in constant time."""
    key = secret.reveal().encode()
    matches = [hmac.compare_digest(hmac.digest(key, text, "sha256"), signature) for text in texts]
    return any(matches)


def rsa_matches(public_key: str, signature: bytes, texts: Sequence[bytes]) -> bool:
    """Whether a signature is RSASSA-PKCS1-v1_5 with SHA-256 over one of the texts."""
    return _verifies(_loaded(public_key), signature, texts)


def refuse_slowly(signature: bytes, texts: Sequence[bytes]) -> None:
    """The work of checking a signature of this kind against a key that nobody has."""
    if len(signature) == _HMAC_BYTES:
        hmac_matches(_NOBODYS_SECRET, signature, texts)
    else:
        _verifies(_nobodys_key(len(signature)), signature, texts)


def checked_rsa_public_key(pem: str) -> str:
    """The public key as SubjectPublicKeyInfo PEM. Raises InvalidInput for anything else or a private key."""
    if "PRIVATE" in pem:
        raise InvalidInput(
            {"rsa_public_key": ["is a private key: register the public half only; this one was not kept"]}
        )
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size not in _RSA_BITS:
        raise InvalidInput({"rsa_public_key": ["is not an RSA public key of 2048 to 4096 bits in PEM form"]})
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _verifies(key: RSAPublicKey, signature: bytes, texts: Sequence[bytes]) -> bool:
    for text in texts:
        try:
            key.verify(signature, text, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return True
    return False


@lru_cache(maxsize=1_024)
def _loaded(public_key: str) -> RSAPublicKey:
    key = load_pem_public_key(public_key.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("a stored RSA key is not one")
    return key


@lru_cache(maxsize=4)
def _nobodys_key(size: int) -> RSAPublicKey:
    """A public key of this many bytes whose private half does not exist anywhere."""
    modulus = int.from_bytes(os.urandom(size)) | 1 | 1 << (8 * size - 1)
    return RSAPublicNumbers(65537, modulus).public_key()
