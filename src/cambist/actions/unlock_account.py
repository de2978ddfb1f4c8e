"""Unlock an account, whoever or whatever locked it."""

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.core.terms import Account


async def unlock_account(outside: Outside, caller: Caller, account_id: int) -> Account:
    """The account, open; its keys' rights are due at once and may lock it again. Raises NotFound."""
    now = outside.clock.now()
    return await outside.accounts.unlock(caller.user_id, account_id, caller.via, now)
