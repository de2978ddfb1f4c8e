"""Orders, networks and addresses of an exchange that the catalogue does not know, read by the real ccxt."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from cambist.core.errors import ExchangeUnavailable, LoadFailed, NotOffered
from cambist.core.listings import DepositAddress
from cambist.core.terms import Credentials, Secret
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from tests.worlds import FixedClock

KEYS = Credentials("an-api-key", Secret("c2VjcmV0"))
ORDER = {
    "refid": None,
    "status": "open",
    "opentm": 1687193457.3,
    "descr": {"pair": "XBTUSD", "type": "buy", "ordertype": "limit", "price": "100.0", "price2": "0"},
    "vol": "1.0",
    "vol_exec": "0.0",
    "cost": "0.0",
    "fee": "0.0",
    "price": "0.0",
    "misc": "",
}
PAIR = {
    "altname": "XBTUSD",
    "wsname": "XBT/USD",
    "aclass_base": "currency",
    "base": "XXBT",
    "aclass_quote": "currency",
    "quote": "ZUSD",
    "pair_decimals": 1,
    "lot_decimals": 8,
    "cost_decimals": 5,
    "tick_size": "0.1",
    "ordermin": "0.0001",
    "status": "online",
    "fees": [[0, "0.26"]],
    "fees_maker": [[0, "0.16"]],
}
ASSETS = {
    "XXBT": {"aclass": "currency", "altname": "XBT", "decimals": 10, "status": "enabled"},
    "ZUSD": {"aclass": "currency", "altname": "USD", "decimals": 4, "status": "deposit_only"},
}


@asynccontextmanager
async def kraken(**answers: Any) -> AsyncIterator[Gateway]:
    """A gateway whose Kraken gives these results, by the last part of the path."""
    results = {"AssetPairs": {"XXBTZUSD": PAIR}, "Assets": ASSETS, **answers}

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"error": [], "result": results[request.path.rpartition("/")[2]]})

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    gateway = Gateway(FixedClock().now, WaitsAlone({}), 5, {"kraken": url, "coinspot": url}, "last")
    try:
        yield gateway
    finally:
        await gateway.close()
        await runner.cleanup()


@pytest.mark.asyncio
async def test_open_orders_are_counted_and_none_is_not_believed() -> None:
    async with kraken(OpenOrders={"open": {"A": ORDER, "B": ORDER}}) as gateway:
        assert await gateway.open_orders(gateway.market("kraken"), KEYS) == 2
    nothings: tuple[dict[str, Any], ...] = ({"open": {}}, {})
    for nothing in nothings:
        async with kraken(OpenOrders=nothing) as gateway:
            with pytest.raises(ExchangeUnavailable, match="no orders were found"):
                await gateway.open_orders(gateway.market("kraken"), KEYS)


@pytest.mark.asyncio
async def test_currencies_are_those_that_ccxt_reads() -> None:
    async with kraken() as gateway:
        told = await gateway.currencies(gateway.market("kraken"), KEYS)
    assert {currency.code: currency.networks for currency in told} == {"BTC": (), "USD": ()}


@pytest.mark.asyncio
async def test_an_address_is_told_where_there_is_one() -> None:
    methods = [{"method": "Bitcoin", "limit": False, "gen-address": True}]
    address = {"address": "2N9simulated", "expiretm": "0", "new": True}
    async with kraken(DepositMethods=methods, DepositAddresses=[address]) as gateway:
        market = gateway.market("kraken")
        found = await gateway.deposit_address(market, KEYS, "BTC", "Bitcoin")
    assert found == DepositAddress("2N9simulated")
    async with kraken(DepositMethods=methods, DepositAddresses=[{}]) as gateway:
        with pytest.raises(LoadFailed):
            await gateway.deposit_address(gateway.market("kraken"), KEYS, "BTC", "Bitcoin")


@pytest.mark.asyncio
async def test_trades_are_not_told_where_the_catalogue_does_not_know_how_they_are_paged() -> None:
    now = FixedClock().now()
    async with kraken() as gateway:
        assert await gateway.trades(gateway.market("kraken"), KEYS, {"BTC", "USD"}, now, now) is None


@pytest.mark.asyncio
async def test_what_ccxt_does_not_offer_of_an_exchange_is_told_so() -> None:
    async with kraken() as gateway:
        market = gateway.market("coinspot")
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell open orders\.$"):
            await gateway.open_orders(market, KEYS)
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell networks\.$"):
            await gateway.currencies(market, KEYS)
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell addresses for deposits\.$"):
            await gateway.deposit_address(market, KEYS, "BTC", "BTC")
