"""Where a request comes from: the connection's other end, or what a trusted proxy says of it."""

from collections.abc import Sequence

from starlette.requests import HTTPConnection

from cambist.core import addresses
from cambist.core.addresses import NOWHERE, Address, Network, address


def origin(request: HTTPConnection, trusted: Sequence[Network]) -> Address:
    """The address that a request counts for."""
    peer = NOWHERE if request.client is None else address(request.client.host)
    return addresses.origin(peer, request.headers.getlist("x-forwarded-for"), trusted)
