"""Use an account's keys for something that is not a load: no audit, no use."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.seal_credentials import open_credentials
from cambist.core.errors import ExchangeRefused, KeysRejected, LoadFailed
from cambist.core.terms import Credentials, Market

T = TypeVar("T")


async def use_keys(
    outside: Outside,
    caller: Caller,
    account_id: int,
    purpose: str,
    ask: Callable[[Market, Credentials], Awaitable[T]],
) -> T:
    """What `ask` answers; the use is written down before the keys are opened, and its failure after.

    Raises NotFound, LoadFailed. What a load alone concludes is not concluded here: keys that the exchange
    refuses for this may be good for reading balances, so the account is not marked and the failure is
    ExchangeRefused.
    """
    use_id = outside.new_id()
    cause = f"{caller.via} {purpose}"
    use = await outside.key_uses.begin(caller.user_id, account_id, use_id, cause, outside.clock.now())
    try:
        return await ask(outside.exchanges.market(use.market), open_credentials(outside.vault, use))
    except KeysRejected as rejected:
        await outside.key_uses.fail(use_id, outside.clock.now(), rejected)
        raise ExchangeRefused("The exchange refuses this to the account's keys.") from rejected
    except LoadFailed as failure:
        await outside.key_uses.fail(use_id, outside.clock.now(), failure)
        raise
