"""Crypto.com through Cambist: what is held, owed and won, codes, prices, user, orders, addresses."""

import json
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeTimedOut,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
)
from cambist.core.listings import Limits, Rates
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.cryptocom.failures import ERRORS
from cambist.exchanges.dialects.cryptocom.wallets import balance_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.recordings.cryptocom import CRYPTOCOM, balances, row
from tests.exchanges.replayed import refusal, replayed_market, texts

BALANCE = "/exchange/v1/private/user-balance"


def read(told: Any) -> list[tuple[str, ...]]:
    return texts(balance_answer(json.dumps(told).encode(), market_of("cryptocom")).balances)


@pytest.mark.asyncio
async def test_a_debt_an_open_position_and_isolated_cash_count_once_in_one_call() -> None:
    async with replayed_market("cryptocom", CRYPTOCOM) as cryptocom:
        found = await cryptocom.wallets()
        assert cryptocom.replay.paths == [BALANCE]
    assert texts(found["spot"]) == [
        ("CRO", "CRO", "24000.22427884", "422.5", "24422.72427884", "0", "0"),
        ("USDT", "USDT", "0", "0", "-150.25", "150.25", "0"),
        ("BTC", "BTC", "0.5", "0", "0.5", "0", "0"),
        ("USD", "total_session_unrealized_pnl", "0", "0", "-55.76239701", "0", "0"),
        ("USD", "total_isolated_cash_balance", "40.125", "0", "40.125", "0", "0"),
    ]


def test_the_documented_account_is_worth_its_cash_balance_and_its_unrealised_profit() -> None:
    """Crypto.com's documented example: the market values of its rows add up to its total_cash_balance,
    7890.00320721, and its margin balance is the collateral's value with the unrealised profit."""
    rows = [
        row("CRO", "24422.72427884"),
        row("USD", "3113.50747209"),
        row("USDT", "0.19411607"),
        row("DAI", "0.19387960"),
    ]
    values = ("4776.107959969951", "3113.50747209", "0.19389555414448", "0.1938796")
    assert round(sum(map(Decimal, values)), 8) == Decimal("7890.00320721")
    assert Decimal("7651.18811483") + Decimal("-55.76239701") == Decimal("7595.42571782")
    assert [(each[1], each[4]) for each in read(balances(rows, "-55.76239701"))] == [
        ("CRO", "24422.72427884"),
        ("USD", "3113.50747209"),
        ("USDT", "0.19411607"),
        ("DAI", "0.1938796"),
        ("total_session_unrealized_pnl", "-55.76239701"),
    ]


def test_an_account_with_nothing_is_empty_and_a_code_as_text_is_the_same() -> None:
    assert read(balances([], "0")) == []
    assert read({**balances([row("BTC", "1")], "0"), "code": "0"}) == [
        ("BTC", "BTC", "1", "0", "1", "0", "0")
    ]


@pytest.mark.parametrize(
    "told",
    [
        {**balances([], "0"), "code": 40101},
        {"id": 11, "method": "private/user-balance", "code": 0, "result": {"data": []}},
        balances([row("BTC", "1"), row("BTC", "1")], "0"),
    ],
)
def test_an_answer_that_does_not_tell_one_account_is_unusable(told: Any) -> None:
    with pytest.raises(Unusable):
        read(told)


@pytest.mark.parametrize(
    ("status", "code", "kind", "state"),
    [
        (401, 40101, KeysRejected, KeyState.INVALID),
        (401, "40101", KeysRejected, KeyState.INVALID),
        (401, 40103, KeysRejected, KeyState.IP_NOT_ALLOWED),
        (403, 40301, KeysRejected, KeyState.NO_PERMISSION),
        (400, 40102, ExchangeUnavailable, None),
        (429, 42901, ExchangeLimiting, None),
        (408, 40801, ExchangeTimedOut, None),
        (500, 50001, ExchangeUnavailable, None),
        (200, 9010001, ExchangeUnavailable, None),
        (401, 40104, ExchangeRefused, None),
        (200, 42901, ExchangeLimiting, None),
    ],
)
def test_what_crypto_com_refuses_with_says_what_the_keys_are(
    status: int, code: int | str, kind: type[LoadFailed], state: KeyState | None
) -> None:
    told = refusal(ERRORS, status, {"id": 1, "method": "private/user-balance", "code": code, "message": "X"})
    assert (type(told), told.key_state) == (kind, state)


@pytest.mark.asyncio
async def test_an_error_told_with_status_200_is_no_empty_wallet() -> None:
    async with replayed_market("cryptocom", CRYPTOCOM) as cryptocom:
        cryptocom.answers(**{"user-balance": {"id": 11, "code": 40103, "message": "IP_ILLEGAL"}})
        told = await cryptocom.failure()
    assert (type(told), told.key_state) == (KeysRejected, KeyState.IP_NOT_ALLOWED)


@pytest.mark.asyncio
async def test_prices_are_of_spot_pairs_that_trade() -> None:
    async with replayed_market("cryptocom", CRYPTOCOM) as cryptocom:
        pairs = await cryptocom.gateway.pairs(cryptocom.market)
        bitcoin = await cryptocom.gateway.rates(cryptocom.market, ("BTC", "USD"))
        cronos = await cryptocom.gateway.rates(cryptocom.market, ("CRO", "USD"))
    assert set(pairs) == {("BTC", "USD"), ("CRO", "USD")}
    assert bitcoin == Rates(Decimal("63722.1"), Decimal(63722), Decimal("63722.3"), Limits())
    assert cronos == Rates(Decimal("0.0812"), None, None, Limits())


@pytest.mark.asyncio
async def test_user_orders_and_addresses_are_told() -> None:
    async with replayed_market("cryptocom", CRYPTOCOM) as cryptocom:
        gateway, market, keys = cryptocom.gateway, cryptocom.market, cryptocom.credentials
        assert await gateway.uid(market, keys) == "243d3f39-b193-4eb9-1d60-e98f2fc17707"
        assert await gateway.open_orders(market, keys) == 2
        found = await gateway.deposit_address(market, keys, "XRP", "XRP")
        assert (found.address, found.tag) == ("r-of-the-test", "dt=7")
