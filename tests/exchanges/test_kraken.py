"""Kraken through Cambist: balances to the digit, nonces in order, errors with status 200, key states."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import pytest_asyncio

from cambist.actions.add_user import add_user
from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeTimedOut,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
)
from cambist.core.listings import DepositAddress
from cambist.core.money import exact
from cambist.core.rights import KeyRights
from cambist.core.terms import Balance, Credentials, KeyState, Market, Secret, Stablecoins
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.guard import Unusable
from cambist.exchanges.kraken.assets import SPELLINGS, asset_of
from cambist.exchanges.kraken.failures import code_in
from cambist.exchanges.kraken.wallets import spot_answer
from cambist.exchanges.tries import WaitsAlone
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.exchanges.scenarios import KRAKEN, KRAKEN_KEY, KRAKEN_SECRET
from tests.worlds import FixedClock, Key, World, world

BALANCE = "/0/private/BalanceEx"
TICKER = "/0/public/Ticker"
RIGHTS = "/0/private/GetApiKeyInfo"
KEYS = Credentials(KRAKEN_KEY, Secret(KRAKEN_SECRET))


@asynccontextmanager
async def gateway(
    clock: FixedClock | None = None, **changes: Any
) -> AsyncIterator[tuple[Gateway, Market, Simulator]]:
    clock = clock or FixedClock()
    played = load_scenario(json.dumps({**KRAKEN, **changes}).encode())
    async with Simulator([played], now=clock.now) as simulator:
        made = Gateway(clock.now, WaitsAlone({}), 1, simulator.exchange_urls, "last")
        try:
            yield made, made.market("kraken"), simulator
        finally:
            await made.close()


@pytest_asyncio.fixture
async def kraken(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, KRAKEN) as made:
        yield made


async def connected(made: World) -> int:
    return await made.connected(type="kraken", name="Kraken", api_key=KRAKEN_KEY, secret=KRAKEN_SECRET)


def told(**rows: Any) -> bytes:
    return json.dumps({"error": [], "result": rows}).encode()


# ── balances ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_documented_extended_balance_is_read_to_the_digit() -> None:
    """Source: Kraken's documentation of BalanceEx, whose example writes the amounts as JSON numbers."""
    raw = (
        b'{"error": [], "result": {"ZUSD": {"balance": 25435.21, "hold_trade": 8249.76}, '
        b'"XXBT": {"balance": 1.2435, "hold_trade": 0.8423}}}'
    )
    assert spot_answer(raw, market_of("kraken")).balances == (
        Balance("USD", "ZUSD", Decimal("17185.45"), Decimal("8249.76"), Decimal("25435.21")),
        Balance("BTC", "XXBT", Decimal("0.4012"), Decimal("0.8423"), Decimal("1.2435")),
    )


@pytest.mark.asyncio
async def test_a_load_reads_what_is_free_held_earning_and_owed_and_values_it_exactly(kraken: World) -> None:
    account_id = await connected(kraken)
    before = len(kraken.simulator.calls)

    answer = await kraken.load(account_id)

    assert answer.status == 201, answer.raw
    with exact():
        btc = Decimal("0.4012") + Decimal("0.8423") + Decimal("0.1")
        dollars = (
            Decimal("17185.45")
            + Decimal("8249.76")
            - Decimal("1000.25")
            + Decimal("3900.123456789012345678901234567890") * Decimal("0.10523")
            + 2 * Decimal("2603.37")
            + Decimal("1.5") * Decimal("148.66")
            + Decimal("7.25") * Decimal("4.391")
        )
        worth = btc * Decimal("63722.1") + dollars
    assert Decimal(answer.json["usd_amount"]) == worth
    made = sorted(call.path for call in kraken.simulator.calls[before:])
    assert made == [BALANCE, TICKER]


def test_whole_codes_are_folded_and_all_others_left_as_they_are() -> None:
    folded = {"XXBT": "BTC", "XBT.F": "BTC", "ZUSD": "USD", "XXDG": "DOGE", "ETH.F": "ETH", "ETH2.S": "ETH"}
    folded |= {"SOL03.S": "SOL", "USD.HOLD": "USD", "DOT.P": "DOT", "USDC.M": "USDC", "ADA.B": "ADA"}
    folded |= {"LUNA": "LUNC", "LUNA2": "LUNA", "LUNA.S": "LUNC"}
    assert {code: asset_of(code) for code in folded} == folded
    untouched = ("XTZ", "ZRX", "ZETA", "XCN", "KFEE", "NEW.F", "AAPLX.T", "BTC")
    assert [asset_of(code) for code in untouched] == list(untouched)
    assert not [code for code, asset in SPELLINGS.items() if asset in SPELLINGS and code != "LUNA2"]


