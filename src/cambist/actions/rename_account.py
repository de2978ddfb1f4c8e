"""Rename an account."""

from cambist.actions.connect_account import check_name
from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.core.terms import Account


async def rename_account(outside: Outside, caller: Caller, account_id: int, name: str) -> Account:
    """The renamed account. Raises InvalidInput, NotFound."""
    check_name(name)
    return await outside.accounts.rename(caller.user_id, account_id, name, outside.clock.now())
