"""Coinbase Advanced as it is played: its tokens, errors, lists and pages; ccxt must take it as it comes."""

import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import ccxt.async_support as ccxt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from cambist.simulator.coinbase.keys import new_key
from cambist.simulator.protocol import named_key
from cambist.simulator.scenario import default_scenario, load_scenario
from cambist.simulator.server import Simulator
from tests.simulator.test_clients import wall_clock
from tests.simulator.worlds import START, Clock

NAME, PEM = new_key()
NEWER = "of the newer kind"
ED25519 = Ed25519PrivateKey.generate()
BOTH = base64.b64encode(ED25519.private_bytes_raw() + ED25519.public_key().public_bytes_raw()).decode()
NOW_S = int(START.timestamp())
ACCOUNTS = "/api/v3/brokerage/accounts"
OLDER = "/v2/accounts"
PERMISSIONS = "/api/v3/brokerage/key_permissions"

COINBASE: dict[str, Any] = {
    "exchange": "coinbase_advanced",
    "keys": [
        {"api_key": NAME, "secret": PEM, "permissions": ["read", "trade"], "uid": "7"},
        {"api_key": NEWER, "secret": BOTH, "uid": "7"},
        {"api_key": "elsewhere", "secret": PEM, "ips": ["10.0.0.1"]},
        {"api_key": "may not read", "secret": PEM, "permissions": ["trade"]},
        {"api_key": "of no form", "secret": "not a key"},
    ],
    "wallets": {
        "spot": {
            "BTC": {"free": "0.123456789012345678901234567890", "locked": "0.1"},
            "USD": {"free": "10000.50"},
            "DOGE": {"free": "0"},
        },
        "vault": {"BTC": {"free": "4"}},
        "earn": {"ADA": {"free": "5.047160"}},
        "futures": {"USD": {"free": "900", "locked": "100", "unrealized": "-12.5"}},
    },
    "prices": {"BTCUSD": "63722.1", "ADAUSD": "0.35"},
    "orders": [
        {"symbol": "BTCUSD", "side": "buy", "price": "1", "quantity": "2", "time": "2024-01-15T10:00:00Z"}
    ],
}


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def es256(text: bytes) -> bytes:
    key: Any = load_pem_private_key(PEM.encode(), None)
    r, s = decode_dss_signature(key.sign(text, ECDSA(SHA256())))
    return bytes(r.to_bytes(32) + s.to_bytes(32))


def token(
    path: str = ACCOUNTS, *, sign: Callable[[bytes], bytes] = es256, head: Any = None, **claims: Any
) -> str:
    """A token as Coinbase's documentation of keys makes it, written apart from ccxt; None leaves out."""
    header = {"alg": "ES256", "typ": "JWT", "kid": NAME, "nonce": "f3a1", **(head or {})}
    told = {"sub": header["kid"], "iss": "cdp", "nbf": NOW_S, "exp": NOW_S + 120} | {
        "uri": f"GET api.coinbase.com{path}"
    }
    parts = ({k: v for k, v in each.items() if v is not None} for each in (header, told | claims))
    signed = ".".join(map(encoded, parts))
    return f"{signed}.{encoded(sign(signed.encode()))}"


async def asked(
    bearer: str | None, path: str = ACCOUNTS, method: str = "GET", **changes: Any
) -> tuple[int, bytes, Simulator]:
    play = load_scenario(json.dumps(COINBASE | changes).encode())
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    async with (
        Simulator([play], now=Clock()) as simulator,
        aiohttp.ClientSession() as http,
        http.request(method, simulator.base_url + path, headers=headers) as answer,
    ):
        return answer.status, await answer.read(), simulator


async def told(path: str, query: str = "", **changes: Any) -> Any:
    status, body, _ = await asked(token(path), path + query, **changes)
    assert status == 200, body
    return json.loads(body)


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "good",
    [
        token(),
        token(iss="coinbase-cloud", aud=["retail_rest_api_proxy"]),
        token(uri=None, uris=[f"GET api.coinbase.com{ACCOUNTS}"], aud=["cdp_service"]),
        token(uri=f"GET http://127.0.0.1:80{ACCOUNTS}"),
        token(uri=f"GET http://127.0.0.1:80/coinbase{ACCOUNTS}"),
        token(nbf=NOW_S - 119, exp=NOW_S + 1),
        token(sign=ED25519.sign, head={"alg": "EdDSA", "kid": NEWER}),
    ],
)
@pytest.mark.asyncio
async def test_a_token_for_this_call_at_this_time_is_taken(good: str) -> None:
    status, body, _ = await asked(good)
    assert (status, len(json.loads(body)["accounts"])) == (200, 4)


