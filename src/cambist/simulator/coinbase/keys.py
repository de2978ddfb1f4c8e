"""Keys as the Coinbase Developer Platform makes them, and the signatures of what they sign."""

import base64
import binascii
import uuid
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

_HALF = 32
_ED25519_BYTES = 64


def new_key() -> tuple[str, str]:
    """A key's name, and its private key in PEM (SEC 1), as Coinbase's own file has it."""
    name = f"organizations/{uuid.uuid4()}/apiKeys/{uuid.uuid4()}"
    pem = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    return name, pem.decode()


def is_signed(algorithm: str, secret: str, signed: bytes, signature: bytes) -> bool:
    """Whether this is the signature of these bytes by that private key. algorithm: of a token."""
    key = _public_key(secret)
    try:
        match algorithm, key:
            case "ES256", EllipticCurvePublicKey() if len(signature) == 2 * _HALF:
                r, s = (int.from_bytes(half) for half in (signature[:_HALF], signature[_HALF:]))
                key.verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))
            case "EdDSA", Ed25519PublicKey():
                key.verify(signature, signed)
            case _:
                return False
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1024)
def _public_key(secret: str) -> EllipticCurvePublicKey | Ed25519PublicKey | None:
    """None where the secret is neither an EC key in PEM nor an Ed25519 key with its public half."""
    try:
        if secret.startswith("-----BEGIN"):
            key = load_pem_private_key(secret.encode(), None)
            return key.public_key() if isinstance(key, EllipticCurvePrivateKey) else None
        both = base64.b64decode(secret, validate=True)
        is_ed25519 = len(both) == _ED25519_BYTES
        return Ed25519PrivateKey.from_private_bytes(both[:_HALF]).public_key() if is_ed25519 else None
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        return None
