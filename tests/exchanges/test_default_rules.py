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

KEYS = Credentials("an-api-key", Secret("a-secret"))
ORDER = {
    "orderId": "a",
    "market": "BTC-EUR",
    "created": 1687193457303,
    "updated": 1687193457303,
    "status": "new",
    "side": "buy",
    "orderType": "limit",
    "amount": "1",
    "amountRemaining": "1",
    "price": "100",
    "filledAmount": "0",
    "filledAmountQuote": "0",
    "fills": [],
}
PAIR = {
    "market": "BTC-EUR",
    "status": "trading",
    "base": "BTC",
    "quote": "EUR",
    "pricePrecision": 5,
    "minOrderInBaseAsset": "0.0001",
    "minOrderInQuoteAsset": "5",
    "orderTypes": ["market", "limit"],
}
ASSETS = [
    {
        "symbol": "BTC",
        "name": "Bitcoin",
        "decimals": 8,
        "depositStatus": "OK",
        "withdrawalFee": "0.0002",
        "withdrawalMinAmount": "0.001",
        "withdrawalStatus": "MAINTENANCE",
        "networks": ["Mainnet"],
    },
    {"symbol": "EUR", "name": "Euro", "decimals": 2, "networks": []},
]


@asynccontextmanager
async def bitvavo(**answers: Any) -> AsyncIterator[Gateway]:
    """A gateway whose Bitvavo gives these answers, by the last part of the path."""
    results = {"markets": [PAIR], "assets": ASSETS, **answers}

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response(results[request.path.rpartition("/")[2]])

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    gateway = Gateway(FixedClock().now, WaitsAlone({}), 5, {"bitvavo": url, "coinspot": url}, "last")
    try:
        yield gateway
    finally:
        await gateway.close()
        await runner.cleanup()


@pytest.mark.asyncio
async def test_open_orders_are_counted_and_none_is_not_believed() -> None:
    async with bitvavo(ordersOpen=[ORDER, {**ORDER, "orderId": "b"}]) as gateway:
        assert await gateway.open_orders(gateway.market("bitvavo"), KEYS) == 2
    async with bitvavo(ordersOpen=[]) as gateway:
        with pytest.raises(ExchangeUnavailable, match="no orders were found"):
            await gateway.open_orders(gateway.market("bitvavo"), KEYS)


@pytest.mark.asyncio
async def test_currencies_are_those_that_ccxt_reads() -> None:
    async with bitvavo() as gateway:
        told = await gateway.currencies(gateway.market("bitvavo"), KEYS)
    assert [(each.code, each.deposits, each.withdrawals) for each in told] == [
        ("BTC", True, False),
        ("EUR", False, False),
    ]


@pytest.mark.asyncio
async def test_an_address_is_told_where_there_is_one() -> None:
    async with bitvavo(deposit={"address": "2N9simulated", "paymentId": "7"}) as gateway:
        found = await gateway.deposit_address(gateway.market("bitvavo"), KEYS, "BTC", "Mainnet")
    assert found == DepositAddress("2N9simulated", "7")
    async with bitvavo(deposit={}) as gateway:
        with pytest.raises(LoadFailed):
            await gateway.deposit_address(gateway.market("bitvavo"), KEYS, "BTC", "Mainnet")


@pytest.mark.asyncio
async def test_trades_are_not_told_where_the_catalogue_does_not_know_how_they_are_paged() -> None:
    now = FixedClock().now()
    async with bitvavo() as gateway:
        assert await gateway.trades(gateway.market("bitvavo"), KEYS, {"BTC", "EUR"}, now, now) is None


@pytest.mark.asyncio
async def test_what_ccxt_does_not_offer_of_an_exchange_is_told_so() -> None:
    async with bitvavo() as gateway:
        market = gateway.market("coinspot")
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell open orders\.$"):
            await gateway.open_orders(market, KEYS)
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell networks\.$"):
            await gateway.currencies(market, KEYS)
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell addresses for deposits\.$"):
            await gateway.deposit_address(market, KEYS, "BTC", "BTC")