OTHER = generate_private_key(SECP384R1())
OTHER_PEM = OTHER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "a.b.c",
        "…",
        token().rpartition(".")[0],
        token() + "A",
        token(sign=lambda _: bytes(64)),
        token(sign=lambda _: b"short"),
        token(head={"kid": "nobody"}),
        token(head={"kid": "of no form"}),
        token(head={"alg": "EdDSA"}),
        token(head={"alg": "none"}),
        token(head={"nonce": None}),
        token(head={"nonce": ""}),
        token(sub="another"),
        token(iss="another"),
        token(aud=["another"]),
        token(nbf=NOW_S + 1, exp=NOW_S + 120),
        token(nbf=NOW_S - 120, exp=NOW_S),
        token(exp=NOW_S + 121),
        token(uri=f"POST api.coinbase.com{ACCOUNTS}"),
        token(uri=f"GET api.coinbase.com{ACCOUNTS}?limit=1"),
        token(uri=f"GET api.coinbase.com/coinbase{ACCOUNTS}"),
        token(uri=f"GET api.example.com{ACCOUNTS}"),
        token(uri=f"GET api.coinbase.com{PERMISSIONS}"),
        token(uri=None),
        token(nbf="now"),
    ],
)
@pytest.mark.asyncio
async def test_any_other_token_is_refused_in_plain_text(bad: str | None) -> None:
    status, body, _ = await asked(bad)
    assert (status, body) == (401, b"Unauthorized\n")


@pytest.mark.asyncio
async def test_a_key_of_another_curve_signs_nothing() -> None:
    keys = [{"api_key": NAME, "secret": OTHER_PEM}]
    signed = token(sign=lambda text: OTHER.sign(text, ECDSA(SHA256()))[:64])
    assert (await asked(signed, keys=keys))[0] == 401


@pytest.mark.parametrize(
    ("kid", "path", "status", "error"),
    [
        (
            "elsewhere",
            ACCOUNTS,
            401,
            {"errors": [{"id": "authentication_error", "message": "IP address not allowed"}]},
        ),
        (
            "may not read",
            ACCOUNTS,
            403,
            {
                "error": "PERMISSION_DENIED",
                "error_details": "Missing required scopes",
                "message": "Missing required scopes",
            },
        ),
        ("may not read", OLDER, 403, {"errors": [{"id": "invalid_scope", "message": "Invalid scope"}]}),
    ],
)
@pytest.mark.asyncio
async def test_what_a_key_may_not_do_is_said_in_the_words_of_its_api(
    kid: str, path: str, status: int, error: Any
) -> None:
    refused, body, _ = await asked(token(path, head={"kid": kid}), path)
    assert (refused, json.loads(body)) == (status, error)


@pytest.mark.asyncio
async def test_any_key_may_ask_what_it_may_do() -> None:
    status, body, _ = await asked(token(PERMISSIONS, head={"kid": "may not read"}), PERMISSIONS)
    told = json.loads(body)
    assert status == 200
    assert [told[right] for right in ("can_view", "can_trade", "can_transfer")] == [False, True, False]


@pytest.mark.parametrize("path", ["/api/v3/brokerage/orders", "/api/v3/brokerage/convert/quote"])
@pytest.mark.asyncio
async def test_what_is_not_played_is_refused(path: str) -> None:
    assert (await asked(token(path), path))[:2] == (401, b"Unauthorized\n")
    assert (await asked(token(), method="POST"))[0] == 401
    assert (await asked(token("/v2/user"), "/v2/user"))[0] == 404


