"""Independent clients, as they come, must take the simulator for Kraken and Kraken Futures."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import ccxt.async_support as ccxt
import pytest
from kraken.exceptions import (
    KrakenApiLimitExceededError,
    KrakenAuthenticationError,
    KrakenInvalidAPIKeyError,
    KrakenInvalidNonceError,
    KrakenInvalidSignatureError,
    KrakenPermissionDeniedError,
)
from kraken.futures import User as FuturesUser
from kraken.spot import Market as SpotMarket
from kraken.spot import User as SpotUser

from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.exchanges.scenarios import KRAKEN, KRAKEN_FUTURES, KRAKEN_KEY, KRAKEN_SECRET

KEY = KRAKEN["keys"][0]


def wall_clock() -> datetime:
    """The clients read the machine's clock, so here the simulator does too."""
    return datetime.fromtimestamp(time.time(), UTC)


@asynccontextmanager
async def played(scenario: dict[str, Any], **changes: Any) -> AsyncIterator[Simulator]:
    made = load_scenario(json.dumps({**scenario, **changes}).encode())
    async with Simulator([made], now=wall_clock) as simulator:
        yield simulator


@asynccontextmanager
async def by_ccxt(ccxt_id: str, scenario: dict[str, Any], **changes: Any) -> AsyncIterator[Any]:
    """A ccxt client of that exchange, pointed at a simulator of it."""
    keys = {"apiKey": KRAKEN_KEY, "secret": KRAKEN_SECRET}
    async with played(scenario, **changes) as simulator:
        client = getattr(ccxt, ccxt_id)(keys)
        base = simulator.exchange_urls[ccxt_id]
        client.urls["api"] = {
            name: re.sub(r"^https://[^/]+", base, url) for name, url in client.urls["api"].items()
        }
        client.number = str
        client.enableRateLimit, client.timeout_on_exit = False, 0
        try:
            yield client
        finally:
            await client.close()


async def by_sdk(user: Any, call: Callable[[Any], Any]) -> Any:
    """What the SDK's client, which waits in its thread, is told."""

    def asked() -> Any:
        with user:
            return call(user)

    return await asyncio.to_thread(asked)


@pytest.mark.asyncio
async def test_ccxt_reads_krakens_markets_balances_tickers_and_time() -> None:
    async with by_ccxt("kraken", KRAKEN, halted=["ETHBTC"]) as client:
        markets = await client.load_markets()
        balance = await client.fetch_balance()
        tickers = await client.fetch_tickers()
        offset = await client.load_time_difference()
    assert (markets["BTC/USD"]["id"], markets["BTC/USDT"]["id"]) == ("XXBTZUSD", "XBTUSDT")
    assert (markets["BTC/USD"]["active"], markets["ETH/BTC"]["active"]) == (True, False)
    assert (balance["BTC"]["free"], balance["BTC"]["total"]) == ("0.4012", "1.2435")
    assert balance["DOGE"]["total"] == "3900.123456789012345678901234567890"
    assert {"ETH.F", "SOL.S", "DOT.B"} < set(balance["total"])
    assert (tickers["BTC/USD"]["last"], tickers["ETH/BTC"]["ask"]) == ("63722.1", "0.04086")
    assert abs(offset) < 5_000


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("XBTUSD", ["XXBTZUSD"]),
        ("XXBTZUSD", ["XXBTZUSD"]),
        ("ETHXBT,XBTUSDT", ["XETHXXBT", "XBTUSDT"]),
        ("XBTGBP", None),
        ("XBTUSD,NONE", None),
    ],
)
@pytest.mark.asyncio
async def test_tickers_may_be_asked_for_pair_by_pair(pair: str, told: list[str] | None) -> None:
    async with (
        played(KRAKEN) as simulator,
        aiohttp.ClientSession() as http,
        http.get(simulator.base_url + "/0/public/Ticker", params={"pair": pair}) as answer,
    ):
        body = await answer.json()
    unknown = ["EQuery:Unknown asset pair"] if told is None else []
    assert (body["error"], body.get("result") and list(body["result"])) == (unknown, told)


