"""Whose a Bitget key is, and what it may do."""

from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.failures import OtherMode
from cambist.exchanges.guard import Unusable, checked_json


class _Classic(msgspec.Struct, rename="camel"):
    user_id: str
    authorities: list[str]
    ips: str


class _Unified(msgspec.Struct, rename="camel"):
    user_id: str
    permissions: list[str]
    perm_type: str
    ips: str


_classic = msgspec.json.Decoder(_Classic)
_unified = msgspec.json.Decoder(_Unified)

# Futures orders and holdings, spot, margin, copy trading, loans; and withdrawals of the wallet.
_TRADE = {"trade", "coow", "cpow", "stow", "smow", "ttow", "pllw"}
_WITHDRAW = {"withdraw", "wwow"}
_UNIFIED_TRADE = {"uta_trade", "copy_futures_order", "copy_futures_position"}


async def rights(client: Any) -> KeyRights:
    """The key's permissions, and whether it is bound to addresses."""
    told = await _read(client)
    ip_bound = bool(told.ips.strip())
    if isinstance(told, _Classic):
        may = set(told.authorities)
        return KeyRights(bool(may), bool(may & _TRADE), bool(may & _WITHDRAW), ip_bound)
    may, writes = set(told.permissions), told.perm_type != "read-only"
    return KeyRights(
        bool(may), writes and bool(may & _UNIFIED_TRADE), writes and bool(may & _WITHDRAW), ip_bound
    )


async def uid(client: Any) -> str:
    """The account that the key is of; a sub-account has one of its own."""
    told = (await _read(client)).user_id
    if not told.strip():
        raise Unusable("the answer does not tell whose account it is")
    return told


async def _read(client: Any) -> _Classic | _Unified:
    """GET /api/v2/spot/account/info; of a unified account, GET /api/v3/account/info."""
    client.raw = True
    try:
        raw = await client.private_spot_get_v2_spot_account_info()
        checked_json(raw)  # a right told twice, once less, is not told
        return data_of(client, raw, _classic, "an account")
    except OtherMode:
        raw = await client.private_uta_get_v3_account_info()
        checked_json(raw)
        return data_of(client, raw, _unified, "an account")
