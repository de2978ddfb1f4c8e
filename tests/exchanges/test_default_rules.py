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
    "id": "1",
    "client_order_id": "a",
    "symbol": "BTCEUR",
    "side": "buy",
    "status": "new",
    "type": "limit",
    "time_in_force": "GTC",
    "quantity": "1",
    "quantity_cumulative": "0",
    "price": "100",
    "created_at": "2023-06-19T12:04:17.303Z",
    "updated_at": "2023-06-19T12:04:17.303Z",
}
PAIRS = {
    "BTCEUR": {
        "type": "spot",
        "base_currency": "BTC",
        "quote_currency": "EUR",
        "quantity_increment": "0.00001",
        "tick_size": "0.01",
        "take_rate": "0.0025",
        "make_rate": "0.001",
        "fee_currency": "EUR",
        "margin_trading": False,
    }
}
CURRENCIES = {
    "BTC": {
        "full_name": "Bitcoin",
        "payin_enabled": True,
        "payout_enabled": False,
        "precision_transfer": "0.00000001",
        "delisted": False,
        "networks": [
            {
                "network": "BTC",
                "protocol": "BTC",
                "payin_enabled": True,
                "payout_enabled": False,
                "payout_fee": "0.0002",
                "precision_payout": "0.00000001",
            }
        ],
    },
    "EUR": {
        "full_name": "Euro",
        "payin_enabled": False,
        "payout_enabled": False,
        "precision_transfer": "0.01",
        "delisted": False,
        "networks": [],
    },
}


@asynccontextmanager
async def hitbtc(**answers: Any) -> AsyncIterator[Gateway]:
    """A gateway whose HitBTC gives these answers, by the last part of the path."""
    results = {"symbol": PAIRS, "currency": CURRENCIES, **answers}

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response(results[request.path.rpartition("/")[2]])

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    gateway = Gateway(FixedClock().now, WaitsAlone({}), 5, {"hitbtc": url, "coinspot": url}, "last")
    try:
        yield gateway
    finally:
        await gateway.close()
        await runner.cleanup()


@pytest.mark.asyncio
async def test_open_orders_are_counted_and_none_is_not_believed() -> None:
    async with hitbtc(order=[ORDER, {**ORDER, "id": "2", "client_order_id": "b"}]) as gateway:
        assert await gateway.open_orders(gateway.market("hitbtc"), KEYS) == 2
    async with hitbtc(order=[]) as gateway:
        with pytest.raises(ExchangeUnavailable, match="no orders were found"):
            await gateway.open_orders(gateway.market("hitbtc"), KEYS)


@pytest.mark.asyncio
async def test_currencies_are_those_that_ccxt_reads() -> None:
    async with hitbtc() as gateway:
        told = await gateway.currencies(gateway.market("hitbtc"), KEYS)
    assert [(each.code, each.deposits, each.withdrawals) for each in told] == [
        ("BTC", True, False),
        ("EUR", False, False),
    ]


@pytest.mark.asyncio
async def test_an_address_is_told_where_there_is_one() -> None:
    async with hitbtc(address=[{"currency": "BTC", "address": "2N9simulated", "payment_id": "7"}]) as gateway:
        found = await gateway.deposit_address(gateway.market("hitbtc"), KEYS, "BTC", "BTC")
    assert found == DepositAddress("2N9simulated", "7")
    async with hitbtc(address=[]) as gateway:
        with pytest.raises(LoadFailed):
            await gateway.deposit_address(gateway.market("hitbtc"), KEYS, "BTC", "BTC")


@pytest.mark.asyncio
async def test_trades_are_not_told_where_the_catalogue_does_not_know_how_they_are_paged() -> None:
    now = FixedClock().now()
    async with hitbtc() as gateway:
        assert await gateway.trades(gateway.market("hitbtc"), KEYS, {"BTC", "EUR"}, now, now) is None


@pytest.mark.asyncio
async def test_what_ccxt_does_not_offer_of_an_exchange_is_told_so() -> None:
    async with hitbtc() as gateway:
        market = gateway.market("coinspot")
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell open orders\.$"):
            await gateway.open_orders(market, KEYS)
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell networks\.$"):
            await gateway.currencies(market, KEYS)
        with pytest.raises(NotOffered, match=r"^CoinSpot does not tell addresses for deposits\.$"):
            await gateway.deposit_address(market, KEYS, "BTC", "BTC")
