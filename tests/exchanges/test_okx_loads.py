"""An OKX account through Cambist: connected, loaded and valued; what failures of its exchange become."""

from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cambist.core.terms import Credentials, Secret
from tests.exchanges.scenarios import EXCHANGE_PASSPHRASE, SCENARIOS
from tests.exchanges.test_key_limits import while_time_passes
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, Answer, World, world

BALANCE = "/api/v5/account/balance"
CONFIG = "/api/v5/account/config"
STAKING = "/api/v5/finance/staking-defi/orders-active"
TICKERS = "/api/v5/market/tickers"
OKEX = SCENARIOS["okex"]


@pytest_asyncio.fixture(name="okx")
async def _okx(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, OKEX, exchange_timeout_s=0.5) as made:
        yield made


async def connect(okx: World, market: str = "okex", **given: Any) -> Answer:
    return await okx.connect(**{"type": market, "name": "My OKX", "passphrase": EXCHANGE_PASSPHRASE, **given})


async def connected(okx: World, market: str = "okex") -> int:
    answer = await connect(okx, market)
    assert answer.status == 201, answer.raw
    await okx.clock.sleep(3)
    return int(answer.json["id"])


def keys(**changes: Any) -> list[dict[str, Any]]:
    return [{**OKEX["keys"][0], **changes}]


@pytest.mark.asyncio
async def test_every_wallet_is_read_and_valued_debt_and_position_counted_once(okx: World) -> None:
    """BTC 0.75 + 0.1255 at 60000; USDT 1100 − 7.545600000000006 + 11.0010737453457821; ETH −2.0003 at 3000;
    OKB 10 at 50; ETH 1.75 staked."""
    account_id = await connected(okx)
    before = len(okx.simulator.calls)
    loaded = (await okx.load(account_id)).json
    assert (loaded["market_code"], loaded["pretty_display_type"]) == ("okex", "Okex")
    assert loaded["usd_amount"] == "53382.5554737453457761"
    shown = (await okx.call("GET", f"/cambist/v1/accounts/{account_id}/balances")).json
    assert [
        (wallet["wallet"], each["code"], each["total"], each["borrowed"], each["interest"])
        for wallet in shown["wallets"]
        for each in wallet["balances"]
    ] == [
        ("trading", "BTC", "0.75000000", "0.00000000", "0.00000000"),
        ("trading", "USDT", "1092.454399999999994", "0.00000000", "0.00000000"),
        ("trading", "ETH", "-2.00030000", "2", "0.0003"),
        ("funding", "BTC", "0.12550000", "0", "0"),
        ("funding", "OKB", "10.00000000", "0", "0"),
        ("earn", "USDT", "11.0010737453457821", "0", "0"),
        ("staking", "ETH", "1.75", "0", "0"),
    ]
    paths = [call.path for call in okx.simulator.calls[before:] if call.status == 200]
    assert sorted(path for path in paths if path != "/api/v5/public/time") == [
        BALANCE,
        "/api/v5/asset/balances",
        "/api/v5/finance/savings/balance",
        STAKING,
        TICKERS,
    ]


@pytest.mark.asyncio
async def test_the_middle_of_bid_and_ask_is_the_price_where_that_is_chosen(tmp_path: Path) -> None:
    one = {**deepcopy(OKEX), "wallets": {"trading": {"BTC": {"free": "1"}}}}
    async with world(tmp_path, one, price="mid") as okx:
        answer = await connect(okx)
        assert answer.json["usd_amount"] == "60000.0"


@pytest.mark.asyncio
async def test_okex_futures_is_the_trading_account_of_the_same_uid_and_counts_once(okx: World) -> None:
    futures = await connect(okx, "okex_futures")
    assert (futures.status, futures.json["supported_market_types"]) == (201, ["futures"])
    assert futures.json["usd_amount"] == "40091.554399999999994"
    await okx.clock.sleep(3)
    await connected(okx)
    both = (await okx.call("GET", "/accounts/summary")).json
    assert both["usd_amount"] == "53382.5554737453457761"