@pytest.mark.parametrize(
    ("key", "failure", "code"),
    [
        ({"secret": "d3Jvbmc="}, ccxt.ExchangeError, "EAPI:Invalid signature"),
        ({"api_key": "another"}, ccxt.AuthenticationError, "EAPI:Invalid key"),
        ({"ips": ["203.0.113.9"]}, ccxt.AuthenticationError, "EAPI:Invalid key"),
        ({"permissions": []}, ccxt.PermissionDenied, "EGeneral:Permission denied"),
    ],
)
@pytest.mark.asyncio
async def test_ccxt_knows_krakens_refusals(key: Any, failure: type[Exception], code: str) -> None:
    async with by_ccxt("kraken", KRAKEN, keys=[{**KEY, **key}]) as client:
        client.set_markets({})
        with pytest.raises(failure, match=code):
            await client.fetch_balance()


@pytest.mark.asyncio
async def test_a_nonce_that_does_not_rise_is_refused_and_a_counter_that_is_full_too() -> None:
    async with by_ccxt("kraken", KRAKEN) as client:
        await client.private_post_balanceex()
        later = client.nonce
        client.nonce = lambda: later() - 10_000
        client.options["lastNonce"] = 0
        with pytest.raises(ccxt.InvalidNonce, match="EAPI:Invalid nonce"):
            await client.private_post_balanceex()
        client.nonce = later
        for _ in range(14):
            await client.private_post_balanceex()
        with pytest.raises(ccxt.DDoSProtection, match="EAPI:Rate limit exceeded"):
            await client.private_post_balanceex()


@pytest.mark.asyncio
async def test_ccxt_reads_each_account_of_kraken_futures() -> None:
    async with by_ccxt("krakenfutures", KRAKEN_FUTURES) as client:
        client.set_markets({})
        flex = await client.fetch_balance()
        cash = await client.fetch_balance({"type": "cash"})
    assert (flex["USD"]["free"], flex["USD"]["total"]) == ("4000.25", "5000.25")
    assert cash["BTC"]["total"] == "0.1785169809"
    assert flex["info"]["accounts"]["flex"]["type"] == "multiCollateralMarginAccount"


@pytest.mark.asyncio
async def test_the_kraken_sdk_reads_balances_prices_and_orders() -> None:
    order = {"symbol": "BTCUSD", "side": "buy", "price": "1", "quantity": "1", "time": "2023-06-01T00:00:00Z"}
    async with played(KRAKEN, orders=[order]) as simulator:

        def user() -> SpotUser:
            return SpotUser(KRAKEN_KEY, KRAKEN_SECRET, url=simulator.base_url)

        balances = await by_sdk(user(), lambda asked: asked.get_balances())
        dollars = await by_sdk(user(), lambda asked: asked.get_balance("USD"))
        orders = await by_sdk(user(), lambda asked: asked.get_open_orders())
        ticker = await by_sdk(SpotMarket(url=simulator.base_url), lambda asked: asked.get_ticker())
    assert balances["XXBT"] == {"balance": "1.2435", "hold_trade": "0.8423"}
    assert balances["ZUSD"]["credit_used"] == "1000.25000000"
    assert (dollars["currency"], dollars["balance"]) == ("ZUSD", 25435.21)
    assert [each["descr"]["pair"] for each in orders["open"].values()] == ["BTCUSD"]
    assert ticker["XXBTZUSD"]["c"][0] == "63722.1"


@pytest.mark.asyncio
async def test_the_kraken_sdk_and_ccxt_read_what_open_positions_have_won_in_dollars() -> None:
    """Collateral is the spot wallet: 1.2435 at 63722.1, 3900.123… at 0.10523 and 25435.21 dollars."""
    async with played(KRAKEN) as simulator:
        user = SpotUser(KRAKEN_KEY, KRAKEN_SECRET, url=simulator.base_url)
        told = await by_sdk(user, lambda asked: asked.get_trade_balance())
    async with by_ccxt("kraken", KRAKEN) as client:
        again = await client.private_post_tradebalance({"asset": "ZUSD"})
        with pytest.raises(ccxt.BaseError, match="EQuery:Unknown asset"):
            await client.private_post_tradebalance({"asset": "NONE"})
    assert told == again["result"]
    assert (told["n"], told["m"], told["tb"]) == ("-10.0232", "7.0354", "105084.0513")
    assert (told["e"], told["mf"]) == ("105074.0281", "105066.9927")


