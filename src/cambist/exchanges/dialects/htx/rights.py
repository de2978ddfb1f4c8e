"""Whose keys of HTX they are, and what they may do."""

from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.htx.envelope import data_by_code
from cambist.exchanges.guard import Unusable, checked_json


class _Key(msgspec.Struct, rename="camel"):
    access_key: str
    permission: str
    ip_addresses: str


_uid = msgspec.json.Decoder(int)
_keys = msgspec.json.Decoder(list[_Key])


async def uid(client: Any) -> str:
    """GET /v2/user/uid."""
    client.raw = True
    raw = await client.spot_private_get_v2_user_uid()
    return str(data_by_code(raw, _uid, "a user's number"))


async def rights(client: Any) -> KeyRights:
    """GET /v2/user/api-key, which wants the user's number: two calls."""
    asked = {"uid": await uid(client), "accessKey": client.apiKey}
    raw = await client.spot_private_get_v2_user_api_key(asked)
    told = data_by_code(raw, _keys, "a key's permissions")
    checked_json(raw)  # a right told twice, yes and no, is not told
    found = [key for key in told if key.access_key == client.apiKey]
    if len(found) != 1:
        raise Unusable("the answer does not tell of this key")
    may = {each.strip() for each in found[0].permission.split(",")}
    return KeyRights("readOnly" in may, "trade" in may, "withdraw" in may, bool(found[0].ip_addresses))
