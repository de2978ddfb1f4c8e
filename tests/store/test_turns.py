"""One load of an account at a time, over processes; a dead one's turn is taken over and told."""

import asyncio
from datetime import timedelta

import pytest

from cambist.actions.facts import Fresh, Held, Outcome, SealedCredentials, Turn
from cambist.core.errors import (
    AccountLocked,
    ExchangeLimiting,
    ExchangeTimedOut,
    KeysRejected,
    LoadInterrupted,
    NotFound,
)
from cambist.core.terms import KeyState
from tests.store.builders import (
    AT,
    COVERED,
    LEASE,
    MS,
    SEALED_PASSPHRASE,
    SEALED_SECRET,
    SECOND,
    Store,
    load_of,
    store_at,
)

pytestmark = pytest.mark.asyncio
LATER = AT + 5 * SECOND


async def failure_of(store: Store, load_id: str) -> Exception | None:
    outcome = await store.loads.outcome(load_id)
    assert outcome is not None
    return outcome.failure


# ── whose turn ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_turn_has_the_account_and_what_opens_its_keys(store: Store) -> None:
    account = await store.connected()
    turn = await store.turn(account, "a", LATER)
    sealed = SealedCredentials(
        "the-public-key", SEALED_SECRET, SEALED_PASSPHRASE, f"customer of {account.id}"
    )
    assert turn == Turn(
        "a", account.id, account.user_id, account.market, COVERED, b"wrapped key of owner", sealed
    )


