"""Accounts as they stand: connected once, found by their own user only, removed with their keys."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from cambist.actions.facts import SealedCredentials
from cambist.core.errors import InvalidInput, NotFound
from cambist.core.terms import Account, Gaps, KeyState
from tests.store.builders import (
    AT,
    COVERED,
    SEALED_PASSPHRASE,
    SEALED_SECRET,
    SECOND,
    Store,
    draft,
    fresh_copy,
    load_of,
    seal,
    store_at,
)

pytestmark = pytest.mark.asyncio
LATER = AT + 60 * SECOND
TWICE = {"api_key": ["This account is already connected!"]}


async def test_a_connected_account_is_kept_with_its_first_load(store: Store) -> None:
    load = load_of("first")
    account = await store.connected(load=load)
    assert account == await store.accounts.get(account.user_id, account.id)
    assert account == Account(
        id=1,
        user_id=account.user_id,
        market="binance_us",
        name="My account",
        api_key="the-public-key",
        key_state=KeyState.OK,
        created_at=AT,
        updated_at=AT,
        figures=load.figures,
        loaded_at=AT,
        load_id="first",
        customer_id="customer of 1",
        coverage=COVERED,
        gaps=Gaps((), ("NEW",)),
    )
    assert store.rows("SELECT secret, passphrase FROM accounts") == [(SEALED_SECRET, SEALED_PASSPHRASE)]
    assert store.rows("SELECT load_id, account_id, cause, failure FROM attempts") == [
        ("first", 1, "test", None)
    ]
    assert store.rows("SELECT load_id FROM receipts") == [("first",)]
    assert (await store.history.last_read(account.id)).routes == load.routes


async def test_an_account_whose_keys_cannot_be_sealed_is_not_kept(store: Store) -> None:
    user_id = await store.user()
    before = store.contents()
    asked: list[int] = []

    def broken(account_id: int, _: bytes) -> SealedCredentials:
        asked.append(account_id)
        raise RuntimeError("no seal")

    with pytest.raises(RuntimeError, match="no seal"):
        await store.accounts.connect(draft(user_id), broken, load_of("first"))
    assert asked == [1]
    assert store.contents() == before


# ── connected once ───────────────────────────────────────────────────────────────────────────────────


async def test_an_account_is_known_by_the_exchanges_uid_whatever_its_key(store: Store) -> None:
    account = await store.connected(uid="1001")
    mine = draft(account.user_id, "another-key", "1001")
    assert await store.accounts.covered_already(mine) == [COVERED.wallets]
    assert await store.accounts.covered_already(draft(account.user_id, "the-public-key")) == [COVERED.wallets]
    stranger = await store.user("stranger")
    for other in (
        draft(account.user_id, "another-key", "1002"),
        draft(account.user_id, "another-key"),
        replace(mine, markets=("kraken",)),
        replace(mine, user_id=stranger),
    ):
        assert await store.accounts.covered_already(other) == []


async def test_accounts_that_tell_no_uid_are_not_the_same_for_that(store: Store) -> None:
    account = await store.connected()
    assert await store.accounts.covered_already(draft(account.user_id, "another-key")) == []
    await store.connected(account.user_id, api_key="another-key")


async def refused(store: Store, user_id: int, api_key: str, uid: str | None) -> None:
    before = store.contents()
    with pytest.raises(InvalidInput) as twice:
        await store.accounts.connect(draft(user_id, api_key, uid), seal, load_of(f"again-{api_key}"))
    assert twice.value.attributes == TWICE
    assert store.contents() == before


async def test_the_same_key_is_not_kept_twice(store: Store) -> None:
    account = await store.connected(uid="1001")
    await refused(store, account.user_id, "the-public-key", None)
    await refused(store, account.user_id, "the-public-key", "1002")


async def test_the_same_uid_is_not_kept_twice_under_two_keys(store: Store) -> None:
    account = await store.connected(uid="1001")
    await refused(store, account.user_id, "another-key", "1001")


async def test_of_two_that_connect_one_exchange_account_at_once_one_is_refused(store: Store) -> None:
    user_id = await store.user()
    outcomes = await asyncio.gather(
        *(store.connected(user_id, api_key=f"key-{n}", uid="1001") for n in range(2)), return_exceptions=True
    )
    assert [type(each) for each in outcomes] == [Account, InvalidInput]
    assert len(await store.accounts.listed(user_id)) == 1


async def test_a_user_that_is_not_there_is_not_called_already_connected(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await store.accounts.connect(draft(99), seal, load_of("first"))


async def test_two_users_may_connect_the_same_exchange_account(store: Store) -> None:
    first = await store.connected(uid="1001")
    second = await store.connected(await store.user("stranger"), uid="1001")
    assert first.id != second.id


# ── whose ────────────────────────────────────────────────────────────────────────────────────────────


async def test_accounts_are_listed_for_their_own_user_in_order_by_page_and_by_key(store: Store) -> None:
    user_id, stranger = await store.user(), await store.user("stranger")
    mine = [await store.connected(user_id, api_key=f"key-{n}") for n in range(5)]
    theirs = await store.connected(stranger, api_key="key-0")
    assert await store.accounts.listed(user_id) == mine
    assert await store.accounts.listed(stranger) == [theirs]
    assert await store.accounts.listed(user_id, limit=2, offset=1) == mine[1:3]
    assert await store.accounts.listed(user_id, offset=5) == []
    assert await store.accounts.listed(user_id, api_key="key-3") == [mine[3]]
    assert await store.accounts.listed(user_id, api_key="unknown") == []


async def test_an_account_of_another_user_is_not_found_by_any_verb(store: Store) -> None:
    account = await store.connected()
    stranger = await store.user("stranger")
    before = store.contents()
    for user_id, account_id in ((stranger, account.id), (account.user_id, account.id + 1)):
        for verb in (
            store.accounts.get(user_id, account_id),
            store.accounts.rename(user_id, account_id, "Mine now", LATER),
            store.accounts.remove(user_id, account_id, "test", LATER),
        ):
            with pytest.raises(NotFound, match=r"^Not Found$"):
                await verb
    assert store.contents() == before


async def test_a_renamed_account_has_its_new_name_and_time_and_nothing_else(store: Store) -> None:
    account = await store.connected()
    renamed = await store.accounts.rename(account.user_id, account.id, "Savings €", LATER)
    assert renamed == replace(account, name="Savings €", updated_at=LATER)
    assert renamed == await store.accounts.get(account.user_id, account.id)


# ── removed ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_removed_account_is_found_by_nobody_and_its_keys_are_gone(store: Store) -> None:
    account = await store.connected(uid="1001")
    other = await store.connected(account.user_id, api_key="another-key")
    await store.accounts.remove(account.user_id, account.id, "test", LATER)

    assert store.rows("SELECT id, secret, passphrase FROM accounts ORDER BY id") == [
        (account.id, None, None),
        (other.id, SEALED_SECRET, SEALED_PASSPHRASE),
    ]
    assert await store.accounts.listed(account.user_id) == [other]
    assert await store.accounts.covered_already(draft(account.user_id, uid="1001")) == []
    for verb in (
        store.accounts.get(account.user_id, account.id),
        store.turn(account, "a", LATER),
        store.accounts.rename(account.user_id, account.id, "Back", LATER),
        store.accounts.remove(account.user_id, account.id, "test", LATER),
    ):
        with pytest.raises(NotFound):
            await verb


async def test_a_removed_account_can_be_connected_again_as_a_new_one(store: Store) -> None:
    account = await store.connected(uid="1001")
    await store.accounts.remove(account.user_id, account.id, "test", LATER)
    again = await store.connected(account.user_id, uid="1001", load=load_of("again", LATER))
    assert again.id == account.id + 1


async def test_of_a_removed_accounts_keys_the_file_holds_no_trace(template: Path, tmp_path: Path) -> None:
    path = fresh_copy(template, tmp_path / "erased.db")
    # Long enough that the row's rest does not happen to overwrite it.
    sealed = SealedCredentials("the-public-key", SEALED_SECRET * 6, SEALED_PASSPHRASE * 6)
    with store_at(path) as store:
        user_id = await store.user()
        account = await store.accounts.connect(draft(user_id), lambda *_: sealed, load_of("first"))
    assert SEALED_SECRET in path.read_bytes()
    with store_at(path) as store:
        await store.accounts.remove(account.user_id, account.id, "test", LATER)
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert SEALED_SECRET not in left
    assert SEALED_PASSPHRASE not in left
