"""Load all accounts of a person who waits: one run at a time, a few accounts at once, told as it goes."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from cambist.actions.facts import Caller
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.actions.show_holdings import MOST_SUMMED
from cambist.core.errors import CambistError
from cambist.core.terms import Account

AT_ONCE = 4


@dataclass(slots=True, eq=False)
class Run:
    """How far a run has come. loading: names of accounts; failed: their names and what failed them.

    ended_at: None while it runs.
    """

    count: int
    loading: list[str] = field(default_factory=list)
    loaded: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    is_cancelled: bool = False
    ended_at: datetime | None = None
    changes: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def done(self) -> int:
        return self.loaded + len(self.failed)

    def tell(self) -> None:
        """Wakes whoever waits for a change."""
        self.changes += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self, seen: int, within_s: float) -> None:
        """Waits until more than so many changes have come, or so long."""
        if self.changes == seen:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), within_s)

    async def end(self, within_s: float) -> None:
        """Waits until it has ended, or so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.ended_at is None:
                    await self.change(self.changes, within_s)


class LoadAll:
    """Runs in this process, by person. The last run of each is remembered until the next."""

    def __init__(self, outside: Outside, load_balances: LoadBalances) -> None:
        self._outside = outside
        self._load_balances = load_balances
        self._runs: dict[int, Run] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def run_of(self, user_id: int) -> Run | None:
        return self._runs.get(user_id)

    async def begin(self, caller: Caller) -> Run:
        """A new run, or the one that goes on."""
        accounts = await self._outside.accounts.listed(caller.user_id, limit=MOST_SUMMED)
        if caller.user_id in self._tasks:
            return self._runs[caller.user_id]
        run = self._runs[caller.user_id] = Run(len(accounts))
        task = self._tasks[caller.user_id] = asyncio.create_task(self._run(run, caller, accounts))
        task.add_done_callback(lambda _: self._end(caller.user_id, run))
        return run

    def cancel(self, user_id: int) -> None:
        """No further account is loaded; loads that run come to their end, and count."""
        if user_id in self._tasks:
            self._runs[user_id].is_cancelled = True
            self._runs[user_id].tell()

    async def finish(self) -> None:
        """Breaks all runs off."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, run: Run, caller: Caller, accounts: Sequence[Account]) -> None:
        left = iter(accounts)

        async def load_some() -> None:
            for account in left:
                if run.is_cancelled:
                    return
                await self._load(run, caller, account)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(load_some())

    async def _load(self, run: Run, caller: Caller, account: Account) -> None:
        run.loading.append(account.name)
        run.tell()
        try:
            await self._load_balances(caller, account.id)
            run.loaded += 1
        except CambistError as failure:
            run.failed.append((account.name, str(failure)))
        finally:
            run.loading.remove(account.name)
            run.tell()

    def _end(self, user_id: int, run: Run) -> None:
        del self._tasks[user_id]
        run.ended_at = self._outside.clock.now()
        run.tell()
