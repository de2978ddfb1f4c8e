"""WhiteBIT: four wallets to the digit, positions once, debts not guessed at; failures, prices, orders."""

from decimal import Decimal
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
from cambist.core.listings import DepositAddress
from cambist.core.money import exact
from cambist.core.terms import Balance, KeyState
from tests.exchanges.answering import Says, answering
from tests.exchanges.recordings import KEYS
from tests.exchanges.recordings.whitebit import WHITEBIT, row

SPOT, MAIN = "/api/v4/trade-account/balance", "/api/v4/main-account/balance"
COLLATERAL, PROFIT = "/api/v4/collateral-account/balance-summary", "/api/v4/collateral-account/summary"
# The answers of WhiteBIT's documentation (github.com/whitebit-exchange/api-docs, private http v4).
DOCUMENTED_PROFIT = {
    "equity": "130970.8947456254113367",
    "margin": "456.58349",
    "freeMargin": "129681.3285348840110099",
    "unrealizedFunding": "0.0292207414003268",
    "pnl": "-832.9535",
    "leverage": 10,
}
DOCUMENTED = {
    SPOT: {
        "BTC": {"available": "0.123", "freeze": "1"},
        "XMR": {"available": "3013", "freeze": "100"},
        "ZEC": {"available": "0", "freeze": "0"},
    },
    MAIN: {"BTC": {"main_balance": "0.0013929494020316"}, "ETH": {"main_balance": "0.001398289308"}},
    COLLATERAL: [row("BTC", "0", "0"), row("USDT", "1000.5", "800.25")],
    PROFIT: DOCUMENTED_PROFIT,
}


def of(code: str, free: str, locked: str, total: str) -> Balance:
    return Balance(code, code, Decimal(free), Decimal(locked), Decimal(total))


@pytest.mark.asyncio
async def test_the_documented_wallets_come_out_to_the_digit() -> None:
    async with answering("whitebit", DOCUMENTED) as asked:
        reading = await asked.read()
    assert not reading.failures
    assert {each.wallet: each.balances for each in reading.answered} == {
        "spot": (of("BTC", "0.123", "1", "1.123"), of("XMR", "3013", "100", "3113")),
        "main": (
            of("BTC", "0.0013929494020316", "0", "0.0013929494020316"),
            of("ETH", "0.001398289308", "0", "0.001398289308"),
        ),
        "collateral": (of("USDT", "800.25", "200.25", "1000.5"),),
        "collateral_profit": (of("USDT", "-832.9827207414003268", "0", "-832.9827207414003268"),),
    }


@pytest.mark.asyncio
async def test_what_positions_have_won_is_in_no_balance_as_the_documented_figures_show() -> None:
    """Free margin = equity - margin + what they have won: so it is worth something beside the equity."""
    async with answering("whitebit", {PROFIT: DOCUMENTED_PROFIT}) as asked:
        (profit,) = await asked.balances("collateral_profit")
    figures = {name: Decimal(str(text)) for name, text in DOCUMENTED_PROFIT.items()}
    with exact():
        assert figures["equity"] - figures["margin"] + profit.total == figures["freeMargin"]


@pytest.mark.asyncio
async def test_what_is_borrowed_is_not_guessed_at() -> None:
    borrowed = [row("USDT", "1000.5", "800.25"), row("BTC", "0.5", "0.5", borrow="0.00000001")]
    async with answering("whitebit", {COLLATERAL: borrowed}) as asked:
        failed = await asked.failure("collateral")
    assert isinstance(failed, NotOffered)
    assert "borrowed" in str(failed)


@pytest.mark.asyncio
async def test_accounts_without_collateral_or_positions_hold_nothing_there() -> None:
    none = {**DOCUMENTED_PROFIT, "pnl": "0", "unrealizedFunding": "0"}
    async with answering("whitebit", {COLLATERAL: [], PROFIT: none}) as asked:
        reading = await asked.read("collateral", "collateral_profit")
    assert [each.balances for each in reading.answered] == [(), ()]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"BTC": "1.5", "USDT": "2"},
        {"BTC": 1.5},
        {"code": 0, "equity": 5},
        {"BTC": {"available": "1"}},
        {"BTC": {"available": 1, "freeze": 0}},
        {"BTC": {"main_balance": "1"}},
    ],
)
@pytest.mark.asyncio
async def test_an_object_of_numbers_is_no_balance_for_trade(answer: Any) -> None:
    async with answering("whitebit", {SPOT: answer}) as asked:
        assert isinstance(await asked.failure("spot"), ExchangeUnavailable)


@pytest.mark.parametrize(
    ("words", "kind", "state"),
    [
        ("Unauthorized request.", KeysRejected, KeyState.INVALID),
        (
            "This action is unauthorized. Enable your key in API settings",
            KeysRejected,
            KeyState.INVALID,
        ),
        ("You don't have permission to use this endpoint.", KeysRejected, KeyState.NO_PERMISSION),
        (
            "This API Key is not authorized to perform this action.",
            KeysRejected,
            KeyState.NO_PERMISSION,
        ),
        ("Too many requests.", ExchangeUnavailable, None),
        ("Invalid payload.", ExchangeRefused, None),
    ],
)
@pytest.mark.parametrize("form", ["number", "list", "list with 200"])
@pytest.mark.asyncio
async def test_the_words_of_an_error_say_what_is_wrong(
    words: str, kind: type[LoadFailed], state: KeyState | None, form: str
) -> None:
    """Both forms are documented ("Errors", private http v4 authorisation)."""
    body: dict[str, Any] = {"message": [[words]], "result": [], "success": False}
    if form == "number":
        body = {"code": 10, "message": words}
    async with answering("whitebit", {SPOT: Says(200 if form == "list with 200" else 422, body)}) as asked:
        failed = await asked.failure("spot")
    assert (type(failed), failed.key_state) == (kind, state)
    assert "[" not in str(failed)


