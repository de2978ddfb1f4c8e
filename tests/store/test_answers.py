"""What exchanges answered to loads: kept with the load, for its time, and forgotten a few at a time."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from cambist.actions.facts import KeptAnswers
from cambist.core.errors import AnswersNotKept, ExchangeUnavailable, NotFound, SetupError
from cambist.core.history import milliseconds
from cambist.core.receipts import RawAnswer
from cambist.core.terms import Account, Call
from cambist.store.answers import MOST_FORGOTTEN, AnswerStore
from tests.store.builders import AT, KEEP_ANSWERS, MS, SECOND, Store, load_of

pytestmark = pytest.mark.asyncio

LATER = AT + 60 * SECOND
CALL = Call("GET", "/api/v3/account", 200, 512, 20, 10, "ab" * 32)
ANSWERS = (
    RawAnswer(CALL, False, b'{"balances":[]}\xff\x00'),
    RawAnswer(replace(CALL, weight=None), True, "…".encode()),
    RawAnswer(replace(CALL, status=503), False, None),
    RawAnswer(replace(CALL, status=504), False, b""),
)
IDS = "SELECT load_id FROM answers ORDER BY at"


async def loaded(store: Store, account: Account, load_id: str, seconds: int = 60) -> None:
    at = AT + seconds * SECOND
    await store.turn(account, load_id, at)
    await store.loads.keep(account.id, replace(load_of(load_id, at), answers=ANSWERS))


async def test_the_answers_to_a_load_are_kept_to_the_byte(store: Store) -> None:
    account = await store.connected()
    await loaded(store, account, "a")
    kept = await store.answers.of_load(account.user_id, "a", LATER)
    assert kept == KeptAnswers("a", account.id, LATER, LATER + KEEP_ANSWERS, None, ANSWERS)
    assert "balances" not in repr(kept)


async def test_the_answers_to_a_load_that_failed_are_kept_with_its_failure(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    await store.loads.fail("a", LATER, ExchangeUnavailable("It is down."), ANSWERS)
    kept = await store.answers.of_load(account.user_id, "a", LATER)
    assert isinstance(kept.failure, ExchangeUnavailable)
    assert (str(kept.failure), kept.answers, kept.at) == ("It is down.", ANSWERS, LATER)


async def test_a_load_whose_answers_cannot_be_kept_leaves_nothing_and_keeps_its_turn(store: Store) -> None:
    account = await store.connected()
    await store.turn(account, "a", LATER)
    store.change("INSERT INTO answers VALUES ('a', ?, ?, x'00')", account.id, milliseconds(LATER))
    before = store.contents()
    with pytest.raises(sqlite3.IntegrityError):
        await store.loads.keep(account.id, replace(load_of("a", LATER), answers=ANSWERS))
    assert store.contents() == before
    assert await store.loads.outcome("a") is None


async def test_a_load_of_which_nothing_is_to_be_kept_is_told_from_one_that_is_not_there(store: Store) -> None:
    account = await store.connected(load=load_of("first"))
    for told in ("first", "running"):
        await store.turn(account, "running", LATER)
        with pytest.raises(AnswersNotKept):
            await store.answers.of_load(account.user_id, told, LATER)
    with pytest.raises(NotFound) as unknown:
        await store.answers.of_load(account.user_id, "none", LATER)
    assert str(unknown.value) == "There is no load 'none'."
    assert not isinstance(unknown.value, AnswersNotKept)


async def test_answers_are_of_their_own_user_and_account_only(store: Store) -> None:
    account = await store.connected()
    second = await store.connected(account.user_id, api_key="another")
    stranger = await store.user("stranger")
    await loaded(store, account, "a")
    assert (await store.answers.of_load(account.user_id, "a", LATER, account.id)).answers == ANSWERS
    for user_id, account_id in ((stranger, None), (stranger, account.id), (account.user_id, second.id)):
        with pytest.raises(NotFound) as hidden:
            await store.answers.of_load(user_id, "a", LATER, account_id)
        assert str(hidden.value) == "There is no load 'a'."


async def test_a_shorter_time_hides_older_answers_at_once_and_a_longer_one_tells_them_longer(
    store: Store,
) -> None:
    account = await store.connected()
    await loaded(store, account, "a")
    after = LATER + KEEP_ANSWERS
    for keep_for, at, is_told in (
        (KEEP_ANSWERS, after - MS, True),
        (KEEP_ANSWERS, after, False),
        (2 * KEEP_ANSWERS, after, True),
        (timedelta(seconds=1), LATER + SECOND, False),
        (timedelta(0), LATER, False),
    ):
        reading = AnswerStore(store.database, keep_for).of_load(account.user_id, "a", at)
        if is_told:
            assert (await reading).until == LATER + keep_for
        else:
            with pytest.raises(AnswersNotKept):
                await reading


async def test_what_is_too_old_is_forgotten_a_few_at_a_time_by_loads_that_fail_too(store: Store) -> None:
    account = await store.connected()
    old = [f"old-{number}" for number in range(MOST_FORGOTTEN + 2)]
    for number, load_id in enumerate(old):
        await loaded(store, account, load_id, 60 + 2 * number)
    hour = KEEP_ANSWERS // SECOND
    await loaded(store, account, "new", 60 + 2 * len(old) - 2 + hour - 1)
    assert [row for (row,) in store.rows(IDS)] == [*old[MOST_FORGOTTEN:], "new"]
    at = AT + (60 + 2 * len(old) - 2 + hour) * SECOND
    await store.turn(account, "failing", at + SECOND)
    await store.loads.fail("failing", at, ExchangeUnavailable("It is down."), ANSWERS[:1])
    assert [row for (row,) in store.rows(IDS)] == ["new", "failing"]


async def test_where_none_are_kept_any_more_loads_forget_those_that_there_are(store: Store) -> None:
    account = await store.connected()
    await loaded(store, account, "a")
    for number in range(MOST_FORGOTTEN):
        await loaded(store, account, f"a{number}", 62 + 2 * number)
    store.loads._answers = AnswerStore(store.database, timedelta(0))
    await loaded(store, account, "b", 600)
    assert len(store.rows(IDS)) == 1
    await loaded(store, account, "c", 602)
    await loaded(store, account, "d", 604)
    assert store.rows(IDS) == []


async def test_a_removed_account_leaves_no_answers_not_even_of_a_load_that_runs(store: Store) -> None:
    account = await store.connected()
    other = await store.connected(account.user_id, api_key="another")
    await loaded(store, account, "a")
    await loaded(store, other, "theirs")
    await store.turn(account, "running", LATER + 2 * SECOND)
    await store.accounts.remove(account.user_id, account.id, "test", LATER + 2 * SECOND)
    assert store.rows(IDS) == [("theirs",)]
    await store.loads.fail("running", LATER + 3 * SECOND, ExchangeUnavailable("It is down."), ANSWERS)
    assert store.rows(IDS) == [("theirs",)]
    assert store.rows("SELECT ended_at IS NOT NULL FROM attempts WHERE load_id = 'running'") == [(1,)]
    with pytest.raises(NotFound):
        await store.answers.of_load(account.user_id, "a", LATER)


@pytest.mark.parametrize("document", [b"", b"no zlib", b"x\x9cK\xcb\xcf\x07\x00\x02\x82\x01E"])
async def test_answers_that_were_changed_from_outside_are_a_sentence(store: Store, document: bytes) -> None:
    account = await store.connected()
    await loaded(store, account, "a")
    store.change("UPDATE answers SET document = ?", document)
    with pytest.raises(SetupError, match="the database was changed from outside"):
        await store.answers.of_load(account.user_id, "a", LATER)
