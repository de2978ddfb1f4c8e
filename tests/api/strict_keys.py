"""Strict keys as their holders have them, and requests signed by RFC 9421 whose every part can be bent."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from tests.api.requests import JSON, Ask, ask, ed25519_key, private_key, public_pem
from tests.worlds import API, Answer, World

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class StrictKey:
    """A key, how it signs, and the name of its algorithm."""

    api_key: str
    algorithm: str
    sign: Sign


def _pss(text: bytes) -> bytes:
    return private_key().sign(text, PSS(MGF1(SHA512()), 64), SHA512())


def _pkcs1(text: bytes) -> bytes:
    return private_key().sign(text, PKCS1v15(), SHA256())


def hmac_with(secret: str) -> Sign:
    return lambda text: hmac.digest(secret.encode(), text, "sha256")


async def hmac_key(made: World, **given: Any) -> StrictKey:
    key = await made.new_key(strict=True, **given)
    return StrictKey(key.api_key, "hmac-sha256", hmac_with(key.secret))


async def ed25519_strict_key(made: World) -> StrictKey:
    key = await made.new_key(ed25519_public_key=public_pem(ed25519_key()))
    return StrictKey(key.api_key, "ed25519", ed25519_key().sign)


async def rsa_strict_keys(made: World) -> list[StrictKey]:
    """One key, by each of its two algorithms."""
    key = await made.new_key(strict=True, rsa_public_key=public_pem())
    return [
        StrictKey(key.api_key, "rsa-pss-sha512", _pss),
        StrictKey(key.api_key, "rsa-v1_5-sha256", _pkcs1),
    ]


async def strict_keys(made: World) -> list[StrictKey]:
    return [await hmac_key(made), await ed25519_strict_key(made), *await rsa_strict_keys(made)]


@cache
def digest(body: bytes, name: str = "sha-256") -> str:
    """A Content-Digest."""
    made = hashlib.new(name.replace("-", ""), body).digest()
    return f"{name}=:{b64encode(made).decode()}:"


@dataclass(frozen=True, slots=True)
class Strict:
    """A request to be signed as it should be, but for what is given.

    covered: the components in their order. parameters: text after the components; the usual where it is None.
    """

    method: str
    target: str
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    covered: Sequence[str] | None = None
    parameters: str | None = None
    label: str = "sig"

    def components(self, made: World) -> dict[str, str]:
        """Every component that can be covered, by name."""
        found = {"@method": self.method, "@target-uri": made.address + self.target}
        if self.body:
            found["content-digest"] = digest(self.body)
        if self.content_type is not None:
            found["content-type"] = self.content_type
        return found | {name.lower(): value for name, value in self.headers.items()}

    def usual(self, made: World, key: StrictKey, nonce: str | None = None) -> str:
        """The usual parameters: now, a new nonce, the key's name."""
        created, nonce = int(made.clock.now().timestamp()), nonce or secrets.token_hex(16)
        return f';created={created};nonce="{nonce}";keyid="{key.api_key}"'

    def signed(self, made: World, key: StrictKey) -> Ask:
        """The request as it is sent; the order of headers is that of the components."""
        components = self.components(made)
        covered = [*components] if self.covered is None else self.covered
        parameters = self.usual(made, key) if self.parameters is None else self.parameters
        listed = " ".join(f'"{name}"' for name in covered)
        lines = [f'"{name}": {components[name]}' for name in covered if name in components]
        lines.append(f'"@signature-params": ({listed}){parameters}')
        signature = b64encode(key.sign("\n".join(lines).encode())).decode()
        headers = dict(self.headers)
        if self.body:
            headers.setdefault("Content-Digest", digest(self.body))
        headers |= {
            "Signature-Input": f"{self.label}=({listed}){parameters}",
            "Signature": f"{self.label}=:{signature}:",
        }
        return Ask(self.method, self.target.encode(), self.body, self.content_type, headers)

    async def ask(self, made: World, key: StrictKey) -> Answer:
        return await ask(made, self.signed(made, key))


def rename(account_id: int, name: str = "Strict") -> Strict:
    """A request with a body, whose success is seen in the account's name."""
    return Strict("POST", f"{API}/accounts/{account_id}/rename", b'{"name":"%s"}' % name.encode(), JSON)


def validate() -> Strict:
    return Strict("GET", f"{API}/validate")
