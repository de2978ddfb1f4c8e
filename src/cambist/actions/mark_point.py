"""Mark a point of an account's history as wrong: it stays, with the reason, and nothing counts by it."""

from datetime import datetime

from cambist.actions.facts import Caller, Dated
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput

MAX_REASON = 200


async def mark_point(
    outside: Outside, caller: Caller, account_id: int, at: datetime, reason: str | None
) -> Dated:
    """The point marked; without a reason, its mark taken away. Profit follows at the next load.

    Raises NotFound where the account has no point at this very time; InvalidInput for a reason that cannot
    be shown.
    """
    await outside.accounts.get(caller.user_id, account_id)
    if reason is not None:
        reason = reason.strip()
        if not reason or not reason.isprintable():
            raise InvalidInput({"reason": ["is invalid"]})
        if len(reason) > MAX_REASON:
            raise InvalidInput({"reason": [f"is too long (maximum is {MAX_REASON} characters)"]})
    now = outside.clock.now()
    return await outside.history.mark(caller.user_id, account_id, at, reason, caller.via, now)
