"""MEXC: spot and futures to the digit, an open position in them once; failures, prices, uid, orders."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeTimedOut,
    ExchangeUnavailable,
    LoadFailed,
    NotOffered,
)
from cambist.core.listings import DepositAddress
from cambist.core.money import exact
from cambist.core.terms import Balance, KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.mexc.wallets import futures_answer, spot_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import Says, answering
from tests.exchanges.recordings import KEYS
from tests.exchanges.recordings.mexc import ACCOUNT, ASSETS, MEXC, asset

MARKET = market_of("mexc")
SPOT, FUTURES, TIME = "/api/v3/account", "/api/v1/private/account/assets", "/api/v3/time"


def test_the_documented_spot_account_comes_out_to_the_digit() -> None:
    """Of mexc.com/api-docs, "Account Information", as ccxt's fetch_balance quotes it."""
    rows = [
        {"asset": "USDT", "free": "0.000000000674", "locked": "0"},
        {"asset": "MX", "free": "1078.5", "locked": "33"},
        {"asset": "BTC", "free": "0", "locked": "0"},
    ]
    told = spot_answer(msgspec.json.encode({**ACCOUNT, "balances": rows}), MARKET)
    assert told.balances == (
        Balance("USDT", "USDT", Decimal("0.000000000674"), Decimal(0), Decimal("0.000000000674")),
        Balance("MX", "MX", Decimal("1078.5"), Decimal(33), Decimal("1111.5")),
    )
    assert str(told.balances[0].total) == "6.74E-10"


def test_a_spot_account_of_nothing_is_empty_and_one_without_a_list_is_unusable() -> None:
    assert spot_answer(msgspec.json.encode({**ACCOUNT, "balances": []}), MARKET).balances == ()
    with pytest.raises(Unusable):
        spot_answer(msgspec.json.encode({"accountType": "SPOT"}), MARKET)


def test_futures_count_by_their_equity_a_loss_of_open_positions_in_it_once() -> None:
    """873.21459 is what is told as equity, the unrealised -12.5 in it; JSON numbers keep their digits."""
    (held,) = futures_answer(msgspec.json.encode(ASSETS), MARKET).balances
    assert held == Balance("USDT", "USDT", Decimal("500.125"), Decimal("373.08959"), Decimal("873.21459"))
    raw = msgspec.json.encode({**ASSETS, "data": [asset("USDT", 1, 2)]}).replace(
        b'"equity":1', b'"equity":0.10000000000000000000000000001'
    )
    (fine,) = futures_answer(raw, MARKET).balances
    assert str(fine.total) == str(fine.free) == "0.10000000000000000000000000001"


@pytest.mark.parametrize("changes", [{"success": False}, {"code": 1}, {"data": None}, {"code": "0"}])
def test_futures_that_are_not_told_as_a_success_are_unusable(changes: dict[str, Any]) -> None:
    with pytest.raises(Unusable):
        futures_answer(msgspec.json.encode({**ASSETS, **changes}), MARKET)


PUBLIC = {
    "/exchangeInfo": {
        "symbols": [
            {
                "symbol": base + quote,
                "status": status,
                "baseAsset": base,
                "quoteAsset": quote,
                "isSpotTradingAllowed": allowed,
            }
            for base, quote, status, allowed in (
                ("BTC", "USDT", "1", True),
                ("MX", "USDT", "1", True),
                ("OLD", "USDT", "2", True),
                ("NEW", "USDT", "1", False),
            )
        ]
    },
    "/ticker/price": [
        {"symbol": "BTCUSDT", "price": "82500.51"},
        {"symbol": "MXUSDT", "price": None},
        {"symbol": "OLDUSDT", "price": "1"},
        {"symbol": "NEWUSDT", "price": "1"},
    ],
    "/ticker/bookTicker": [
        {"symbol": "BTCUSDT", "bidPrice": "82500", "bidQty": "1", "askPrice": "82500.5", "askQty": "1"},
        {"symbol": "MXUSDT", "bidPrice": "2.5", "bidQty": "1", "askPrice": None, "askQty": None},
    ],
}


@pytest.mark.asyncio
async def test_a_load_is_one_call_for_each_wallet_and_one_for_prices() -> None:
    async with answering("mexc", {**MEXC.answers, **PUBLIC}) as asked:
        valued = await asked.valued()
    paths = sorted(each.partition("?")[0] for each in asked.requests)
    assert paths == [
        f"/mexc{FUTURES}",
        f"/mexc{SPOT}",
        "/mexc/api/v3/exchangeInfo",
        "/mexc/api/v3/ticker/price",
    ]
    with exact():
        worth = Decimal("1350.500000000674") + Decimal("0.125") * Decimal("82500.51") + Decimal("873.21459")
    assert (valued.usd, valued.unpriced) == (worth, ())