@pytest.mark.asyncio
async def test_a_fault_may_be_of_one_key_which_its_token_names() -> None:
    faults = [{"kind": "status", "status": 503, "path": "*", "api_key": NAME}]
    assert (await asked(token(), faults=faults))[0] == 503
    other = token(sign=ED25519.sign, head={"alg": "EdDSA", "kid": NEWER})
    status, _, simulator = await asked(other, faults=faults)
    assert (status, simulator.calls[0].api_key_present) == (200, True)
    assert [named_key(text) for text in (None, "a key", "Bearer ", "Bearer !.b.c", f"Bearer {token()}")] == [
        None,
        "a key",
        "Bearer ",
        "Bearer !.b.c",
        NAME,
    ]


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_an_account_has_one_id_in_both_lists_and_what_is_staked_is_in_the_older_one_alone() -> None:
    advanced = {row["uuid"]: row for row in (await told(ACCOUNTS))["accounts"]}
    older = {row["id"]: row for row in (await told(OLDER))["data"]}
    assert [(row["name"], row["type"], row["available_balance"]["value"], row["hold"]["value"])
            for row in advanced.values()] == [
        ("BTC Wallet", "ACCOUNT_TYPE_CRYPTO", "0.123456789012345678901234567890", "0.1"),
        ("USD Wallet", "ACCOUNT_TYPE_FIAT", "10000.50", "0.00000000"),
        ("DOGE Wallet", "ACCOUNT_TYPE_CRYPTO", "0", "0.00000000"),
        ("BTC Vault", "ACCOUNT_TYPE_VAULT", "4", "0.00000000"),
    ]  # fmt: skip
    assert [(row["type"], row["balance"]["amount"]) for row in older.values()] == [
        ("wallet", "0.223456789012345678901234567890"),
        ("fiat", "10000.50000000"),
        ("wallet", "0.00000000"),
        ("vault", "4.00000000"),
        ("wallet", "5.04716000"),
    ]
    assert [older[each]["name"] for each in older.keys() - advanced.keys()] == ["Staked ADA"]
    assert advanced.keys() <= older.keys()


@pytest.mark.asyncio
async def test_both_lists_come_page_by_page() -> None:
    first = await told(ACCOUNTS, "?limit=3")
    rest = await told(ACCOUNTS, f"?limit=3&cursor={first['cursor']}")
    assert (first["has_next"], len(first["accounts"]), first["size"]) == (True, 3, 3)
    assert (rest["has_next"], rest["cursor"], len(rest["accounts"])) == (False, "", 1)
    many = {"spot": {f"C{number}": {"free": "1"} for number in range(130)}}
    page = await told(OLDER, "?limit=250", wallets=many)
    assert (len(page["data"]), page["pagination"]["limit"]) == (100, 100)
    last = page["data"][-1]["id"]
    assert page["pagination"]["next_uri"] == f"/v2/accounts?limit=100&starting_after={last}"
    page = await told(OLDER, f"?limit=100&starting_after={last}", wallets=many)
    assert (len(page["data"]), page["pagination"]["next_uri"]) == (30, None)
    assert len((await told(OLDER, wallets=many))["data"]) == 25


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        (ACCOUNTS, "?limit=0", 400),
        (ACCOUNTS, "?limit=251", 400),
        (ACCOUNTS, "?cursor=x", 400),
        (OLDER, "?limit=0", 400),
        (OLDER, "?starting_after=nobody", 404),
        ("/api/v3/brokerage/orders/historical/batch", "?limit=x", 400),
    ],
)
@pytest.mark.asyncio
async def test_a_page_that_there_is_not_is_refused(path: str, query: str, status: int) -> None:
    assert (await asked(token(path), path + query))[0] == status


@pytest.mark.asyncio
async def test_us_futures_have_the_spot_dollars_in_their_sums_and_are_not_found_where_there_are_none() -> (
    None
):
    path = "/api/v3/brokerage/cfm/balance_summary"
    summary = (await told(path))["balance_summary"]
    assert {name: summary[name]["value"] for name in summary if name != "liquidation_buffer_percentage"} == {
        "futures_buying_power": "10888.00000000",
        "total_usd_balance": "11000.50000000",
        "cbi_usd_balance": "10000.50000000",
        "cfm_usd_balance": "1000",
        "total_open_orders_hold_amount": "0",
        "unrealized_pnl": "-12.5",
        "daily_realized_pnl": "0",
        "initial_margin": "100",
        "available_margin": "10988.00000000",
        "liquidation_threshold": "0",
        "liquidation_buffer_amount": "10988.00000000",
    }
    assert (await asked(token(path), path, wallets={}))[0] == 404


