"""ccxt's clients, as they come, must take the simulator for Coinbase and Bitstamp where they need no key."""

import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import ccxt.async_support as ccxt
import pytest

from cambist.simulator.scenario import default_scenario, load_scenario
from cambist.simulator.server import Simulator

PRICES = {
    "BTCUSD": "63722.1",
    "BTCEUR": "57001.37",
    "ETHBTC": "0.04085",
    "DOGEUSD": "0.10523",
    "FREEUSD": "0",
}
PRODUCT = "/api/v3/brokerage/market/products/BTC-USD"
COINBASE_TICKER = PRODUCT + "/ticker?limit=1"
BITSTAMP_TICKER = "/api/v2/ticker/btcusd/"
# {ccxt id: the market code that plays it}.
PLAYED = {"bitstamp": "bitstamp", "coinbase": "coinbase_advanced"}


@asynccontextmanager
async def played(exchange: str, **changes: Any) -> AsyncIterator[Simulator]:
    document = {"exchange": PLAYED[exchange], "prices": PRICES, "halted": ["ETHUSD", "DOGEUSD"], **changes}
    scenario = load_scenario(json.dumps(document).encode())
    async with Simulator([scenario], now=lambda: datetime.fromtimestamp(time.time(), UTC)) as simulator:
        yield simulator


@asynccontextmanager
async def by_ccxt(exchange: str, **changes: Any) -> AsyncIterator[Any]:
    """ccxt's client of that exchange as it comes but for its address; numbers as text."""
    async with played(exchange, **changes) as simulator:
        client = getattr(ccxt, exchange)({"number": str})
        base = simulator.exchange_urls[exchange]
        client.urls["api"] = {
            name: re.sub(r"^https://[^/]+", base, url) for name, url in client.urls["api"].items()
        }
        client.enableRateLimit, client.timeout_on_exit = False, 0
        try:
            yield client
        finally:
            await client.close()


async def asked(exchange: str, path: str, method: str = "GET", **changes: Any) -> tuple[int, bytes]:
    async with (
        played(exchange, **changes) as simulator,
        aiohttp.ClientSession() as http,
        http.request(method, simulator.base_url + path) as told,
    ):
        return told.status, await told.read()


@pytest.mark.parametrize("exchange", ["coinbase", "bitstamp"])
@pytest.mark.asyncio
async def test_ccxt_reads_one_ticker_all_tickers_and_the_pairs(exchange: str) -> None:
    async with by_ccxt(exchange) as client:
        ticker = await client.fetch_ticker("BTC/USD")
        tickers = await client.fetch_tickers()
        markets = client.markets
    assert [ticker[name] for name in ("symbol", "last", "bid", "ask")] == [
        "BTC/USD",
        "63722.1",
        "63722.0",
        "63722.2",
    ]
    last = {symbol: each["last"] for symbol, each in tickers.items() if each["last"] is not None}
    assert last.keys() >= {"BTC/USD", "BTC/EUR", "ETH/BTC", "DOGE/USD"}
    assert (last["BTC/EUR"], last["ETH/BTC"]) == ("57001.37", "0.04085")
    active = {symbol: market["active"] for symbol, market in markets.items()}
    assert active == {
        "BTC/USD": True,
        "BTC/EUR": True,
        "ETH/BTC": True,
        "FREE/USD": True,
        "ETH/USD": False,
        "DOGE/USD": False,
    }


@pytest.mark.asyncio
async def test_ccxt_reads_coinbases_time_by_both_paths_and_its_currencies() -> None:
    async with by_ccxt("coinbase") as client:
        times = [await client.fetch_time(), await client.fetch_time({"method": "v3PublicGetBrokerageTime"})]
        currencies = await client.fetch_currencies()
    assert [abs(told - time.time() * 1000) < 5_000 for told in times] == [True, True]
    assert {code: each["type"] for code, each in currencies.items()} == {
        "USD": "fiat",
        "EUR": "fiat",
        "BTC": "crypto",
        "ETH": "crypto",
        "DOGE": "crypto",
        "FREE": "crypto",
    }


@pytest.mark.asyncio
async def test_coinbase_tells_what_a_dollar_buys() -> None:
    _, body = await asked("coinbase", "/v2/exchange-rates", prices={"BTCUSD": "50000", "FREEUSD": "0"})
    assert json.loads(body) == {"data": {"currency": "USD", "rates": {"USD": "1.0", "BTC": "0.00002"}}}


@pytest.mark.asyncio
async def test_a_product_of_coinbase_without_a_trade_tells_no_price() -> None:
    _, product = await asked("coinbase", "/api/v3/brokerage/market/products/ETH-USD")
    _, ticker = await asked("coinbase", "/api/v3/brokerage/market/products/ETH-USD/ticker?limit=1")
    assert json.loads(product)["price"] == ""
    assert json.loads(ticker) == {"trades": [], "best_bid": "", "best_ask": ""}


