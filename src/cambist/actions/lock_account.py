"""Lock an account: it is not loaded and its keys are not opened until it is unlocked."""

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.terms import Account

MAX_REASON = 200
BY_ITS_USER = "Locked by its user."


async def lock_account(
    outside: Outside, caller: Caller, account_id: int, reason: str | None = None
) -> Account:
    """The locked account. Raises NotFound; InvalidInput for a reason that cannot be shown."""
    reason = BY_ITS_USER if reason is None else reason.strip()
    if not reason or not reason.isprintable():
        raise InvalidInput({"reason": ["is invalid"]})
    if len(reason) > MAX_REASON:
        raise InvalidInput({"reason": [f"is too long (maximum is {MAX_REASON} characters)"]})
    now = outside.clock.now()
    return await outside.accounts.lock(caller.user_id, account_id, reason, caller.via, now)
