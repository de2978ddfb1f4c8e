"""ccxt and python-okx, as they come, must take the simulator for OKX."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import ccxt.async_support as ccxt
import pytest
from okx.Account import AccountAPI
from okx.Finance.Savings import SavingsAPI
from okx.Finance.StakingDefi import StakingDefiAPI
from okx.Funding import FundingAPI
from okx.MarketData import MarketAPI

from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.simulator.test_clients import wall_clock
from tests.simulator.test_okx import OKX

REAL = "0"  # python-okx's flag for trading that is not simulated


def simulator(**changes: Any) -> Simulator:
    return Simulator([load_scenario(json.dumps(OKX | changes).encode())], now=wall_clock)


@asynccontextmanager
async def ccxt_okx(played: Simulator, **changes: Any) -> AsyncIterator[Any]:
    keys = {"apiKey": "demo-key", "secret": "demo-secret", "password": "demo-pass", **changes}
    client = ccxt.okx({**keys, "enableRateLimit": False, "options": {"fetchMarkets": {"types": ["spot"]}}})
    client.number = str
    client.urls["api"] = {"rest": played.exchange_urls["okx"]}
    try:
        yield client
    finally:
        await client.close()


@pytest.mark.asyncio
async def test_ccxt_reads_wallets_pairs_prices_and_the_time() -> None:
    async with simulator() as played, ccxt_okx(played) as client:
        markets = await client.load_markets()
        trading = await client.fetch_balance()
        funding = await client.fetch_balance({"type": "funding"})
        tickers = await client.fetch_tickers(["BTC/USDT"])
        offset = await client.load_time_difference()
    assert (markets["BTC/USDT"]["active"], markets["ETH/BTC"]["active"]) == (True, False)
    assert trading["BTC"]["free"] == "0.123456789012345678901234567890"
    assert trading["total"] == {
        "BTC": "0.223456789012345678901234567890",
        "USDT": "-6.50500000",
        "ETH": "-2.00030000",
    }
    assert funding["ETH"] == {"free": "1.5", "used": "0.25000000", "total": "1.75000000"}
    assert tickers["BTC/USDT"]["last"] == "63656.710"
    assert abs(offset) < 5000
    assert {call.status for call in played.calls} == {200}


@pytest.mark.parametrize(
    ("changes", "world", "failure", "code"),
    [
        ({"secret": "wrong"}, {}, ccxt.AuthenticationError, "50113"),
        ({"password": "wrong"}, {}, ccxt.AuthenticationError, "50105"),
        ({"apiKey": "unknown"}, {}, ccxt.ExchangeError, "50119"),
        ({}, {"faults": [{"kind": "clock_skew", "skew_ms": 70_000}]}, ccxt.InvalidNonce, "50102"),
        ({}, {"weight_limit": 10}, ccxt.RateLimitExceeded, "50011"),
    ],
)
@pytest.mark.asyncio
async def test_ccxt_knows_the_failures_for_what_they_are(
    changes: dict[str, Any], world: dict[str, Any], failure: type[Exception], code: str
) -> None:
    async with simulator(**world) as played, ccxt_okx(played, **changes) as client:
        client.set_markets({})
        with pytest.raises(failure, match=code):
            await client.fetch_balance()


def _by_python_okx(address: str, secret: str = "demo-secret") -> dict[str, Any]:
    asked = ("demo-key", secret, "demo-pass", None, REAL, address)
    with AccountAPI(*asked) as account, FundingAPI(*asked) as funding, SavingsAPI(*asked) as savings:
        told = {
            "trading": account.get_account_balance(),
            "some": account.get_account_balance("ETH,XRP"),
            "config": account.get_account_config(),
            "funding": funding.get_balances(),
            "earn": savings.get_saving_balance(),
        }
    with StakingDefiAPI(*asked) as staking:
        told["staking"] = staking.get_activity_orders()
    with MarketAPI(flag=REAL, domain=address) as market:
        told["tickers"] = market.get_tickers("SPOT")
    return told


@pytest.mark.asyncio
async def test_python_okx_reads_every_wallet_the_configuration_and_prices() -> None:
    async with simulator() as played:
        told = await asyncio.to_thread(_by_python_okx, played.exchange_urls["okx"])
    assert {name: answer["code"] for name, answer in told.items()} == dict.fromkeys(told, "0")
    trading = {row["ccy"]: row["eq"] for row in told["trading"]["data"][0]["details"]}
    assert trading == {
        "BTC": "0.223456789012345678901234567890",
        "USDT": "-6.50500000",
        "ETH": "-2.00030000",
    }
    assert [row["ccy"] for row in told["some"]["data"][0]["details"]] == ["ETH"]
    assert told["config"]["data"][0]["uid"] == "1001"
    assert [(row["ccy"], row["bal"]) for row in told["funding"]["data"]] == [("ETH", "1.75000000")]
    assert [(row["ccy"], row["amt"]) for row in told["earn"]["data"]] == [("USDT", "10.5")]
    assert [(row["state"], row["investData"]) for row in told["staking"]["data"]] == [
        ("1", [{"ccy": "DOT", "amt": "2"}]),
        ("2", [{"ccy": "DOT", "amt": "0.5"}]),
    ]
    assert [row["last"] for row in told["tickers"]["data"]] == ["63656.710", "0.04085"]


def _histories_by_python_okx(address: str) -> dict[str, Any]:
    asked = ("demo-key", "demo-secret", "demo-pass", None, REAL, address)
    with AccountAPI(*asked) as account, FundingAPI(*asked) as funding, SavingsAPI(*asked) as savings:
        return {
            "trading": account.get_account_bills_archive(limit="2"),
            "funding": funding._request_with_params("GET", "/api/v5/asset/bills-history", {}),
            "deposits": funding.get_deposit_history(),
            "withdrawals": funding.get_withdrawal_history(),
            "lent": savings.get_lending_history(),
        }


@pytest.mark.asyncio
async def test_python_okx_reads_every_history() -> None:
    at = (wall_clock() - timedelta(hours=2)).isoformat()
    here: dict[str, str] = {"asset": "USDT", "time": at, "wallet": "funding"}
    flows = [
        {**here, "kind": "deposit", "amount": "5", "tx": "0xin"},
        {**here, "kind": "withdrawal", "amount": "7", "fee": "1", "state": "pending"},
        {**here, "kind": "transfer", "amount": "8", "to": "earn"},
        {**here, "kind": "reward", "amount": "0.1", "wallet": "earn"},
    ]
    bought = {"symbol": "BTCUSDT", "side": "buy", "price": "60000", "quantity": "0.1", "fee": "0.0001"}
    async with simulator(flows=flows, trades=[{**bought, "time": at}]) as played:
        told = await asyncio.to_thread(_histories_by_python_okx, played.exchange_urls["okx"])
    assert [(row["ccy"], row["balChg"], row["fee"]) for row in told["trading"]["data"]] == [
        ("USDT", "-6000.0", "0"),
        ("BTC", "0.0999", "-0.0001"),
    ]
    assert [(row["type"], row["balChg"]) for row in told["funding"]["data"]] == [
        ("75", "-8"),
        ("2", "-8"),
        ("1", "5"),
    ]
    (deposit,), (withdrawal,) = told["deposits"]["data"], told["withdrawals"]["data"]
    assert (deposit["amt"], deposit["state"], deposit["txId"]) == ("5", "2", "0xin")
    assert (withdrawal["amt"], withdrawal["fee"], withdrawal["state"]) == ("7", "1", "0")
    assert [(row["ccy"], row["earnings"]) for row in told["lent"]["data"]] == [("USDT", "0.1")]


@pytest.mark.asyncio
async def test_python_okx_is_told_of_a_wrong_secret() -> None:
    async with simulator() as played:
        told = await asyncio.to_thread(_by_python_okx, played.exchange_urls["okx"], "wrong")
    assert (told["trading"]["code"], told["tickers"]["code"]) == ("50113", "0")
