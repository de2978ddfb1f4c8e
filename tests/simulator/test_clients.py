"""Independent clients, as they come, must take the simulator for the exchange."""

import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import ccxt.async_support as ccxt
import pytest
from binance import AsyncClient
from binance.exceptions import BinanceAPIException

from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.simulator.worlds import ACCOUNT, WORLD

CODES = {"binance": "binance", "binanceus": "binance_us"}


def wall_clock() -> datetime:
    """The clients read the machine's clock, so here the simulator does too."""
    return datetime.fromtimestamp(time.time(), UTC)


@asynccontextmanager
async def exchange(ccxt_id: str, **options: Any) -> AsyncIterator[tuple[Any, Simulator]]:
    """A ccxt client of that exchange, pointed at a simulator of it."""
    world = WORLD | {"exchange": CODES[ccxt_id], **options.pop("world", {})}
    simulator = Simulator([load_scenario(json.dumps(world).encode())], now=wall_clock)
    client = getattr(ccxt, ccxt_id)({"apiKey": "demo-key", "secret": "demo-secret", **options})
    async with simulator:
        base = simulator.exchange_urls[ccxt_id]
        client.urls["api"] = {
            name: re.sub(r"^https://[^/]+", base, url)
            for name, url in client.urls["api"].items()
            if isinstance(url, str)
        }
        client.number, client.has["fetchCurrencies"] = str, False
        client.options["fetchMarkets"], client.options["fetchMargins"] = {"types": ["spot"]}, False
        client.enableRateLimit, client.timeout_on_exit = False, 0
        try:
            yield client, simulator
        finally:
            await client.close()


@pytest.mark.parametrize("ccxt_id", CODES)
@pytest.mark.asyncio
async def test_ccxt_reads_markets_balances_and_tickers_with_the_exact_texts(ccxt_id: str) -> None:
    async with exchange(ccxt_id, world={"halted": ["ETHBTC"], "symbols": 40}) as (client, simulator):
        markets = await client.load_markets()
        balance = await client.fetch_balance({"omitZeroBalances": "true"})
        tickers = await client.fetch_tickers(["BTC/USD", "ETH/BTC"])
        prices = await client.fetch_last_prices()
        offset = await client.load_time_difference()
    assert len(markets) == 40
    assert (markets["BTC/USD"]["active"], markets["ETH/BTC"]["active"]) == (True, False)
    assert balance["BTC"]["free"] == "0.123456789012345678901234567890"
    assert balance["info"]["balances"][0]["free"] == "0.123456789012345678901234567890"
    assert (balance["BTC"]["used"], balance["BTC"]["total"]) == ("0.1", "0.22345678901234567890123456789")
    assert sorted(balance["total"]) == ["BTC", "USDT"]
    assert {symbol: ticker["last"] for symbol, ticker in tickers.items()} == {
        "BTC/USD": "63722.1",
        "ETH/BTC": "0.04085",
    }
    assert prices["BTC/USDT"]["price"] == "63656.710"
    assert abs(offset) < 5000
    assert {call.status for call in simulator.calls} == {200}


@pytest.mark.parametrize(
    ("changes", "failure", "code"),
    [
        ({"secret": "wrong"}, ccxt.AuthenticationError, "-1022"),
        ({"apiKey": "unknown"}, ccxt.AuthenticationError, "-2015"),
        ({"world": {"faults": [{"kind": "clock_skew", "skew_ms": 70_000}]}}, ccxt.InvalidNonce, "-1021"),
        (
            {"world": {"keys": [WORLD["keys"][0] | {"ips": ["203.0.113.9"]}]}},
            ccxt.AuthenticationError,
            "-2015",
        ),
        ({"world": {"weight_limit": 10}}, ccxt.DDoSProtection, "-1003"),
        ({"world": {"faults": [{"path": ACCOUNT, "kind": "reset"}]}}, ccxt.NetworkError, "binanceus GET"),
    ],
)
@pytest.mark.asyncio
async def test_ccxt_knows_the_failures_for_what_they_are(
    changes: Any, failure: type[Exception], code: str
) -> None:
    async with exchange("binanceus", **changes) as (client, _):
        client.set_markets({})
        with pytest.raises(failure, match=code):
            await client.fetch_balance()


@pytest.mark.asyncio
async def test_ccxt_finds_the_skewed_clock_and_corrects_for_it() -> None:
    world = {"faults": [{"kind": "clock_skew", "skew_ms": -70_000}]}
    async with exchange("binanceus", world=world) as (client, _):
        client.set_markets({})
        await client.load_time_difference()
        assert (await client.fetch_balance())["USDT"]["total"] == "24"


@pytest.mark.asyncio
async def test_ccxt_reads_the_funding_wallet_and_the_keys_restrictions() -> None:
    async with exchange("binance") as (client, _):
        client.set_markets({})
        funding = await client.fetch_balance({"type": "funding"})
        restrictions = await client.sapi_get_account_apirestrictions()
    assert funding["ETH"]["free"] == "1.5"
    assert (restrictions["enableReading"], restrictions["enableWithdrawals"]) == (True, False)


