"""What may come in from a browser: the host names that are ours, the origins that may post, local paths."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from cambist.core.addresses import address

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
MAX_BODY_BYTES = 256 * 1024
_MAX_PATH = 2_048
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_-][a-z0-9_.-]{0,252})(?::[0-9]{1,5})?")
# Printable ASCII without backslashes, and one slash first: browsers read // and /\ as another host's name.
_LOCAL_PATH = re.compile(r"/(?!/)[\x21-\x5b\x5d-\x7e]*")


def host_name(text: str) -> str | None:
    """The name in a Host header, without its port, in small letters; None for what is no host."""
    found = _HOST.fullmatch(text.lower())
    return None if found is None else found[1].rstrip(".")


def our_hosts(public_url: str, others: Iterable[str]) -> frozenset[str]:
    """The names by which this server may be asked: its public one, this machine's own, and those given.

    Ports are left out: a page that had its own name turned to our address (DNS rebinding) is told by that
    name, and which port leads here is a matter of forwarding.
    """
    names = map(host_name, (urlsplit(public_url).netloc, *LOOPBACK_NAMES, *others))
    return frozenset(name for name in names if name)


def is_public_url(text: str) -> bool:
    """Whether it is the address of a site: http or https, a host in ASCII, perhaps a port and a path."""
    try:
        parts = urlsplit(text)
        origin_of(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and host_name(parts.netloc) is not None


def origin_of(url: str) -> str:
    """Scheme, host and port as a browser writes them in an Origin header."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in {None, usual} else f":{parts.port}"
    name = parts.hostname or ""
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}{port}"


def comes_from_us(origin: str | None, fetch_site: str | None, public_url: str) -> bool:
    """Whether a POST was sent by a page of ours, by its Origin header or, without one, its Sec-Fetch-Site."""
    if origin is not None:
        return origin == origin_of(public_url)
    return fetch_site == "same-origin"


def is_in_the_clear(public_url: str) -> bool:
    """Whether what is typed into our pages crosses a network unencrypted."""
    parts = urlsplit(public_url)
    return parts.scheme != "https" and not is_this_machine(parts.hostname or "")


def is_this_machine(host: str) -> bool:
    """Whether a name or an address, without brackets, is the loopback's."""
    try:
        return address(host).is_loopback
    except ValueError:
        return host == "localhost"


def local_path(text: str | None, otherwise: str) -> str:
    """A path of ours to go on to; anything that could lead a browser elsewhere becomes the other one."""
    if text is None or len(text) > _MAX_PATH or not _LOCAL_PATH.fullmatch(text):
        return otherwise
    return text
