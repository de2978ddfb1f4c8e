"""HTX through Cambist: accounts by remembered numbers, debts and contracts once, codes, prices, rights."""

from dataclasses import replace
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
    NotOffered,
)
from cambist.core.listings import Limits, Rates
from cambist.core.rights import KeyRights
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.htx import accounts
from cambist.exchanges.dialects.htx.failures import ERRORS
from cambist.exchanges.dialects.htx.wallets import account_answer, contracts_answer
from cambist.exchanges.failures import ClockSkewed
from cambist.exchanges.guard import Unusable
from tests.exchanges.bent import written
from tests.exchanges.recordings import Recorded
from tests.exchanges.recordings.htx import ACCOUNTS, HTX, KINDS, account, rows
from tests.exchanges.replayed import refusal, replayed_market, texts

LIST = "/v1/account/accounts"
SPOT = f"{LIST}/{KINDS['spot']}/balance"
CROSS = "/v1/cross-margin/accounts/balance"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    accounts.forget_all_accounts()


@pytest.mark.asyncio
async def test_accounts_are_listed_once_and_then_each_wallet_is_one_call() -> None:
    async with replayed_market("huobi", HTX) as htx:
        reading = await htx.gateway.read_wallets(htx.market, htx.credentials, htx.market.wallets)
        first = list(htx.replay.paths)
        covered = [wallet.wallet for wallet in reading.answered]
        htx.replay.paths.clear()
        found = await htx.wallets(*covered)
        again = list(htx.replay.paths)
    assert first[:2] == [LIST, SPOT]
    assert LIST not in first[2:]
    assert len(again) == len(covered) == 6
    assert LIST not in again
    # What the user has no account for is not offered, and not asked for.
    assert {type(each) for each in reading.failures.values()} == {NotOffered}
    assert set(reading.failures) | set(covered) == set(htx.market.wallets)
    assert {wallet: texts(balances) for wallet, balances in found.items()} == {
        "spot": [
            ("BTC", "btc", "0.500000000000000001", "0", "0.500000000000000001", "0", "0"),
            (
                "USDT",
                "usdt",
                "91.850043797676510303",
                "6.660000000000000015",
                "98.510043797676510318",
                "0",
                "0",
            ),
        ],
        "cross_margin": [("BTC", "btc", "1168.533", "0", "1166.099467", "2.433", "0.000533")],
        "isolated_margin": [
            ("BTC", "btcusdt.btc", "1.25", "0", "0.75", "0.5", "0"),
            ("USDT", "btcusdt.usdt", "7", "3", "10", "0", "0"),
            ("ETH", "ethusdt.eth", "2", "0", "2", "0", "0"),
        ],
        "futures_coinm": [("BTC", "BTC", "1.26125", "0.25", "1.51125", "0", "0")],
        "delivery_coinm": [("BTC", "BTC", "1.26125", "0.25", "1.51125", "0", "0")],
        "earn": [("USDT", "usdt", "250.75", "0", "250.75", "0", "0")],
    }


def test_the_documented_cross_margin_account_with_a_debt_comes_out_by_its_equity() -> None:
    """Source: HTX's documentation of "Get the Balance of the Margin Loan Account" (cross), row of btc."""
    listed = rows(
        "btc",
        trade="1168.533000000000000000",
        loan="-2.433000000000000000",
        interest="-0.000533000000000000",
        transfer_out_available="1163.872174670000000000",
        loan_available="8161.876538350676000000",
    )
    (balance,) = account_answer(written(account("super-margin", listed)), None, market_of("huobi")).balances
    assert str(balance.total) == "1166.099467000000000000"


@pytest.mark.parametrize(
    "listed",
    [
        [*rows("btc", trade="1"), *rows("btc", trade="2")],
        rows("btc", trade="1")[:1],
        rows("btc", trade="1", loan="0.5"),
        rows("btc", trade="1", lent="5"),
        rows("btc", trade="NaN"),
    ],
)
def test_an_account_whose_rows_cannot_all_be_understood_is_unusable(listed: list[dict[str, Any]]) -> None:
    with pytest.raises(Unusable):
        account_answer(written(account("spot", listed)), "spot", market_of("huobi"))


