"""What callers do and are refused, in the audit log; the log in the order in which things were done."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cambist.core.audit import Event
from cambist.core.terms import Permission
from tests.api.requests import Ask, ask, rsa_key
from tests.worlds import API, Key, World, world

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(name="world")
async def _world(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def told(made: World) -> list[tuple[Event, str, int | None, str]]:
    """(event, by, account, about), but for what happened while the installation was made."""
    return [(each.event, each.by, each.account_id, each.about) for each in await made.audited()][1:]


async def test_a_load_is_entered_once_by_who_asked_for_it_and_the_keys_secret_once_a_process(
    world: World,
) -> None:
    account_id = await world.connected()
    answer = await world.load(account_id)
    assert answer.status == 201
    short = f"{world.key.api_key[:8]}…"
    entries = await told(world)
    assert [(event, by, account) for event, by, account, _ in entries] == [
        (Event.API_KEY_CREATED, "test", None),
        (Event.API_KEY_OPENED, "server", None),
        (Event.KEYS_CONNECTED, f"api key {short}", account_id),
        (Event.KEYS_USED, f"api key {short}", account_id),
    ]
    assert entries[0][3] == entries[1][3] == short
    assert entries[-1][3] == answer.headers["X-Cambist-Receipt"]


async def test_keys_that_the_exchange_refuses_are_entered(world: World) -> None:
    assert (await world.connect(secret="another-secret")).status == 422
    event, by, account, about = (await told(world))[-1]
    assert (event, account) == (Event.KEYS_REFUSED, None)
    assert by == f"api key {world.key.api_key[:8]}… connecting binance_us"
    assert "another-secret" not in about


async def test_every_kind_of_refusal_is_entered_with_the_key_where_it_is_known(world: World) -> None:
    reader = await world.new_key(Permission.ACCOUNTS_READ)
    elsewhere = await world.new_key(allow=["10.0.0.0/8"])
    registered = await rsa_key(world)
    before = len(await told(world))
    asked = Ask("GET", f"{API}/accounts".encode())
    await world.load(1)
    assert (await world.call("POST", "/accounts/1/load_balances", key=reader)).status == 403
    assert (await world.call("GET", "/accounts", key=elsewhere)).status == 401
    assert (await world.call("GET", "/accounts", key=Key(world.key.api_key, "forged"))).status == 401
    assert (await ask(world, asked, b"another text", registered)).status == 401
    assert (await world.call("GET", "/accounts", key=Key("said to be a key", "x"))).status == 401
    refused = [
        (by, about) for event, by, _, about in (await told(world))[before:] if event == Event.REQUEST_REFUSED
    ]
    assert {by for by, _ in refused} == {"address 127.0.0.1"}
    assert [about for _, about in refused] == [
        f"{reader.api_key[:8]}…: AccessDenied",
        f"{elsewhere.api_key[:8]}…: ApiKeyRejected",
        f"{world.key.api_key[:8]}…: SignatureInvalid",
        f"{registered.api_key[:8]}…: SignatureInvalid",
        "unknown key: ApiKeyRejected",
    ]


async def test_fifty_refusals_of_a_minute_make_two_entries(world: World) -> None:
    before = len(await told(world))
    for _ in range(50):
        await world.call("GET", "/accounts", key=Key(world.key.api_key, "forged"))
    refused = [about for event, _, _, about in (await told(world))[before:] if event == Event.REQUEST_REFUSED]
    start = f"{world.key.api_key[:8]}…: SignatureInvalid"
    assert refused == [start, f"{start} (49 more times)"]
