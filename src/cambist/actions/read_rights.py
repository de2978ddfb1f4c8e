"""Read what an account's keys may do; one whose keys may withdraw is locked, unless that is allowed."""

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.use_keys import use_keys
from cambist.core.errors import LoadFailed
from cambist.core.rights import LOCKED_FOR_RIGHTS, KeyRights
from cambist.core.terms import Credentials, Market


async def read_rights(outside: Outside, caller: Caller, account_id: int) -> None:
    """Raises NotFound; LoadFailed where they are not told, and then those read before stand."""

    async def ask(market: Market, credentials: Credentials) -> tuple[str, KeyRights]:
        return credentials.api_key, await outside.inquiries.rights(market, credentials)

    try:
        api_key, rights = await use_keys(outside, caller, account_id, "reading rights", ask)
    except LoadFailed:
        await outside.rights.not_told(account_id, outside.clock.now())
        raise
    refused = rights.withdraw and not outside.rules.allow_withdraw_keys
    await outside.rights.keep(
        caller.user_id,
        account_id,
        api_key,
        rights,
        caller.via,
        outside.clock.now(),
        lock_reason=LOCKED_FOR_RIGHTS if refused else None,
    )