@pytest.mark.parametrize(
    ("exchange", "path", "status", "error"),
    [
        ("coinbase", "/api/v3/brokerage/market/products/BTC-GBP/ticker?limit=1", 404, "NOT_FOUND"),
        ("coinbase", PRODUCT + "/candles", 404, "NOT_FOUND"),
        ("coinbase", PRODUCT + "/ticker", 400, "INVALID_ARGUMENT"),
        ("coinbase", "/api/v3/brokerage/accounts", 401, "Unauthorized"),
        ("bitstamp", "/api/v2/ticker/btcgbp/", 404, "404 Not Found"),
        ("bitstamp", "/api/v2/ticker/ethusd/", 404, "404 Not Found"),
        ("bitstamp", "/api/v2/balance/", 404, "404 Not Found"),
    ],
)
@pytest.mark.asyncio
async def test_what_is_not_played_is_refused(exchange: str, path: str, status: int, error: str) -> None:
    told, body = await asked(exchange, path)
    assert (told, error.encode() in body) == (status, True)


@pytest.mark.parametrize("path", [COINBASE_TICKER, BITSTAMP_TICKER])
@pytest.mark.asyncio
async def test_a_price_is_told_to_get_alone(path: str) -> None:
    status, _ = await asked("coinbase" if path == COINBASE_TICKER else "bitstamp", path, "POST")
    assert status == 404


LIMITED = {
    "coinbase": (429, b'{"error":"rate_limit_exceeded"'),
    "bitstamp": (400, b'{"status":"error","reason":"Request rate limit exceeded."'),
}


@pytest.mark.parametrize("exchange", LIMITED)
@pytest.mark.parametrize(
    "change",
    [
        {"faults": [{"kind": "status", "status": 429, "path": "*"}]},
        {"faults": [{"kind": "ban", "seconds": 5, "path": "*"}]},
        {"weight_limit": 1},
    ],
)
@pytest.mark.asyncio
async def test_limits_are_told_in_the_exchanges_words(exchange: str, change: dict[str, Any]) -> None:
    path = COINBASE_TICKER if exchange == "coinbase" else BITSTAMP_TICKER
    async with played(exchange, **change) as simulator, aiohttp.ClientSession() as http:
        for _ in range(2):
            async with http.get(simulator.base_url + path) as answer:
                told = answer.status, await answer.read()
    status, start = LIMITED[exchange]
    assert (told[0], told[1].startswith(start)) == (status, True)


@pytest.mark.parametrize(
    ("exchange", "status", "error"),
    [
        ("coinbase", 401, b"Unauthorized\n"),
        ("coinbase", 400, b'{"error":"unknown","error_details":"","message":""}'),
        ("bitstamp", 401, b'{"error":"Invalid request."}'),
        ("bitstamp", 500, b"<html><body><h1>500</h1></body></html>"),
    ],
)
@pytest.mark.asyncio
async def test_a_status_that_is_scripted_comes_with_the_exchanges_own_body(
    exchange: str, status: int, error: bytes
) -> None:
    faults = [{"kind": "status", "status": status, "path": "*"}]
    assert await asked(exchange, BITSTAMP_TICKER, faults=faults) == (status, error)


@pytest.mark.parametrize(
    ("exchange", "path", "fault", "bent"),
    [
        ("coinbase", COINBASE_TICKER, {"kind": "bad_number", "value": "NaN"}, b'"price":"NaN"'),
        ("coinbase", COINBASE_TICKER, {"kind": "duplicate_asset", "key": True}, b',"price":"0.00000000"}'),
        ("coinbase", PRODUCT, {"kind": "bad_number", "value": "-1", "bare": True}, b'"price":-1'),
        (
            "coinbase",
            "/api/v3/brokerage/market/products",
            {"kind": "bad_number", "value": "x", "row": "ETH-BTC"},
            b'"product_id":"ETH-BTC","price":"x"',
        ),
        ("bitstamp", BITSTAMP_TICKER, {"kind": "bad_number", "value": "NaN"}, b'"last":"NaN"'),
        ("bitstamp", BITSTAMP_TICKER, {"kind": "duplicate_asset", "key": True}, b',"last":"0.00000000"}'),
        (
            "bitstamp",
            "/api/v2/ticker/",
            {"kind": "bad_number", "value": "x", "row": "ETH/BTC"},
            b'"low":"0.04085","last":"x"',
        ),
    ],
)
@pytest.mark.asyncio
async def test_faults_bend_prices(exchange: str, path: str, fault: dict[str, Any], bent: bytes) -> None:
    _, body = await asked(exchange, path, faults=[{"path": "*", **fault}])
    assert bent in body


@pytest.mark.parametrize("exchange", ["coinbase", "bitstamp"])
def test_a_default_scenario_is_made_of_each(exchange: str) -> None:
    scenario = default_scenario(PLAYED[exchange])
    assert (scenario.ccxt_id, scenario.prices["BTCUSD"]) == (exchange, "63722.10")
