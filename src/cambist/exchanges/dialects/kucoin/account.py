"""Whose a KuCoin key is, and what it may do."""

from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.kucoin.envelope import data_of
from cambist.exchanges.guard import checked_json


class _Key(msgspec.Struct, rename="camel"):
    """ip_whitelist: None where there is none."""

    permission: str
    uid: int
    ip_whitelist: str | None = None


_key = msgspec.json.Decoder(_Key)
_READS = "General"
_WITHDRAWS = {"Transfer", "Withdrawal"}
_WITHIN = "InnerTransfer"


async def rights(client: Any) -> KeyRights:
    """Any permission but those to read and to move funds is a right to trade, in whatever it is."""
    told = await _read(client)
    may = {each.strip() for each in told.permission.split(",")} - {""}
    return KeyRights(
        read=_READS in may,
        trade=bool(may - _WITHDRAWS - {_READS, _WITHIN}),
        withdraw=bool(may & _WITHDRAWS),
        ip_bound=bool(told.ip_whitelist),
    )


async def uid(client: Any) -> str:
    """The account that the key is of; a sub-account has one of its own."""
    return str((await _read(client)).uid)


async def _read(client: Any) -> _Key:
    """GET /api/v1/user/api-key."""
    client.raw = True
    raw = await client.private_get_user_api_key()
    checked_json(raw)  # a right told twice, once less, is not told
    return data_of(client, raw, _key, "a key's permissions")
