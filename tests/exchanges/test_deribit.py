"""Deribit: exact equities with options, positions and loans in them; failures, prices, rights, orders."""

import hashlib
import hmac
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from cambist.core.changes import totals_of
from cambist.core.errors import ExchangeLimiting, ExchangeUnavailable, LoadFailed, NotOffered
from cambist.core.money import exact
from cambist.core.rights import KeyRights
from cambist.core.terms import Balance, KeyState, WalletBalances
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.deribit.wallets import LOAN, account_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import Says, answering
from tests.exchanges.recordings import KEYS
from tests.exchanges.recordings.deribit import DERIBIT, answer, summary
from tests.worlds import START

MARKET = market_of("deribit")
SUMMARIES = "/api/v2/private/get_account_summaries"
# The answer of "private/get_account_summaries" in Deribit's documentation (docs.deribit.com), as far as its
# figures are read; of BTC, options and an open position are in it.
DOCUMENTED = b"""{"jsonrpc": "2.0", "id": 2515, "result": {"id": 10, "type": "main",
"summaries": [
 {"currency": "BTC", "margin_balance": 302.62729214, "futures_session_rpl": -0.03258105,
  "options_value": -0.0086, "available_withdrawal_funds": 301.35396172, "available_funds": 301.38059622,
  "balance": 302.60065765, "equity": 302.61869214, "futures_session_upl": 0.05921555,
  "options_session_upl": -0.0065, "margin_model": "segregated_sm", "spot_reserve": 0},
 {"currency": "ETH", "available_funds": 99.999598, "balance": 100, "equity": 100, "spot_reserve": 0.0002,
  "margin_model": "segregated_sm", "available_withdrawal_funds": 99.999597, "margin_balance": 100}]}}"""


def read(*summaries: dict[str, Any]) -> dict[str, Balance]:
    raw = msgspec.json.encode(answer(*summaries))
    return {each.code: each for each in account_answer(raw, MARKET).balances}


def test_the_documented_account_comes_out_to_the_digit_options_and_position_in_it_once() -> None:
    told = account_answer(DOCUMENTED, MARKET)
    assert told.uid == "10"
    btc, eth = told.balances
    assert (btc.asset, str(btc.total), str(btc.free)) == ("BTC", "302.61869214", "301.35396172")
    assert btc.locked == Decimal("1.24669593")
    assert eth == Balance("ETH", "ETH", Decimal("99.999597"), Decimal("0.000403"), Decimal(100))
    with exact():  # cash, futures and options: what the equity is, but for a rounding of Deribit's own
        parts = sum(map(Decimal, ("302.60065765", "0.05921555", "-0.03258105", "-0.0086")))
        assert abs(btc.total - parts) <= Decimal("0.00000001")
    held = WalletBalances("account", told.balances, START)
    assert totals_of(START, [held], (), MARKET.positions).marked_to_market == {"BTC"}


CROSS: dict[str, Any] = {"margin_model": "cross_pm", "cross_collateral_enabled": True}


def test_of_one_collateral_each_currency_counts_by_itself_a_loss_beyond_its_balance_too() -> None:
    """As in a recorded answer of cross margin: what is available of all of them stands in each."""
    sums = {"total_equity_usd": 2.531977059, "total_margin_balance_usd": 2.531977059}
    found = read(
        summary("BTC", 0.0000348, 0, available_funds=0.00002758, **CROSS, **sums),
        summary("ETH", -0.000001, 0, available_funds=0.000967, **CROSS, **sums),
        summary("USYC", 0, 0, available_funds=1.891825, **CROSS, **sums),
        summary("BNB", 0, 0, margin_model="segregated_pm"),
    )
    assert {code: str(each.total) for code, each in found.items()} == {"BTC": "0.0000348", "ETH": "-0.000001"}
    assert found["BTC"][2:4] == (Decimal(0), Decimal("0.0000348"))
    assert found["ETH"][2:4] == (Decimal("-0.000001"), Decimal(0))


