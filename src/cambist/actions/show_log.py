"""Show what was done with a user's accounts and keys, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass

from cambist.actions.facts import Caller, LogPage
from cambist.actions.ports import Outside
from cambist.core.audit import Event

MOST_ACCOUNTS = 1_000


@dataclass(frozen=True, slots=True)
class Log:
    """accounts, people: the names of whom the entries tell; no people where they are all one's own."""

    page: LogPage
    accounts: Mapping[int, str]
    people: Mapping[int, str]


async def show_log(
    outside: Outside, caller: Caller, before: int | None, most: int, *, with_loads: bool
) -> Log:
    """The audit log before a number: the owner's is everybody's, as on the command line.

    with_loads: uses of exchange keys too that went well.
    """
    owner = await outside.users.owner()
    sees_all = owner.id == caller.user_id
    left_out = None if with_loads else Event.KEYS_USED
    page = await outside.audit.latest(None if sees_all else caller.user_id, most, before, left_out)
    accounts = await outside.accounts.listed(caller.user_id, limit=MOST_ACCOUNTS)
    people = await outside.users.listed() if sees_all else []
    return Log(page, {each.id: each.name for each in accounts}, {each.id: each.name for each in people})