@pytest.mark.asyncio
async def test_too_many_requests_are_a_limit_with_status_429_and_a_nonce_that_is_too_low_without() -> None:
    body = {"message": [["Too many requests."]], "result": [], "success": False}
    async with answering("whitebit", {SPOT: Says(429, body, {"Retry-After": "7"})}) as asked:
        limited = await asked.failure("spot")
    assert (type(limited), limited.retry_after_s) == (ExchangeLimiting, 7)
    async with answering("whitebit", {SPOT: Says(401, body)}) as asked:
        assert "give Cambist keys of its own" in str(await asked.failure("spot"))


def market(name: str, kind: str = "spot", trades: bool = True) -> dict[str, Any]:
    stock, _, money = name.partition("_")
    return {"name": name, "stock": stock, "money": money, "type": kind, "tradesEnabled": trades}


LAST = {
    "BTC_USDT": "82500.5",
    "BTC_UAH": "3500000",
    "ETH_USDT": "2900.25",
    "OLD_USDT": "1",
    "BTC_PERP": "82499",
}
PUBLIC = {
    "/v4/public/markets": [
        *map(market, ("BTC_USDT", "BTC_UAH", "ETH_USDT")),
        market("OLD_USDT", trades=False),
        market("BTC_PERP", kind="futures"),
    ],
    "/v4/public/ticker": {name: {"last_price": price, "isFrozen": False} for name, price in LAST.items()},
    "/v1/public/tickers": {
        "success": True,
        "message": "",
        "result": {
            "BTC_USDT": {"ticker": {"bid": "82500", "ask": "82500.5", "last": "82500.5"}, "at": 1},
            "OLD_USDT": {"ticker": {"bid": "1", "ask": "1", "last": "1"}, "at": 1},
        },
    },
}


@pytest.mark.asyncio
async def test_a_load_is_one_call_for_each_wallet_and_one_for_prices() -> None:
    async with answering("whitebit", {**WHITEBIT.answers, **PUBLIC}) as asked:
        valued = await asked.valued()
    paths = sorted(each.partition("{")[0] for each in asked.requests)
    assert paths == [
        f"/whitebit{COLLATERAL}",
        f"/whitebit{PROFIT}",
        f"/whitebit{MAIN}",
        "/whitebit/api/v4/public/markets",
        "/whitebit/api/v4/public/ticker",
        f"/whitebit{SPOT}",
    ]
    with exact():
        dollars = Decimal("1500.75") + Decimal("1000.5") - Decimal("32.25") - Decimal("0.127")
        bitcoin = (Decimal("0.375") + Decimal("0.5")) * Decimal("82500.5")
    hryvnia = Decimal("2500.25") * Decimal("82500.5") / Decimal(3500000)
    assert valued.unpriced == ()
    assert abs(valued.usd - (dollars + bitcoin + Decimal("4350.375") + hryvnia)) < Decimal("1E-20")


@pytest.mark.parametrize(("price", "btc"), [("last", "82500.5"), ("mid", "82500.25")])
@pytest.mark.asyncio
async def test_prices_are_those_of_spot_pairs_that_trade(price: str, btc: str) -> None:
    async with answering("whitebit", PUBLIC, price=price) as asked:
        assert await asked.price("BTC", "USDT") == Decimal(btc)
        assert await asked.price("OLD", "USDT") is None
        assert await asked.price("BTC", "PERP") is None


@pytest.mark.asyncio
async def test_open_orders_are_read_to_their_end_and_one_told_twice_is_a_failure() -> None:
    first = [{"orderId": number} for number in range(100)]
    pages = {'"offset": 100': [{"orderId": 100}], '"offset":100': [{"orderId": 100}], "/v4/orders": first}
    async with answering("whitebit", pages) as asked:
        assert await asked.gateway.open_orders(asked.market, KEYS) == 101
    async with answering("whitebit", {"/v4/orders": first}) as asked:
        with pytest.raises(ExchangeUnavailable, match="an order twice"):
            await asked.gateway.open_orders(asked.market, KEYS)


@pytest.mark.asyncio
async def test_an_address_for_deposits_is_told_with_its_memo() -> None:
    told = {"account": {"address": "GD5", "memo": "48565488244493"}, "required": {"minAmount": "1"}}
    async with answering("whitebit", {"/main-account/address": told}) as asked:
        found = await asked.gateway.deposit_address(asked.market, KEYS, "XLM", "XLM")
        assert '"network"' in asked.requests[0]
    assert found == DepositAddress("GD5", "48565488244493")
    async with answering("whitebit", {"/main-account/address": {"account": {"address": " "}}}) as asked:
        with pytest.raises(ExchangeUnavailable, match="no address"):
            await asked.gateway.deposit_address(asked.market, KEYS, "XLM", "XLM")