def test_a_loan_of_a_cross_account_is_owed_in_dollars() -> None:
    """The margin balance there is the equity less the outstanding loan (documentation of the call)."""
    sums = {"total_equity_usd": 150000.25, "total_margin_balance_usd": 109999.125}
    found = read(summary("BTC", 1.5, 1, **CROSS, **sums), summary("USDC", 40001.125, 0, **CROSS, **sums))
    owed = Decimal("40001.125")
    assert found[LOAN] == Balance("USD", LOAN, -owed, Decimal(0), -owed, borrowed=owed)
    assert found["USDC"].total == owed


def test_in_standard_margin_options_make_the_margin_balance_less_and_nothing_is_owed() -> None:
    sums = {"total_equity_usd": 100.5, "total_margin_balance_usd": 90.25}
    assert set(read(summary("BTC", 1, 1, margin_model="cross_sm", **sums))) == {"BTC"}


@pytest.mark.parametrize(
    "summaries",
    [
        [],
        [summary("BTC", 1, 1), summary("BTC", 1, 1)],
        [
            summary("BTC", 1, 1, **CROSS, total_equity_usd=1, total_margin_balance_usd=1),
            summary("ETH", 1, 1, **CROSS, total_equity_usd=1, total_margin_balance_usd=2),
        ],
        [{"currency": "BTC", "equity": 1}],
    ],
)
def test_an_account_that_does_not_tell_each_currency_once_and_one_sum_is_unusable(summaries: Any) -> None:
    with pytest.raises(Unusable):
        read(*summaries)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (13004, KeyState.INVALID),
        (13009, KeyState.INVALID),
        (10000, KeyState.INVALID),
        (13021, KeyState.NO_PERMISSION),
        (13012, KeyState.NO_PERMISSION),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.asyncio
async def test_a_code_says_what_is_wrong_with_the_keys(code: int, state: KeyState, status: int) -> None:
    error = {"message": "invalid_credentials", "code": code, "data": {"reason": "x"}}
    refused = Says(status, {"jsonrpc": "2.0", "error": error, "testnet": False})
    async with answering("deribit", {SUMMARIES: refused}) as asked:
        assert (await asked.failure("account")).key_state is state
        assert len(asked.requests) == 2  # believed only when said twice


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (10028, ExchangeLimiting, "limits these keys' calls: words of the exchange"),
        (13028, ExchangeUnavailable, "not available: words of the exchange"),
        (11051, ExchangeUnavailable, "not available: words of the exchange"),
        (13888, LoadFailed, "did not answer in time: words of the exchange"),
        (-32602, LoadFailed, "words of the exchange"),
    ],
)
@pytest.mark.asyncio
async def test_any_other_code_is_a_failure_in_the_exchanges_words(
    code: int, kind: type[LoadFailed], words: str
) -> None:
    refused = Says(400, {"jsonrpc": "2.0", "error": {"message": "words of the exchange", "code": code}})
    async with answering("deribit", {SUMMARIES: refused}) as asked:
        failed = await asked.failure("account")
    assert isinstance(failed, kind)
    assert str(failed).removesuffix(".").endswith(words)


def pair(name: str, active: bool = True, kind: str = "spot") -> dict[str, Any]:
    base, _, quote = name.partition("_")
    return {
        "instrument_name": name,
        "base_currency": base,
        "quote_currency": quote,
        "kind": kind,
        "is_active": active,
    }


def prices(**last: float | None) -> dict[str, Any]:
    rows = [
        {"instrument_name": name, "last": price, "bid_price": price and price - 1, "ask_price": price}
        for name, price in last.items()
    ]
    return {"jsonrpc": "2.0", "result": rows}


