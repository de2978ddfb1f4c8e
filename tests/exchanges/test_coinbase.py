"""Coinbase Advanced through the whole server: wallets, values, rights, uid, and what failures become."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeTimedOut,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.rights import KeyRights
from cambist.core.terms import Balance, Credentials, KeyState, MissingWallet, Secret
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.coinbase.rights import rights
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.guard import Unusable
from cambist.exchanges.tries import WaitsAlone
from cambist.simulator.coinbase.accounts import portfolio_of
from cambist.simulator.replay import Recording
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock
from tests.exchanges.bent import OpenGate
from tests.exchanges.replayed import replayed
from tests.exchanges.scenarios import COINBASE, COINBASE_KEY, COINBASE_SECRET
from tests.worlds import Answer, World, world

ACCOUNTS = "/api/v3/brokerage/accounts"
OLDER = "/v2/accounts"
FUTURES = "/api/v3/brokerage/cfm/balance_summary"
PERMISSIONS = "/api/v3/brokerage/key_permissions"
PRODUCTS = "/api/v3/brokerage/market/products"
TIME = "/v2/time"
ADVANCED = market_of("coinbase_advanced")
KEYS = Credentials(COINBASE_KEY, Secret(COINBASE_SECRET))
BEGIN, *_ = COINBASE_SECRET.splitlines()
OLDER_STYLE = '{{"errors":[{{"id":"{}","message":"{}"}}]}}'
# BTC 0.417345678901234567890123456789 + 4.25 at 60000; USD 10450.50; CELO 12.5 at 0.8; ADA 5.04716 at 0.5;
# futures 8000.25 − 150.125.
IN_DOLLARS = "298353.88931407407407340740740734"


async def connect(made: World, **given: Any) -> Answer:
    keys = {"type": "coinbase_advanced", "api_key": COINBASE_KEY, "secret": COINBASE_SECRET}
    return await made.connect(**{"name": "My Coinbase", **keys, **given})


async def connected(made: World, **given: Any) -> int:
    answer = await connect(made, **given)
    assert answer.status == 201, answer.raw
    made.clock.step(timedelta(seconds=2))
    return int(answer.json["id"])


@dataclass
class Scene:
    """Coinbase as it is played, and what asks it."""

    gateway: Gateway
    simulator: Simulator

    async def read(self) -> dict[str, tuple[Balance, ...]]:
        reading = await self.gateway.read_wallets(ADVANCED, KEYS, ADVANCED.wallets)
        assert not reading.failed, reading.failed
        return {each.wallet: each.balances for each in reading.answered}

    async def failure(self, keys: Credentials = KEYS) -> LoadFailed:
        with pytest.raises(LoadFailed) as failed:
            await self.gateway.read_wallets(ADVANCED, keys, ("spot",))
        return failed.value

    def patch(self, **changes: Any) -> None:
        self.simulator.patch("coinbase_advanced", json.dumps(changes).encode())

    @property
    def asked(self) -> list[str]:
        return [call.path for call in self.simulator.calls]


@asynccontextmanager
async def scene(play: dict[str, Any] = COINBASE) -> AsyncIterator[Scene]:
    now = WallClock().now
    async with Simulator([load_scenario(json.dumps(play).encode())], now=now) as simulator:
        gateway = Gateway(now, WaitsAlone({}), 5, simulator.exchange_urls, "last")
        try:
            yield Scene(gateway, simulator)
        finally:
            await gateway.close()


def fault(kind: str, path: str = ACCOUNTS, **more: Any) -> dict[str, Any]:
    return {**COINBASE, "faults": [{"kind": kind, "path": path, **more}]}


def key(**changes: Any) -> dict[str, Any]:
    return {**COINBASE["keys"][0], **changes}


# ── wallets ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_a_load_values_all_wallets_and_asks_once_for_each_list(tmp_path: Path) -> None:
    async with world(tmp_path, COINBASE) as made:
        account = await connected(made)
        before = len(made.simulator.calls)
        answer = await made.load(account)
        asked = sorted(call.path for call in made.simulator.calls[before:])
    assert (answer.status, answer.headers["X-Cambist-Verdict"]) == (201, "complete")
    assert answer.json["usd_amount"] == IN_DOLLARS
    assert (answer.json["market_code"], answer.json["pretty_display_type"]) == (
        "coinbase_advanced",
        "CoinbaseAdvanced",
    )
    # What is staked is told by what the older list has beyond the other one, so its wallet asks for both.
    assert asked == [ACCOUNTS, ACCOUNTS, FUTURES, PRODUCTS, OLDER]


@pytest.mark.asyncio
async def test_each_wallet_is_read_to_the_digit_and_nothing_counts_twice() -> None:
    async with scene() as made:
        wallets = await made.read()
    told = {
        wallet: [(each.asset, each.code, *map(str, each[2:5])) for each in balances]
        for wallet, balances in wallets.items()
    }
    digits = "0.412345678901234567890123456789"
    assert told == {
        "spot": [
            ("BTC", "BTC", digits, "0.005", "0.417345678901234567890123456789"),
            ("USD", "USD", "10000.50", "450.00", "10450.50"),
            ("CELO", "CGLD", "12.5", "0E-8", "12.50000000"),
        ],
        "vault": [("BTC", "BTC", "0", "4.25", "4.25"), ("ADA", "ADA", "0", "5.04716000", "5.04716000")],
        "futures": [("USD", "USD", "6850.125", "1000", "7850.125")],
    }


@pytest.mark.asyncio
async def test_accounts_of_many_pages_are_all_read() -> None:
    spot = {f"COIN{number}": {"free": f"{number}.5"} for number in range(300)}
    staked = {f"COIN{number}": {"free": "0.25"} for number in range(300)}
    async with scene(COINBASE | {"wallets": {"spot": spot, "earn": staked, "futures": {}}}) as made:
        wallets = await made.read()
        asked = made.asked
    totals = {wallet: sum(each.total for each in balances) for wallet, balances in wallets.items()}
    assert totals == {"spot": Decimal(300 * 299 // 2 + 150), "vault": Decimal(75), "futures": Decimal(0)}
    # 250 in a page of the one list, 100 of the other.
    assert (asked.count(ACCOUNTS), asked.count(OLDER)) == (2 + 2, 6)


@pytest.mark.asyncio
async def test_what_is_not_opened_or_not_allowed_is_not_covered_and_said(tmp_path: Path) -> None:
    no_futures = {name: held for name, held in COINBASE["wallets"].items() if name != "futures"}
    body = OLDER_STYLE.format("invalid_scope", "Invalid scope")
    async with world(
        tmp_path, fault("status", OLDER, status=403, body=body) | {"wallets": no_futures}
    ) as made:
        account = await connected(made)
        load = await made.load(account)
        (kept,) = await made.cambist.outside.accounts.listed((await made.owner()).id)
    assert (load.status, load.headers["X-Cambist-Verdict"]) == (201, "complete")
    assert kept.coverage.wallets == ("spot",)
    assert kept.coverage.not_covered == (
        MissingWallet("vault", "the keys may not read it"),
        MissingWallet("futures", "There is no account of US futures: futures account not found"),
    )


@pytest.mark.asyncio
async def test_a_covered_wallet_that_does_not_answer_makes_the_load_partial(tmp_path: Path) -> None:
    async with world(tmp_path, COINBASE) as made:
        account = await connected(made)
        made.patch("coinbase_advanced", faults=[{"kind": "html", "path": OLDER}])
        answer = await made.load(account)
    assert answer.headers["X-Cambist-Verdict"] == "partial"
    assert answer.headers["X-Cambist-Missing"] == "vault"
    assert answer.json["usd_amount"] == IN_DOLLARS  # by its last good reading


# ── who it is and what the keys may do ───────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_other_keys_of_the_same_portfolio_are_known_and_of_another_are_not(tmp_path: Path) -> None:
    keys = [key(), key(api_key="a second key"), key(api_key="another portfolio's", uid="77002")]
    async with world(tmp_path, COINBASE | {"keys": keys}) as made:
        await connected(made)
        again = await connect(made, api_key="a second key")
        made.clock.step(timedelta(seconds=2))
        await connected(made, api_key="another portfolio's")
    assert (again.status, again.json["error_attributes"]) == (
        400,
        {"api_key": ["This account is already connected!"]},
    )


@pytest.mark.parametrize(
    ("permissions", "told"),
    [
        (["read"], KeyRights(True, False, False, None)),
        (["read", "trade"], KeyRights(True, True, False, None)),
        (["trade", "withdraw"], KeyRights(False, True, True, None)),
    ],
)
@pytest.mark.asyncio
async def test_a_keys_rights_are_told_whatever_they_are(permissions: list[str], told: KeyRights) -> None:
    async with scene(COINBASE | {"keys": [key(permissions=permissions)]}) as made:
        assert await made.gateway.rights(ADVANCED, KEYS) == told
        assert await made.gateway.uid(ADVANCED, KEYS) == portfolio_of("77001")


@pytest.mark.asyncio
async def test_keys_that_may_withdraw_are_refused(tmp_path: Path) -> None:
    async with world(tmp_path, COINBASE | {"keys": [key(permissions=["read", "withdraw"])]}) as made:
        refused = await connect(made)
    assert (refused.status, refused.json["error_attributes"]) == (
        400,
        {"api_key": ["may withdraw: make one without that right"]},
    )


@pytest.mark.parametrize(
    "told",
    [
        '"can_view":true,"can_trade":false,"can_transfer":true,"can_transfer":false,"portfolio_uuid":"p"',
        '"can_view":true,"can_trade":false,"portfolio_uuid":"p"',
        '"can_view":true,"can_trade":false,"can_transfer":"no","portfolio_uuid":"p"',
    ],
)
@pytest.mark.asyncio
async def test_permissions_that_are_not_each_told_once_are_unusable(told: str) -> None:
    async with (
        replayed("coinbase", Recording(f"{{{told}}}".encode())) as (_, exchange),
        exchange.pool.borrow(KEYS) as client,
    ):
        client.gate, client.deadline = OpenGate(), 0
        with pytest.raises(Unusable):
            await rights(client)


# ── failures ─────────────────────────────────────────────────────────────────────────────────────────


def answered(status: int, body: str) -> dict[str, Any]:
    return {"kind": "status", "path": ACCOUNTS, "status": status, "body": body}


@pytest.mark.asyncio
async def test_what_coinbase_says_of_the_keys() -> None:
    """The bodies of the specification's table of errors, and of the older API's documentation of its own."""
    missing = '{"error":"PERMISSION_DENIED","error_details":"Missing required scopes","message":"Missing"}'
    async with scene() as made:
        for status, body, state in (
            (401, "Unauthorized\n", KeyState.INVALID),
            (401, '{"error": "unauthorized", "error_details": "", "message": ""}', KeyState.INVALID),
            (401, OLDER_STYLE.format("authentication_error", "invalid signature"), KeyState.INVALID),
            (
                401,
                OLDER_STYLE.format("authentication_error", "IP address not allowed"),
                KeyState.IP_NOT_ALLOWED,
            ),
            (401, OLDER_STYLE.format("revoked_token", "The access token was revoked"), KeyState.INVALID),
            (401, OLDER_STYLE.format("expired_token", "The access token expired"), KeyState.EXPIRED),
            (403, OLDER_STYLE.format("invalid_scope", "Invalid scope"), KeyState.NO_PERMISSION),
            (403, missing, KeyState.NO_PERMISSION),
            (200, missing[:-1] + ',"accounts":[],"has_next":false}', KeyState.NO_PERMISSION),
        ):
            made.patch(faults=[answered(status, body)])
            failed = await made.failure()
            assert (type(failed), failed.key_state) == (KeysRejected, state), body


@pytest.mark.asyncio
async def test_any_other_error_is_a_failure_that_says_nothing_of_the_keys() -> None:
    inside = '{"errors":[{"id":"internal_server_error"}],"data":[],"pagination":{"limit":1}}'
    async with scene() as made:
        for status, body, kind, words in (
            (500, OLDER_STYLE.format("internal_server_error", "x"), ExchangeUnavailable, "not available"),
            (503, "upstream connect error", ExchangeUnavailable, "not available"),
            (200, inside, ExchangeUnavailable, "not available"),
            (400, '{"error":"INVALID_ARGUMENT","message":"its own words"}', ExchangeRefused, "its own words"),
            (404, '{"error":"NOT_FOUND","message":"not there"}', NotOffered, "not there"),
            (504, "", ExchangeTimedOut, "did not answer in time"),
        ):
            made.patch(faults=[answered(status, body)])
            failed = await made.failure()
            assert (type(failed), failed.key_state) == (kind, None), body
            assert words in str(failed)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, '{"error":"rate_limit_exceeded","message":"too many requests"}'),
        (429, OLDER_STYLE.format("rate_limit_exceeded", "too many requests")),
        (400, '{"error":"resource_exhausted","message":"too many requests"}'),
    ],
)
@pytest.mark.asyncio
async def test_a_limit_is_kept_to(status: int, body: str) -> None:
    async with scene(COINBASE | {"faults": [answered(status, body)]}) as made:
        failed = await made.failure()
        assert (type(failed), failed.retry_after_s) == (ExchangeLimiting, 60)
        assert isinstance(await made.failure(), ExchangeLimiting)
        assert made.asked == [ACCOUNTS]


@pytest.mark.parametrize("skew_s", [-600, 600])
@pytest.mark.asyncio
async def test_a_clock_that_is_wrong_is_not_taken_for_wrong_keys(skew_s: int) -> None:
    """Coinbase refuses a token of a wrong time as it refuses wrong keys: 401, “Unauthorized”."""
    async with scene(fault("clock_skew", "*", skew_ms=skew_s * 1000)) as made:
        assert (await made.gateway.rights(ADVANCED, KEYS)).read
        assert all((await made.read()).values())
        refused = [call.path for call in made.simulator.calls if call.status == 401]
        assert refused == [PERMISSIONS]  # from then on the difference is known
        made.patch(faults=[])
        assert all((await made.read()).values())  # and that it is none any more, found out in the same way


@pytest.mark.asyncio
async def test_keys_are_blamed_only_after_its_clock_was_asked() -> None:
    refusing = {"kind": "status", "path": ACCOUNTS, "status": 401}
    async with scene(COINBASE | {"faults": [refusing]}) as made:
        assert (await made.failure()).key_state is KeyState.INVALID
        assert made.asked == 2 * [ACCOUNTS, TIME]
        made.patch(faults=[refusing, {"kind": "status", "path": TIME, "status": 400, "body": "{}"}])
        assert (await made.failure()).key_state is None


@pytest.mark.parametrize(
    "secret",
    [
        "not a key",
        f"{BEGIN}\nMHcCAQEE\n{BEGIN.replace('BEGIN', 'END')}\n",
        BEGIN,
        "c2hvcnQ=",
    ],
)
@pytest.mark.asyncio
async def test_a_secret_that_is_no_key_is_rejected_in_a_clear_sentence(secret: str) -> None:
    async with scene() as made:
        failed = await made.failure(Credentials(COINBASE_KEY, Secret(secret)))
        assert made.asked == []
    assert str(failed) == "The secret is not a key that this exchange's requests can be signed with."
    assert (type(failed), failed.key_state) == (KeysRejected, KeyState.INVALID)


@pytest.mark.parametrize(
    "written",
    [
        lambda pem: pem,
        lambda pem: pem.replace("\n", "\\n"),
        lambda pem: pem.replace("\n", "\r\n").strip(),
        lambda pem: " ".join(pem.split("\n")),
    ],
    ids=["its lines", "as JSON writes them", "as Windows ends them", "on one line"],
)
@pytest.mark.asyncio
async def test_a_private_key_is_taken_however_its_lines_are_written(written: Any) -> None:
    async with scene() as made:
        keys = Credentials(COINBASE_KEY, Secret(written(COINBASE_SECRET)))
        reading = await made.gateway.read_wallets(ADVANCED, keys, ("spot",))
    assert len(reading.answered[0].balances) == 3


@pytest.mark.asyncio
async def test_a_private_key_that_is_repeated_is_not_told_however_it_is_written() -> None:
    body = COINBASE_SECRET.splitlines()[1:-1]
    async with scene() as made:
        for repeated in (COINBASE_SECRET, COINBASE_SECRET.replace("\n", "\\n"), "".join(body)):
            told = json.dumps({"error": "INVALID_ARGUMENT", "message": f"no: {repeated}"})
            made.patch(faults=[answered(400, told)])
            failed = str(await made.failure())
            assert failed.startswith("no: ")
            assert not any(line in failed for line in body)


@pytest.mark.asyncio
async def test_a_private_key_survives_the_api_the_vault_and_the_next_load(tmp_path: Path) -> None:
    async with world(tmp_path, COINBASE) as made:
        account = await connected(made, secret=COINBASE_SECRET.replace("\n", "\\n"))
        assert (await made.load(account)).json["usd_amount"] == IN_DOLLARS
        wrong = await connect(made, api_key="another key", secret="not a key")
    assert (wrong.status, wrong.json["error"]) == (422, "invalid_api_key")


@pytest.mark.asyncio
async def test_keys_of_the_newer_kind_sign_too() -> None:
    """Ed25519, as Coinbase gives them: both halves in base64, the private one first."""
    private = Ed25519PrivateKey.generate()
    both = private.private_bytes_raw() + private.public_key().public_bytes_raw()
    secret = base64.b64encode(both).decode()
    async with scene(COINBASE | {"keys": [key(secret=secret)]}) as made:
        reading = await made.gateway.read_wallets(
            ADVANCED, Credentials(COINBASE_KEY, Secret(secret)), ("spot",)
        )
    assert len(reading.answered[0].balances) == 3


# ── beside balances ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_open_orders_are_counted_page_by_page() -> None:
    order = {"symbol": "BTCUSD", "side": "buy", "price": "1", "quantity": "1", "time": "2023-06-19T00:00:00Z"}
    async with scene(COINBASE | {"orders": [order] * 260}) as made:
        assert await made.gateway.open_orders(ADVANCED, KEYS) == 260
        made.patch(orders=[])
        assert await made.gateway.open_orders(ADVANCED, KEYS) == 0


@pytest.mark.asyncio
async def test_the_time_is_told_and_networks_are_ccxts() -> None:
    async with scene() as made:
        assert abs(await made.gateway.reach(ADVANCED) or 0) < 2_000
        told = await made.gateway.currencies(ADVANCED, KEYS)
        with pytest.raises(NotOffered):
            await made.gateway.deposit_address(ADVANCED, KEYS, "BTC", "bitcoin")
    assert {"BTC", "USD", "ADA"} <= {each.code for each in told}