def test_a_kind_of_amount_that_is_not_known_may_be_nothing() -> None:
    listed = rows("btc", trade="1", lent="0")
    assert len(account_answer(written(account("spot", listed)), "spot", market_of("huobi")).balances) == 1


def test_another_account_than_the_one_asked_for_is_unusable() -> None:
    with pytest.raises(Unusable, match="another account"):
        account_answer(written(account("point", [])), "spot", market_of("huobi"))


def test_a_contracts_account_counts_its_unrealised_profit_once() -> None:
    """The form of "Query User's Account Information" with its 0E-18; margin_balance is margin_static and
    profit_unreal."""
    raw = (
        b'{"status":"ok","data":[{"symbol":"THETA","contract_code":"THETA-USD",'
        b'"margin_balance":717.600617962543438759,"margin_position":0,"margin_frozen":0E-18,'
        b'"margin_available":717.500617962543438759,"profit_real":0E-18,"profit_unreal":0.1,'
        b'"margin_static":717.500617962543438759}],"ts":1603697381238}'
    )
    (balance,) = contracts_answer(raw, market_of("huobi")).balances
    assert balance.total == Decimal("717.600617962543438759")
    assert balance.locked == Decimal("0.1")


@pytest.mark.asyncio
async def test_a_number_that_no_longer_holds_is_asked_for_anew() -> None:
    async with replayed_market("huobi", HTX) as htx:
        await htx.wallets("spot")
        moved = {**ACCOUNTS, "data": [{"id": 200001, "type": "spot", "state": "working"}]}
        htx.answers(
            **{
                "/accounts/200001/balance": account("spot", rows("btc", trade="3")),
                f"/accounts/{KINDS['spot']}/balance": {
                    "status": "error",
                    "err-code": "account-get-balance-account-inexistent-error",
                    "err-msg": "account for id `100,009` is inexistent",
                    "data": None,
                },
                LIST: moved,
            }
        )
        assert isinstance(await htx.failure("spot"), ExchangeRefused)
        found = await htx.wallets("spot")
    assert texts(found["spot"]) == [("BTC", "btc", "3", "0", "3", "0", "0")]


@pytest.mark.asyncio
async def test_numbers_are_remembered_for_the_keys_used_last_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_KEYS", 2)
    async with replayed_market("huobi", HTX) as htx:
        for name in ("first-key", "second-key", "third-key"):
            htx.credentials = replace(htx.credentials, api_key=name)
            await htx.wallets("spot")
        assert htx.replay.paths.count(LIST) == 3
        for name in ("third-key", "first-key"):
            htx.credentials = replace(htx.credentials, api_key=name)
            await htx.wallets("spot")
        assert htx.replay.paths.count(LIST) == 4


def error(code: str, words: str = "words") -> dict[str, Any]:
    return {"status": "error", "err-code": code, "err-msg": words, "data": None}


def of_contracts(code: int, words: str = "words") -> dict[str, Any]:
    return {"status": "error", "err_code": code, "err_msg": words, "ts": 1652774224344}


SIGNATURE = "api-signature-not-valid"


