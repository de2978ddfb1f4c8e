"""Add a threshold: a figure of one's accounts, or of one of them, that one wants to be told of."""

from decimal import Decimal

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.core.thresholds import Measure, Side, Threshold


async def add_threshold(
    outside: Outside, caller: Caller, measure: Measure, side: Side, value: Decimal, account_id: int | None
) -> Threshold:
    """Raises NotFound for an account that is not the caller's; InvalidInput where there are too many."""
    if account_id is not None:
        await outside.accounts.get(caller.user_id, account_id)
    now = outside.clock.now()
    return await outside.thresholds.add(Threshold(0, caller.user_id, account_id, measure, side, value, now))
