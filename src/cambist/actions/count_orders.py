"""Count the orders of an account that are open at its exchange."""

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.use_keys import use_keys


async def count_orders(outside: Outside, caller: Caller, account_id: int) -> int:
    """As the exchange reports them now. Raises NotFound, LoadFailed."""
    return await use_keys(
        outside, caller, account_id, "active_trading_entities", outside.inquiries.open_orders
    )
