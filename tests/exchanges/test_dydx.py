"""dYdX by an address alone: the equity of all its subaccounts, at Kraken's prices; failures, orders."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cambist.core.changes import totals_of
from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.money import exact
from cambist.core.terms import Balance, WalletBalances
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.dydx.wallets import subaccount_answer
from tests.exchanges.answering import Says, answering
from tests.exchanges.recordings.dydx import ACCOUNT, ADDRESS, BY_ADDRESS, DYDX
from tests.worlds import START

MARKET = market_of("dydx")
PATH = f"/v4/addresses/{ADDRESS}/parentSubaccountNumber/0"
# The documented subaccount with two open positions (docs.dydx.xyz, "Get subaccount", as ccxt quotes it):
# 17002.285719484425404321566048 and -0.044675155 of its equity are unrealised. In the shape of its parent.
DOCUMENTED: dict[str, Any] = {
    "subaccount": {
        "address": "dydx14zzueazeh0hj67cghhf9jypslcf9sh2n5k6art",
        "parentSubaccountNumber": 0,
        "equity": "161451.040416029",
        "freeCollateral": "152508.28819133578",
        "childSubaccounts": [
            {
                "subaccountNumber": 0,
                "openPerpetualPositions": {
                    "BTC-USD": {"unrealizedPnl": "17002.285719484425404321566048"},
                    "MNT-USD": {"unrealizedPnl": "-0.044675155"},
                },
                "assetPositions": {"USDC": {"size": "608580.951601", "symbol": "USDC", "side": "LONG"}},
            },
            {"subaccountNumber": 128, "openPerpetualPositions": {}, "assetPositions": {}},
        ],
    }
}
KRAKEN = {
    "/kraken/0/public/AssetPairs": {
        "error": [],
        "result": {
            "XXBTZUSD": {"base": "XXBT", "quote": "ZUSD", "status": "online"},
            "XBTUSDC": {"base": "XXBT", "quote": "USDC", "status": "online"},
        },
    },
    "/kraken/0/public/Ticker": {
        "error": [],
        "result": {
            "XXBTZUSD": {"a": ["82500", "1", "1"], "b": ["82500", "1", "1"], "c": ["82500", "1"]},
            "XBTUSDC": {"a": ["82500", "1", "1"], "b": ["82500", "1", "1"], "c": ["82500", "1"]},
        },
    },
}


def test_the_documented_account_comes_out_to_the_digit_open_positions_in_it_once() -> None:
    told = subaccount_answer(msgspec.json.encode(DOCUMENTED), MARKET)
    assert told.uid == "dydx14zzueazeh0hj67cghhf9jypslcf9sh2n5k6art"
    (held,) = told.balances
    assert held == Balance(
        "USDC",
        "USDC",
        free=Decimal("152508.28819133578"),  # the cash: what the positions won is their margin
        locked=Decimal(0),
        total=Decimal("161451.040416029"),
    )


@pytest.mark.parametrize(
    ("told", "locked", "marked"), [(ACCOUNT, "332.25", frozenset()), (DOCUMENTED, "0", frozenset({"USDC"}))]
)
def test_dollars_move_by_themselves_while_a_position_is_open(
    told: dict[str, Any], locked: str, marked: frozenset[str]
) -> None:
    balances = subaccount_answer(msgspec.json.encode(told), MARKET).balances
    assert [str(each.locked) for each in balances] == [locked]
    held = WalletBalances("subaccount", balances, START)
    assert totals_of(START, [held], ["USDC"], MARKET.positions).marked_to_market == marked


def test_an_account_in_debt_is_worth_less_than_nothing_and_an_emptied_one_nothing() -> None:
    def read(equity: str, free: str) -> tuple[Balance, ...]:
        account = {**ACCOUNT["subaccount"], "equity": equity, "freeCollateral": free}
        return subaccount_answer(msgspec.json.encode({"subaccount": account}), MARKET).balances

    assert [each.total for each in read("-12.5", "-20.25")] == [Decimal("-12.5")]
    assert read("0", "0") == ()
    assert [each.total for each in read("1e-7", "0")] == [Decimal("1E-7")]


@pytest.mark.asyncio
async def test_a_load_is_one_call_by_address_isolated_positions_in_it_at_krakens_prices() -> None:
    async with answering("dydx", {**DYDX.answers, **KRAKEN}, BY_ADDRESS) as asked:
        valued = await asked.valued()
        reading = await asked.read()
    assert [each for each in asked.requests if "/dydx/" in each] == [f"/dydx{PATH}"] * 2
    assert reading.uid == ADDRESS
    with exact():
        assert valued.usd == Decimal("1532.75")  # 1432.5 of subaccount 0, 100.25 of an isolated position
    assert valued.numeraire.source == "BTC/USD"
    assert MARKET.credentials == ("address",)


def error(message: str, **more: str) -> dict[str, Any]:
    return {"errors": [{"msg": message, **more}]}


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            404,
            error(f"No subaccount found with address {ADDRESS} and parentSubaccountNumber 0"),
            NotOffered,
            "nothing was ever deposited",
        ),
        (
            400,
            error("address must be a valid dydx address", param="address", location="params"),
            KeysRejected,
            "begin with dydx1",
        ),
        (403, error("a jurisdiction that …", code="GEOBLOCKED"), ExchangeRefused, "does not answer to where"),
        (429, error("Too many requests"), ExchangeLimiting, "limits our calls"),
        (500, error("Internal Server Error"), ExchangeUnavailable, "not available"),
    ],
)
@pytest.mark.asyncio
async def test_an_error_of_the_indexer_is_what_it_says(
    status: int, body: Any, kind: type[LoadFailed], words: str
) -> None:
    async with answering("dydx", {PATH: Says(status, body)}, BY_ADDRESS) as asked:
        failed = await asked.failure("subaccount")
    assert type(failed) is kind
    assert words in str(failed)


@pytest.mark.asyncio
async def test_open_orders_are_counted_unless_there_may_be_more_of_them() -> None:
    async with answering("dydx", {"/v4/orders": [{"id": "a"}, {"id": "b"}]}, BY_ADDRESS) as asked:
        assert await asked.gateway.open_orders(asked.market, BY_ADDRESS) == 2
    full = [{"id": str(number)} for number in range(1_000)]
    async with answering("dydx", {"/v4/orders": full}, BY_ADDRESS) as asked:
        with pytest.raises(ExchangeUnavailable, match="more open orders than can be counted"):
            await asked.gateway.open_orders(asked.market, BY_ADDRESS)


@pytest.mark.asyncio
async def test_its_time_is_not_told_since_ccxt_takes_seconds_for_milliseconds() -> None:
    times = {"/v4/time": {"iso": "2025-07-20T15:12:13.466Z", "epoch": 1753024333.466}}
    async with answering("dydx", {**times, **DYDX.answers}, BY_ADDRESS) as asked:
        probed = await asked.gateway.probe(asked.market, BY_ADDRESS)
        assert probed.clock_offset_ms is None
        with pytest.raises(NotOffered):
            await asked.gateway.currencies(asked.market, BY_ADDRESS)
