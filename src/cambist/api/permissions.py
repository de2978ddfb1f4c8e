"""The endpoints of what an account's exchange keys may do, and of locking the account."""

from typing import Literal

import msgspec

from cambist.actions.lock_account import lock_account
from cambist.actions.unlock_account import unlock_account
from cambist.api.accounts import entity
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import time_text
from cambist.api.parameters import optional_text
from cambist.core.rights import in_words, warnings_of
from cambist.core.terms import Account

REASON = optional_text("reason", "what those are told who ask for a load")

Told = bool | Literal["unknown"]


class Permissions(msgspec.Struct):
    """What the keys may do, as the exchange last told at `read_at`; null where it never did.

    ip_bound: whether they work from certain addresses only. warnings: what they had better not be.
    """

    read: Told
    trade: Told
    withdraw: Told
    ip_bound: Told
    read_at: str | None
    warnings: tuple[str, ...]


def permissions_of(account: Account) -> Permissions:
    read_at = account.rights_read_at
    return msgspec.convert(
        {
            **in_words(account.rights),
            "read_at": None if read_at is None else time_text(read_at),
            "warnings": warnings_of(account.rights),
        },
        Permissions,
    )


async def permissions(asked: Asked) -> Answered[Permissions]:
    account = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    return Answered(permissions_of(account))


async def lock(asked: Asked) -> Answered[msgspec.Raw]:
    account_id = asked.account_id
    await asked.outside.accounts.get(asked.caller.user_id, account_id)
    locked = await lock_account(asked.outside, asked.caller, account_id, asked[REASON])
    return Answered(entity(asked, locked))


async def unlock(asked: Asked) -> Answered[msgspec.Raw]:
    unlocked = await unlock_account(asked.outside, asked.caller, asked.account_id)
    return Answered(entity(asked, unlocked))
