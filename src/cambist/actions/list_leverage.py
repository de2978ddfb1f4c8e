"""List the kinds of leverage of an account's market."""

from typing import Never

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.core.errors import NotOffered


async def list_leverage(outside: Outside, caller: Caller, account_id: int) -> Never:
    """Raises NotOffered: every market that can be connected is a spot market. Raises NotFound."""
    account = await outside.accounts.get(caller.user_id, account_id)
    market = outside.exchanges.market(account.market)
    raise NotOffered(f"{market.exchange_name} is a spot market: it has no leverage.")