@pytest.mark.asyncio
async def test_each_row_keeps_its_own_code_and_an_unknown_asset_is_unpriced_not_lost() -> None:
    wallets = {
        "spot": {"NEWCOIN": {"free": "3"}, "USD": {"free": "0"}},
        "earn_locked": {"NEW": {"free": "1"}},
    }
    async with gateway(wallets=wallets) as (made, market, _):
        read = await made.read_wallets(market, KEYS, market.wallets)
    assert [(each.asset, each.code, each.total) for each in read.answered[0].balances] == [
        ("NEWCOIN", "NEWCOIN", Decimal(3)),
        ("NEW.S", "NEW.S", Decimal(1)),
    ]


def test_an_account_that_holds_nothing_is_empty_only_when_kraken_says_so() -> None:
    assert spot_answer(told(), market_of("kraken")).balances == ()


ROW = {"balance": "1.5", "hold_trade": "0.5"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html></html>",
        told(ZUSD=ROW)[:-3],
        b'{"result": {}}',
        b'{"error": []}',
        b'{"error": [], "result": null}',
        b'{"error": [], "result": []}',
        b'{"error": ["EGeneral:Internal error"], "result": {}}',
        told(ZUSD={"balance": "1.5"}),
        told(ZUSD={"hold_trade": "1.5"}),
        told(ZUSD={**ROW, "balance": None}),
        told(ZUSD={**ROW, "balance": []}),
        told(ZUSD={**ROW, "balance": "NaN"}),
        told(ZUSD={**ROW, "balance": "1e20000000"}),
        told(ZUSD={**ROW, "balance": '"1'}),
        told(ZUSD={**ROW, "credit_used": ""}),
        b'{"error": [], "result": {"ZUSD": {"balance": 1e20000000, "hold_trade": "0"}}}',
        b'{"error": [], "result": {"ZUSD": {"balance": "5", "hold_trade": "0"}, '
        b'"ZUSD": {"balance": "0", "hold_trade": "0"}}}',
        b'{"error": [], "result": {"ZUSD": {"balance": "5", "balance": "0", "hold_trade": "0"}}}',
        b'{"error": [], "result": {"ZUSD": {"balance": "5", "b\\u0061lance": "0", "hold_trade": "0"}}}',
        b'{"error": [], "result": {"ZUSD": {"balance": "5", "hold_trade": "0"}}, "result": {}}',
    ],
)
def test_an_answer_that_does_not_tell_each_balance_once_is_unusable(raw: bytes) -> None:
    with pytest.raises(Unusable):
        spot_answer(raw, market_of("kraken"))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "empty"},
        {"kind": "html"},
        {"kind": "truncated"},
        {"kind": "truncated", "cut": "connection"},
        {"kind": "gzip_bomb"},
        {"kind": "bad_number"},
        {"kind": "bad_number", "value": "NaN", "bare": True},
        {"kind": "duplicate_asset", "row": "ZUSD"},
        {"kind": "duplicate_asset", "key": True, "row": "XXBT"},
    ],
)
@pytest.mark.asyncio
async def test_a_broken_answer_fails_the_load_and_changes_nothing(kraken: World, fault: Any) -> None:
    account_id = await connected(kraken)
    before = (await kraken.call("GET", f"/accounts/{account_id}")).json["usd_amount"]
    kraken.patch("kraken", faults=[{"path": BALANCE, **fault}])

    answer = await kraken.load(account_id)

    assert answer.status == 503, answer.raw
    after = (await kraken.call("GET", f"/accounts/{account_id}")).json["usd_amount"]
    assert (before, Decimal(before) > 0) == (after, True)


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "failure", "words", "wait_s"),
    [
        ("EAPI:Invalid key", KeysRejected, "no longer valid", None),
        ("EAPI:Invalid signature", KeysRejected, "no longer valid", None),
        ("EGeneral:Permission denied", KeysRejected, "no longer valid", None),
        ("EAPI:Invalid nonce", ExchangeUnavailable, "give Cambist keys of its own", None),
        ("EAPI:Rate limit exceeded", ExchangeLimiting, "limits these keys' calls", 45),
        ("EGeneral:Temporary lockout", ExchangeLimiting, "locked these keys out", 900),
        ("EService:Throttled: 1687193477", ExchangeLimiting, "limits our calls", 20),
        ("EService:Unavailable", ExchangeUnavailable, "EService:Unavailable", None),
        ("EService:Busy", ExchangeUnavailable, "EService:Busy", None),
        ("EService:Market in cancel_only mode", ExchangeUnavailable, "cancel_only", None),
        ("EService:Timeout", ExchangeTimedOut, "did not answer in time", None),
        ("EGeneral:Invalid arguments:asset", ExchangeRefused, "EGeneral:Invalid arguments:asset", None),
    ],
)
@pytest.mark.asyncio
async def test_errors_with_status_200_are_what_they_say(
    code: str, failure: type[LoadFailed], words: str, wait_s: int | None
) -> None:
    faults = [{"kind": "error", "path": BALANCE, "status": 200, "code": code, "msg": ""}]
    async with gateway(faults=faults) as (made, market, _):
        with pytest.raises(failure, match=words) as raised:
            await made.read_wallets(market, KEYS, ["spot"])
    assert type(raised.value) is failure
    assert raised.value.retry_after_s == wait_s


