"""Internet addresses: read from text, looked for in networks, and what counts as one asker."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MOST_READ = 4_096
_HOST_BITS_OF_ONE_ASKER = 64


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


@lru_cache(_MOST_READ)
def asker(place: Address) -> str:
    """What is counted as one: an IPv4 address, or the /64 that an IPv6 host has all of."""
    if isinstance(place, IPv4Address):
        return str(place)
    first = int(place) >> _HOST_BITS_OF_ONE_ASKER << _HOST_BITS_OF_ONE_ASKER
    return f"{IPv6Address(first)}/64"
