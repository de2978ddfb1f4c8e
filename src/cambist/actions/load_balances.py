"""Load an account: bring it up to date from its exchange, and answer it as it stands then."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from cambist.actions.facts import BACKGROUND, Background, Caller, Fresh, Heard, Held, Outcome, Turn
from cambist.actions.ports import Outside
from cambist.actions.seal_credentials import open_credentials
from cambist.actions.take_stock import take_stock
from cambist.core.errors import LoadFailed, LoadInterrupted
from cambist.core.terms import Account

LEASE = timedelta(seconds=10)
_EXTEND_EVERY_S = 3
_LOOK_EVERY_S = 0.05
_LOOK_FOR = timedelta(seconds=1)
_WAIT_AT_MOST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Running:
    task: asyncio.Task[Account]
    background: Background | None


class LoadBalances:
    """Loads accounts, one load of an account at a time: whoever asks meanwhile gets that load's result."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._running: dict[tuple[int, int], _Running] = {}

    async def __call__(self, caller: Caller, account_id: int) -> Account:
        """Raises NotFound, LoadFailed. A caller that goes away does not end the load.

        One that joins a load of the background ends its being in the background.
        """
        key = (caller.user_id, account_id)
        background = BACKGROUND.get()
        running = self._running.get(key)
        if running is None:
            task = asyncio.create_task(_load(self._outside, caller, account_id))
            running = self._running[key] = _Running(task, background)
            task.add_done_callback(lambda done: self._forget(key, done))
        elif background is None and running.background is not None:
            running.background.ended = True
        return await asyncio.shield(running.task)

    def _forget(self, key: tuple[int, int], done: asyncio.Task[Account]) -> None:
        del self._running[key]
        if not done.cancelled():
            done.exception()  # it went to those who waited; where all had gone away, to nobody

    async def finish(self, within_s: float) -> None:
        """Lets running loads end, and cancels what has not ended in time."""
        if self._running:
            tasks = [running.task for running in self._running.values()]
            _, late = await asyncio.wait(tasks, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _load(outside: Outside, caller: Caller, account_id: int) -> Account:
    asked_at = outside.clock.now()
    while True:
        turn = await outside.loads.take_turn(
            caller.user_id, account_id, outside.new_id(), caller.via, outside.clock.now(), LEASE
        )
        match turn:
            case Fresh(account):
                return account
            case Turn():
                return await _load_in_turn(outside, turn, caller)
            case Held(load_id):
                outcome = await _outcome(outside, load_id)
                if outcome is not None and outcome.failure is not None:
                    raise outcome.failure
                if outcome is not None:
                    return await outside.accounts.get(caller.user_id, account_id)
        if outside.clock.now() - asked_at > _WAIT_AT_MOST:
            raise LoadInterrupted("Another load of this account does not end; try again later.")


async def _load_in_turn(outside: Outside, turn: Turn, caller: Caller) -> Account:
    heard = Heard() if outside.rules.keep_answers else None
    try:
        with _kept_extended(outside, turn):
            load = await take_stock(
                outside,
                outside.exchanges.market(turn.market),
                open_credentials(outside.vault, turn),
                load_id=turn.load_id,
                cause=caller.via,
                wallets=turn.coverage.wallets,
                agree=lambda _: turn.coverage,
                account_id=turn.account_id,
                heard=heard,
            )
            account = await outside.loads.keep(turn.account_id, load)
            if load.noted is not None:
                outside.flows.remember(turn.account_id, load.noted)
            return account
    except LoadFailed as failure:
        await _fail(outside, turn, failure, heard)
        raise
    except BaseException:
        interrupted = LoadInterrupted("The load was cut short; nothing was changed.")
        await asyncio.shield(_fail(outside, turn, interrupted, heard))
        raise


async def _fail(outside: Outside, turn: Turn, failure: LoadFailed, heard: Heard | None) -> None:
    answers = None if heard is None else heard.answers
    await outside.loads.fail(turn.load_id, outside.clock.now(), failure, answers)


@contextmanager
def _kept_extended(outside: Outside, turn: Turn) -> Iterator[None]:
    """Extends the turn's lease while the load runs, so that a dead process loses it within seconds."""
    extending: list[asyncio.Task[None]] = []

    async def extend() -> None:
        while True:
            await outside.loads.extend_turn(turn.load_id, outside.clock.now() + LEASE)
            await asyncio.sleep(_EXTEND_EVERY_S)

    first = asyncio.get_running_loop().call_later(
        _EXTEND_EVERY_S, lambda: extending.append(asyncio.create_task(extend()))
    )
    try:
        yield
    finally:
        first.cancel()
        for task in extending:
            task.cancel()


async def _outcome(outside: Outside, load_id: str) -> Outcome | None:
    """How another process's load ended; None when it has not within a second: its lease may have run out."""
    until = outside.clock.now() + _LOOK_FOR
    while outside.clock.now() < until:
        outcome = await outside.loads.outcome(load_id)
        if outcome is not None:
            return outcome
        await asyncio.sleep(_LOOK_EVERY_S)
    return None
