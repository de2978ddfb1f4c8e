"""OKX's protocol on the wire: exact texts, the checks in the exchange's own words, limits of each path."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import pytest

from cambist.simulator.scenario import default_scenario
from tests.simulator.worlds import Seen, World, play

ACCOUNT = "/api/v5/account/balance"
TICKERS = "/api/v5/market/tickers?instType=SPOT"
NOW = "2024-09-18T12:00:00.123Z"  # what the simulator's clock shows
OKX: dict[str, Any] = {
    "exchange": "okex",
    "keys": [{"api_key": "demo-key", "secret": "demo-secret", "passphrase": "demo-pass", "uid": "1001"}],
    "wallets": {
        "trading": {
            "BTC": {"free": "0.123456789012345678901234567890", "locked": "0.1"},
            "USDT": {"free": "24.00", "unrealized": "-30.005", "interest": "0.5"},
            "ETH": {"free": "0", "borrowed": "2", "interest": "0.0003"},
        },
        "funding": {"ETH": {"free": "1.5", "freeze": "0.25"}, "XRP": {"free": "0"}},
        "earn": {"USDT": {"free": "0.5", "locked": "10"}},
        "staking": {"DOT": {"free": "2", "locked": "0.5"}},
    },
    "prices": {"BTCUSDT": "63656.710", "ETHBTC": "0.04085"},
    "halted": ["ETHBTC"],
}


async def signed(world: World, path: str = ACCOUNT, **changes: Any) -> Seen:
    """A GET signed as the demo key; `changes` are headers, the secret, what is signed, and parameters."""
    secret = changes.pop("secret", "demo-secret")
    headers = {
        "OK-ACCESS-KEY": changes.pop("key", "demo-key"),
        "OK-ACCESS-TIMESTAMP": changes.pop("timestamp", NOW),
        "OK-ACCESS-PASSPHRASE": changes.pop("passphrase", "demo-pass"),
        **changes.pop("headers", {}),
    }
    method = changes.pop("method", "GET")
    target = path + ("?" + urlencode(changes) if changes else "")
    text = headers["OK-ACCESS-TIMESTAMP"] + "GET" + target
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    headers.setdefault("OK-ACCESS-SIGN", base64.b64encode(digest).decode())
    return await world.get(target, method=method, headers=headers)


@pytest.mark.asyncio
async def test_the_trading_account_tells_equity_net_of_debt_with_the_profit_of_positions() -> None:
    async with play(OKX) as world:
        seen = await signed(world)
    assert seen.json["code"] == "0"
    told = [
        {
            name: row[name]
            for name in ("ccy", "availBal", "frozenBal", "cashBal", "liab", "interest", "upl", "eq")
        }
        for row in seen.json["data"][0]["details"]
    ]
    zero = "0.00000000"
    assert told == [
        {
            "ccy": "BTC",
            "availBal": "0.123456789012345678901234567890",
            "frozenBal": "0.1",
            "cashBal": "0.223456789012345678901234567890",
            "liab": zero,
            "interest": zero,
            "upl": zero,
            "eq": "0.223456789012345678901234567890",
        },
        {
            "ccy": "USDT",
            "availBal": "24.00",
            "frozenBal": zero,
            "cashBal": "24.00000000",
            "liab": zero,
            "interest": "0.5",
            "upl": "-30.005",
            "eq": "-6.50500000",
        },
        {
            "ccy": "ETH",
            "availBal": "0",
            "frozenBal": zero,
            "cashBal": "-2.00000000",
            "liab": "2",
            "interest": "0.0003",
            "upl": zero,
            "eq": "-2.00030000",
        },
    ]


@pytest.mark.asyncio
async def test_the_other_wallets_and_the_configuration_are_told() -> None:
    async with play(OKX) as world:
        funds = (await signed(world, "/api/v5/asset/balances")).json
        savings = (await signed(world, "/api/v5/finance/savings/balance")).json
        config = (await signed(world, "/api/v5/account/config")).json
        some = (await signed(world, ACCOUNT, ccy="ETH,XRP")).json
    assert funds["data"] == [
        {"availBal": "1.5", "bal": "1.75000000", "ccy": "ETH", "frozenBal": "0.25000000"}
    ]
    assert [(row["ccy"], row["amt"], row["loanAmt"]) for row in savings["data"]] == [("USDT", "10.5", "10")]
    (told,) = config["data"]
    assert (told["uid"], told["perm"], told["ip"]) == ("1001", "read_only", "")
    assert [row["ccy"] for row in some["data"][0]["details"]] == ["ETH"]


@pytest.mark.asyncio
async def test_pairs_prices_and_the_time_are_public() -> None:
    async with play(OKX) as world:
        pairs = (await world.get("/api/v5/public/instruments?instType=SPOT")).json["data"]
        prices = (await world.get(TICKERS)).json["data"]
        swaps = (await world.get("/api/v5/market/tickers?instType=SWAP")).json
        time = (await world.get("/api/v5/public/time")).json
        nothing = await world.get("/api/v5/market/tickers")
    assert [(row["instId"], row["baseCcy"], row["quoteCcy"], row["state"]) for row in pairs] == [
        ("BTC-USDT", "BTC", "USDT", "live"),
        ("ETH-BTC", "ETH", "BTC", "suspend"),
    ]
    assert [(row["instId"], row["last"], row["bidPx"], row["askPx"]) for row in prices] == [
        ("BTC-USDT", "63656.710", "63656.709", "63656.711"),
        ("ETH-BTC", "0.04085", "0.04084", "0.04086"),
    ]
    assert swaps == {"code": "0", "data": [], "msg": ""}
    assert time["data"] == [{"ts": "1726660800123"}]
    assert (nothing.status, nothing.json["code"]) == (400, "50014")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"headers": {"OK-ACCESS-KEY": ""}}, 401, "50103"),
        ({"passphrase": ""}, 401, "50104"),
        ({"headers": {"OK-ACCESS-SIGN": ""}}, 401, "50106"),
        ({"timestamp": ""}, 401, "50107"),
        ({"headers": {"x-simulated-trading": "1"}}, 401, "50101"),
        ({"key": "other"}, 401, "50119"),
        ({"key": "elsewhere"}, 401, "50110"),
        ({"timestamp": "1726660800123"}, 401, "50112"),
        ({"timestamp": "2024-13-18T12:00:00.123Z"}, 401, "50112"),
        ({"timestamp": "2024-09-18T11:59:30.122Z"}, 401, "50102"),
        ({"timestamp": "2024-09-18T12:00:30.124Z"}, 401, "50102"),
        ({"timestamp": "2024-09-18T11:59:30.123Z"}, 200, "0"),
        ({"secret": "wrong"}, 401, "50113"),
        ({"passphrase": "wrong"}, 401, "50105"),
        ({"key": "blind"}, 401, "50120"),
        ({"method": "POST"}, 405, "50115"),
        ({"path": "/api/v5/nothing"}, 404, "404"),
        ({"path": "/api/v5/asset/deposit-address"}, 400, "50014"),
        ({"path": "/api/v5/asset/deposit-address", "ccy": "NONE"}, 400, "51000"),
        ({"path": "/api/v5/trade/orders-pending", "limit": "many"}, 400, "51000"),
    ],
)
@pytest.mark.asyncio
async def test_a_call_is_checked_as_the_exchange_checks_it(
    changes: dict[str, Any], status: int, code: str
) -> None:
    others = [
        {"api_key": "elsewhere", "secret": "demo-secret", "passphrase": "demo-pass", "ips": ["203.0.113.9"]},
        {"api_key": "blind", "secret": "demo-secret", "passphrase": "demo-pass", "permissions": ["trade"]},
    ]
    async with play({**OKX, "keys": [*OKX["keys"], *others]}) as world:
        seen = await signed(world, **changes)
    assert (seen.status, seen.json["code"]) == (status, code)


@pytest.mark.asyncio
async def test_each_path_has_its_own_limit_and_that_of_a_key_is_its_own() -> None:
    other = {"api_key": "other", "secret": "demo-secret", "passphrase": "demo-pass"}
    async with play({**OKX, "keys": [*OKX["keys"], other], "weight_limit": 45}) as world:
        seen = [await signed(world) for _ in range(3)]
        assert [each.status for each in seen] == [200, 200, 429]
        assert (seen[2].json["code"], seen[2].headers.get("Retry-After")) == ("50011", None)
        assert (await signed(world, key="other")).status == 200
        assert (await signed(world, "/api/v5/asset/balances")).status == 200
        assert [(await world.get(TICKERS)).status for _ in range(5)] == [200, 200, 200, 200, 429]


@pytest.mark.asyncio
async def test_a_scenario_may_have_each_paths_limit_in_two_seconds_kept_of_a_user_or_an_address() -> None:
    again = {"secret": "demo-secret", "passphrase": "demo-pass"}
    keys = [*OKX["keys"], {**again, "api_key": "same", "uid": "1001"}, {**again, "api_key": "other"}]
    staking, time = "/api/v5/finance/staking-defi/orders-active", "/api/v5/public/time"
    async with play({**OKX, "keys": keys, "path_limits": True}) as world:
        seen = [await signed(world, staking, key=key) for key in (*["demo-key"] * 6, "same", "other")]
        public = [await world.get(time) for _ in range(11)]
        world.clock.advance(seconds=2)
        later = [await signed(world, staking, timestamp="2024-09-18T12:00:02.123Z"), await world.get(time)]
    assert [each.status for each in seen] == [200] * 6 + [429, 200]
    assert [each.status for each in public] == [200] * 10 + [429]
    assert (seen[6].json["code"], public[10].json["code"]) == ("50011", "50011")
    assert [each.status for each in later] == [200, 200]


@pytest.mark.asyncio
async def test_open_orders_come_newest_first_in_pages() -> None:
    order = {
        "symbol": "BTCUSDT",
        "side": "buy",
        "price": "1",
        "quantity": "2",
        "time": "2024-09-18T00:00:00Z",
    }
    path = "/api/v5/trade/orders-pending"
    async with play({**OKX, "orders": [order] * 103}) as world:
        first = (await signed(world, path)).json["data"]
        second = (await signed(world, path, after=first[-1]["ordId"])).json["data"]
        two = (await signed(world, path, limit="2")).json["data"]
    assert [row["ordId"] for row in (first[0], first[-1], *second)] == ["103", "4", "3", "2", "1"]
    assert [(row["ordId"], row["instId"], row["px"], row["sz"], row["side"]) for row in two] == [
        ("103", "BTC-USDT", "1", "2", "buy"),
        ("102", "BTC-USDT", "1", "2", "buy"),
    ]


@pytest.mark.asyncio
async def test_networks_and_addresses_are_told() -> None:
    networks = [
        {"network": "TON-TON", "address": "UQ", "tag": "77", "fee": "0.01", "step": "0.001"},
        {"network": "TON-OKTC", "deposits": False},
    ]
    async with play({**OKX, "coins": {"TON": {"name": "Toncoin", "networks": networks}}}) as world:
        coins = (await signed(world, "/api/v5/asset/currencies")).json["data"]
        addresses = (await signed(world, "/api/v5/asset/deposit-address", ccy="TON")).json["data"]
    assert [
        (
            row["ccy"],
            row["name"],
            row["chain"],
            row["mainNet"],
            row["canDep"],
            row["needTag"],
            row["wdTickSz"],
        )
        for row in coins
    ] == [
        ("TON", "Toncoin", "TON-TON", True, True, True, "3"),
        ("TON", "Toncoin", "TON-OKTC", False, False, False, "8"),
    ]
    assert addresses == [
        {
            "chain": "TON-TON",
            "ctAddr": "",
            "ccy": "TON",
            "to": "6",
            "addr": "UQ",
            "selected": True,
            "tag": "77",
        }
    ]


@pytest.mark.parametrize(
    ("path", "row", "number"),
    [
        (ACCOUNT, "USDT", "eq"),
        ("/api/v5/asset/balances", "ETH", "bal"),
        ("/api/v5/finance/savings/balance", "USDT", "amt"),
        ("/api/v5/finance/staking-defi/orders-active", "DOT", "amt"),
        ("/api/v5/market/tickers", "ETH-BTC", "last"),
    ],
)
@pytest.mark.asyncio
async def test_a_fault_finds_the_row_and_the_number_that_it_is_to_bend(
    path: str, row: str, number: str
) -> None:
    fault = {"path": path, "kind": "bad_number", "value": "many", "row": row}
    async with play({**OKX, "faults": [fault]}) as world:
        answer = await (world.get(TICKERS) if path in TICKERS else signed(world, path))
    data = answer.json["data"]
    rows = data[0].get("details", data[0].get("investData", data))
    assert [each[number] for each in rows if each.get("ccy", each.get("instId")) == row] == ["many"]
    assert "many" not in [each[number] for each in rows if each.get("ccy", each.get("instId")) != row]


def test_a_default_scenario_holds_its_assets_in_the_trading_account_and_has_a_passphrase() -> None:
    scenario = default_scenario("okex", assets=50)
    assert list(scenario.wallets) == ["trading"]
    assert len(scenario.wallets["trading"]) == 50
    (key,) = scenario.keys
    assert len(key.passphrase) == 32
    assert key.passphrase not in (key.secret, repr(key), default_scenario("okex").keys[0].passphrase)
