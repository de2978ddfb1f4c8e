"""Roll a history up: thin what has come of age, by what `core/retention` says stays."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from cambist.actions.facts import Thinned
from cambist.actions.ports import Outside

ROLLED_UP_EVERY = timedelta(hours=12)

Between = Callable[[Thinned], Awaitable[None]]


async def roll_up_account(
    outside: Outside, account_id: int, between: Between, *, anew: bool = False
) -> Thinned:
    """What was thinned. It may be cut short at any moment and be run again; the result is the same.

    between: waited for after each day of the history, told what went in it. anew: looks at all of the
    history, not at what has come of age since it was last looked at.
    """
    now, done = outside.clock.now(), Thinned()
    for day in await outside.retention.days(account_id, now, anew=anew):
        thinned = await outside.retention.thin(account_id, day, now)
        done += thinned
        await between(thinned)
    await outside.retention.done(account_id, now)
    return done


async def roll_up_what_is_due(outside: Outside, between: Between) -> Thinned:
    """One account after the other, those that were not looked at for half a day."""
    done = Thinned()
    for account_id in await outside.retention.due(outside.clock.now(), ROLLED_UP_EVERY):
        done += await roll_up_account(outside, account_id, between)
    while await outside.retention.give_back():
        await between(Thinned())
    return done


async def roll_up_all(outside: Outside, progress: Callable[[int, int, Thinned], None]) -> Thinned:
    """Every account's whole history. progress: how many of how many accounts are done, and what has gone."""
    done = Thinned()

    async def between(thinned: Thinned) -> None:
        nonlocal done
        done += thinned
        progress(number, len(accounts), done)

    accounts = await outside.retention.due(outside.clock.now(), timedelta(0))
    for number, account_id in enumerate(accounts):  # noqa: B007 - told by `between`
        await roll_up_account(outside, account_id, between, anew=True)
    while await outside.retention.give_back():
        pass
    return done