@pytest.mark.parametrize(
    ("fault", "bent"),
    [
        ({"kind": "bad_number", "value": "NaN"}, b'"available_balance":{"value":"NaN","currency":"BTC"}'),
        ({"kind": "bad_number", "value": "1", "bare": True}, b'"available_balance":{"value":1,"currency"'),
        ({"kind": "duplicate_asset", "key": True}, b',"available_balance":"0.00000000"}'),
        ({"kind": "status", "status": 429}, b'{"error":"rate_limit_exceeded"'),
        ({"kind": "status", "status": 503}, b"<html>"),
        ({"kind": "error", "code": "resource_exhausted", "msg": "m", "status": 429}, b'"resource_exhausted"'),
    ],
)
@pytest.mark.asyncio
async def test_faults_bend_accounts(fault: dict[str, Any], bent: bytes) -> None:
    assert bent in (await asked(token(), faults=[{"path": "*", **fault}]))[1]


@pytest.mark.asyncio
async def test_a_users_calls_are_limited_apart_from_public_ones() -> None:
    play = load_scenario(json.dumps(COINBASE | {"weight_limit": 1}).encode())
    headers = {"Authorization": f"Bearer {token()}"}
    async with Simulator([play], now=Clock()) as simulator, aiohttp.ClientSession() as http:
        statuses = []
        for path, sent in ((ACCOUNTS, headers), ("/v2/time", {}), (ACCOUNTS, headers)):
            async with http.get(simulator.base_url + path, headers=sent) as answer:
                statuses.append(answer.status)
    assert statuses == [200, 200, 429]


# ── clients of others ────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def by_ccxt(**keys: Any) -> AsyncIterator[Any]:
    """ccxt's client as it comes but for its address; numbers as text."""
    play = load_scenario(json.dumps(COINBASE).encode())
    async with Simulator([play], now=wall_clock) as simulator:
        client = ccxt.coinbase({"number": str, "apiKey": NAME, "secret": PEM, **keys})
        client.urls["api"] = {
            name: re.sub(r"^https://[^/]+", simulator.exchange_urls["coinbase"], url)
            for name, url in client.urls["api"].items()
        }
        client.enableRateLimit, client.timeout_on_exit = False, 0
        try:
            yield client
        finally:
            await client.close()


@pytest.mark.parametrize("number", [0, 1], ids=["ES256", "EdDSA"])
@pytest.mark.asyncio
async def test_ccxt_reads_both_lists_and_what_else_needs_a_key(number: int) -> None:
    key = COINBASE["keys"][number]
    async with by_ccxt(apiKey=key["api_key"], secret=key["secret"]) as client:
        advanced = await client.fetch_balance({"v3": True})
        older = await client.fetch_balance()
        futures = await client.fetch_balance({"type": "future"})
        orders = await client.fetch_open_orders()
        portfolios = await client.fetch_portfolios()
        permissions = await client.v3_private_get_brokerage_key_permissions()
    assert advanced["BTC"] == {
        "free": "0.123456789012345678901234567890",
        "used": "0.1",
        "total": "0.22345678901234567890123456789",
    }
    assert (older["ADA"]["total"], "ADA" in advanced) == ("5.04716000", False)
    assert futures["USD"]["total"] == "11000.50000000"
    assert [(order["symbol"], order["status"]) for order in orders] == [("BTC/USD", "open")]
    assert [each["id"] for each in portfolios] == [permissions["portfolio_uuid"]]


@pytest.mark.asyncio
async def test_ccxt_knows_the_refusals_for_what_they_are() -> None:
    async with by_ccxt(apiKey=NAME + "0") as client:
        with pytest.raises(ccxt.AuthenticationError):
            await client.v3_private_get_brokerage_accounts()
    async with by_ccxt(apiKey="may not read") as client:
        with pytest.raises(ccxt.PermissionDenied):
            await client.v3_private_get_brokerage_accounts()


@pytest.mark.asyncio
async def test_a_default_scenario_has_a_key_that_signs() -> None:
    scenario = default_scenario("coinbase_advanced")
    (key,) = scenario.keys
    assert key.api_key.startswith("organizations/")
    assert key.secret.splitlines()[0] == PEM.splitlines()[0]
    assert "BTC" in scenario.wallets["spot"]
    assert key.secret not in (repr(key), default_scenario("coinbase_advanced").keys[0].secret)