@pytest.mark.asyncio
async def test_an_account_without_positions_has_a_trade_balance_without_a_margin_level() -> None:
    async with by_ccxt("kraken", KRAKEN, wallets={"spot": {"USD": {"free": "5"}}}) as client:
        told = (await client.private_post_tradebalance())["result"]
    assert (told["n"], told["e"], told["mf"], "ml" in told) == ("0", "5.0000", "5.0000", False)


@pytest.mark.asyncio
async def test_the_kraken_sdk_reads_the_accounts_of_kraken_futures_and_signs_with_its_nonce() -> None:
    async with played(KRAKEN_FUTURES) as simulator:
        user = FuturesUser(KRAKEN_KEY, KRAKEN_SECRET, url=simulator.base_url)
        wallets = await by_sdk(user, lambda asked: asked.get_wallets())
        wrong = FuturesUser(KRAKEN_KEY, "d3Jvbmc=", url=simulator.base_url)
        with pytest.raises(KrakenAuthenticationError):
            await by_sdk(wrong, lambda asked: asked.get_wallets())
    accounts = wallets["accounts"]
    assert accounts["fi_xbtusd"]["auxiliary"]["pv"] == 153.73891563
    assert accounts["flex"]["totalUnrealized"] == -310.125
    assert accounts["cash"]["balances"] == {"xbt": 0.1785169809, "eur": 4567.7117591172}


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("EAPI:Invalid key", KrakenInvalidAPIKeyError),
        ("EAPI:Invalid signature", KrakenInvalidSignatureError),
        ("EAPI:Invalid nonce", KrakenInvalidNonceError),
        ("EAPI:Rate limit exceeded", KrakenApiLimitExceededError),
        ("EGeneral:Permission denied", KrakenPermissionDeniedError),
    ],
)
@pytest.mark.asyncio
async def test_the_kraken_sdk_knows_scripted_errors(code: str, failure: type[Exception]) -> None:
    faults = [{"kind": "error", "path": "/0/private/*", "status": 200, "code": code, "msg": ""}]
    async with played(KRAKEN, faults=faults) as simulator:
        user = SpotUser(KRAKEN_KEY, KRAKEN_SECRET, url=simulator.base_url)
        with pytest.raises(failure):
            await by_sdk(user, lambda asked: asked.get_balances())


@pytest.mark.parametrize(
    ("scenario", "fault", "answer"),
    [
        (KRAKEN, {"kind": "status", "status": 429}, b'{"error":["EAPI:Rate limit exceeded"]}'),
        (KRAKEN, {"kind": "ban", "seconds": 5}, b'{"error":["EGeneral:Temporary lockout"]}'),
        (KRAKEN_FUTURES, {"kind": "status", "status": 429}, b'{"result":"error","error":"apiLimitExceeded"}'),
        (KRAKEN_FUTURES, {"kind": "ban", "seconds": 5}, b'{"result":"error","error":"apiLimitExceeded"}'),
    ],
)
@pytest.mark.asyncio
async def test_limits_and_bans_are_told_in_krakens_words(scenario: Any, fault: Any, answer: bytes) -> None:
    async with (
        played(scenario, faults=[{"path": "*", **fault}]) as simulator,
        aiohttp.ClientSession() as http,
        http.get(simulator.base_url + "/0/public/Time") as told,
    ):
        assert await told.read() == answer


@pytest.mark.parametrize("scenario", [KRAKEN, KRAKEN_FUTURES])
@pytest.mark.asyncio
async def test_a_path_that_kraken_does_not_know_is_an_error(scenario: Any) -> None:
    async with (
        played(scenario) as simulator,
        aiohttp.ClientSession() as http,
        http.get(simulator.base_url + "/nowhere") as told,
    ):
        assert (told.status, b'"error"' in await told.read()) == (200, True)