@pytest.mark.parametrize(
    ("status", "body", "kind", "state"),
    [
        (200, error(SIGNATURE, "Signature not valid: Incorrect Access key"), KeysRejected, KeyState.INVALID),
        (200, error(SIGNATURE, "Signature not valid: Verification failure"), KeysRejected, KeyState.INVALID),
        (
            200,
            error(SIGNATURE, "Signature not valid: Incorrect IP address"),
            KeysRejected,
            KeyState.IP_NOT_ALLOWED,
        ),
        (200, error(SIGNATURE, "Signature not valid: API key has expired"), KeysRejected, KeyState.EXPIRED),
        (
            200,
            error(SIGNATURE, "Signature not valid: API key has no permission"),
            KeysRejected,
            KeyState.NO_PERMISSION,
        ),
        (200, error(SIGNATURE, "Signature not valid: Invalid submission time"), ClockSkewed, None),
        (200, error("login-required", "login required"), KeysRejected, KeyState.INVALID),
        (429, error("api-request-too-many", "too many"), ExchangeLimiting, None),
        (200, error("api-request-too-many", "too many"), ExchangeLimiting, None),
        (200, error("invalid-parameter", "request limit"), ExchangeLimiting, None),
        (200, error("invalid-parameter", "invalid symbol"), ExchangeRefused, None),
        (200, error("system-maintenance"), ExchangeUnavailable, None),
        (200, error("timeout"), ExchangeTimedOut, None),
        (200, of_contracts(403, "Incorrect Access key"), KeysRejected, KeyState.INVALID),
        (200, of_contracts(12005, "Incorrect IP address"), KeysRejected, KeyState.IP_NOT_ALLOWED),
        (200, of_contracts(12004), KeysRejected, KeyState.EXPIRED),
        (200, of_contracts(12001), ClockSkewed, None),
        (200, of_contracts(1220, "you have not opened contracts trading"), NotOffered, None),
        (200, {"code": 1003, "message": "invalid signature"}, KeysRejected, KeyState.INVALID),
        (200, {"code": 2002, "message": "invalid field value"}, ExchangeRefused, None),
    ],
)
def test_what_htx_refuses_with_says_what_the_keys_are(
    status: int, body: Any, kind: type[LoadFailed], state: KeyState | None
) -> None:
    told = refusal(ERRORS, status, body)
    assert (type(told), told.key_state) == (kind, state)


@pytest.mark.asyncio
async def test_contracts_that_were_never_opened_are_not_offered() -> None:
    async with replayed_market("huobi", HTX) as htx:
        htx.answers(swap_account_info=of_contracts(1220, "you have not opened contracts trading"))
        names = ("spot", "futures_coinm")
        reading = await htx.gateway.read_wallets(htx.market, htx.credentials, names)
    assert [type(each) for each in reading.failures.values()] == [NotOffered]


@pytest.mark.asyncio
async def test_a_clock_that_is_off_is_measured_and_the_question_asked_anew() -> None:
    async with replayed_market("huobi", Recorded({LIST: error(SIGNATURE, "Invalid submission time")})) as htx:
        htx.answers(common__timestamp={"status": "ok", "data": 1637644827566})
        assert isinstance(await htx.failure("spot"), ExchangeUnavailable)
        assert htx.replay.paths[:3] == [LIST, "/v1/common/timestamp", LIST]


@pytest.mark.asyncio
async def test_prices_are_of_pairs_that_are_online() -> None:
    async with replayed_market("huobi", HTX) as htx:
        pairs = await htx.gateway.pairs(htx.market)
        bitcoin = await htx.gateway.rates(htx.market, ("BTC", "USDT"))
        ether = await htx.gateway.rates(htx.market, ("ETH", "BTC"))
    assert set(pairs) == {("BTC", "USDT"), ("ETH", "BTC")}
    assert bitcoin == Rates(Decimal("63722.1"), Decimal(63722), Decimal("63722.3"), Limits())
    assert ether == Rates(Decimal("0.041"), Decimal("0.04"), None, Limits())


@pytest.mark.asyncio
async def test_rights_user_orders_and_addresses_are_told() -> None:
    async with replayed_market("huobi", HTX) as htx:
        gateway, market, keys = htx.gateway, htx.market, htx.credentials
        assert await gateway.rights(market, keys) == KeyRights(True, True, False, True)
        assert await gateway.uid(market, keys) == "63628520"
        assert await gateway.open_orders(market, keys) == 1
        found = await gateway.deposit_address(market, keys, "USDT", "usdterc20")
        assert (found.address, found.tag) == ("0x-of-the-test", "7")


@pytest.mark.asyncio
async def test_more_open_orders_than_one_answer_tells_are_not_counted() -> None:
    async with replayed_market("huobi", HTX) as htx:
        htx.answers(order__openOrders={"status": "ok", "data": [{"id": number} for number in range(500)]})
        with pytest.raises(ExchangeUnavailable, match="more open orders"):
            await htx.gateway.open_orders(htx.market, htx.credentials)
