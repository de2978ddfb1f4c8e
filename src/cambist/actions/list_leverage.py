"""List the kinds of leverage of an account's market."""

from typing import Never

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.core.errors import NotOffered


async def list_leverage(outside: Outside, caller: Caller, account_id: int) -> Never:
    """Raises NotOffered: spot has no leverage, and that of other wallets is not read. Raises NotFound."""
    account = await outside.accounts.get(caller.user_id, account_id)
    market = outside.exchanges.market(account.market)
    if "spot" in market.wallets:
        raise NotOffered(f"{market.exchange_name} is a spot market: it has no leverage.")
    raise NotOffered(f"The leverage of {market.exchange_name} cannot be read yet.")
