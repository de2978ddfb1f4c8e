"""Market data for anybody who asks: pairs, prices, limits, shared and at most so old."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.api.test_errors import assert_error
from tests.worlds import API, Answer, World, scenario, world

INFO, LAST, BOOK = "/api/v3/exchangeInfo", "/api/v3/ticker/price", "/api/v3/ticker/bookTicker"
RATES = "/accounts/currency_rates"
INVALID = "does not have a valid value"


async def ask(made: World, path: str, **given: str) -> Answer:
    """Without a key."""
    query = "&".join(f"{name}={value}" for name, value in given.items())
    return await made.send("GET", f"{API}{path}?{query}")


@pytest.mark.asyncio
async def test_pairs_that_trade_are_listed_quote_first(tmp_path: Path) -> None:
    async with world(tmp_path, scenario(halted=["ETHUSD"])) as made:
        answer = await ask(made, "/accounts/market_pairs", market_code="binance_us")
    assert answer.status == 200
    assert answer.json == ["USD_BTC", "USDT_BTC", "BTC_ETH"]


@pytest.mark.asyncio
async def test_rates_are_decimal_texts_and_a_limit_there_is_not_is_absent(world: World) -> None:
    answer = await ask(world, RATES, market_code="binance_us", pair="USDT_BTC", limit_type="bot")
    assert answer.status == 200
    assert answer.json == {
        "last": "63656.71",
        "bid": "63656.7",
        "ask": "63656.72",
        "orderbook_ask": "63656.72",
        "orderbook_bid": "63656.7",
        "orderbook_last": "63656.71",
        "orderbook_price_currency": "USDT",
        "strategy_name": "orderbook_price",
        "contract_strategy_name": "orderbook_price",
        "instrumentKind": "spot",
        "minPrice": "0.01",
        "maxPrice": "1000000.0",
        "priceStep": "0.01",
        "minLotSize": "0.00001",
        "maxLotSize": "9000.0",
        "lotStep": "0.00001",
        "maxMarketBuyAmount": "120.76",
        "maxMarketSellAmount": "120.76",
        "bidMultiplierDown": "0.2",
        "bidMultiplierUp": "5.0",
        "askMultiplierDown": "0.2",
        "askMultiplierUp": "5.0",
        "minTotal": "5.0",
        "minMarketTotal": "5.0",
        "maxTotal": "9000000.0",
    }
    with_leverage = await ask(world, f"{RATES}_with_leverage_data", market_code="binance_us", pair="USDT_BTC")
    assert with_leverage.json == {**answer.json, "leverage_data": []}


@pytest.mark.asyncio
async def test_a_price_that_is_none_is_null_and_never_zero(tmp_path: Path) -> None:
    async with world(tmp_path, scenario(prices={"BTCUSD": "1", "ETHBTC": "0"})) as made:
        answer = (await ask(made, RATES, market_code="binance_us", pair="BTC_ETH")).json
    assert [answer[name] for name in ("last", "bid", "ask", "orderbook_last")] == [None] * 4


@pytest.mark.asyncio
async def test_many_who_ask_at_once_share_one_reading_that_serves_two_seconds(world: World) -> None:
    def counts() -> list[int]:
        return [world.exchange_calls(path) for path in (INFO, LAST, BOOK)]

    async def many() -> None:
        pairs = ["USD_BTC", "USDT_BTC", "BTC_ETH"] * 7
        answers = await asyncio.gather(
            *(ask(world, RATES, market_code="binance_us", pair=pair) for pair in pairs),
            *(ask(world, "/accounts/market_pairs", market_code="binance_us") for _ in range(5)),
        )
        assert {answer.status for answer in answers} == {200}

    await many()
    assert counts() == [1, 1, 1]
    world.clock.step(timedelta(seconds=1.9))
    await many()
    assert counts() == [1, 1, 1]
    world.clock.step(timedelta(seconds=0.2))
    await many()
    assert counts() == [1, 2, 2]


@pytest.mark.asyncio
async def test_a_load_and_rates_share_the_last_prices(world: World) -> None:
    await world.connect()
    assert world.exchange_calls(LAST) == 1
    answer = await ask(world, RATES, market_code="binance_us", pair="USD_BTC")
    assert answer.json["last"] == "63722.1"
    assert [world.exchange_calls(path) for path in (INFO, LAST, BOOK)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({}, "market_code", "is missing"),
        ({"market_code": "binance_us"}, "pair", "is missing"),
        ({"market_code": "no_such", "pair": "USD_BTC"}, "market_code", INVALID),
        ({"market_code": "", "pair": "USD_BTC"}, "market_code", INVALID),
        ({"market_code": "hashkey", "pair": "USD_BTC"}, "market_code", INVALID),
        ({"market_code": "binance_us", "pair": "BTCUSD"}, "pair", "is invalid"),
        ({"market_code": "binance_us", "pair": "USD_"}, "pair", "is invalid"),
        ({"market_code": "binance_us", "pair": "_BTC"}, "pair", "is invalid"),
        ({"market_code": "binance_us", "pair": "BTC_USD"}, "pair", INVALID),
        ({"market_code": "binance_us", "pair": "USD_NO_SUCH"}, "pair", INVALID),
        ({"market_code": "binance_us", "pair": "USD_BTC", "limit_type": "grid"}, "limit_type", INVALID),
    ],
)
@pytest.mark.asyncio
async def test_what_is_wrong_is_named(world: World, given: dict[str, str], field: str, message: str) -> None:
    for path in (RATES, f"{RATES}_with_leverage_data"):
        answer = await ask(world, path, **given)
        assert_error(answer, 400, "record_invalid", {field: [message]})


@pytest.mark.asyncio
async def test_an_exchange_that_is_down_is_told_as_such_and_not_as_no_pairs(world: World) -> None:
    world.patch(faults=[{"kind": "status", "path": "*", "status": 503, "retry_after_s": 7}])
    for path in ("/accounts/market_pairs", RATES):
        answer = await ask(world, path, market_code="binance_us", pair="USD_BTC")
        assert (answer.status, answer.json["error"]) == (503, "market_unavailable")
        assert answer.headers["Retry-After"] == "7"