PUBLIC = {
    "/public/get_instruments?kind=spot": {
        "jsonrpc": "2.0",
        "result": [
            *(pair(name) for name in ("BTC_USDC", "ETH_USDC", "ETH_BTC", "SOL_USDC")),
            pair("XRP_USDC", active=False),
        ],
    },
    "currency=USDC": prices(BTC_USDC=82500.5, ETH_USDC=2900.25, SOL_USDC=None, XRP_USDC=0.5),
    "currency=BTC": prices(BTC_USDC=82500.5, ETH_BTC=0.0351),
    "currency=ETH": prices(ETH_USDC=2900.25, ETH_BTC=0.0351),
}


@pytest.mark.asyncio
async def test_a_load_is_one_private_call_and_values_each_currency_at_deribits_own_spot_prices() -> None:
    async with answering("deribit", {**DERIBIT.answers, **PUBLIC}) as asked:
        valued = await asked.valued()
        await asked.read()
    private = [each for each in asked.requests if "/private/" in each]
    assert [urlsplit(each).path for each in private] == [f"/deribit{SUMMARIES}"] * 2
    assert parse_qs(urlsplit(private[0]).query) == {"extended": ["true"]}
    with exact():
        worth = Decimal("2.71828182") * Decimal("82500.5") + Decimal("1234.567891")
    assert valued.usd == worth
    assert (valued.numeraire.source, valued.unpriced) == ("BTC/USDC", ())


@pytest.mark.parametrize(("price", "btc"), [("last", "82500.5"), ("mid", "82500.0")])
@pytest.mark.asyncio
async def test_prices_are_those_of_pairs_that_trade_to_the_digit(price: str, btc: str) -> None:
    async with answering("deribit", PUBLIC, price=price) as asked:
        assert str(await asked.price("BTC", "USDC")) in (btc, btc + "0")
        assert await asked.price("SOL", "USDC") is None
        assert await asked.price("XRP", "USDC") is None
        assert set(await asked.gateway.pairs(asked.market)) == {
            ("BTC", "USDC"),
            ("ETH", "USDC"),
            ("ETH", "BTC"),
            ("SOL", "USDC"),
        }


@pytest.mark.parametrize(
    ("scope", "rights"),
    [
        ("account:read trade:read wallet:read", KeyRights(True, False, False)),
        ("account:read block_trade:read trade:read_write wallet:none", KeyRights(True, True, False)),
        ("account:read_write trade:read wallet:read_write", KeyRights(True, False, True)),
        ("trade:none wallet:none", KeyRights(False, False, False)),
    ],
)
@pytest.mark.asyncio
async def test_rights_are_the_scope_of_a_session_that_a_signature_opens(
    scope: str, rights: KeyRights
) -> None:
    session = {"access_token": "a", "scope": scope, "token_type": "bearer", "expires_in": 900}
    async with answering("deribit", {"/public/auth": {"jsonrpc": "2.0", "result": session}}) as asked:
        assert await asked.gateway.rights(asked.market, KEYS) == rights
    (request,) = asked.requests
    query = {name: values[0] for name, values in parse_qs(urlsplit(request).query).items()}
    assert (query["grant_type"], query["client_id"]) == ("client_signature", KEYS.api_key)
    signed = f"{query['timestamp']}\n{query['nonce']}\n".encode()
    secret = KEYS.secret.reveal()
    assert query["signature"] == hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert secret not in request


@pytest.mark.asyncio
async def test_open_orders_are_counted_and_addresses_for_deposits_not_told() -> None:
    orders = [{"order_id": "ETH-1"}, {"order_id": "BTC-2"}]
    async with answering("deribit", {"get_open_orders": {"jsonrpc": "2.0", "result": orders}}) as asked:
        assert await asked.gateway.open_orders(asked.market, KEYS) == 2
        with pytest.raises(NotOffered):
            await asked.gateway.deposit_address(asked.market, KEYS, "USDC", "ETH")
    twice = {"get_open_orders": {"jsonrpc": "2.0", "result": orders * 2}}
    async with answering("deribit", twice) as asked:
        with pytest.raises(ExchangeUnavailable, match="an order twice"):
            await asked.gateway.open_orders(asked.market, KEYS)
