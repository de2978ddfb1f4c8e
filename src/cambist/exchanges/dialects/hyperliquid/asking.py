"""How Hyperliquid is asked: everything at one path, what is asked in the body; anybody about any address."""

from collections.abc import Mapping
from typing import Any

import msgspec

from cambist.core.errors import KeysRejected, LoadFailed
from cambist.exchanges.failures import BY_STATUS, Errors


class _Asked(msgspec.Struct):
    what: str = msgspec.field(name="type")


_asked = msgspec.json.Decoder(_Asked)


def path_of(path: str, body: str | None) -> str:
    """The path with what is asked: "/info#clearinghouseState"."""
    return f"{path}#{_asked.decode(body).what}" if body else path


async def told(client: Any, what: str, **more: int) -> bytes:
    """POST /info about the account's address."""
    client.raw = client.large = True
    asked: Mapping[str, str | int] = {"type": what, "user": client.walletAddress, **more}
    answer: bytes = await client.public_post_info(asked)
    return answer


def uid(client: Any) -> str:
    """The address, in the one spelling of the two that it may have."""
    return str(client.walletAddress).lower()


def _no_address(_: str) -> LoadFailed:
    return KeysRejected("This is no address of Hyperliquid's: 0x and 40 hexadecimal digits.")


# A question that cannot be read is answered with 422; what we ask can be, but for an address that is none.
ERRORS = Errors(by_status={**BY_STATUS, 422: _no_address})
