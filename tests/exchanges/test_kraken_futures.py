"""Kraken Futures through Cambist: every account once, unrealised profit included, Kraken's spot prices."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.money import exact
from cambist.core.terms import Balance, Credentials, Market, Secret
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.kraken.futures import futures_answer
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.guard import Unusable
from cambist.exchanges.tries import WaitsAlone
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.exchanges.scenarios import KRAKEN, KRAKEN_FUTURES, KRAKEN_KEY, KRAKEN_SECRET
from tests.worlds import FixedClock, world

ACCOUNTS = "/derivatives/api/v3/accounts"
KEYS = Credentials(KRAKEN_KEY, Secret(KRAKEN_SECRET))
GIVEN = {
    "type": "kraken_futures",
    "name": "Kraken Futures",
    "api_key": KRAKEN_KEY,
    "secret": KRAKEN_SECRET,
}


@asynccontextmanager
async def gateway(**changes: Any) -> AsyncIterator[tuple[Gateway, Market]]:
    clock = FixedClock()
    played = load_scenario(json.dumps({**KRAKEN_FUTURES, **changes}).encode())
    async with Simulator([played], now=clock.now) as simulator:
        made = Gateway(clock.now, WaitsAlone({}), 1, simulator.exchange_urls, "last")
        try:
            yield made, made.market("kraken_futures")
        finally:
            await made.close()


def read(raw: bytes) -> dict[str, Balance]:
    return {each.code: each for each in futures_answer(raw, market_of("kraken_futures")).balances}


def told(**accounts: Any) -> bytes:
    return json.dumps({"result": "success", "accounts": accounts, "serverTime": "x"}).encode()


DOCUMENTED = b"""{"accounts": {
"cash": {"balances": {"xbt": "141.31756797", "xrp": "52465.1254"}, "type": "cashAccount"},
"fi_xbtusd": {
  "auxiliary": {"af": 100.73891563, "funding": 100.73891563, "pnl": 12.42134766, "pv": 153.73891563,
    "usd": 0},
  "balances": {"xbt": "141.31756797"}, "currency": "xbt",
  "marginRequirements": {"im": 52.8, "lt": 39.6, "mm": 23.76, "tt": 15.84},
  "triggerEstimates": {"im": 3110, "lt": 2890, "mm": 3000, "tt": 2830}, "type": "marginAccount"},
"flex": {"type": "multiCollateralMarginAccount", "currencies": {
  "XBT": {"quantity": 0.1185308247, "value": 4998.721054420551, "collateral": 4886.49976674881,
          "available": 0.1185308247},
  "USD": {"quantity": 5000, "value": 5000, "collateral": 5000, "available": 5000},
  "EUR": {"quantity": 4540.5837374453, "value": 4999.137289089901, "collateral": 4886.906656949836,
          "available": 4540.5837374453}},
  "balanceValue": 34995.52, "portfolioValue": 34995.52, "collateralValue": 34122.66, "initialMargin": 0,
  "initialMarginWithOrders": 0, "maintenanceMargin": 0, "pnl": 0, "unrealizedFunding": 0,
  "totalUnrealized": 0, "totalUnrealizedAsMargin": 0, "marginEquity": 34122.66, "availableMargin": 34122.66}},
"result": "success", "serverTime": "2016-02-25T09:45:53.818Z"}"""


def test_the_documented_accounts_with_an_open_position_are_read_to_the_digit() -> None:
    """Source: Kraken's documentation of "Get wallets"; its pv is the balance and the pnl of the position."""
    found = read(DOCUMENTED)
    assert {code: (each.asset, str(each.total)) for code, each in found.items()} == {
        "cash.xbt": ("BTC", "141.31756797"),
        "cash.xrp": ("XRP", "52465.1254"),
        "fi_xbtusd.xbt": ("BTC", "153.73891563"),
        "flex.XBT": ("BTC", "0.1185308247"),
        "flex.USD": ("USD", "5000"),
        "flex.EUR": ("EUR", "4540.5837374453"),
    }
    assert found["fi_xbtusd.xbt"].total == Decimal("141.31756797") + Decimal("12.42134766")
    assert found["fi_xbtusd.xbt"].free == Decimal("100.73891563")
    assert found["fi_xbtusd.xbt"].locked == Decimal("53.00000000")


@pytest.mark.asyncio
async def test_a_load_counts_each_account_and_open_position_once_at_krakens_prices(tmp_path: Path) -> None:
    async with world(tmp_path, KRAKEN, KRAKEN_FUTURES) as made:
        account_id = await made.connected(**GIVEN)
        before = len(made.simulator.calls)
        answer = await made.load(account_id)
        calls = sorted((call.exchange, call.path) for call in made.simulator.calls[before:])
    assert answer.status == 201, answer.raw
    assert calls == [("kraken", "/0/public/Ticker"), ("kraken_futures", ACCOUNTS)]
    with exact():
        btc = (
            Decimal("0.1785169809")
            + Decimal("88.51756797")
            + Decimal("52.8")
            + Decimal("12.42134766")
            + Decimal("0.1185308247")
        )
        ether = Decimal("2.5") - Decimal("0.75") + Decimal("0.000000000000000000000000000000000000001")
        dollars = Decimal("5000.25") - Decimal("310.125") + ether * Decimal("2603.37")
        worth = btc * Decimal("63722.1") + dollars
    # Kraken's board of this world has no euros: they are unpriced, and add nothing.
    assert Decimal(answer.json["usd_amount"]) == worth