@pytest.mark.asyncio
async def test_what_is_covered_by_an_account_already_is_not_connected_again(okx: World) -> None:
    await connected(okx)
    futures = await connect(okx, "okex_futures")
    assert (futures.status, futures.json["error"]) == (400, "record_invalid")


@pytest.mark.asyncio
async def test_keys_without_or_with_another_passphrase_are_not_taken(okx: World) -> None:
    missing = await connect(okx, passphrase=None)
    wrong = await connect(okx, passphrase="wrong-passphrase")
    assert (missing.status, missing.json["error_attributes"]) == (400, {"passphrase": ["is missing"]})
    assert (wrong.status, wrong.json["error"]) == (422, "invalid_api_key")


@pytest.mark.asyncio
async def test_an_account_whose_uid_is_not_told_is_not_connected(okx: World) -> None:
    okx.patch("okex", faults=[{"kind": "empty", "path": CONFIG}])
    (refused,) = await while_time_passes(okx, [connect(okx)], timedelta(seconds=1))
    assert (refused.status, refused.json["error"]) == (503, "market_unavailable")
    assert (await okx.call("GET", "/accounts")).json == []


@pytest.mark.asyncio
async def test_other_keys_of_the_same_account_are_known_by_its_uid(okx: World) -> None:
    okx.patch("okex", keys=[*keys(), *keys(api_key="a-second-key")])
    await connected(okx)
    again = await connect(okx, api_key="a-second-key")
    assert (again.status, again.json["error_attributes"]) == (
        400,
        {"api_key": ["This account is already connected!"]},
    )


@pytest.mark.asyncio
async def test_keys_that_may_withdraw_are_refused(okx: World) -> None:
    okx.patch("okex", keys=keys(permissions=["read", "withdraw"]))
    refused = await connect(okx)
    assert (refused.status, refused.json["error_attributes"]) == (
        400,
        {"api_key": ["may withdraw: make one without that right"]},
    )


def error(code: str, status: int, msg: str = "Words of the exchange.") -> dict[str, Any]:
    return {"kind": "error", "path": BALANCE, "code": code, "msg": msg, "status": status}


# (what OKX answers, status, error, the keys' state)
CASES: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "an unknown key": (error("50111", 401), 422, "invalid_api_key", "invalid"),
    "a deleted key, said with a 200": (error("50119", 200), 422, "invalid_api_key", "invalid"),
    "a wrong signature": (error("50113", 401), 422, "invalid_api_key", "invalid"),
    "a wrong passphrase": (error("50105", 401), 422, "invalid_api_key", "invalid"),
    "no authorization": (error("50114", 401), 422, "invalid_api_key", "invalid"),
    "another address": (error("50110", 401), 422, "invalid_api_key", "ip_not_allowed"),
    "no permission": (error("50120", 401), 422, "invalid_api_key", "no_permission"),
    "no permission, said with a 200": (error("50120", 200), 422, "invalid_api_key", "no_permission"),
    "too many requests": (error("50011", 429), 503, "market_rate_limited", "ok"),
    "too many requests, said with a 200": (error("50061", 200), 503, "market_rate_limited", "ok"),
    "not available": (error("50001", 503), 503, "market_unavailable", "ok"),
    "busy, said with a 200": (error("50013", 200), 503, "market_unavailable", "ok"),
    "a time-out": (error("50004", 400), 504, "market_timeout", "ok"),
    "a blocked account": (error("50007", 200), 422, "unknown_market_api_error", "ok"),
    "prices not available": (
        {**error("50026", 500), "path": TICKERS},
        503,
        "market_unavailable",
        "ok",
    ),
    "an empty answer": ({"kind": "empty", "path": BALANCE}, 503, "market_unavailable", "ok"),
    "a web page": ({"kind": "html", "path": BALANCE}, 503, "market_unavailable", "ok"),
    "an asset twice": ({"kind": "duplicate_asset", "path": BALANCE}, 503, "market_unavailable", "ok"),
    "a key twice": (
        {"kind": "duplicate_asset", "path": BALANCE, "key": True},
        503,
        "market_unavailable",
        "ok",
    ),
    "a stalling number": ({"kind": "bad_number", "path": BALANCE}, 503, "market_unavailable", "ok"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES)
