"""Bitvavo: what can be traded and what is staked for a term, to the digit; failures, prices, orders."""

from decimal import Decimal

import pytest

from cambist.core.errors import ExchangeLimiting, ExchangeRefused, ExchangeUnavailable, LoadFailed
from cambist.core.history import milliseconds
from cambist.core.listings import DepositAddress
from cambist.core.money import exact
from cambist.core.terms import Balance, KeyState
from tests.exchanges.answering import Says, answering
from tests.exchanges.recordings import KEYS
from tests.exchanges.recordings.bitvavo import BITVAVO
from tests.worlds import FixedClock

BALANCE, STAKED, TIME = "/v2/balance", "/v2/stakingBalance", "/v2/time"
PUBLIC = {
    "/v2/markets": [
        {"market": "BTC-EUR", "status": "trading", "base": "BTC", "quote": "EUR"},
        {"market": "BTC-USDC", "status": "trading", "base": "BTC", "quote": "USDC"},
        {"market": "ETH-EUR", "status": "trading", "base": "ETH", "quote": "EUR"},
        {"market": "ADA-EUR", "status": "auction", "base": "ADA", "quote": "EUR"},
        {"market": "NEW-EUR", "status": "trading", "base": "NEW", "quote": "EUR"},
    ],
    "/v2/ticker/price": [
        {"market": "BTC-EUR", "price": "70500.5"},
        {"market": "BTC-USDC", "price": "82500.25"},
        {"market": "ETH-EUR", "price": "2500.1"},
        {"market": "ADA-EUR", "price": "0.5"},
        {"market": "NEW-EUR"},
    ],
    "/v2/ticker/book": [
        {"market": "BTC-EUR", "bid": "70500", "bidSize": "1", "ask": "70501", "askSize": "1"},
        {"market": "ADA-EUR", "bid": "0.5", "ask": "0.5"},
        {"market": "NEW-EUR", "bid": "1", "ask": None},
    ],
}


@pytest.mark.asyncio
async def test_the_documented_balance_and_what_is_staked_for_a_term_come_out_to_the_digit() -> None:
    """docs.bitvavo.com, "Get account balance" and "Get staking balance"."""
    answers = {
        BALANCE: [{"symbol": "BTC", "available": "1.57593193", "inOrder": "0.74832374"}],
        STAKED: [{"symbol": "ADA", "amount": "250.123456"}],
    }
    async with answering("bitvavo", answers) as asked:
        reading = await asked.read()
    assert {each.wallet: each.balances for each in reading.answered} == {
        "spot": (Balance("BTC", "BTC", Decimal("1.57593193"), Decimal("0.74832374"), Decimal("2.32425567")),),
        "fixed_staking": (Balance("ADA", "ADA", Decimal(0), Decimal("250.123456"), Decimal("250.123456")),),
    }


@pytest.mark.asyncio
async def test_an_account_of_nothing_is_an_empty_list_and_nothing_else_is() -> None:
    async with answering("bitvavo", {BALANCE: [], STAKED: []}) as asked:
        assert [each.balances for each in (await asked.read()).answered] == [(), ()]
    for answer in ({}, None, {"symbol": "BTC"}, [{"symbol": "BTC", "available": "1"}]):
        async with answering("bitvavo", {BALANCE: answer}) as asked:
            assert isinstance(await asked.failure("spot"), ExchangeUnavailable)


@pytest.mark.asyncio
async def test_a_load_is_one_call_for_each_wallet_and_one_for_prices_in_dollars_through_usdc() -> None:
    async with answering("bitvavo", {**BITVAVO.answers, **PUBLIC}) as asked:
        valued = await asked.valued()
    assert sorted(asked.requests) == [
        "/bitvavo/v2/balance",
        "/bitvavo/v2/markets",
        "/bitvavo/v2/stakingBalance",
        "/bitvavo/v2/ticker/price",
    ]
    assert (valued.numeraire.source, valued.unpriced) == ("BTC/USDC", ("ADA",))
    with exact():
        euros = Decimal(500) + Decimal("2.5") * Decimal("2500.1")
        whole = Decimal("0.01234567") * Decimal("70500.5") + euros
    assert abs(valued.btc * Decimal("70500.5") - whole) < Decimal("1E-20")


