"""Exchanges that nobody asks any more are let go of, and asked anew when somebody does."""

from datetime import timedelta
from typing import Any

import pytest

from cambist.core.terms import Credentials, Secret
from cambist.exchanges.dialects.ccxt_rules.tickers import listed
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.idle import IDLE_AFTER
from cambist.exchanges.library import ccxt_library
from cambist.exchanges.tries import WaitsAlone
from cambist.simulator.scenario import default_scenario
from cambist.simulator.server import Simulator
from tests.worlds import FixedClock


@pytest.mark.asyncio
async def test_an_exchange_that_is_idle_is_let_go_of_and_one_that_is_asked_stays() -> None:
    clock = FixedClock()
    plays = [default_scenario("binance_us"), default_scenario("kraken")]
    async with Simulator(plays, now=clock.now) as simulator:
        gateway = Gateway(clock.now, WaitsAlone({}), 5, simulator.exchange_urls, "last")
        markets = {code: gateway.market(code) for code in ("binance_us", "kraken")}
        key = plays[0].keys[0]
        keys = Credentials(key.api_key, Secret(key.secret))
        before = await gateway.read_wallets(markets["binance_us"], keys, ("spot",))
        for market in markets.values():
            await gateway.price_list(market)
        clock.step(IDLE_AFTER - timedelta(minutes=1))
        assert gateway.let_go_idle() == ()
        await gateway.price_list(markets["kraken"])
        clock.step(timedelta(minutes=2))
        assert gateway.let_go_idle() == ("binanceus",)
        assert gateway.let_go_idle() == ()
        asked = len(simulator.calls)
        await gateway.price_list(markets["kraken"])  # its pairs are known still
        assert [call.path for call in simulator.calls[asked:]] == ["/0/public/Ticker"]
        after = await gateway.read_wallets(markets["binance_us"], keys, ("spot",))
        assert [w.balances for w in after.answered] == [w.balances for w in before.answered]
        await gateway.price_list(markets["binance_us"])
        assert [call.path for call in simulator.calls[asked + 1 :]].count("/api/v3/exchangeInfo") == 1
        await gateway.close()


@pytest.mark.asyncio
async def test_of_a_list_of_markets_only_what_names_them_is_kept_and_ccxt_finds_them_by_it() -> None:
    client: Any = ccxt_library().bequant()
    told = {"id": "BTCEUR", "symbol": "BTC/EUR", "base": "BTC", "quote": "EUR", "baseId": "btc", "spot": True}
    halted = {**told, "id": "ETHEUR", "symbol": "ETH/EUR", "base": "ETH", "baseId": "eth", "active": False}

    async def fetch_markets(_: Any = None) -> list[Any]:
        heavy = {"info": {"much": "of it"}, "precision": {"amount": "0.1"}, "type": "spot"}
        return [client.safe_market_structure({**each, **heavy}) for each in (told, halted)]

    client.fetch_markets = fetch_markets
    client.has["fetchCurrencies"] = False
    found = await listed(client)
    await client.close()
    assert (found.symbols, found.halted) == ({("BTC", "EUR"): "BTC/EUR"}, {("ETH", "EUR"): "ETH/EUR"})
    kept = client.markets["BTC/EUR"]
    assert (kept["info"], kept["precision"]["amount"], kept["limits"]["cost"]["min"]) == ({}, None, None)
    assert client.safe_market("BTCEUR") is kept
    assert client.markets_by_id["BTCEUR"] == [kept]
    assert (client.safe_currency_code("btc"), client.currencies["BTC"]["networks"]) == ("BTC", {})
