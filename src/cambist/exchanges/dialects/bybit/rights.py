"""What a Bybit key may do."""

from typing import Any, Literal

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.guard import checked_json


class _Key(msgspec.Struct, rename="camel"):
    read_only: Literal[0, 1]
    permissions: dict[str, list[str]]
    ips: list[str]


_key = msgspec.json.Decoder(_Key)


async def rights(client: Any) -> KeyRights:
    """GET /v5/user/query-api.

    Any permission of a key that may write, but for those of wallets, is a right to trade.
    """
    client.raw = True
    raw = await client.private_get_v5_user_query_api()
    told = result_of(client, raw, _key, "a key's permissions")
    checked_json(raw)  # a right told twice, yes and no, is not told
    writes = told.read_only == 0
    trade = any(granted for group, granted in told.permissions.items() if group != "Wallet")
    withdraw = "Withdraw" in told.permissions.get("Wallet", ())
    return KeyRights(True, writes and trade, writes and withdraw, bool(told.ips) and "*" not in told.ips)
