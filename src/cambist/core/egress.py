"""Egresses: the ways out to exchanges, each with an address that exchanges see and count by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cambist.core.addresses import address, network, within
from cambist.core.terms import Secret

DEFAULT = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
# A scheme; a name and password as RFC 3986 lets them be written, other signs as %40; a host, maybe a port.
_PROXY = re.compile(
    r"(https?://)([A-Za-z0-9._~!$&'()*+,;=:%-]*@)?"
    r"((?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?)/?"
)

# Addresses that a router on the way puts another in the place of.
_REPLACED = tuple(
    map(
        network,
        ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    )
)


@dataclass(frozen=True, slots=True)
class Egress:
    """A way out: from an address of this machine, by an HTTP proxy, or, without either, as the system goes.

    shows: the address that exchanges see. proxy: its URL, with the name and password that it asks for.
    One without a name is that of an installation that names none; what address it shows is not known.
    """

    name: str = ""
    shows: str = ""
    address: str = ""
    proxy: Secret | None = None


UNNAMED = Egress()


def egress(name: str, address_here: str, proxy: Secret | None, shows: str) -> Egress:
    """An egress as a setting describes it. Raises ValueError with what is wrong, which quotes no value:
    any may be a proxy's password in the wrong place.
    """
    if not _NAME.fullmatch(name) or name == DEFAULT:
        raise ValueError(f"an egress needs a name of letters, digits, '.', '_' and '-', other than {DEFAULT}")
    if address_here and proxy is not None:
        raise ValueError(f"the egress {name} may have an address or a proxy, not both")
    if proxy is not None and not _PROXY.fullmatch(proxy.reveal()):
        raise ValueError(f"the egress {name} needs a proxy like http://name:password@10.0.0.2:3128")
    here = _address(name, "address", address_here)
    if not shows and (not here or within(address(here), _REPLACED)):
        raise ValueError(f"the egress {name} needs 'shows', the address that exchanges see")
    return Egress(name, _address(name, "shows", shows or here), here, proxy)


def check_apart(egresses: Sequence[Egress]) -> None:
    """Raises ValueError where two share a name or the address they show: exchanges count by address."""
    for told in ([each.name for each in egresses], [each.shows for each in egresses]):
        shared = [value for value in told if told.count(value) > 1]
        if shared:
            raise ValueError(f"two egresses share {shared[0]}")


def without_credentials(proxy: Secret) -> str:
    """A proxy's URL as it may be shown."""
    return _PROXY.sub(lambda found: f"{found[1]}{'…@' if found[2] else ''}{found[3]}", proxy.reveal())


def _address(name: str, field: str, text: str) -> str:
    """An address in its usual form; nothing for nothing."""
    try:
        return str(address(text)) if text else ""
    except ValueError:
        raise ValueError(f"the egress {name} needs an address of the internet as '{field}'") from None
