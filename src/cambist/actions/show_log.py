"""Show what was done with a user's accounts and keys, newest first, and what needs their attention now."""

from collections.abc import Mapping
from dataclasses import dataclass

from cambist.actions.attempt_facts import Failing
from cambist.actions.facts import Caller, LogPage
from cambist.actions.ports import Outside
from cambist.core.audit import Event
from cambist.core.terms import Account, KeyState

MOST_ACCOUNTS = 1_000


@dataclass(frozen=True, slots=True)
class Alert:
    """What is wrong with an account; words: the exchange's own where it said any; new_keys: what mends it.

    is_behind: whether all that is told of it is last known; else some wallets are.
    """

    account: Account
    words: str
    new_keys: bool = False
    is_behind: bool = True


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


async def show_alerts(outside: Outside, caller: Caller) -> list[Alert]:
    """What needs attention now, account by account. Events of other kinds have their place here."""
    failing = await outside.loads.failing(caller.user_id)
    accounts = await outside.accounts.listed(caller.user_id, limit=MOST_ACCOUNTS)
    found = (_alert(each, failing.get(each.id)) for each in accounts)
    return [alert for alert in found if alert is not None]


def _alert(account: Account, failing: Failing | None) -> Alert | None:
    has_bad_keys = account.key_state != KeyState.OK
    if account.lock_reason:
        return Alert(account, f"Locked: {account.lock_reason}", has_bad_keys)
    if failing is not None:
        return Alert(account, str(failing.failure), has_bad_keys)
    if has_bad_keys:
        return Alert(account, f"Its keys are {account.key_state.replace('_', ' ')}.", new_keys=True)
    if not account.complete:
        missing = "; ".join(f"{each.wallet}: {each.reason}" for each in account.gaps.missing)
        return Alert(account, f"Not all wallets answered: {missing}", is_behind=False)
    return None
