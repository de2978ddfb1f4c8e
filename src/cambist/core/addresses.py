"""Internet addresses: read from text, looked for in networks, and what counts as one asker."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MOST_READ = 4_096
_HOST_BITS_OF_ONE_ASKER = 64
NOWHERE = IPv4Address(0)


@lru_cache(_MOST_READ)
def address(text: str) -> Address:
    """An address; one of IPv4 written as IPv6 is that of IPv4. Raises ValueError."""
    read = ip_address(text)
    return (read.ipv4_mapped or read) if isinstance(read, IPv6Address) else read


def network(text: str) -> Network:
    """A network in CIDR notation, or a single address; raises ValueError, also where host bits are set."""
    return ip_network(text)


def within(place: Address, networks: Iterable[Network]) -> bool:
    """Whether one of the networks holds the address."""
    return any(place in each for each in networks)


def origin(peer: Address, forwarded: Sequence[str], trusted: Sequence[Network]) -> Address:
    """The address that a request counts for. forwarded: its X-Forwarded-For headers.

    Each trusted proxy names who asked it, at the right end; the first hop from there that is no trusted
    proxy is whom we know. What stands further left was written by that one, and a hop that is no bare
    address counts for the proxy that wrote it.
    """
    found = peer
    if trusted and within(found, trusted):
        for hop in _hops(forwarded):
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


@lru_cache(_MOST_READ)
def asker(place: Address) -> str:
    """What is counted as one: an IPv4 address, or the /64 that an IPv6 host has all of."""
    if isinstance(place, IPv4Address):
        return str(place)
    first = int(place) >> _HOST_BITS_OF_ONE_ASKER << _HOST_BITS_OF_ONE_ASKER
    return f"{IPv6Address(first)}/64"