async def test_a_turn_is_the_audit_row_of_the_keys_use(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    columns = "user_id, account_id, cause, started_at, lease_until, ended_at"
    row = f"SELECT {columns} FROM attempts WHERE load_id = 'a'"
    started = 1_687_193_462_303
    assert store.rows(row) == [(account.user_id, account.id, "test", started, started + 10_000, None)]


async def test_while_one_loads_others_are_told_by_whom(store: Store) -> None:
    account = await store.connected()
    assert isinstance(await store.turn(account, "a", LATER), Turn)
    assert await store.turn(account, "b", LATER) == Held("a")
    assert await store.turn(account, "c", LATER + LEASE - MS) == Held("a")
    assert store.rows("SELECT COUNT(*) FROM attempts WHERE load_id IN ('b', 'c')") == [(0,)]


async def test_of_many_that_ask_at_once_over_two_processes_one_gets_the_turn(store: Store) -> None:
    account = await store.connected()
    with store_at(store.path) as other:
        asked = [(store if n % 2 else other).turn(account, f"load-{n}", LATER) for n in range(40)]
        found = await asyncio.gather(*asked)
    turns = [each for each in found if isinstance(each, Turn)]
    assert len(turns) == 1
    assert [each for each in found if each not in turns] == [Held(turns[0].load_id)] * 39


async def test_turns_of_different_accounts_do_not_wait_for_each_other(store: Store) -> None:
    first = await store.connected()
    second = await store.connected(first.user_id, api_key="another-key")
    assert isinstance(await store.turn(first, "a", LATER), Turn)
    assert isinstance(await store.turn(second, "b", LATER), Turn)


async def test_an_ended_turn_frees_the_account(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    await store.loads.fail("a", LATER, ExchangeTimedOut("No answer."))
    assert isinstance(await store.turn(account, "b", LATER), Turn)
    await store.loads.keep(account.id, load_of("b", LATER))
    assert isinstance(await store.turn(account, "c", LATER + SECOND), Turn)


# ── leases ───────────────────────────────────────────────────────────────────────────────────────────


async def test_an_expired_lease_is_taken_over_and_the_dead_load_is_recorded(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "dead", LATER)
    assert await store.loads.outcome("dead") is None
    assert isinstance(await store.turn(account, "next", LATER + LEASE), Turn)

    dead = await failure_of(store, "dead")
    assert isinstance(dead, LoadInterrupted)
    assert str(dead) == "The load died before it was done; nothing was changed."
    assert await store.loads.outcome("next") is None
    assert await store.turn(account, "third", LATER + LEASE) == Held("next")


async def test_an_extended_turn_is_held_longer(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    await store.loads.extend_turn("a", LATER + 2 * LEASE)
    assert await store.turn(account, "b", LATER + 2 * LEASE - MS) == Held("a")
    assert isinstance(await store.turn(account, "b", LATER + 2 * LEASE), Turn)


async def test_a_lost_turn_is_not_brought_back_by_extending_it(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "lost", LATER)
    await store.turn(account, "next", LATER + LEASE)
    await store.loads.extend_turn("lost", LATER + 100 * LEASE)
    assert isinstance(await failure_of(store, "lost"), LoadInterrupted)
    assert isinstance(await store.turn(account, "third", LATER + 2 * LEASE), Turn)


@pytest.mark.parametrize("over", ["taken", "ended"])
async def test_a_load_that_lost_its_turn_keeps_nothing_at_all(store: Store, over: str) -> None:
    account = await store.connected()
    await store.turn(account, "lost", LATER)
    await store.turn(account, "next", LATER + LEASE)
    if over == "ended":
        await store.loads.keep(account.id, load_of("next", LATER + LEASE, usd="77"))
    before = store.contents()
    with pytest.raises(LoadInterrupted, match="The load took longer than its turn; nothing was changed"):
        await store.loads.keep(account.id, load_of("lost", LATER, usd="99"))
    assert store.contents() == before


async def test_a_load_that_never_had_a_turn_keeps_nothing(store: Store) -> None:
    account = await store.connected()
    before = store.contents()
    with pytest.raises(LoadInterrupted):
        await store.loads.keep(account.id, load_of("made up", LATER))
    assert store.contents() == before


async def test_a_lost_turns_failure_does_not_end_the_next_one(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "lost", LATER)
    await store.turn(account, "next", LATER + LEASE)
    before = store.contents()
    await store.loads.fail("lost", LATER + LEASE, KeysRejected())
    assert store.contents() == before


# ── the fresh second ─────────────────────────────────────────────────────────────────────────────────


async def test_within_a_second_of_a_load_the_account_is_answered_as_it_stands(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    kept = await store.loads.keep(account.id, load_of("a", LATER))
    for after in (timedelta(0), SECOND - MS):
        assert await store.turn(account, "b", LATER + after) == Fresh(kept)
    assert store.rows("SELECT COUNT(*) FROM attempts WHERE load_id = 'b'") == [(0,)]
    assert isinstance(await store.turn(account, "b", LATER + SECOND), Turn)


async def test_the_load_of_connecting_is_fresh_for_a_second_too(store: Store) -> None:
    account = await store.connected()
    assert await store.turn(account, "a", AT + SECOND - MS) == Fresh(account)
    assert isinstance(await store.turn(account, "a", AT + SECOND), Turn)


async def test_a_failed_load_ends_the_fresh_second(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", AT + SECOND)
    await store.loads.fail("a", AT + SECOND, ExchangeTimedOut("No answer."))
    assert isinstance(await store.turn(account, "b", AT), Turn)


async def test_an_import_ends_the_fresh_second(store: Store) -> None:
    account = await store.connected()
    assert isinstance(await store.turn(account, "a", AT), Fresh)
    await store.history.import_points(account.id, [])
    assert isinstance(await store.turn(account, "a", AT), Turn)


# ── failures ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_failed_load_changes_the_key_state_and_no_figure(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    await store.loads.fail("a", LATER, KeysRejected("No such key.", key_state="expired"))
    found = await store.accounts.get(account.user_id, account.id)
    assert (found.key_state, found.updated_at) == (KeyState.EXPIRED, LATER)
    assert (found.figures, found.loaded_at, found.load_id) == (account.figures, AT, account.load_id)
    assert len(await store.history.points(account.id)) == 1


async def test_updated_at_moves_only_when_the_key_state_changed(store: Store) -> None:
    account = await store.connected()
    for n, failure in enumerate((ExchangeTimedOut("No answer."), KeysRejected(key_state="ok"))):
        await store.turn(account, f"load-{n}", LATER)
        await store.loads.fail(f"load-{n}", LATER, failure)
        assert (await store.accounts.get(account.user_id, account.id)).updated_at == AT
    for n in (1, 2):
        await store.turn(account, f"rejected-{n}", LATER + n * SECOND)
        await store.loads.fail(f"rejected-{n}", LATER + n * SECOND, KeysRejected())
        assert (await store.accounts.get(account.user_id, account.id)).updated_at == LATER + SECOND


async def test_a_failure_that_says_nothing_of_the_keys_leaves_their_state(store: Store) -> None:
    account = await store.connected()
    for load_id, failure in (("a", KeysRejected()), ("b", ExchangeTimedOut("No answer."))):
        await store.turn(account, load_id, LATER)
        await store.loads.fail(load_id, LATER, failure)
    assert (await store.accounts.get(account.user_id, account.id)).key_state == KeyState.INVALID


async def test_a_good_load_makes_the_keys_good_again(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    await store.loads.fail("a", LATER, KeysRejected())
    await store.turn(account, "b", LATER)
    assert (await store.loads.keep(account.id, load_of("b", LATER))).key_state == KeyState.OK


async def test_a_loads_outcome_is_none_while_it_runs_and_then_what_it_was(store: Store) -> None:
    account = await store.connected()
    assert await store.loads.outcome("unknown") is None
    await store.turn(account, "a", LATER)
    assert await store.loads.outcome("a") is None
    await store.loads.fail("a", LATER, ExchangeLimiting("Slower, please.", retry_after_s=7))
    failure = await failure_of(store, "a")
    assert isinstance(failure, ExchangeLimiting)
    assert (str(failure), failure.retry_after_s, failure.key_state) == ("Slower, please.", 7, None)
    await store.turn(account, "b", LATER)
    await store.loads.keep(account.id, load_of("b", LATER))
    assert await store.loads.outcome("b") == Outcome(None)


async def test_a_load_fails_once(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    await store.loads.fail("a", LATER, ExchangeTimedOut("first"))
    await store.loads.fail("a", LATER + SECOND, KeysRejected("second"))
    assert str(await failure_of(store, "a")) == "first"
    assert (await store.accounts.get(account.user_id, account.id)).key_state == KeyState.OK


async def test_refused_keys_of_a_new_account_leave_their_audit_row(store: Store) -> None:
    user_id = await store.user()
    await store.loads.record_refusal(
        user_id, "tried", "api key abc connecting binance_us", AT, KeysRejected()
    )
    row = "SELECT user_id, account_id, cause, started_at, ended_at FROM attempts"
    at = 1_687_193_457_303
    assert store.rows(row) == [(user_id, None, "api key abc connecting binance_us", at, at)]
    assert isinstance(await failure_of(store, "tried"), KeysRejected)


# ── who may not ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_locked_account_has_no_turn_fresh_or_not(store: Store) -> None:
    account = await store.connected()
    store.change("UPDATE accounts SET lock_reason = 'its key can withdraw'")
    for now in (AT, LATER):
        with pytest.raises(AccountLocked, match=r"^its key can withdraw$"):
            await store.turn(account, "a", now)
    assert store.rows("SELECT COUNT(*) FROM attempts WHERE load_id = 'a'") == [(0,)]


async def test_an_account_of_another_user_is_not_found_like_none_at_all(store: Store) -> None:
    account = await store.connected()
    stranger = await store.user("stranger")
    before = store.contents()
    said = set()
    for user_id, account_id in ((stranger, account.id), (account.user_id, account.id + 1)):
        with pytest.raises(NotFound) as refused:
            await store.loads.take_turn(user_id, account_id, "a", "test", LATER, LEASE)
        said.add(str(refused.value))
    assert said == {"Not Found"}
    assert store.contents() == before
