"""Where a connection may lead: public addresses by https, and the origins that the settings name.

A name is looked up once a connection: the addresses that were checked are the ones connected to, and the
socket checks its own once more, however its host was written. Imported with the first request, for aiohttp
takes 9 MB.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any

import aiohttp
import certifi
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from cambist.core.addresses import address, is_public, literal
from cambist.core.egress import Egress
from cambist.outward.failures import NotAllowed
from cambist.outward.network import Network

LOOKUP_WITHIN_S = 5
LOOKUP_SERVES_S = 60
MOST_LOOKUPS_KEPT = 1_000
MOST_CONNECTIONS = 200
MOST_HEADERS = 100
MAX_HEADER_BYTES = 8 * 1024

Origin = tuple[str, str, int | None]


def origin(url: str) -> Origin:
    """(scheme, host, port) of a URL. Raises ValueError."""
    return _origin(URL(url, encoded=True))


def destination(url: str, named: Iterable[Origin]) -> tuple[URL, bool]:
    """The URL to send to, and whether its origin is one of those named. Raises NotAllowed."""
    try:
        read = URL(url, encoded=True)
        scheme, host, port = _origin(read)
    except ValueError:
        raise NotAllowed("this address", "it cannot be read") from None
    if (scheme, host, port) in named:
        return read, True
    if scheme != "https" or port != 443 or read.raw_user is not None:
        raise NotAllowed(host, "only https, port 443 and no name of a user are")
    try:
        place = literal(host)
    except ValueError:
        raise NotAllowed(host, "that is an odd way to write an address") from None
    if not host or not host.isascii() or (place is not None and not is_public(place)):
        raise NotAllowed(host or "no host", "that is not a public address")
    return read, False


def new_client(
    network: Network,
    timeout_s: int | float,
    *,
    is_named: bool,
    here: str = "",
    proxy: URL | None = None,
) -> aiohttp.ClientSession:
    """A client for named origins, or for public addresses only.

    It keeps no cookie, takes no proxy from the environment, and verifies TLS. here: the address of this
    machine that it goes out from, if not as the system goes. proxy: all that it connects to, as a named one.
    """
    connector = aiohttp.TCPConnector(
        ssl=_trusted(certifi.where()),
        limit=MOST_CONNECTIONS,
        resolver=_Resolver(network, is_named),
        ttl_dns_cache=LOOKUP_SERVES_S,
        dns_cache_max_size=MOST_LOOKUPS_KEPT,
        socket_factory=partial(_new_socket, network, is_named, here),
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        proxy=proxy,
        max_headers=MOST_HEADERS,
        max_field_size=MAX_HEADER_BYTES,
        max_line_size=MAX_HEADER_BYTES,
    )


@cache
def _trusted(authorities: str) -> ssl.SSLContext:
    """Whom TLS is verified by: a file of them takes 20 ms to read, so all clients share what it says."""
    return ssl.create_default_context(cafile=authorities)


async def looked_up(network: Network, host: str, port: int, *, is_named: bool) -> Sequence[str]:
    """The addresses of a name; one that leads to a single place that is not public is refused whole.

    Raises NotAllowed; OSError for a name that leads nowhere; TimeoutError.
    """
    async with asyncio.timeout(LOOKUP_WITHIN_S):
        found = await network.lookup(host, port)
    if not found:
        raise OSError(f"{host} leads nowhere")
    if not is_named and not all(is_public(address(place)) for place in found):
        raise NotAllowed(host, "the name does not lead to public addresses only")
    return found


def why_not_reached(failed: aiohttp.ClientError, egress: Egress) -> str:
    """Goes on after the name of who was asked; what of an egress failed is told with its name."""
    if isinstance(failed, aiohttp.ClientHttpProxyError):
        return refused_by_proxy(egress, failed.status)
    if isinstance(failed, aiohttp.ClientProxyConnectionError):
        return f"could not be reached: the proxy of the egress {egress.name} cannot be reached itself"
    if getattr(failed, "errno", None) == errno.EADDRNOTAVAIL and egress.address:
        return f"could not be reached: {egress.address} of the egress {egress.name} is not this machine's"
    return f"could not be reached ({type(failed).__name__})"


def refused_by_proxy(egress: Egress, status: int) -> str:
    return f"could not be reached: the proxy of the egress {egress.name} answered {status}"


class _Resolver(AbstractResolver):
    """Looks names up in time, as `looked_up` does."""

    def __init__(self, network: Network, is_named: bool) -> None:
        self._network = network
        self._is_named = is_named

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await looked_up(self._network, host, port, is_named=self._is_named)
        return [
            ResolveResult(
                hostname=host,
                host=place,
                port=port,
                family=socket.AF_INET6 if ":" in place else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for place in found
        ]

    async def close(self) -> None: ...


def _new_socket(
    network: Network, is_named: bool, here: str, goal: tuple[int, int, int, str, Any]
) -> socket.socket:
    """A socket for the address that is to be connected to; raises PermissionError for one that may not be.

    Raises OSError where it cannot go out from `here`: nothing leaves from another address.
    """
    family, kind, protocol, _, (place, *_) = goal
    if not is_named and not is_public(address(place)):
        raise PermissionError("the address is not a public one")
    made = network.new_socket(family, kind, protocol)
    if here:
        try:
            made.bind((here, 0))
        except BaseException:
            made.close()
            raise
    return made


def _origin(url: URL) -> Origin:
    return url.scheme, (url.raw_host or "").lower(), url.port