@pytest.mark.parametrize(("price", "btc"), [("last", "82500.51"), ("mid", "82500.25")])
@pytest.mark.asyncio
async def test_prices_are_those_of_pairs_that_trade(price: str, btc: str) -> None:
    async with answering("mexc", PUBLIC, price=price) as asked:
        assert await asked.price("BTC", "USDT") == Decimal(btc)
        for base in ("MX", "OLD", "NEW"):
            assert await asked.price(base, "USDT") is None
        assert set(await asked.gateway.pairs(asked.market)) == {("BTC", "USDT"), ("MX", "USDT")}


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (10072, KeyState.INVALID),
        (700002, KeyState.INVALID),
        (402, KeyState.EXPIRED),
        (700006, KeyState.IP_NOT_ALLOWED),
        (700007, KeyState.NO_PERMISSION),
    ],
)
@pytest.mark.asyncio
async def test_a_code_of_spot_says_what_is_wrong_with_the_keys(code: int, state: KeyState) -> None:
    refused = Says(400, {"code": code, "msg": "words of the exchange"})
    async with answering("mexc", {SPOT: refused}) as asked:
        assert (await asked.failure("spot")).key_state is state
        assert len(asked.requests) == 2


@pytest.mark.parametrize(
    ("code", "kind", "state"),
    [
        (401, LoadFailed, KeyState.INVALID),
        (602, LoadFailed, KeyState.INVALID),
        (406, LoadFailed, KeyState.IP_NOT_ALLOWED),
        (701, LoadFailed, KeyState.NO_PERMISSION),
        (1000, NotOffered, None),
        (510, ExchangeLimiting, None),
        (501, ExchangeUnavailable, None),
        (801, ExchangeUnavailable, None),
        (504, ExchangeTimedOut, None),
        (9999, ExchangeRefused, None),
    ],
)
@pytest.mark.asyncio
async def test_a_code_of_futures_with_status_200_is_what_it_says(
    code: int, kind: type[LoadFailed], state: KeyState | None
) -> None:
    refused = {"success": False, "code": code, "message": "words of the exchange"}
    async with answering("mexc", {FUTURES: refused}) as asked:
        failed = await asked.failure("futures")
    assert isinstance(failed, kind)
    assert failed.key_state == state


@pytest.mark.asyncio
async def test_a_clock_that_is_off_is_measured_once_and_then_said_to_be() -> None:
    skewed = Says(400, {"code": 700003, "msg": "Timestamp for this request is outside of the recvWindow."})
    async with answering("mexc", {SPOT: skewed, TIME: {"serverTime": 1764617438643}}) as asked:
        failed = await asked.failure("spot")
    assert isinstance(failed, ExchangeUnavailable)
    assert any(TIME in each for each in asked.requests)


@pytest.mark.asyncio
async def test_whose_the_keys_are_is_told_and_open_orders_are_counted() -> None:
    orders = [{"symbol": "BTCUSDT", "orderId": "a"}, {"symbol": "MXUSDT", "orderId": "b"}]
    async with answering("mexc", {"/uid": {"uid": "209302839"}, "/openOrders": orders}) as asked:
        assert await asked.gateway.uid(asked.market, KEYS) == "209302839"
        assert await asked.gateway.open_orders(asked.market, KEYS) == 2
    async with answering("mexc", {"/uid": {"uid": " "}}) as asked:
        with pytest.raises(ExchangeUnavailable):
            await asked.gateway.uid(asked.market, KEYS)


ADDRESSES: list[dict[str, Any]] = [
    {
        "coin": "USDT",
        "network": "BNB Smart Chain(BEP20)",
        "address": "0xd0",
        "memo": None,
        "netWork": "BSC",
    },
    {"coin": "USDT", "network": "Toncoin(TON)", "address": "UQ0", "memo": "77", "netWork": "TON"},
]


@pytest.mark.asyncio
async def test_an_address_for_deposits_is_that_of_the_network_asked_for() -> None:
    async with answering("mexc", {"/deposit/address": ADDRESSES}) as asked:
        tell = asked.gateway.deposit_address
        assert await tell(asked.market, KEYS, "USDT", "TON") == DepositAddress("UQ0", "77")
        assert await tell(asked.market, KEYS, "USDT", "BNB Smart Chain(BEP20)") == DepositAddress("0xd0")
        with pytest.raises(ExchangeRefused, match="no address of USDT on the network TRX"):
            await tell(asked.market, KEYS, "USDT", "TRX")
        with pytest.raises(ExchangeUnavailable, match="no address of this currency"):
            await tell(asked.market, KEYS, "BTC", "TON")
    another = [*ADDRESSES, {**ADDRESSES[1], "address": "UQ1"}]
    async with answering("mexc", {"/deposit/address": another}) as asked:
        with pytest.raises(ExchangeUnavailable, match="several addresses"):
            await asked.gateway.deposit_address(asked.market, KEYS, "USDT", "TON")
