"""Whose an OKX key is, and what it may do: both in the account's configuration."""

from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.okx.answers import Answer, only_row
from cambist.exchanges.guard import Unusable, checked_json


class _Configuration(msgspec.Struct):
    uid: str
    perm: str
    ip: str


_configuration = msgspec.json.Decoder(Answer[_Configuration])


async def rights(client: Any) -> KeyRights:
    """`perm` lists the rights, `ip` the addresses that the key is bound to."""
    told = await _read(client)
    may = told.perm.split(",")
    return KeyRights("read_only" in may, "trade" in may, "withdraw" in may, told.ip != "")


async def uid(client: Any) -> str:
    """The account that the key is of; a sub-account has one of its own."""
    told = (await _read(client)).uid
    if not told.strip():
        raise Unusable("the answer does not tell whose account it is")
    return told


async def _read(client: Any) -> _Configuration:
    """GET /api/v5/account/config."""
    client.raw = True
    raw = await client.private_get_account_config()
    checked_json(raw)  # a right told twice, once less, is not told
    return only_row(_configuration, raw, "an account's configuration")
