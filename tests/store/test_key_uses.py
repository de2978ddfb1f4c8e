"""Uses of keys beside loads: written down before anything is opened, and never in a load's way."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cambist.actions.facts import Holdings, KeyUse, Turn
from cambist.core.errors import AccountLocked, ExchangeTimedOut, KeysRejected, NotFound
from cambist.store import history
from tests.store.builders import AT, SEALED_SECRET, SECOND, Store, load_of

pytestmark = pytest.mark.asyncio
LATER = AT + 5 * SECOND
HOUR = timedelta(hours=1)
ROW = "SELECT user_id, account_id, cause, started_at, ended_at, failure FROM attempts WHERE load_id = 'use'"


async def test_a_use_has_its_row_and_opens_what_belongs_to_the_account(store: Store) -> None:
    account = await store.connected()
    use = await store.key_uses.begin(account.user_id, account.id, "use", "test", LATER)
    assert isinstance(use, KeyUse)
    assert (use.account_id, use.market, use.sealed.secret) == (account.id, "binance_us", SEALED_SECRET)
    at = 1_687_193_462_303
    assert store.rows(ROW) == [(account.user_id, account.id, "test", at, at, None)]


async def test_a_use_neither_takes_the_turn_nor_waits_for_it(store: Store) -> None:
    account, uses = await store.connected(), store.key_uses
    await uses.begin(account.user_id, account.id, "use", "test", LATER)
    assert isinstance(await store.turn(account, "load", LATER), Turn)
    await uses.begin(account.user_id, account.id, "another", "test", LATER)
    await store.loads.keep(account.id, load_of("load", LATER))


async def test_a_failed_use_is_noted_and_the_account_stays_as_it_was(store: Store) -> None:
    account, uses = await store.connected(), store.key_uses
    accounts = store.contents()["accounts"]
    for failure in (ExchangeTimedOut("No answer."), KeysRejected()):
        await uses.begin(account.user_id, account.id, type(failure).__name__, "test", LATER)
        await uses.fail(type(failure).__name__, LATER + SECOND, failure)
        told = await store.loads.outcome(type(failure).__name__)
        assert told is not None
        assert (type(told.failure), str(told.failure)) == (type(failure), str(failure))
    assert store.contents()["accounts"] == accounts


async def test_keys_of_someone_elses_a_removed_or_a_locked_account_are_not_used(store: Store) -> None:
    account, uses = await store.connected(), store.key_uses
    stranger = await store.user("stranger")
    store.change("UPDATE accounts SET lock_reason = 'by the user'")
    with pytest.raises(AccountLocked, match="by the user"):
        await uses.begin(account.user_id, account.id, "use", "test", LATER)
    with pytest.raises(NotFound):
        await uses.begin(stranger, account.id, "use", "test", LATER)
    await store.accounts.remove(account.user_id, account.id, "test", LATER)
    with pytest.raises(NotFound):
        await uses.begin(account.user_id, account.id, "use", "test", LATER)
    assert store.rows(ROW) == []


async def test_holdings_are_those_from_the_load_before_to_the_load_after(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await store.connected()
    for hours in (1, 2, 3):
        at = AT + hours * HOUR
        await store.turn(account, f"load-{hours}", at)
        await store.loads.keep(account.id, load_of(f"load-{hours}", at, complete=hours != 2))

    async def times(start: float, until: float) -> list[float] | None:
        found = await store.history.holdings(account.id, AT + start * HOUR, AT + until * HOUR)
        return None if found is None else [(at - AT) / HOUR for at, _ in found.bitcoin_prices]

    assert await times(-1, 2) is None
    assert await times(0, 0.5) == [0, 1]
    assert await times(0.5, 1.5) == [0, 1, 2]
    assert await times(1, 2) == [1, 2]
    assert await times(2.5, 9) == [2, 3]
    assert await times(8, 9) == [3]
    assets = frozenset({"BTC", "LDBTC", "ADA", "LDADA", "NEW", "LDNEW"})
    last = ((AT + 3 * HOUR, Decimal("63722.1")),)
    assert await store.history.holdings(account.id, AT + 8 * HOUR, AT + 9 * HOUR) == Holdings(assets, last)
    monkeypatch.setattr(history, "MOST_SNAPSHOTS", 3)
    assert await times(0, 9) is None
    assert await times(1, 9) == [1, 2, 3]
