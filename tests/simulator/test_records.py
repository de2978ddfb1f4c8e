"""Orders, trades, networks and addresses: the exchange's checks, and the real ccxt client that reads them."""

from typing import Any

import pytest

from tests.simulator.test_clients import exchange
from tests.simulator.worlds import START_MS, WORLD, play

DAY_MS = 86_400_000
ORDERS, TRADES = "/api/v3/openOrders", "/api/v3/myTrades"
COINS, ADDRESS = "/sapi/v1/capital/config/getall", "/sapi/v1/capital/deposit/address"


def done(symbol: str, time: str, price: str = "0.04085", quantity: str = "2.5") -> dict[str, str]:
    return {"symbol": symbol, "side": "buy", "price": price, "quantity": quantity, "time": time}


RECORDS: dict[str, Any] = {
    "orders": [done("BTCUSD", "2024-09-18T11:00:00Z"), done("ETHBTC", "2024-09-18T11:30:00Z")],
    "trades": [
        done("ETHBTC", "2024-09-18T10:00:00.250Z"),
        done("BTCUSD", "2024-09-16T10:00:00Z", "60000.5", "0.2"),
        done("ETHBTC", "2024-09-17T10:00:00Z"),
    ],
    "coins": {
        "BTC": {
            "name": "Bitcoin",
            "networks": [
                {"network": "BTC", "name": "Bitcoin", "address": "1Simulated", "fee": "0.0004"},
                {"network": "BSC", "address": "0xSimulated", "deposits": False},
                {"network": "BNB", "address": "bnb1Simulated", "tag": "108618262"},
            ],
        },
        "USD": {"name": "US dollar"},
    },
}


@pytest.mark.asyncio
async def test_open_orders_are_told_of_all_symbols_or_of_one() -> None:
    async with play(RECORDS) as world:
        every = (await world.signed(ORDERS)).json
        one = (await world.signed(ORDERS, symbol="ETHBTC")).json
        weights = [call.weight for call in world.simulator.calls]
    assert [(order["orderId"], order["symbol"], order["side"]) for order in every] == [
        (1, "BTCUSD", "BUY"),
        (2, "ETHBTC", "BUY"),
    ]
    assert one == every[1:]
    assert weights == [80, 6]


@pytest.mark.asyncio
async def test_trades_are_told_by_id_or_by_time_with_their_exact_quote_amount() -> None:
    async with play(RECORDS) as world:
        every = (await world.signed(TRADES, symbol="ETHBTC", fromId=0)).json
        later = (await world.signed(TRADES, symbol="ETHBTC", fromId=3, limit=1)).json
        start = START_MS - START_MS % DAY_MS
        today = (await world.signed(TRADES, symbol="ETHBTC", startTime=start, endTime=start + DAY_MS)).json
        newest = (await world.signed(TRADES, symbol="ETHBTC", limit=1)).json
        other = (await world.signed(TRADES, symbol="BTCUSD")).json
    assert [(trade["id"], trade["time"] - start) for trade in every] == [(2, -50_400_000), (3, 36_000_250)]
    assert later == today == newest == every[1:]
    assert (every[0]["quoteQty"], other[0]["quoteQty"], other[0]["id"]) == ("0.102125", "12000.10", 1)


@pytest.mark.parametrize(
    ("path", "given", "code"),
    [
        (TRADES, {}, -1102),
        (TRADES, {"symbol": "NOSUCH"}, -1121),
        (TRADES, {"symbol": "BTCUSD", "startTime": "soon"}, -1100),
        (TRADES, {"symbol": "BTCUSD", "startTime": 0, "endTime": DAY_MS + 1}, -1127),
        (TRADES, {"symbol": "BTCUSD", "startTime": 0, "fromId": 1}, -1128),
        (TRADES, {"symbol": "BTCUSD", "until": 1}, -1104),
        (ORDERS, {"symbol": "NOSUCH"}, -1121),
        (ADDRESS, {}, -1102),
        (ADDRESS, {"coin": "XRP"}, -4018),
        (ADDRESS, {"coin": "USD"}, -4018),
        (ADDRESS, {"coin": "BTC", "network": "ETH"}, -4021),
        (ADDRESS, {"coin": "BTC", "network": "BSC"}, -9000),
    ],
)
@pytest.mark.asyncio
async def test_what_the_exchange_refuses_is_refused_in_its_words(
    path: str, given: dict[str, Any], code: int
) -> None:
    async with play(RECORDS) as world:
        answer = await world.signed(path, **given)
    assert (answer.status, answer.json["code"]) == (400, code)


@pytest.mark.parametrize("path", [ORDERS, TRADES, COINS, ADDRESS])
@pytest.mark.asyncio
async def test_all_of_it_needs_a_key_and_its_signature(path: str) -> None:
    async with play(RECORDS) as world:
        given = {"coin": "BTC"} if path == ADDRESS else {"symbol": "BTCUSD"} if path == TRADES else {}
        assert (await world.get(path)).status == 401
        assert (await world.signed(path, secret="wrong", **given)).json["code"] == -1022
        assert (await world.signed(path, **given)).status == 200


@pytest.mark.asyncio
async def test_a_key_may_have_orders_and_trades_of_its_own() -> None:
    own = {"api_key": "own", "secret": "s", "orders": [], "trades": [done("BTCUSD", "2024-09-18T09:00:00Z")]}
    async with play({**RECORDS, "keys": [*WORLD["keys"], own]}) as world:
        assert (await world.signed(ORDERS, key="own", secret="s")).json == []
        trades = (await world.signed(TRADES, key="own", secret="s", symbol="BTCUSD")).json
        assert len((await world.signed(ORDERS)).json) == 2
    assert [trade["id"] for trade in trades] == [1]


@pytest.mark.parametrize("ccxt_id", ["binance", "binanceus"])
@pytest.mark.asyncio
async def test_ccxt_reads_orders_trades_networks_and_addresses(ccxt_id: str) -> None:
    async with exchange(ccxt_id, world=RECORDS) as (client, simulator):
        client.options["warnOnFetchOpenOrdersWithoutSymbol"] = False
        await client.load_markets()
        orders = await client.fetch_open_orders()
        trades = await client.fetch_my_trades("ETH/BTC")
        coins = await client.sapi_get_capital_config_getall()
        parsed = await client.fetch_currencies()
        address = await client.fetch_deposit_address("BTC", {"network": "BNB"})
    assert [(order["symbol"], order["price"]) for order in orders] == [
        ("BTC/USD", "0.04085"),
        ("ETH/BTC", "0.04085"),
    ]
    assert [(trade["id"], trade["cost"]) for trade in trades] == [("2", "0.102125"), ("3", "0.102125")]
    networks = coins[0]["networkList"]
    assert [(network["network"], network["isDefault"], network["depositEnable"]) for network in networks] == [
        ("BTC", True, True),
        ("BSC", False, False),
        ("BNB", False, True),
    ]
    if ccxt_id == "binance":  # of the other, ccxt parses no currencies
        fees = {network["id"]: network["fee"] for network in parsed["BTC"]["networks"].values()}
        assert fees == {"BTC": "0.0004", "BSC": "0.0005", "BNB": "0.0005"}
    assert (address["address"], address["tag"]) == ("bnb1Simulated", "108618262")
    assert {call.status for call in simulator.calls} == {200}
