"""The audit log: every change leaves its entry in its own transaction, and no entry can be changed unseen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cambist.actions.facts import ChainBroken, ChainWhole, Head, LogPage
from cambist.core.audit import FIRST_LINK, AuditEntry, Event, chained
from cambist.core.errors import AccountLocked, ExchangeTimedOut, KeysRejected, NotFound
from cambist.core.sessions import Session, Visitor
from cambist.store import audit
from cambist.store.audit import AuditStore
from tests.store.builders import AT, SECOND, Store, link, load_of

pytestmark = pytest.mark.asyncio
LATER = AT + 5 * SECOND


def nothing(_: int) -> None:
    """Progress that nobody looks at."""


async def told(store: Store, **of: Any) -> list[tuple[Any, ...]]:
    """(event, by, user, account, about) of the entries asked for."""
    entries = await store.audit.entries(**of)
    return [(each.event, each.by, each.user_id, each.account_id, each.about) for each in entries]


async def five_entries(store: Store) -> None:
    for number in range(5):
        about = f"the {number}th"
        await store.audit.record(
            AuditEntry(AT + number * SECOND, Event.KEYS_USED, "test", 1, number % 2, about)
        )


async def test_every_use_of_exchange_keys_leaves_its_entry(store: Store) -> None:
    account = await store.connected()
    user, theirs = account.user_id, account.id
    await store.turn(account, "load", LATER)
    await store.loads.keep(account.id, load_of("load", LATER))
    await store.key_uses.begin(user, theirs, "use", "test asking", LATER)
    await store.loads.record_refusal(user, "refused", "test connecting", LATER, KeysRejected())
    await store.accounts.remove(user, theirs, "test", LATER)
    assert await told(store) == [
        (Event.USER_ADDED, "test", user, None, "owner"),
        (Event.KEYS_CONNECTED, "test", user, theirs, f"first-{user}-the-public-key"),
        (Event.KEYS_USED, "test", user, theirs, "load"),
        (Event.KEYS_USED, "test asking", user, theirs, "use"),
        (Event.KEYS_REFUSED, "test connecting", user, None, "refused"),
        (Event.KEYS_ERASED, "test", user, theirs, ""),
    ]
    assert isinstance(await store.audit.verify(nothing), ChainWhole)


async def test_what_is_not_done_leaves_no_entry(store: Store) -> None:
    account = await store.connected()
    before = await told(store)
    with pytest.raises(NotFound):
        await store.accounts.remove(account.user_id, 99, "test", LATER)
    with pytest.raises(NotFound):
        await store.keys.revoke(account.user_id, "unknown", "test", LATER)
    store.change("UPDATE accounts SET lock_reason = 'locked'")
    with pytest.raises(AccountLocked):
        await store.turn(account, "load", LATER)
    assert await told(store) == before


async def test_no_entry_no_use(store: Store) -> None:
    account = await store.connected()

    def unable(_: bytes) -> bytes:
        raise ExchangeTimedOut("the link cannot be made")

    store.loads._audit._link = unable
    with pytest.raises(ExchangeTimedOut):
        await store.turn(account, "load", LATER)
    assert store.rows("SELECT COUNT(*) FROM attempts WHERE load_id = 'load'") == [(0,)]


async def test_entries_are_found_by_account_user_and_time(store: Store) -> None:
    await five_entries(store)
    one = [(Event.KEYS_USED, "test", 1, 1, f"the {number}th") for number in (1, 3)]
    assert await told(store, account_id=1) == one
    assert await told(store, account_id=1, since=AT + 2 * SECOND, until=AT + 4 * SECOND) == one[1:]
    assert await told(store, account_id=1, since=AT + SECOND, until=AT + 3 * SECOND) == one[:1]
    assert len(await told(store, user_id=1)) == 5
    assert await told(store, user_id=2) == []


async def test_the_chain_is_the_one_that_is_written_down_here(store: Store) -> None:
    await five_entries(store)
    expected = FIRST_LINK
    for number, entry in enumerate(list(await store.audit.entries()), 1):
        expected = link(chained(expected, number, entry))
    assert await store.audit.verify(nothing) == ChainWhole(Head(5, expected))
    assert store.rows("SELECT link FROM audit WHERE id = 5") == [(expected,)]
    first = AuditEntry(AT, Event.KEYS_USED, "test", 1, 0, "the 0th")
    assert chained(b"before", 7, first) == (
        b'before[7,"2023-06-19T16:50:57.303000+00:00","exchange keys used","test",1,0,"the 0th"]'
    )


CHANGES = """at = at + 1; at = 1e300; event = 'signed in'; event = 'nothing'; by = 'x'; by = 5; user_id = 2;
account_id = NULL; about = ''; link = zeroblob(32); link = x'00'"""


@pytest.mark.parametrize("column", CHANGES.split(";"))
async def test_a_changed_entry_is_found(store: Store, column: str) -> None:
    await five_entries(store)
    store.change(f"UPDATE audit SET {column} WHERE id = 3")
    assert await store.audit.verify(nothing) == ChainBroken(3, "was changed")


async def test_a_missing_a_moved_and_a_forged_entry_are_found(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_READ_AT_ONCE", 2)
    await five_entries(store)
    store.change("DELETE FROM audit WHERE id = 2")
    assert await store.audit.verify(nothing) == ChainBroken(2, "is missing")
    store.change("UPDATE audit SET id = id - 1 WHERE id > 2")
    assert await store.audit.verify(nothing) == ChainBroken(2, "was changed")
    store.change("DELETE FROM audit WHERE id > 1")
    forger = AuditStore(store.database, lambda text: text[:32])
    await forger.record(AuditEntry(LATER, Event.SIGNED_IN, "nobody", 1))
    assert await store.audit.verify(nothing) == ChainBroken(2, "was changed")


async def test_entries_cut_off_at_the_end_are_found_by_a_head_noted_before(store: Store) -> None:
    await five_entries(store)
    whole = await store.audit.verify(nothing)
    assert isinstance(whole, ChainWhole)
    store.change("DELETE FROM audit WHERE id > 3")
    assert isinstance(await store.audit.verify(nothing), ChainWhole)
    assert await store.audit.verify(nothing, whole.head) == ChainBroken(4, "is missing")
    for _ in range(2):
        await store.audit.record(AuditEntry(LATER, Event.KEYS_USED, "test"))
    told_other = ChainBroken(5, "is not the one that was noted")
    assert await store.audit.verify(nothing, whole.head) == told_other


async def test_verifying_tells_how_far_it_is(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_READ_AT_ONCE", 2)
    await five_entries(store)
    seen: list[int] = []
    progress: Callable[[int], None] = seen.append
    await store.audit.verify(progress)
    assert seen == [2, 4, 5]


async def test_everything_of_one_user_or_of_all_is_revoked(store: Store) -> None:
    account = await store.connected()
    other = await store.connected(await store.user("other"))
    store.change("UPDATE users SET password_hash = 'hash'")
    await store.sessions.begin(session_of(account.user_id), b"token", "hash", None)
    await store.sessions.begin(session_of(other.user_id), b"another", "hash", None)
    gone = await store.revocation.everything(account.user_id, True, "test", LATER)
    assert gone.sessions == 1
    assert await store.sessions.find(b"token") is None
    assert await store.sessions.find(b"another") is not None
    assert (gone.api_keys, gone.accounts) == (0, (("My account", "binance_us"),))
    secrets = "SELECT user_id, secret IS NULL, passphrase IS NULL FROM accounts ORDER BY id"
    assert store.rows(secrets) == [(account.user_id, 1, 1), (other.user_id, 0, 0)]
    with pytest.raises(AccountLocked, match="give it new ones"):
        await store.turn(account, "load", LATER + timedelta(hours=1))
    assert await told(store, account_id=account.id, since=LATER) == [
        (Event.KEYS_ERASED, "test", account.user_id, account.id, "")
    ]
    await store.accounts.unlock(account.user_id, account.id, "test", LATER)
    with pytest.raises(AccountLocked, match="give it new ones"):
        await store.turn(account, "load", LATER + timedelta(hours=1))
    gone = await store.revocation.everything(None, False, "test", LATER)
    assert (gone.api_keys, gone.accounts) == (0, ())
    assert store.rows(secrets)[1] == (other.user_id, 0, 0)
    gone = await store.revocation.everything(None, True, "test", LATER)
    assert len(gone.accounts) == 1
    assert store.rows(secrets)[1] == (other.user_id, 1, 1)


def session_of(user_id: int) -> Session:
    return Session(0, user_id, LATER, LATER, Visitor("10.0.0.1", "test"))


async def test_the_latest_are_sought_some_at_a_time_and_say_where_to_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await store.connected()
    await store.turn(account, "failing", LATER)
    await store.loads.fail("failing", LATER, ExchangeTimedOut("no answer"))
    await five_entries(store)
    first = await store.audit.latest(None, 2)
    assert [(each.number, each.entry.about) for each in first.entries] == [
        (8, "the 4th"),
        (7, "the 3th"),
    ]
    assert first.before == 7
    failed = await store.audit.latest(account.user_id, 5, 7, Event.KEYS_USED)
    assert [(each.number, str(each.failure)) for each in failed.entries] == [
        (3, "no answer"),
        (2, "None"),
        (1, "None"),
    ]
    assert failed.before is None
    monkeypatch.setattr(audit, "_SOUGHT_AT_ONCE", 3)
    assert await store.audit.latest(None, 5, 7, Event.KEYS_USED) == LogPage((), 4)
    assert [each.number for each in (await store.audit.latest(None, 5, 4)).entries] == [3, 2, 1]
    assert await store.audit.latest(None, 5, 1) == LogPage((), None)


async def test_an_account_fails_until_something_brings_its_balances(store: Store) -> None:
    account = await store.connected()
    user = account.user_id
    await store.key_uses.begin(user, account.id, "use", "test", LATER)
    await store.key_uses.fail("use", LATER, ExchangeTimedOut("asked beside"))
    await store.loads.record_refusal(user, "tried", "test", LATER, KeysRejected(), account.id)
    assert await store.loads.failing(user) == {}
    await store.turn(account, "one", LATER)
    await store.loads.fail("one", LATER, ExchangeTimedOut("no answer"))
    await store.turn(account, "two", LATER + SECOND)
    await store.loads.fail("two", LATER + SECOND, ExchangeTimedOut("no answer again"))
    [(account_id, failing)] = (await store.loads.failing(user)).items()
    assert (account_id, failing.since, str(failing.failure)) == (account.id, LATER, "no answer again")
    assert await store.loads.failing(user + 1) == {}
    await store.turn(account, "three", LATER + 2 * SECOND)
    await store.loads.keep(account.id, load_of("three", LATER + 2 * SECOND))
    assert await store.loads.failing(user) == {}