@pytest.mark.asyncio
async def test_a_simulation_of_futures_alone_tells_its_prices_too() -> None:
    async with gateway() as (made, market):
        assert ("BTC", "USD") in await made.pairs(market)
        balances = (await made.read_wallets(market, KEYS, market.wallets)).answered[0].balances
    assert {each.code: each.total for each in balances}["flex.totalUnrealized"] == Decimal("-310.125")
    assert {each.code: each.total for each in balances}["flex.ETH"] == Decimal("1E-39")


def test_available_above_the_quantity_is_no_more_than_the_quantity() -> None:
    flex = {"quantity": 5, "available": 7.5}
    found = read(told(flex={"type": FLEX, "currencies": {"USD": flex}, "totalUnrealized": 2.5}))
    assert [(each.free, each.locked, each.total) for each in found.values()] == [
        (Decimal(5), Decimal(0), Decimal(5)),
        (Decimal(0), Decimal("2.5"), Decimal("2.5")),
    ]


FLEX = "multiCollateralMarginAccount"
CASH: dict[str, Any] = {"type": "cashAccount", "balances": {"xbt": 1.5}}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html></html>",
        told(cash=CASH)[:-3],
        b'{"result": "success"}',
        b'{"result": "success", "accounts": null}',
        b'{"result": "success", "accounts": []}',
        b'{"result": "error", "accounts": {}}',
        told(cash={"balances": {"xbt": 1.5}}),
        told(vault={**CASH, "type": "aNewKindOfAccount"}),
        told(cash={**CASH, "balances": {"xbt": None}}),
        told(cash={**CASH, "balances": {"xbt": "NaN"}}),
        told(cash={**CASH, "balances": {"xbt": [1]}}),
        told(flex={"type": FLEX, "currencies": {}}),
        told(flex={"type": FLEX, "currencies": {"USD": {"quantity": 1}}, "totalUnrealized": 0}),
        told(fi_xbtusd={"type": "marginAccount", "currency": "xbt", "auxiliary": {"af": 1}}),
        told(cash=CASH).replace(b"1.5", b"1e20000000"),
        told(cash=CASH).replace(b"1.5", b'1.5, "xbt": 0'),
        b'{"result": "success", "accounts": {}, "accounts": {}}',
    ],
)
def test_an_answer_that_does_not_tell_each_account_once_is_unusable(raw: bytes) -> None:
    with pytest.raises(Unusable):
        read(raw)


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("authenticationError", KeysRejected),
        ("apiLimitExceeded", ExchangeLimiting),
        ("nonceBelowThreshold", ExchangeUnavailable),
        ("Server Error", ExchangeUnavailable),
        ("invalidArgument: x", ExchangeRefused),
    ],
)
@pytest.mark.asyncio
async def test_errors_with_status_200_are_what_they_say(code: str, failure: type[LoadFailed]) -> None:
    faults = [{"kind": "error", "path": ACCOUNTS, "status": 200, "code": code, "msg": ""}]
    async with gateway(faults=faults) as (made, market):
        with pytest.raises(LoadFailed) as raised:
            await made.read_wallets(market, KEYS, ["futures"])
    assert type(raised.value) is failure


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "empty"},
        {"kind": "html"},
        {"kind": "truncated"},
        {"kind": "bad_number"},
        {"kind": "duplicate_asset", "row": "XBT"},
        {"kind": "duplicate_asset", "key": True, "row": "USD"},
    ],
)
@pytest.mark.asyncio
async def test_a_broken_answer_is_a_named_failure(fault: Any) -> None:
    async with gateway(faults=[{"path": ACCOUNTS, **fault}]) as (made, market):
        with pytest.raises(ExchangeUnavailable):
            await made.read_wallets(market, KEYS, ["futures"])


@pytest.mark.asyncio
async def test_wrong_keys_are_refused_and_orders_counted() -> None:
    order = {"symbol": "BTCUSD", "side": "buy", "price": "1", "quantity": "1", "time": "2023-06-01T00:00:00Z"}
    async with gateway(orders=[order]) as (made, market):
        assert await made.open_orders(market, KEYS) == 1
        with pytest.raises(KeysRejected):
            await made.read_wallets(market, Credentials(KRAKEN_KEY, Secret("d3Jvbmc=")), ["futures"])
        with pytest.raises(NotOffered):
            await made.currencies(market, KEYS)
        with pytest.raises(NotOffered):
            await made.deposit_address(market, KEYS, "BTC", "Bitcoin")