@asynccontextmanager
async def python_binance(secret: str = "demo-secret") -> AsyncIterator[tuple[AsyncClient, Simulator]]:
    scenario = load_scenario(json.dumps(WORLD | {"exchange": "binance"}).encode())
    async with Simulator([scenario], now=wall_clock) as simulator:
        client = AsyncClient("demo-key", secret)
        client.API_URL = simulator.exchange_urls["binance"] + "/api"
        client.MARGIN_API_URL = simulator.exchange_urls["binance"] + "/sapi"
        try:
            yield client, simulator
        finally:
            await client.close_connection()


@pytest.mark.asyncio
async def test_python_binance_reads_account_prices_time_and_market_list() -> None:
    async with python_binance() as (client, simulator):
        assert await client.ping() == {}
        assert abs((await client.get_server_time())["serverTime"] - time.time() * 1000) < 5000
        assert (await client.get_account())["balances"][0]["free"] == "0.123456789012345678901234567890"
        assert (await client.get_asset_balance("USDT"))["free"] == "24.00000000"
        assert (await client.get_symbol_ticker(symbol="BTCUSDT"))["price"] == "63656.710"
        assert len(await client.get_all_tickers()) == len(await client.get_ticker()) == 3
        assert (await client.get_orderbook_ticker(symbol="ETHBTC"))["askPrice"] == "0.04086"
        assert (await client.get_symbol_info("ETHBTC"))["quoteAsset"] == "BTC"
        assert [row["asset"] for row in await client.funding_wallet()] == ["ETH"]
        assert (await client.get_account_api_permissions())["enableReading"] is True
        assert {call.status for call in simulator.calls} == {200}
        assert int(client.response.headers["X-SAPI-USED-IP-WEIGHT-1M"]) == 1  # of this path alone


LENT = {"free": "3.5", "locked": "0.5", "borrowed": "1.25", "interest": "0.00000001"}
EVERY_WALLET = {
    "earn_flexible": {"USDT": {"free": "75.46"}},
    "earn_locked": {"AXS": {"free": "122.09202928"}},
    "cross_margin": {"BNB": LENT},
    "isolated_margin": {"BTC": LENT, "USDT": {"free": "10"}},
    "futures_usdm": {"USDT": {"free": "23.72469206", "locked": "1", "unrealized": "-30.5"}},
    "futures_coinm": {"BTC": {"free": "0.5", "unrealized": "0.125"}},
    "portfolio_margin": {"USDT": {**LENT, "unrealized": "-9"}},
}


@pytest.mark.asyncio
async def test_python_binance_reads_every_wallet() -> None:
    async with python_binance() as (client, simulator):
        simulator.patch("binance", json.dumps({"wallets": EVERY_WALLET}).encode())
        base = simulator.exchange_urls["binance"]
        client.FUTURES_URL, client.FUTURES_COIN_URL = base + "/fapi", base + "/dapi"
        client.PAPI_URL = base + "/papi"
        flexible = await client.get_simple_earn_flexible_product_position(size=100)
        locked = await client.get_simple_earn_locked_product_position(current=1)
        cross = await client.get_margin_account()
        isolated = await client.get_isolated_margin_account()
        usdm = await client.futures_account()
        coinm = await client.futures_coin_account()
        (portfolio,) = await client.papi_get_balance()
    assert [(row["asset"], row["totalAmount"]) for row in flexible["rows"]] == [("USDT", "75.46000000")]
    assert [(row["asset"], row["amount"]) for row in locked["rows"]] == [("AXS", "122.09202928")]
    assert [(row["asset"], row["netAsset"]) for row in cross["userAssets"]] == [("BNB", "2.74999999")]
    (pair,) = isolated["assets"]
    assert (pair["symbol"], pair["baseAsset"]["netAsset"]) == ("BTCUSDT", "2.74999999")
    assert pair["quoteAsset"]["free"] == "10"
    assert [(row["asset"], row["marginBalance"]) for row in usdm["assets"]] == [("USDT", "-5.77530794")]
    assert usdm["positions"][0]["unrealizedProfit"] == "-30.5"
    assert [(row["asset"], row["marginBalance"]) for row in coinm["assets"]] == [("BTC", "0.62500000")]
    assert (portfolio["totalWalletBalance"], portfolio["umUnrealizedPNL"]) == ("4.0", "-9")
    assert {call.status for call in simulator.calls} == {200}


@pytest.mark.asyncio
async def test_python_binance_is_told_of_a_wrong_secret() -> None:
    async with python_binance("wrong") as (client, _):
        with pytest.raises(BinanceAPIException) as refused:
            await client.get_account()
    assert (refused.value.status_code, refused.value.code) == (400, -1022)
