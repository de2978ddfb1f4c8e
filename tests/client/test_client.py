"""The Python client against a running server: signed by each kind of key, typed, exact."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cambist.client import (
    Account,
    AnswerUnreadable,
    ApiError,
    AsyncClient,
    Client,
    CompatAuth,
    DisplayAmount,
    Patience,
    StrictAuth,
)
from cambist.client.following import EventLines
from tests.api.requests import ed25519_key, private_key, public_pem
from tests.worlds import GOLDEN, START, World, world


def pem_of(key: Any) -> bytes:
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made


@asynccontextmanager
async def asking(made: World, auth: StrictAuth | CompatAuth) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(made.address, auth, patience=Patience(tries=1)) as client:
        yield client


def now_of(made: World) -> Any:
    return lambda: made.clock.now().timestamp()


async def strict_auth(made: World, **given: Any) -> StrictAuth:
    key = await made.new_key(strict=True)
    return StrictAuth(key.api_key, key.secret, now=now_of(made), **given)


@pytest.mark.asyncio
async def test_each_kind_of_key_signs_reads_and_loads(world: World, tmp_path: Path) -> None:
    account_id = await world.connected()
    of_ed25519 = await world.new_key(ed25519_public_key=public_pem(ed25519_key()))
    of_rsa = await world.new_key(strict=True, rsa_public_key=public_pem())
    file = tmp_path / "private.pem"
    file.write_bytes(pem_of(private_key()))
    auths: list[StrictAuth | CompatAuth] = [
        await strict_auth(world),
        StrictAuth(of_ed25519.api_key, private_key=pem_of(ed25519_key()), now=now_of(world)),
        StrictAuth(of_rsa.api_key, private_key=file, now=now_of(world)),
        CompatAuth(world.key.api_key, world.key.secret),
    ]
    for auth in auths:
        async with asking(world, auth) as client:
            loaded = await client.load_balances(account_id)
            (listed,) = await client.accounts(per_page=5)
            assert listed == await client.account(account_id) == loaded
            assert (loaded.id, loaded.name) == (account_id, "My Binance US")
            assert str(loaded.btc_amount) == "0.50157092630140640318986011058378606120234615"
            assert (await client.summary()).usd_amount == loaded.usd_amount


@pytest.mark.asyncio
async def test_balances_history_and_receipt_are_exact(world: World) -> None:
    account_id = await world.connected()
    async with asking(world, await strict_auth(world)) as client:
        balances = await client.balances(account_id)
        (wallet,) = balances.wallets
        held = {balance.asset: (balance.free, balance.price) for balance in wallet.balances}
        assert held["BTC"] == (Decimal("0.5"), Decimal("63722.1"))
        assert (balances.verdict, balances.missing, wallet.read_at) == ("complete", (), START)
        receipt = await client.receipt(account_id, balances.load_id)
        assert receipt["load_id"] == balances.load_id
        history = await client.history(account_id, START, datetime(2030, 1, 1, tzinfo=UTC), "hour", 5)
        (point,) = history.points
        account = await client.account(account_id)
        assert (point.at, point.btc, point.usd) == (START, account.btc_amount, account.usd_amount)
        assert history.next is None
        assert (await client.history(account_id, datetime(2030, 1, 1, tzinfo=UTC))).points == ()


@pytest.mark.asyncio
async def test_the_clients_are_alike_but_for_waiting(world: World) -> None:
    account_id = await world.connected()
    auth = await strict_auth(world)
    load_id = (await world.load(account_id)).headers["X-Cambist-Receipt"]

    def ask() -> list[Any]:
        with Client(world.address, auth, patience=Patience(tries=1)) as client:
            return [
                client.accounts(),
                client.account(account_id),
                client.summary(),
                client.load_balances(account_id),
                client.balances(account_id),
                client.receipt(account_id, load_id),
                client.history(account_id),
            ]

    blocking = await asyncio.to_thread(ask)
    async with asking(world, auth) as client:
        assert blocking == [
            await client.accounts(),
            await client.account(account_id),
            await client.summary(),
            await client.load_balances(account_id),
            await client.balances(account_id),
            await client.receipt(account_id, load_id),
            await client.history(account_id),
        ]


def test_the_reference_answer_is_typed_key_for_key() -> None:
    raw = (GOLDEN / "load_balances_201.json").read_bytes()
    golden = msgspec.json.decode(raw)
    account = msgspec.json.decode(raw, type=Account)
    assert [field.name for field in fields(Account)] == list(golden)
    texts = {name: value for name, value in golden.items() if isinstance(getattr(account, name), Decimal)}
    assert len(texts) == 12
    assert {name: Decimal(text) for name, text in texts.items()} == {n: getattr(account, n) for n in texts}
    assert account.created_at == START
    assert account.total_primary_display_currency_profit == DisplayAmount("USD", Decimal("7.210986753244349"))
    untyped = set(golden) - set(texts) - {"created_at", "updated_at"}
    told = asdict(account)
    for name in untyped:
        if not isinstance(getattr(account, name), DisplayAmount):
            assert json.loads(json.dumps(told[name])) == golden[name], name
        else:
            amount = golden[name]["amount"]
            assert told[name] == {"currency": "USD", "amount": Decimal(str(amount))}, name


@pytest.mark.asyncio
async def test_a_refusal_is_an_error_with_its_code_and_attributes(world: World) -> None:
    async with asking(world, await strict_auth(world)) as client:
        with pytest.raises(ApiError) as refused:
            await client.account(404)
        assert (refused.value.status, refused.value.code) == (404, "not_found")
        with pytest.raises(ApiError) as refused:
            await client.accounts(per_page=0)
        assert refused.value.code == "record_invalid"
        assert refused.value.attributes == {"per_page": ["does not have a valid value"]}
    wrong = StrictAuth(world.key.api_key, "wrong", now=now_of(world))
    async with asking(world, wrong) as client:
        with pytest.raises(ApiError, match="401 signature_invalid: Provided signature is invalid"):
            await client.summary()


@pytest.mark.asyncio
async def test_a_server_is_asked_at_another_address_by_naming_its_public_one(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        at_localhost = made.address.replace("127.0.0.1", "localhost")
        for public_url, status in ((None, 401), (at_localhost, 401), (f"{made.address}/", 200)):
            auth = await strict_auth(made, public_url=public_url)
            async with AsyncClient(at_localhost, auth, patience=Patience(tries=1)) as client:
                try:
                    assert await client.accounts() == []
                    told = 200
                except ApiError as refused:
                    told = refused.status
            assert told == status, public_url


def test_a_strict_key_is_a_secret_or_a_private_key_that_can_sign() -> None:
    for secret, private in ((None, None), ("s", b"")):
        with pytest.raises(ValueError, match="either a secret or a private key"):
            StrictAuth("key", secret, private_key=private)
    with pytest.raises(ValueError, match="neither Ed25519 nor RSA"):
        StrictAuth("key", private_key=pem_of(X25519PrivateKey.generate()))


def test_nothing_that_is_printed_holds_a_secret() -> None:
    secret = "the-secret-of-this-test"
    for auth in (StrictAuth("0123456789", secret), CompatAuth("0123456789", secret)):
        client = Client("http://127.0.0.1:1", auth)
        assert secret not in f"{auth!r} {client!r} {Patience()!r}"
        assert repr(auth) == f"{type(auth).__name__}(01234567…)"
        assert repr(client) == "Client('http://127.0.0.1:1')"
        client.close()


@pytest.mark.asyncio
async def test_both_clients_follow_events_and_go_on_where_they_left_off(world: World) -> None:
    account_id = await world.connected()
    auth = await strict_auth(world)

    def two() -> list[Any]:
        with Client(world.address, auth) as client:
            events = client.events(after=0)
            return [next(events), next(events)]

    waiting = asyncio.create_task(asyncio.to_thread(two))
    await world.load(account_id)
    first, second = await waiting
    assert [(each.id, each.type, each.account_id) for each in (first, second)] == [
        (1, "account.loaded", account_id),
        (2, "account.loaded", account_id),
    ]
    assert second.timestamp == world.clock.now()
    async with asking(world, auth) as client:
        async for event in client.events(after=1):
            assert event == second
            break
    async with asking(world, CompatAuth(world.key.api_key, "not the secret")) as client:
        with pytest.raises(ApiError, match="signature_invalid"):
            await anext(client.events())


def test_a_stream_that_is_not_ours_is_no_event() -> None:
    for before, line in (("data: 1", ""), ("data: {}", "data: {}"), ("", "data: " + "x" * 70_000)):
        taken = EventLines()
        assert taken.take(before) == []
        with pytest.raises(AnswerUnreadable):
            taken.take(line)
    assert EventLines().take("") == []
