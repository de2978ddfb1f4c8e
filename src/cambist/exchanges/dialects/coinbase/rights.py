"""What a Coinbase key may do, and of which portfolio it is."""

from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.coinbase.clock import in_its_time
from cambist.exchanges.guard import checked_json, shaped


class _Permissions(msgspec.Struct):
    can_view: bool
    can_trade: bool
    can_transfer: bool
    portfolio_uuid: str


_permissions = msgspec.json.Decoder(_Permissions)


async def rights(client: Any) -> KeyRights:
    """The key's permissions; Coinbase does not tell whether it is bound to addresses."""
    told = await _asked(client)
    return KeyRights(read=told.can_view, trade=told.can_trade, withdraw=told.can_transfer)


async def uid(client: Any) -> str | None:
    """The portfolio that the key is bound to: an account of its own to whoever holds the key."""
    return (await _asked(client)).portfolio_uuid or None


async def _asked(client: Any) -> _Permissions:
    """GET /api/v3/brokerage/key_permissions, which any key may ask."""
    client.raw = True
    raw = await in_its_time(client, client.v3_private_get_brokerage_key_permissions)
    checked_json(raw)  # a right told twice, yes and no, is not told
    return shaped(_permissions, raw, "a key's permissions")
