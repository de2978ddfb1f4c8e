"""TLS of the server: version 1.2 or newer, and a renewed certificate is taken up while it runs."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from cambist.core.errors import SetupError

LOOKED_AT_EVERY_S = 10.0
_TOO_OPEN = 0o007
_UNFIT = "they must be a certificate and its own key, in PEM form, without a passphrase"

log = structlog.get_logger(__name__)


@asynccontextmanager
async def tls_context(certificate: Path, key: Path) -> AsyncIterator[ssl.SSLContext]:
    """A server's context of these PEM files, renewed when they change; the certificate's chain in its file.

    Raises SetupError where they cannot be read or do not belong together, or others can read the key.
    """
    context = _context(certificate, key)
    renewing = asyncio.create_task(_renew(context, certificate, key))
    try:
        yield context
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        if key.stat().st_mode & _TOO_OPEN:
            raise SetupError(f"The TLS key {key} can be read by others: run 'chmod o= {key}'.")
        _load(context, certificate, key)
    except OSError as refused:
        reason = _UNFIT if isinstance(refused, ssl.SSLError) else refused.strerror
        raise SetupError(f"TLS cannot begin with {certificate} and {key}: {reason}.") from refused
    return context


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    # A key with a passphrase would be asked for on the terminal, and never by a service.
    context.load_cert_chain(certificate, key, password=lambda: "")


async def _renew(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Loads the files whenever they have changed and are good together; until then the last ones serve."""
    known = _stamps(certificate, key)
    while True:
        await asyncio.sleep(LOOKED_AT_EVERY_S)
        found = _stamps(certificate, key)
        if found == known:
            continue
        known = found
        try:
            _context(certificate, key)  # half a change would spoil the context that serves
            _load(context, certificate, key)
            log.info("TLS certificate renewed")
        except (SetupError, OSError) as refused:
            log.error("the changed TLS certificate cannot be used; the last one serves on", why=str(refused))


def _stamps(*files: Path) -> list[tuple[int, int, int] | None]:
    """What changes when a file does; None for one that is away just now."""

    def stamp(file: Path) -> tuple[int, int, int] | None:
        try:
            found = file.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    return [stamp(file) for file in files]
