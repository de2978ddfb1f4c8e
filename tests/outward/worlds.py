"""What the tests of the way out share: a network whose words are scripted, and a server of raw bytes."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "exchange.test"
PUBLIC = "93.184.216.34"
TLS_HELLO = b"\x16"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

Write = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Served:
    """A server on loopback: what was asked of it, as raw heads of requests."""

    port: int = 0
    connections: int = 0
    heads: list[bytes] = field(default_factory=list)
    peers: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(answer: bytes | Write = WHOLE, tls: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    """Answers each request with these bytes, or by this function, then closes; no TLS without `tls`."""
    served = Served()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.connections += 1
        served.peers.append(writer.get_extra_info("peername")[0])
        try:
            first = await reader.readexactly(1)
            if first == TLS_HELLO:
                return
            served.heads.append(first + await reader.readuntil(b"\r\n\r\n"))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, as many tests want it to
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()


class _Socket(socket.socket):
    """Connects to a server on loopback in place of the address that it is told, and notes that address."""

    network: "ScriptedNetwork"

    def connect(self, address: Any) -> None:
        self.network.connected.append(address[:2])
        super().connect(("127.0.0.1", self.network.port))


@dataclass
class ScriptedNetwork:
    """names: what each name leads to, an answer a look-up, the last one over and over.

    port: the server on loopback that stands at every address. delay_s: how long a look-up takes.
    """

    names: dict[str, list[Sequence[str]]]
    port: int = 0
    delay_s: float = 0
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)

    async def lookup(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append(host)
        await asyncio.sleep(self.delay_s)
        answers = self.names.get(host.lower())
        if answers is None:
            raise OSError("there is no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def new_socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        made = _Socket(socket.AF_INET, kind, protocol)
        made.network = self
        return made


def own_certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A server's side of TLS with a certificate for the name that nobody but itself has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        _unsigned(who, who, key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(_pem(certificate, key))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of the tests: its certificate in a file, and what signs."""

    file: Path
    _key: ec.EllipticCurvePrivateKey
    _certificate: x509.Certificate

    @classmethod
    def made(cls, folder: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of the tests")])
        certificate = (
            _unsigned(who, who, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        file = folder / "authority.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(file, key, certificate)

    def vouches_for(self, name: x509.GeneralName) -> ssl.SSLContext:
        """A server's side of TLS for a name or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of the tests")])
        certificate = (
            _unsigned(who, self._certificate.subject, key)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        file = self.file.with_name("server.pem")
        file.write_bytes(_pem(certificate, key))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context


def _unsigned(who: x509.Name, by: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
