"""TLS with certificates made here, and a client that trusts nothing else."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from cambist.api.server import bound, serving
from cambist.api.tls import tls_context
from cambist.core.errors import SetupError
from tests.worlds import API, World

NOW = datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Files:
    """A certificate for 127.0.0.1 and its key, where a server finds them."""

    certificate: Path
    key: Path

    def make(self, passphrase: bytes | None = None) -> bytes:
        """Writes both anew; the certificate in DER form."""
        key = generate_private_key(SECP256R1())
        made = _self_signed(key)
        locked = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
        self._replace(self.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
        self.key.chmod(0o600)
        self._replace(self.certificate, made.public_bytes(Encoding.PEM))
        return made.public_bytes(Encoding.DER)

    def _replace(self, file: Path, content: bytes) -> None:
        fresh = file.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.chmod(0o600)
        os.replace(fresh, file)


def _self_signed(key: EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cambist of the test")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "server.pem", tmp_path / "server.key")


@asynccontextmanager
async def over_tls(made: World, files: Files) -> AsyncIterator[int]:
    """The port at which the world's server speaks TLS too."""
    listening = bound("127.0.0.1", 0)
    port = int(listening.getsockname()[1])
    async with (
        tls_context(files.certificate, files.key) as tls,
        serving(made.cambist.app(), listening, tls),
    ):
        yield port


async def met(port: int, context: ssl.SSLContext) -> tuple[bytes, bytes, str | None]:
    """(the server's certificate, its answer to a ping, the TLS version) of a new connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        spoken: ssl.SSLObject = writer.get_extra_info("ssl_object")
        writer.write(f"GET {API}/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 20)
        return spoken.getpeercert(binary_form=True) or b"", answer, spoken.version()
    finally:
        writer.close()


def trusting(files: Files) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=files.certificate)


@pytest.mark.asyncio
async def test_a_client_that_trusts_the_certificate_is_answered_over_tls_1_2_and_1_3(
    world: World, files: Files
) -> None:
    made = files.make()
    async with over_tls(world, files) as port:
        for version, named in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            context = trusting(files)
            context.minimum_version = context.maximum_version = version
            certificate, answer, spoken = await met(port, context)
            assert (certificate, spoken) == (made, named)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert answer.endswith(b'{"pong":"pong"}')


@pytest.mark.asyncio
async def test_who_does_not_trust_it_or_speaks_something_older_is_not_answered(
    world: World, files: Files
) -> None:
    files.make()
    async with over_tls(world, files) as port:
        with pytest.raises(ssl.SSLCertVerificationError):
            await met(port, ssl.create_default_context())
        older = trusting(files)
        older.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            older.minimum_version, older.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await met(port, older)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {API}/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert not (await asyncio.wait_for(reader.read(), 20)).startswith(b"HTTP/")
        writer.close()


@pytest.mark.asyncio
async def test_a_renewed_certificate_is_taken_up_while_serving_and_a_broken_one_is_not(
    world: World, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cambist.api.tls.LOOKED_AT_EVERY_S", 0.01)
    first = files.make()
    async with over_tls(world, files) as port:
        assert (await met(port, trusting(files)))[0] == first
        trusted = trusting(files)
        other = Files(tmp_path / "other.pem", tmp_path / "other.key")
        other.make()
        files.certificate.write_bytes(other.certificate.read_bytes())  # and its key is not there yet
        await asyncio.sleep(0.2)  # looked at some twenty times
        assert (await met(port, trusted))[0] == first
        second = files.make()
        async with asyncio.timeout(20):
            while await _presented(port) != second:
                await asyncio.sleep(0.02)
        assert (await met(port, trusting(files)))[1].startswith(b"HTTP/1.1 200 ")


async def _presented(port: int) -> bytes:
    anything = ssl.create_default_context()
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    return (await met(port, anything))[0]


@pytest.mark.asyncio
async def test_files_that_cannot_serve_are_refused_in_a_sentence(files: Files, tmp_path: Path) -> None:
    files.make()
    other = Files(tmp_path / "other.pem", tmp_path / "other.key")
    other.make()
    locked = Files(tmp_path / "locked.pem", tmp_path / "locked.key")
    locked.make(b"a passphrase")
    unfit = "they must be a certificate and its own key, in PEM form, without a passphrase"
    for certificate, key, reason in (
        (files.certificate, tmp_path / "none", "No such file or directory"),
        (tmp_path / "none", files.key, "No such file or directory"),
        (files.certificate, other.key, unfit),
        (locked.certificate, locked.key, unfit),
        (files.key, files.key, unfit),
    ):
        with pytest.raises(SetupError) as refused:
            async with tls_context(certificate, key):
                pass
        assert str(refused.value) == f"TLS cannot begin with {certificate} and {key}: {reason}."


@pytest.mark.asyncio
async def test_a_key_that_others_can_read_is_refused_one_of_a_group_is_not(files: Files) -> None:
    files.make()
    files.key.chmod(0o644)
    with pytest.raises(SetupError) as refused:
        async with tls_context(files.certificate, files.key):
            pass
    assert str(refused.value) == f"The TLS key {files.key} can be read by others: run 'chmod o= {files.key}'."
    files.key.chmod(0o640)
    async with tls_context(files.certificate, files.key) as context:
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
