"""Whose a Gate key is, and what it may do."""

from typing import Any

import msgspec

from cambist.core.rights import UNKNOWN, KeyRights
from cambist.exchanges.guard import checked_json, shaped


class _Permission(msgspec.Struct):
    name: str
    read_only: bool


class _Key(msgspec.Struct):
    """key: its first letters, or the whole; None where only the key that asks is told of."""

    perms: list[_Permission]
    ip_whitelist: list[str]
    key: str | None = None


class _Detail(msgspec.Struct):
    user_id: int


_keys = msgspec.json.Decoder(_Key | list[_Key])
_detail = msgspec.json.Decoder(_Detail)
# Those of the wallet move funds within the account; that of the account itself only reads.
_NO_TRADE = frozenset(("wallet", "account", "withdraw", "withdrawal"))


async def rights(client: Any) -> KeyRights:
    """GET /account/main_keys: all keys of the account, of which it is the one that begins so.

    Whether it may withdraw is told where a permission says so by name, and unknown otherwise.
    """
    client.raw = True
    raw = await client.private_account_get_main_keys()
    checked_json(raw)  # a right told twice, once less, is not told
    told = shaped(_keys, raw, "a list of keys")
    listed = told if isinstance(told, list) else [told]
    mine = [key for key in listed if key.key is None or _is_mine(key.key, client.apiKey)]
    if len(mine) != 1:
        return UNKNOWN
    (key,) = mine
    writes = {each.name for each in key.perms if not each.read_only}
    return KeyRights(
        read=bool(key.perms),
        trade=bool(writes - _NO_TRADE),
        withdraw=True if any(name.startswith("withdraw") for name in writes) else None,
        ip_bound=bool(key.ip_whitelist),
    )


def _is_mine(shown: str, api_key: str) -> bool:
    begins = shown.rstrip("*")
    return bool(begins) and (api_key.startswith(begins) if begins != shown else api_key == shown)


async def uid(client: Any) -> str:
    """GET /account/detail."""
    client.raw = True
    raw = await client.private_account_get_detail()
    checked_json(raw)
    return str(shaped(_detail, raw, "an account").user_id)
