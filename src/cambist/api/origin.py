"""Where a request comes from: the connection's other end, or what a trusted proxy says of it."""

from collections.abc import Iterable, Iterator, Sequence

from starlette.requests import HTTPConnection

from cambist.core.addresses import Address, Network, address, within

NOWHERE = address("0.0.0.0")  # nosec B104 # noqa: S104 - nothing is bound to it


def origin(request: HTTPConnection, trusted: Sequence[Network]) -> Address:
    """The address that a request counts for.

    Each trusted proxy names who asked it, at the right end of X-Forwarded-For; the first hop from there that
    is no trusted proxy is whom we know. What stands further left was written by that one, and a hop that is
    no bare address counts for the proxy that wrote it.
    """
    found = NOWHERE if request.client is None else address(request.client.host)
    if trusted and within(found, trusted):
        for hop in _hops(request.headers.getlist("x-forwarded-for")):
            try:
                found = address(hop)
            except ValueError:
                break
            if not within(found, trusted):
                break
    return found


def _hops(headers: Iterable[str]) -> Iterator[str]:
    """From the right; there are no more of them than headers may be long."""
    return (hop.strip() for hop in reversed(",".join(headers).split(",")))
