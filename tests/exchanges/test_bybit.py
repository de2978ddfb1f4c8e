"""Bybit through the whole server: exact balances and figures, honest failures, rights, what it is asked."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.core.errors import ExchangeLimiting, ExchangeRefused, ExchangeUnavailable, LoadFailed
from cambist.core.history import milliseconds
from cambist.core.terms import Balance, Credentials, KeyState, Secret
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.bybit.failures import ERRORS
from cambist.exchanges.failures import KeyLimited, failure_in
from cambist.outward.session import Answer
from tests.exchanges.scenarios import BYBIT
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, START, World, world

WALLET = "/v5/account/wallet-balance"
FUND = "/v5/asset/transfer/query-account-coins-balance"
EARN, FIXED = "/v5/earn/position", "/v5/earn/fixed-term/position"
HELD = Decimal("59087.05742139")
KEYS = Credentials(EXCHANGE_KEY, Secret(EXCHANGE_SECRET))
BY_CODE = pytest.mark.parametrize("market", ["bybit", "bybit_spot"])


async def connected(made: World, market: str = "bybit") -> int:
    return await made.connected(type=market, name="My Bybit")


async def read(
    made: World, market: str = "bybit", keys: Credentials = KEYS
) -> dict[str, tuple[Balance, ...]]:
    found = market_of(market)
    reading = await made.cambist.outside.exchanges.read_wallets(found, keys, found.wallets)
    assert not reading.failed, reading.failed
    return {each.wallet: each.balances for each in reading.answered}


async def failure(made: World) -> LoadFailed:
    with pytest.raises(LoadFailed) as failed:
        await read(made)
    return failed.value


def fault(kind: str, path: str = WALLET, **more: Any) -> list[dict[str, Any]]:
    return [{"kind": kind, "path": path, **more}]


def error(code: int, words: str = "words of the exchange") -> list[dict[str, Any]]:
    return fault("error", code=code, msg=words, status=200)


@BY_CODE
@pytest.mark.asyncio
async def test_a_load_values_every_wallet_net_of_debt_with_the_open_positions_profit_in_it(
    tmp_path: Path, market: str
) -> None:
    async with world(tmp_path, BYBIT) as made:
        account = await connected(made, market)
        answer = await made.load(account)
        assert answer.status == 201
        # BTC 0.75 · 60000 + USDT (120 − 150.5) + USDC (10 − 13.45487861) + ETH 2 · 2400
        # and in earn USDT 120.0123 + USDC 201 + BTC 0.15 · 60000
        assert Decimal(answer.json["usd_amount"]) == HELD
        assert answer.headers["X-Cambist-Verdict"] == "complete"


@pytest.mark.asyncio
async def test_a_warm_load_asks_once_for_each_wallet_and_never_for_the_list_of_pairs(tmp_path: Path) -> None:
    async with world(tmp_path, BYBIT) as made:
        account = await connected(made)
        before = len(made.simulator.calls)
        assert (await made.load(account)).status == 201
        asked = sorted(call.path for call in made.simulator.calls[before:])
        assert asked == [WALLET, FUND, FIXED, EARN, EARN, "/v5/market/tickers"]


@BY_CODE
@pytest.mark.asyncio
async def test_each_balance_is_read_to_the_digit_with_what_is_locked_borrowed_and_accrued(
    tmp_path: Path, market: str
) -> None:
    digits = "0.123456789012345678901234567890"
    held = {"BTC": {"free": digits, "locked": "0.1"}, **BYBIT["wallets"]["unified"]} | {
        "ETH": {"free": digits}
    }
    async with world(tmp_path, {**BYBIT, "wallets": {**BYBIT["wallets"], "unified": held}}) as made:
        wallets = await read(made, market)
    by_asset = {each.asset: each for each in wallets["unified"]}
    assert sorted(by_asset) == ["BTC", "ETH", "USDC", "USDT"]
    assert str(by_asset["ETH"].total) == digits
    assert by_asset["USDT"][2:] == tuple(map(Decimal, ("100", "20", "-30.5", "150.5", "0.00056415")))
    assert by_asset["USDC"][2:5] == (Decimal(10), Decimal(0), Decimal("-3.45487861"))
    assert [each[:5] for each in wallets["funding"]] == [
        ("ETH", "ETH", Decimal("1.5"), Decimal("0.5"), Decimal(2))
    ]
    assert {name: [each[:5] for each in wallets[name]] for name in wallets if "earn" in name} == {
        "earn_flexible": [("USDT", "USDT", Decimal("120.0123"), Decimal(0), Decimal("120.0123"))],
        "earn_fixed": [("USDC", "USDC", Decimal(0), Decimal(201), Decimal(201))],
        "earn_onchain": [("BTC", "BTC", Decimal(0), Decimal("0.15"), Decimal("0.15"))],
    }


@pytest.mark.asyncio
async def test_the_uid_is_told_with_the_funding_wallet(tmp_path: Path) -> None:
    async with world(tmp_path, BYBIT) as made:
        found = market_of("bybit")
        reading = await made.cambist.outside.exchanges.read_wallets(found, KEYS, found.wallets)
    assert reading.uid == "53888001"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (10003, KeyState.INVALID),
        (10004, KeyState.INVALID),
        (33004, KeyState.EXPIRED),
        (-2015, KeyState.EXPIRED),
        (10010, KeyState.IP_NOT_ALLOWED),
        (10005, KeyState.NO_PERMISSION),
    ],
)
@pytest.mark.asyncio
async def test_a_code_with_status_200_says_what_is_wrong_with_the_keys(
    tmp_path: Path, code: int, state: KeyState
) -> None:
    async with world(tmp_path, BYBIT | {"faults": error(code)}) as made:
        assert (await failure(made)).key_state is state
        assert made.exchange_calls(WALLET) == 2  # believed only when said twice


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (10016, ExchangeUnavailable, "not available: words of the exchange"),
        (10000, LoadFailed, "did not answer in time: words of the exchange"),
        (10028, LoadFailed, "words of the exchange"),
        (10009, ExchangeRefused, "words of the exchange"),  # the region is not served, say its words now
    ],
)
@pytest.mark.asyncio
async def test_any_other_code_with_status_200_is_a_failure_in_the_exchanges_words(
    tmp_path: Path, code: int, kind: type[LoadFailed], words: str
) -> None:
    async with world(tmp_path, BYBIT | {"faults": error(code)}) as made:
        failed = await failure(made)
    assert isinstance(failed, kind)
    assert words in str(failed)


@pytest.mark.asyncio
async def test_an_error_beside_rows_that_could_be_read_is_an_error(tmp_path: Path) -> None:
    rows = '{"retCode":10003,"retMsg":"no","result":{"list":[{"accountType":"UNIFIED","coin":[]}]}}'
    async with world(tmp_path, BYBIT | {"faults": fault("status", status=200, body=rows)}) as made:
        assert (await failure(made)).key_state is KeyState.INVALID


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [(error(10018), 600), (fault("status", status=403), 600), (error(10429), 60)],
    ids=["10018", "403", "10429"],
)
@pytest.mark.asyncio
async def test_a_limit_of_our_address_is_kept_to_as_long_as_bybits_rules_say(
    tmp_path: Path, told: list[dict[str, Any]], wait_s: int
) -> None:
    async with world(tmp_path, BYBIT | {"faults": told}) as made:
        failed = await failure(made)
        assert isinstance(failed, ExchangeLimiting)
        assert failed.retry_after_s == wait_s
        asked = len(made.simulator.calls)
        assert isinstance(await failure(made), ExchangeLimiting)
        assert len(made.simulator.calls) == asked


@pytest.mark.asyncio
async def test_too_many_visits_are_of_a_user_and_hold_no_other_up(tmp_path: Path) -> None:
    other = {"api_key": "another-key", "secret": "another-secret", "uid": "53888002"}
    only_one = [{**error(10006)[0], "api_key": EXCHANGE_KEY}]
    async with world(tmp_path, BYBIT | {"keys": [*BYBIT["keys"], other], "faults": only_one}) as made:
        failed = await failure(made)
        assert isinstance(failed, ExchangeLimiting)
        assert (failed.retry_after_s, "these keys' calls" in str(failed)) == (60, True)
        theirs = Credentials("another-key", Secret("another-secret"))
        assert await read(made, keys=theirs)


@pytest.mark.asyncio
async def test_too_many_visits_without_keys_are_those_of_our_address(tmp_path: Path) -> None:
    tickers = "/v5/market/tickers"
    limited = fault("error", tickers, code=10006, msg="Too many visits!", status=200)
    async with world(tmp_path, BYBIT | {"faults": limited}) as made:
        exchanges, bybit = made.cambist.outside.exchanges, market_of("bybit")
        for _ in range(2):
            with pytest.raises(ExchangeLimiting):
                await exchanges.price_list(bybit)
        assert made.exchange_calls(tickers) == 1


def test_the_time_of_a_limits_reset_is_read_from_bybits_own_header() -> None:
    headers = {"X-Bapi-Limit-Reset-Timestamp": str(milliseconds(START + timedelta(seconds=40)))}
    told = Answer(200, "OK", headers, b'{"retCode":10006,"retMsg":"Too many visits!"}', 1)
    failed = failure_in(ERRORS, told, START, ())
    assert isinstance(failed, KeyLimited)
    assert failed.retry_after_s == 40


BROKEN = [
    ("empty", {}),
    ("html", {}),
    ("truncated", {}),
    ("duplicate_asset", {}),
    ("duplicate_asset", {"key": True}),
    ("duplicate_asset", {"key": True, "row": "USDT"}),
    *(("bad_number", {"value": value}) for value in ("1e20000000", "NaN", "", "1" * 200)),
    *(("bad_number", {"value": "1.5", "bare": True}),),
    *(
        ("status", {"status": 200, "body": body})
        for body in (
            "{}",
            "[]",
            "null",
            '{"retCode":0,"retMsg":"OK","result":{}}',
            '{"retCode":0,"retMsg":"OK","result":null}',
            '{"retCode":0,"retMsg":"OK","result":{"list":[]}}',
            '{"retCode":0,"retMsg":"OK","result":{"balance":[]}}',
            '{"retCode":0,"retMsg":"OK","result":{"list":[{"accountType":"CONTRACT","coin":[]}]}}',
            '{"retCode":0,"retMsg":"OK","result":{"accountType":"UNIFIED","memberId":"1","balance":[]}}',
            '{"retCode":10006,"retCode":0,"result":{"list":[{"accountType":"UNIFIED","coin":[]}]}}',
            '{"retCode":"0","result":{"list":[{"accountType":"UNIFIED","coin":[]}]}}',
        )
    ),
]


@pytest.mark.parametrize("path", [WALLET, FUND])
@pytest.mark.parametrize(("kind", "more"), BROKEN)
@pytest.mark.asyncio
async def test_no_broken_answer_becomes_an_empty_wallet(
    tmp_path: Path, path: str, kind: str, more: dict[str, Any]
) -> None:
    if more.get("row") and path == FUND:
        more = {**more, "row": "ETH"}
    async with world(tmp_path, BYBIT | {"faults": fault(kind, path, **more)}) as made:
        found = market_of("bybit")
        wallet = "unified" if path == WALLET else "funding"
        await made.cambist.outside.inquiries.rights(found, KEYS)  # so that the clock has been measured
        with pytest.raises(ExchangeUnavailable):
            await made.cambist.outside.exchanges.read_wallets(found, KEYS, [wallet])


@pytest.mark.asyncio
async def test_a_wallet_without_anything_is_empty_and_nothing_is_made_up(tmp_path: Path) -> None:
    async with world(tmp_path, BYBIT | {"wallets": {"unified": {"BTC": {"free": "0.000"}}}}) as made:
        assert await read(made) == dict.fromkeys(market_of("bybit").wallets, ())


@pytest.mark.asyncio
async def test_a_funding_wallet_that_fails_makes_the_load_partial_and_its_last_reading_stands_in(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, BYBIT) as made:
        account = await connected(made)
        made.patch("bybit", faults=fault("error", FUND, code=10005, msg="no", status=200))
        answer = await made.load(account)
        assert answer.status == 201
        assert Decimal(answer.json["usd_amount"]) == HELD
        assert answer.headers["X-Cambist-Verdict"] == "partial"


@pytest.mark.parametrize(
    ("code", "reason"),
    [(10005, "the keys may not read it"), (10024, "Compliance rules triggered")],
    ids=["without the permission", "not allowed"],
)
@pytest.mark.asyncio
async def test_earn_that_the_keys_may_not_read_is_not_covered(tmp_path: Path, code: int, reason: str) -> None:
    told = fault("error", "/v5/earn/*", code=code, msg="Compliance rules triggered", status=200)
    async with world(tmp_path, BYBIT | {"faults": told}) as made:
        account_id = await connected(made)
        account = await made.cambist.outside.accounts.get((await made.owner()).id, account_id)
        assert account.coverage.wallets == ("unified", "funding")
        assert {(gone.wallet, gone.reason) for gone in account.coverage.not_covered} == {
            (wallet, reason) for wallet in ("earn_flexible", "earn_fixed", "earn_onchain")
        }
        before = len(made.simulator.calls)
        assert (await made.load(account_id)).headers["X-Cambist-Verdict"] == "complete"
        assert not [call for call in made.simulator.calls[before:] if "earn" in call.path]
