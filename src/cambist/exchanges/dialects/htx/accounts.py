"""The numbers of a user's accounts at HTX, by which their balances are asked for."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.exchanges.dialects.htx.envelope import data_of
from cambist.exchanges.guard import Unusable, all_differ, told_once

MOST_KEYS = 10_000
ASK_AGAIN_AFTER = timedelta(minutes=1)


class Account(msgspec.Struct, gc=False, frozen=True):
    """subtype: of isolated margin the pair, else empty."""

    id: int
    type: str
    subtype: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """The accounts of one user, by kind, and when the list was asked for."""

    at: datetime
    accounts: Mapping[str, Sequence[Account]]


_accounts = msgspec.json.Decoder(list[Account])
# Numbers do not change: remembered for the keys used last, so that a load asks for balances alone.
_remembered: OrderedDict[tuple[str, str], _Known] = OrderedDict()


async def account_id(client: Any, kind: str) -> int:
    """The number of the account of a kind, such as "spot". Raises NotOffered where the user has none."""
    return (await accounts_of(client, kind))[0].id


async def accounts_of(client: Any, kind: str) -> Sequence[Account]:
    """The accounts of a kind: of isolated margin one a pair. Raises NotOffered where the user has none.

    They are asked for anew where none is known, once in a minute at most.
    """
    known = _remembered.get(_key(client))
    if known is None or (kind not in known.accounts and client.now() >= known.at + ASK_AGAIN_AFTER):
        known = _Known(client.now(), await _listed(client))
        _remembered[_key(client)] = known
        while len(_remembered) > MOST_KEYS:
            _remembered.popitem(last=False)
    if kind not in known.accounts:
        raise NotOffered(f"There is no account of the kind {kind} at HTX.")
    return known.accounts[kind]


def forget_accounts(client: Any) -> None:
    """Of these keys: whatever was answered under a number known may be due to it."""
    _remembered.pop(_key(client), None)


def forget_all_accounts() -> None:
    _remembered.clear()


async def _listed(client: Any) -> dict[str, list[Account]]:
    """GET /v1/account/accounts."""
    client.raw = client.large = True
    raw = await client.spot_private_get_v1_account_accounts()
    rows = data_of(raw, _accounts, "a list of accounts")
    told_once(raw, id=len(rows), type=len(rows))
    all_differ([str(row.id) for row in rows], "an account")
    all_differ([row.type for row in rows if row.type != "margin"], "a kind of account")
    if not rows:
        raise Unusable("the answer has no account")
    found: dict[str, list[Account]] = {}
    for row in rows:
        found.setdefault(row.type, []).append(row)
    return found


def _key(client: Any) -> tuple[str, str]:
    return client.urls["api"]["spot"], client.apiKey
