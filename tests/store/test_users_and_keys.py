"""People of the installation, its key check value, and the keys that we issue."""

import sqlite3
from dataclasses import replace

import pytest

from cambist.actions.facts import ApiKey, User
from cambist.core.errors import InvalidInput, NotFound, SetupError
from cambist.core.terms import Permission
from cambist.store.installation import InstallationStore
from tests.store.builders import AT, SECOND, Store

pytestmark = pytest.mark.asyncio
LATER = AT + 60 * SECOND


def key_of(user_id: int, api_key: str = "key-1", **changes: object) -> ApiKey:
    made = ApiKey(
        id=0,
        user_id=user_id,
        user_key=b"wrapped key of owner",
        api_key=api_key,
        name="my script",
        permissions=frozenset({Permission.ACCOUNTS_READ, Permission.BOTS_WRITE}),
        created_at=AT,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


# ── users ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_user_is_found_by_id_and_by_name(store: Store) -> None:
    added = await store.users.add("owner", lambda _: b"data key", "test", AT)
    assert added == User(1, "owner", b"data key", AT)
    assert await store.users.get(1) == await store.users.named("owner") == added


async def test_the_owner_is_the_first_user(store: Store) -> None:
    with pytest.raises(SetupError, match="has no owner yet: run 'cambist init'"):
        await store.users.owner()
    await store.user("zoe")
    await store.user("adam")
    assert (await store.users.owner()).name == "zoe"
    assert [user.name for user in await store.users.listed()] == ["zoe", "adam"]


async def test_a_taken_name_is_refused(store: Store) -> None:
    await store.user("owner")
    with pytest.raises(InvalidInput) as refused:
        await store.user("owner")
    assert refused.value.attributes == {"name": ["has already been taken"]}
    assert len(await store.users.listed()) == 1


async def test_users_that_are_not_there_are_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match=r"^There is no user 7\.$"):
        await store.users.get(7)
    with pytest.raises(NotFound, match=r"^There is no user named 'nobody'\.$"):
        await store.users.named("nobody")


async def test_a_password_hash_is_kept_with_its_user_only(store: Store) -> None:
    user_id = await store.user()
    await store.user("other")
    await store.users.set_password(user_id, "$argon2id$…", "test", LATER)
    assert store.rows("SELECT name, password_hash FROM users ORDER BY id") == [
        ("owner", "$argon2id$…"),
        ("other", None),
    ]


async def test_what_an_installation_was_founded_on_is_kept_once(store: Store) -> None:
    installation = InstallationStore(store.database)
    assert (installation.master_key_check(), installation.audit_key()) == (None, None)
    await installation.found("abc", b"wrapped")
    await installation.found("def", b"another")
    assert (installation.master_key_check(), installation.audit_key()) == ("abc", b"wrapped")


# ── keys of ours ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_system_key_is_found_with_its_sealed_secret_and_its_users_data_key(store: Store) -> None:
    user_id = await store.user()
    added = await store.keys.add(key_of(user_id, expires_at=LATER), lambda _: b"sealed", "test")
    assert added == key_of(user_id, id=1, secret=b"sealed", expires_at=LATER)
    assert await store.keys.find("key-1") == added
    assert await store.keys.find("key-2") is None


async def test_a_registered_key_is_found_with_its_public_half(store: Store) -> None:
    user_id = await store.user()
    added = await store.keys.add(key_of(user_id, public_key="PEM", unsigned_body=True), None, "test")
    found = await store.keys.find("key-1")
    assert found == added
    assert (found.public_key, found.secret, found.unsigned_body) == ("PEM", None, True)


@pytest.mark.parametrize("permissions", [frozenset(), frozenset(Permission)])
async def test_permissions_read_back_as_they_were(store: Store, permissions: frozenset[Permission]) -> None:
    await store.keys.add(key_of(await store.user(), permissions=permissions), lambda _: b"sealed", "test")
    found = await store.keys.find("key-1")
    assert found is not None
    assert found.permissions == permissions


async def test_a_key_exists_once(store: Store) -> None:
    user_id = await store.user()
    await store.keys.add(key_of(user_id), lambda _: b"sealed", "test")
    with pytest.raises(sqlite3.IntegrityError):
        await store.keys.add(key_of(await store.user("stranger")), lambda _: b"other", "test")
    assert [key.secret for key in await store.keys.listed(user_id)] == [b"sealed"]


async def test_keys_are_listed_for_their_own_user_in_order(store: Store) -> None:
    user_id, stranger = await store.user(), await store.user("stranger")
    for owner, name in ((user_id, "b"), (stranger, "c"), (user_id, "a")):
        await store.keys.add(key_of(owner, name), lambda _: b"sealed", "test")
    assert [key.api_key for key in await store.keys.listed(user_id)] == ["b", "a"]
    assert [key.user_key for key in await store.keys.listed(stranger)] == [b"wrapped key of stranger"]


async def test_a_revoked_key_loses_its_secret_and_keeps_the_time_of_its_first_revocation(
    store: Store,
) -> None:
    user_id = await store.user()
    await store.keys.add(key_of(user_id), lambda _: b"sealed", "test")
    await store.keys.add(key_of(user_id, "key-2"), lambda _: b"sealed", "test")
    for at in (LATER, LATER + SECOND):
        await store.keys.revoke(user_id, "key-1", "test", at)
        found = await store.keys.find("key-1")
        assert found == key_of(user_id, id=1, secret=None, revoked_at=LATER)
    other = await store.keys.find("key-2")
    assert other is not None
    assert (other.secret, other.revoked_at) == (b"sealed", None)


async def test_a_key_of_another_user_cannot_be_revoked(store: Store) -> None:
    user_id, stranger = await store.user(), await store.user("stranger")
    await store.keys.add(key_of(user_id), lambda _: b"sealed", "test")
    for who, name in ((stranger, "key-1"), (user_id, "key-2")):
        with pytest.raises(NotFound, match=r"^There is no such API key\.$"):
            await store.keys.revoke(who, name, "test", LATER)
    found = await store.keys.find("key-1")
    assert found is not None
    assert (found.secret, found.revoked_at) == (b"sealed", None)
