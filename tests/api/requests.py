"""Requests byte by byte: what an HTTP library would tidy up is sent here as it is written."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from functools import cache
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.worlds import Answer, Key, World

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Signer(Protocol):
    @property
    def api_key(self) -> str: ...

    def sign(self, text: bytes) -> str: ...


@dataclass(frozen=True, slots=True)
class UpperCaseKey:
    """A system key whose holder writes its signatures in capital letters."""

    key: Key

    @property
    def api_key(self) -> str:
        return self.key.api_key

    def sign(self, text: bytes) -> str:
        return self.key.sign(text).upper()


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A registered public key, and the private half that signs."""

    api_key: str
    private: RSAPrivateKey

    def sign(self, text: bytes) -> str:
        return b64encode(self.private.sign(text, PKCS1v15(), SHA256())).decode()


@cache
def private_key() -> RSAPrivateKey:
    """One key for the whole run: making one takes long."""
    return generate_private_key(65537, 2048)


@cache
def ed25519_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def public_pem(key: RSAPrivateKey | Ed25519PrivateKey | None = None) -> str:
    """The public half of a key, of the run's RSA key where none is named."""
    public = (key or private_key()).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def rsa_key(made: World, *, unsigned_body: bool = False) -> RsaKey:
    key = await made.new_key(rsa_public_key=public_pem(), unsigned_body=unsigned_body)
    return RsaKey(key.api_key, private_key())


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as written; target: path and query with every byte that is sent."""

    method: str
    target: bytes
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        headers = {"Host": "127.0.0.1", "Connection": "close", **self.headers}
        if self.content_type is not None:
            headers["Content-Type"] = self.content_type
        if self.body or self.method == "POST":
            headers.setdefault("Content-Length", str(len(self.body)))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return (
            self.method.encode()
            + b" "
            + self.target
            + b" HTTP/1.1\r\n"
            + lines.encode()
            + b"\r\n"
            + self.body
        )


async def ask(made: World, asked: Ask, text: bytes | None = None, signer: Signer | None = None) -> Answer:
    """The answer to a request, signed over a text where one is given."""
    headers = dict(asked.headers)
    if text is not None:
        signer = signer or made.key
        headers |= {"Apikey": signer.api_key, "Signature": signer.sign(text)}
    signed = Ask(asked.method, asked.target, asked.body, asked.content_type, headers)
    return answer_of(await on_the_wire(made, signed.raw))


async def on_the_wire(made: World, raw: bytes) -> bytes:
    """Everything the server sends before it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(made.address.rpartition(":")[2]))
    try:
        writer.write(raw)
        return await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()


def answer_of(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    status_line, _, headers = head.partition(b"\r\n")
    return Answer(int(status_line.split()[1]), BytesHeaderParser().parsebytes(headers), body)
