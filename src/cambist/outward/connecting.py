"""Where a connection may lead: public addresses by https, and the origins that the settings name.

A name is looked up once a connection: the addresses that were checked are the ones connected to, and the
socket checks its own once more, however its host was written. Imported with the first request, for aiohttp
takes 9 MB.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from functools import partial
from typing import Any

import aiohttp
import certifi
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from cambist.core.addresses import address, is_public, literal
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


def new_client(network: Network, timeout_s: int | float, *, is_named: bool) -> aiohttp.ClientSession:
    """A client for named origins, or for public addresses only.

    It keeps no cookie, takes no proxy from the environment, and verifies TLS.
    """
    connector = aiohttp.TCPConnector(
        ssl=ssl.create_default_context(cafile=certifi.where()),
        limit=MOST_CONNECTIONS,
        resolver=_Resolver(network, is_named),
        ttl_dns_cache=LOOKUP_SERVES_S,
        dns_cache_max_size=MOST_LOOKUPS_KEPT,
        socket_factory=partial(_new_socket, network, is_named),
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        max_headers=MOST_HEADERS,
        max_field_size=MAX_HEADER_BYTES,
        max_line_size=MAX_HEADER_BYTES,
    )


class _Resolver(AbstractResolver):
    """Looks names up in time; one that leads to a single place that is not public is refused whole."""

    def __init__(self, network: Network, is_named: bool) -> None:
        self._network = network
        self._is_named = is_named

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        async with asyncio.timeout(LOOKUP_WITHIN_S):
            found = await self._network.lookup(host, port)
        if not found:
            raise OSError(f"{host} leads nowhere")
        if not self._is_named and not all(is_public(address(place)) for place in found):
            raise NotAllowed(host, "the name does not lead to public addresses only")
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


def _new_socket(network: Network, is_named: bool, goal: tuple[int, int, int, str, Any]) -> socket.socket:
    """A socket for the address that is to be connected to; raises PermissionError for one that may not be."""
    family, kind, protocol, _, (place, *_) = goal
    if not is_named and not is_public(address(place)):
        raise PermissionError("the address is not a public one")
    return network.new_socket(family, kind, protocol)


def _origin(url: URL) -> Origin:
    return url.scheme, (url.raw_host or "").lower(), url.port
