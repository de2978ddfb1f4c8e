"""What a Kraken key may do."""

from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.kraken.envelope import result_of
from cambist.exchanges.guard import checked_json


class _KeyInfo(msgspec.Struct, rename="camel"):
    permissions: list[str]
    ip_allowlist: list[str]


_key_info = msgspec.json.Decoder(_KeyInfo)
_TRADES = {"modify-trades", "close-trades"}


async def rights(client: Any) -> KeyRights:
    """POST /0/private/GetApiKeyInfo, which any key may ask."""
    client.raw = True
    raw = await client.private_post_getapikeyinfo()
    checked_json(raw)  # permissions told twice are not told
    told = result_of(raw, _key_info, "a key's permissions")
    may = set(told.permissions)
    return KeyRights(
        read="query-funds" in may,
        trade=bool(may & _TRADES),
        withdraw="withdraw-funds" in may,
        ip_bound=bool(told.ip_allowlist),
    )