async def test_what_okx_refuses_with_says_what_the_keys_are_and_changes_no_amount(
    okx: World, case: str
) -> None:
    fault, status, name, state = CASES[case]
    account_id = await connected(okx)
    before = (await okx.call("GET", f"/accounts/{account_id}")).json
    okx.patch("okex", faults=[fault])

    answer = await okx.load(account_id)

    assert (answer.status, answer.json["error"]) == (status, name), answer.raw
    after = (await okx.call("GET", f"/accounts/{account_id}")).json
    assert after["usd_amount"] == before["usd_amount"]
    account = await okx.cambist.outside.accounts.get((await okx.owner()).id, account_id)
    assert account.key_state == state


@pytest.mark.parametrize("path", ["/api/v5/asset/balances", "/api/v5/finance/savings/balance", STAKING])
@pytest.mark.asyncio
async def test_a_wallet_that_does_not_answer_makes_the_load_partial_and_no_smaller(
    okx: World, path: str
) -> None:
    account_id = await connected(okx)
    okx.patch("okex", faults=[{"kind": "html", "path": path}])
    loaded = await okx.load(account_id)
    assert (loaded.status, loaded.json["usd_amount"]) == (201, "53382.5554737453457761")
    account = await okx.cambist.outside.accounts.get((await okx.owner()).id, account_id)
    assert not account.complete


@pytest.mark.asyncio
async def test_networks_addresses_and_open_orders_are_told(okx: World) -> None:
    networks = [{"network": "BTC-Bitcoin", "address": "address-of-the-test"}]
    order = {
        "symbol": "BTCUSDT",
        "side": "buy",
        "price": "1",
        "quantity": "2",
        "time": "2023-06-19T00:00:00Z",
    }
    okx.patch("okex", coins={"BTC": {"name": "Bitcoin", "networks": networks}}, orders=[order] * 102)
    await connected(okx)
    market = okx.cambist.outside.exchanges.market("okex")
    inquiries = okx.cambist.outside.inquiries
    credentials = _credentials()
    assert await inquiries.open_orders(market, credentials) == 102
    (bitcoin,) = await inquiries.currencies(market, credentials)
    assert [network.code for network in bitcoin.networks] == ["BTC-Bitcoin"]
    address = await inquiries.deposit_address(market, credentials, "BTC", "BTC-Bitcoin")
    assert (address.address, address.tag) == ("address-of-the-test", "")


def _credentials() -> Credentials:
    return Credentials(EXCHANGE_KEY, Secret(EXCHANGE_SECRET), Secret(EXCHANGE_PASSPHRASE))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("50030", "the keys may not read it"),
        ("50051", "Not in your country."),
        ("50041", "Not in your country."),
    ],
)
@pytest.mark.asyncio
async def test_a_wallet_that_okx_does_not_open_for_an_account_is_not_covered(
    okx: World, code: str, reason: str
) -> None:
    refused = {**error(code, 200, "Not in your country."), "path": "/api/v5/finance/*"}
    okx.patch("okex", faults=[refused])
    account_id = await connected(okx)
    account = await okx.cambist.outside.accounts.get((await okx.owner()).id, account_id)
    assert account.coverage.wallets == ("trading", "funding")
    assert [(gone.wallet, gone.reason) for gone in account.coverage.not_covered] == [
        ("earn", reason),
        ("staking", reason),
    ]