@pytest.mark.asyncio
async def test_keys_that_are_limited_hold_up_no_other_keys() -> None:
    second = {"api_key": "other", "secret": KRAKEN_SECRET}
    limited = {"kind": "error", "path": BALANCE, "status": 200, "code": "EAPI:Rate limit exceeded", "msg": ""}
    faults = [{**limited, "api_key": KRAKEN_KEY}]
    changes: dict[str, Any] = {"keys": [*KRAKEN["keys"], second], "faults": faults}
    async with gateway(**changes) as (made, market, _):
        with pytest.raises(ExchangeLimiting):
            await made.read_wallets(market, KEYS, ["spot"])
        other = Credentials("other", Secret(KRAKEN_SECRET))
        read = await made.read_wallets(market, other, ["spot"])
    assert len(read.answered[0].balances) == 7


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ({"secret": "d3Jvbmc="}, KeyState.INVALID),
        ({"api_key": "another"}, KeyState.INVALID),
        ({"permissions": []}, KeyState.NO_PERMISSION),
    ],
)
@pytest.mark.asyncio
async def test_keys_that_kraken_refuses_are_marked_as_it_refused_them(
    kraken: World, key: Any, state: KeyState
) -> None:
    account_id = await connected(kraken)
    kraken.patch("kraken", keys=[{**KRAKEN["keys"][0], **key}])
    answer = await kraken.load(account_id)
    account = await kraken.cambist.outside.accounts.get((await kraken.me()).user_id, account_id)
    assert (answer.status, account.key_state) == (422, state)


@pytest.mark.asyncio
async def test_a_secret_that_is_not_base64_is_a_rejected_key(kraken: World) -> None:
    answer = await kraken.connect(type="kraken", name="Kraken", api_key=KRAKEN_KEY, secret="no!base64")
    assert (answer.status, b"no longer valid or incorrect" in answer.raw) == (422, True)


# ── nonces and counters ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_calls_of_one_key_leave_in_turn_with_rising_nonces() -> None:
    """15 readings at once, as many as the key's counter admits, by clients that others have made ready."""
    others = [{"api_key": f"other-{number}", "secret": KRAKEN_SECRET} for number in range(15)]
    async with gateway(keys=[*KRAKEN["keys"], *others]) as (made, market, _):

        async def read(api_key: str) -> int:
            keys = Credentials(api_key, Secret(KRAKEN_SECRET))
            return len((await made.read_wallets(market, keys, ["spot"])).calls)

        await asyncio.gather(*(read(f"other-{number}") for number in range(15)))
        assert await asyncio.gather(*(read(KRAKEN_KEY) for _ in range(15))) == [1] * 15


@pytest.mark.asyncio
async def test_nonces_rise_from_one_borrower_of_a_client_to_the_next_within_a_millisecond() -> None:
    async with gateway() as (made, market, _):
        nonces = []
        for _ in range(100):
            async with made._exchange(market).pool.borrow(KEYS) as client:
                signed = client.sign("BalanceEx", ["private"], "POST")
                nonces.append(int(parse_qs(signed["body"])["nonce"][0]))
    assert nonces == sorted(set(nonces))


@pytest.mark.asyncio
async def test_fifty_loads_at_once_of_one_key_over_two_accounts_all_succeed(kraken: World) -> None:
    given = {"type": "kraken", "name": "Kraken", "api_key": KRAKEN_KEY, "secret": KRAKEN_SECRET}
    another = await kraken.new_key(user=await add_user(kraken.cambist.outside, "somebody", "test"))
    first = (await connected(kraken), kraken.key)
    second = ((await kraken.call("POST", "/accounts/new", given, another)).json["id"], another)
    slow = [{"kind": "slow", "path": BALANCE, "delay_ms": 50, "times": 1}]
    kraken.clock.step(timedelta(seconds=2))
    kraken.patch("kraken", faults=slow)

    def load(account: tuple[int, Key]) -> Any:
        return kraken.call("POST", f"/accounts/{account[0]}/load_balances", key=account[1])

    answers = await asyncio.gather(*(load((first, second)[turn % 2]) for turn in range(50)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["usd_amount"] for answer in answers}) == 1


