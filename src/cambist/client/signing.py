"""How requests are signed: RFC 9421 for a strict key, the wire format's HMAC for a system key."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import ContentDigest, HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519, HMAC_SHA256, RSA_PSS_SHA512, HTTPSignatureAlgorithm

# What signs with a key of each kind; for RSA the stronger of the two that a server takes.
_ALGORITHMS: Mapping[type, type[HTTPSignatureAlgorithm]] = {
    bytes: HMAC_SHA256,
    Ed25519PrivateKey: ED25519,
    RSAPrivateKey: RSA_PSS_SHA512,
}


@dataclass(frozen=True, slots=True)
class _Message:
    """A request as the signer wants it: with the address that the server knows itself by."""

    method: str
    url: str
    headers: httpx.Headers


class StrictAuth(httpx.Auth):
    """Signs by RFC 9421: each request says when it was made, and is good once.

    Either secret: the one that was shown when the key was made; or private_key: a PEM file, or its bytes,
    whose public half is registered. public_url: the server's CAMBIST_PUBLIC_URL, where it is asked at another
    address. now: seconds since 1970.
    """

    requires_request_body = True

    def __init__(
        self,
        api_key: str,
        secret: str | None = None,
        *,
        private_key: Path | bytes | None = None,
        public_url: str | None = None,
        now: Callable[[], float] = time.time,
        new_nonce: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        if (secret is None) is (private_key is None):
            raise ValueError("a strict key has either a secret or a private key")
        key = _loaded(private_key) if private_key is not None else (secret or "").encode()
        algorithm = next((made for kind, made in _ALGORITHMS.items() if isinstance(key, kind)), None)
        if algorithm is None:
            raise ValueError("the private key is neither Ed25519 nor RSA")
        self._api_key = api_key
        self._public_url = public_url
        self._now = now
        self._new_nonce = new_nonce
        self._signer = HTTPMessageSigner(
            signature_algorithm=algorithm,
            key_resolver=MappingKeyResolver(public_keys={}, private_keys={api_key: key}),
        )

    def __repr__(self) -> str:
        return f"StrictAuth({self._api_key[:8]}…)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        covered = ["@method", "@target-uri"]
        if request.content:
            request.headers["Content-Digest"] = ContentDigest.create(request.content)
            covered.append("content-digest")
        if "Content-Type" in request.headers:
            covered.append("content-type")
        self._signer.sign(
            _Message(request.method, self._target_uri(request), request.headers),
            key_id=self._api_key,
            created=datetime.fromtimestamp(int(self._now()), UTC),
            nonce=self._new_nonce(),
            label="sig",
            covered_component_ids=covered,
        )
        yield request

    def _target_uri(self, request: httpx.Request) -> str:
        if self._public_url is None:
            return str(request.url)
        return self._public_url.rstrip("/") + request.url.raw_path.decode("ascii")


class CompatAuth(httpx.Auth):
    """Signs as the wire format has it: HMAC-SHA256 of the target, a question mark and the body."""

    requires_request_body = True

    def __init__(self, api_key: str, secret: str) -> None:
        self._api_key = api_key
        self._secret = secret.encode()

    def __repr__(self) -> str:
        return f"CompatAuth({self._api_key[:8]}…)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        text = request.url.raw_path + (b"?" + request.content if request.content else b"")
        request.headers["Apikey"] = self._api_key
        request.headers["Signature"] = hmac.new(self._secret, text, hashlib.sha256).hexdigest()
        yield request


def _loaded(private_key: Path | bytes) -> Any:
    pem = private_key if isinstance(private_key, bytes) else private_key.read_bytes()
    return load_pem_private_key(pem, password=None)
