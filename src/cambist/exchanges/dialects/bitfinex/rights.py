"""Whose keys of Bitfinex they are, and what they may do."""

from typing import Any, Literal

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.guard import all_differ, checked_json, shaped

_TRADING = ("orders", "positions", "funding")
_WITHDRAWING = ("withdraw", "ui_withdraw")


class _Permission(msgspec.Struct, array_like=True):
    scope: str
    read: Literal[0, 1]
    write: Literal[0, 1]


class _User(msgspec.Struct, array_like=True):
    id: int


_permissions = msgspec.json.Decoder(list[_Permission])
_user = msgspec.json.Decoder(_User)


async def rights(client: Any) -> KeyRights:
    """POST /v2/auth/r/permissions, which does not tell addresses."""
    client.raw = True
    raw = await client.private_post_auth_r_permissions()
    checked_json(raw)
    told = shaped(_permissions, raw, "a key's permissions")
    all_differ([each.scope for each in told], "a permission")
    writes = {each.scope for each in told if each.write}
    return KeyRights(
        read=any(each.read for each in told if each.scope == "wallets"),
        trade=bool(writes.intersection(_TRADING)),
        withdraw=bool(writes.intersection(_WITHDRAWING)),
    )


async def uid(client: Any) -> str:
    """POST /v2/auth/r/info/user: its first field."""
    client.raw = True
    raw = await client.private_post_auth_r_info_user()
    checked_json(raw)
    return str(shaped(_user, raw, "a user").id)