@pytest.mark.parametrize(("price", "btc"), [("last", "70500.5"), ("mid", "70500.5")])
@pytest.mark.asyncio
async def test_prices_are_those_of_pairs_that_trade(price: str, btc: str) -> None:
    async with answering("bitvavo", PUBLIC, price=price) as asked:
        assert await asked.price("BTC", "EUR") == Decimal(btc)
        assert await asked.price("ADA", "EUR") is None
        assert await asked.price("NEW", "EUR") is None
        assert ("ADA", "EUR") not in await asked.gateway.pairs(asked.market)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (301, KeyState.INVALID),
        (305, KeyState.INVALID),
        (309, KeyState.INVALID),
        (307, KeyState.IP_NOT_ALLOWED),
        (311, KeyState.NO_PERMISSION),
    ],
)
@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.asyncio
async def test_a_code_says_what_is_wrong_with_the_keys(code: int, state: KeyState, status: int) -> None:
    refused = Says(status, {"errorCode": code, "error": "words of the exchange"})
    async with answering("bitvavo", {BALANCE: refused}) as asked:
        assert (await asked.failure("spot")).key_state is state


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (107, ExchangeUnavailable, "not available: words of the exchange"),
        (404, ExchangeUnavailable, "not available: words of the exchange"),
        (317, ExchangeRefused, "words of the exchange"),
    ],
)
@pytest.mark.asyncio
async def test_any_other_code_is_a_failure_in_the_exchanges_words(
    code: int, kind: type[LoadFailed], words: str
) -> None:
    refused = Says(500 if code == 107 else 400, {"errorCode": code, "error": "words of the exchange"})
    async with answering("bitvavo", {BALANCE: refused}) as asked:
        failed = await asked.failure("spot")
    assert isinstance(failed, kind)
    assert words in str(failed)


@pytest.mark.asyncio
async def test_a_limit_lasts_until_the_time_that_a_header_tells() -> None:
    until = milliseconds(FixedClock().now()) + 42_000
    refused = Says(
        429,
        {"errorCode": 105, "error": "Your IP or API key has been banned."},
        {"Bitvavo-Ratelimit-ResetAt": str(until)},
    )
    async with answering("bitvavo", {BALANCE: refused}) as asked:
        failed = await asked.failure("spot")
    assert (type(failed), failed.retry_after_s) == (ExchangeLimiting, 42)


@pytest.mark.asyncio
async def test_a_clock_that_is_off_is_measured() -> None:
    skewed = Says(400, {"errorCode": 304, "error": "Request was not received within acceptable window"})
    async with answering("bitvavo", {BALANCE: skewed, TIME: {"time": 1764617438643}}) as asked:
        assert isinstance(await asked.failure("spot"), ExchangeUnavailable)
    assert any(TIME in each for each in asked.requests)


@pytest.mark.asyncio
async def test_open_orders_are_counted_and_an_address_for_deposits_told_with_its_tag() -> None:
    answers = {
        "/v2/ordersOpen": [{"orderId": "a"}, {"orderId": "b"}],
        "/v2/deposit": {"address": "rB0", "paymentId": "10002653"},
    }
    async with answering("bitvavo", answers) as asked:
        assert await asked.gateway.open_orders(asked.market, KEYS) == 2
        found = await asked.gateway.deposit_address(asked.market, KEYS, "XRP", "XRP")
        assert found == DepositAddress("rB0", "10002653")
        assert asked.requests[-1].endswith("symbol=XRP&network=XRP")
    async with answering("bitvavo", {"/v2/ordersOpen": [], "/v2/deposit": {}}) as asked:
        assert await asked.gateway.open_orders(asked.market, KEYS) == 0
        with pytest.raises(ExchangeUnavailable):
            await asked.gateway.deposit_address(asked.market, KEYS, "XRP", "XRP")


@pytest.mark.asyncio
async def test_currencies_are_told_with_their_networks() -> None:
    asset = {
        "symbol": "BTC",
        "name": "Bitcoin",
        "decimals": 8,
        "depositStatus": "OK",
        "withdrawalFee": "0.0002",
        "withdrawalMinAmount": "0.001",
        "withdrawalStatus": "MAINTENANCE",
        "networks": ["Mainnet"],
    }
    async with answering("bitvavo", {"/v2/assets": [asset]}) as asked:
        (told,) = await asked.gateway.currencies(asked.market, KEYS)
    assert (told.code, told.name, told.deposits, told.withdrawals) == ("BTC", "Bitcoin", True, False)