@pytest.mark.asyncio
async def test_a_nonce_refused_once_is_followed_by_a_higher_one() -> None:
    refused = {"kind": "error", "path": BALANCE, "status": 200, "code": "EAPI:Invalid nonce", "msg": ""}
    async with gateway(faults=[{**refused, "times": 1}]) as (made, market, _):
        read = await made.read_wallets(market, KEYS, ["spot"])
    assert len(read.calls) == 2


@pytest.mark.asyncio
async def test_a_key_is_asked_no_more_often_than_its_counter_admits_and_others_go_on() -> None:
    """15 in any minute: the sixteenth is held back by us; at Kraken's own count none is refused."""
    clock = FixedClock()
    second = {"api_key": "other", "secret": KRAKEN_SECRET}
    async with gateway(clock, keys=[*KRAKEN["keys"], second]) as (made, market, simulator):
        for _ in range(15):
            await made.read_wallets(market, KEYS, ["spot"])
        with pytest.raises(ExchangeLimiting, match=r"there is room in 61 s"):
            await made.read_wallets(market, KEYS, ["spot"])
        await made.read_wallets(market, Credentials("other", Secret(KRAKEN_SECRET)), ["spot"])
        clock.step(timedelta(seconds=61))
        for _ in range(15):
            await made.read_wallets(market, KEYS, ["spot"])
    assert len(simulator.calls) == 31


# ── beside balances ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("permissions", "ips", "rights"),
    [
        (["read"], [], KeyRights(True, False, False, False)),
        (["read", "trade"], ["127.0.0.1"], KeyRights(True, True, False, True)),
        (["withdraw"], [], KeyRights(False, False, True, False)),
    ],
)
@pytest.mark.asyncio
async def test_rights_are_those_that_kraken_tells_of_the_key(
    permissions: list[str], ips: list[str], rights: KeyRights
) -> None:
    keys = [{**KRAKEN["keys"][0], "permissions": permissions, "ips": ips}]
    async with gateway(keys=keys) as (made, market, _):
        assert await made.rights(market, KEYS) == rights


@pytest.mark.asyncio
async def test_prices_are_of_pairs_that_are_online_last_or_in_the_middle() -> None:
    async with gateway(halted=["ETHUSD"]) as (made, market, _):
        pairs = set(await made.pairs(market))
        rates = await made.rates(market, ("BTC", "USD"))
        prices = await made.price_list(market)
    assert ("BTC", "USD") in pairs
    assert ("ETH", "USD") not in pairs
    assert prices.priced(market, Stablecoins.REFERENCE).numeraire.btc_usd == Decimal("63722.1")
    assert rates is not None
    assert (rates.last, rates.bid, rates.ask) == (Decimal("63722.1"), Decimal("63722.0"), Decimal("63722.2"))


@pytest.mark.asyncio
async def test_open_orders_are_counted_none_included() -> None:
    order = {"symbol": "BTCUSD", "side": "buy", "price": "1", "quantity": "1", "time": "2023-06-01T00:00:00Z"}
    async with gateway(orders=[order, order]) as (made, market, _):
        assert await made.open_orders(market, KEYS) == 2
    async with gateway() as (made, market, _):
        assert await made.open_orders(market, KEYS) == 0


@pytest.mark.asyncio
async def test_currencies_and_an_address_for_deposits_are_told() -> None:
    networks = [{"network": "Bitcoin", "address": "2N9simulated", "tag": "7"}, {"network": "Lightning"}]
    async with gateway(coins={"BTC": {"name": "Bitcoin", "networks": networks}}) as (made, market, _):
        told_of = {each.code: each for each in await made.currencies(market, KEYS)}
        assert (told_of["XXBT"].name, told_of["XXBT"].deposits, told_of["XXBT"].networks) == ("BTC", True, ())
        assert await made.deposit_address(market, KEYS, "XXBT", "Bitcoin") == DepositAddress(
            "2N9simulated", "7"
        )
        with pytest.raises(ExchangeUnavailable, match="no address of this currency"):
            await made.deposit_address(market, KEYS, "XXBT", "Lightning")
        with pytest.raises(ExchangeRefused, match="EFunding:Unknown asset"):
            await made.deposit_address(market, KEYS, "NONE", "Bitcoin")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": ["WDatabase:No change", "EAPI:Invalid key"]}, "EAPI:Invalid key"),
        ({"error": ["EService:Throttled: 1700000000"]}, "EService:Throttled"),
        ({"error": ["WDatabase:No change"], "result": {}}, ""),
        ({"error": [], "result": {}}, ""),
        ({"result": "error", "error": "authenticationError"}, "authenticationError"),
        ({"result": "success", "error": "none"}, ""),
    ],
)
def test_a_warning_is_no_error_and_what_is_of_one_call_is_no_code(body: dict[str, Any], code: str) -> None:
    assert code_in(body) == code
