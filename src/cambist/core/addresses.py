"""Internet addresses: read from text, looked for in networks, public or not, and what counts as one asker."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MOST_READ = 4_096
_HOST_BITS_OF_ONE_ASKER = 64
NOWHERE = IPv4Address(0)

_HOSTS_OF_IPV6 = ip_network("2000::/3")  # all of IPv6 that has been given out for hosts of the internet
_AROUND_IPV4 = ip_network("64:ff9b::/96")  # NAT64: the last 32 bits are the address that it leads to
# What the standard library's tables, or older ones of them, take for public.
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # between a provider and its customers
            "192.0.0.0/24",  # protocols' own
            "192.88.99.0/24",  # relays of 6to4
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved
            "2001::/23",  # protocols' own, Teredo among them
            "2002::/16",  # 6to4
            "3fff::/20",  # documentation
        ),
    )
)
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


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


def is_public(place: Address) -> bool:
    """Whether an address is a host's of the public internet, also by the IPv4 address that it wraps."""
    if isinstance(place, IPv6Address):
        if place.ipv4_mapped is not None:
            return is_public(place.ipv4_mapped)
        if place in _AROUND_IPV4:
            return is_public(IPv4Address(int(place) & 0xFFFF_FFFF))
        if place not in _HOSTS_OF_IPV6:
            return False
    return place.is_global and not within(place, _NOT_PUBLIC)


def literal(host: str) -> Address | None:
    """The address that a URL's host is; None for a name.

    Raises ValueError for what some programs read as an address and others do not: 127.1, 2130706433,
    0x7f.0.0.1, 0177.0.0.1, an address with a dot after it.
    """
    try:
        return address(host)
    except ValueError:
        if ":" in host or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
            raise
        return None


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
