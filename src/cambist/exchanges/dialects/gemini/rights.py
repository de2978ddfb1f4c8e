"""What a Gemini key may do, by the roles it has."""

from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.gemini.keys import check_keys
from cambist.exchanges.guard import checked_json, shaped


class _Roles(msgspec.Struct, rename="camel"):
    is_auditor: bool
    is_fund_manager: bool
    is_trader: bool


_roles = msgspec.json.Decoder(_Roles)


async def rights(client: Any) -> KeyRights:
    """POST /v1/roles: each of them may read, and a fund manager move funds; addresses are not told."""
    check_keys(client)
    client.raw = True
    raw = await client.private_post_v1_roles()
    checked_json(raw)
    told = shaped(_roles, raw, "a key's roles")
    read = told.is_auditor or told.is_fund_manager or told.is_trader
    return KeyRights(read=read, trade=told.is_trader, withdraw=told.is_fund_manager)
