"""Kraken's and Kraken Futures' ledgers through Cambist: every kind to the digit, page by page."""

import json
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import ExchangeUnavailable, KeysRejected
from cambist.core.ledger import Asked, EntryKind
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.kraken.futures_ledger import log_answer
from cambist.exchanges.dialects.kraken.ledger import ledger_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import answering
from tests.exchanges.ledgers import ago, ledger
from tests.exchanges.paged import booked, flow, stepped, sums, trade
from tests.exchanges.scenarios import KRAKEN, KRAKEN_FUTURES

LEDGERS = "/0/private/Ledgers"
DEPOSIT, WITHDRAWAL, TRANSFER = EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.TRANSFER
FEE, TRADE, REWARD = EntryKind.FEE, EntryKind.TRADE, EntryKind.REWARD


FLOWS = [
    flow("deposit", "BTC", "0.78125000000000000000000001", 50, tx="6544b41b"),
    flow("deposit", "ETH", "3", 1, state="pending"),
    flow("deposit", "EUR", "9", 1, state="failed"),
    flow("withdrawal", "ETH", "0.2755800000", 40, fee="0.0050000000", tx="0x339c"),
    flow("withdrawal", "BTC", "0.5", 39, fee="0.00001", state="pending"),
    flow("withdrawal", "DOT", "7", 38, fee="0.05", state="failed"),
    flow("transfer", "ETH", "1.5", 37, to="earn_flexible"),
    flow("transfer", "BTC", "-0.25", 36),
    flow("transfer", "USD", "12.5", 35),
    flow("reward", "ETH", "0.000000012345678901", 34, wallet="earn_flexible"),
    flow("reward", "DOT", "0.02", 33, name="staking", wallet="earn_locked"),
    flow("reward", "ADA", "4", 32, name="of a kind to come"),
    flow("interest", "USD", "-0.0341", 31),
    flow("realised", "USD", "-10.0232", 30, fee="1.2"),
]
TRADES = [
    trade("BTCUSD", "buy", "0.1", "60000.5", 20, fee="15.6", fee_asset="USD"),
    trade("ETHBTC", "sell", "2", "0.04085", 19),
]


@pytest.mark.asyncio
async def test_every_kind_is_told_to_the_digit_with_transactions_groups_and_fees_apart() -> None:
    async with ledger("kraken", {**KRAKEN, "flows": FLOWS, "trades": TRADES}) as kraken:
        pages = await stepped(kraken, "ledger")
    told = [
        (each.kind, each.asset, str(each.amount), each.tx, each.group, each.quote)
        for each in sorted(booked(pages).values(), key=lambda each: (each.at, each.id))
    ]
    first, second = "TSIM00-00001-TRADES", "TSIM00-00002-TRADES"
    assert told == [
        (DEPOSIT, "BTC", "0.78125000000000000000000001", "6544b41b", "", False),
        (WITHDRAWAL, "ETH", "-0.2755800000", "0x339c", "", False),
        (FEE, "ETH", "-0.0050000000", "", "", False),
        (WITHDRAWAL, "BTC", "-0.5", "", "", False),
        (FEE, "BTC", "-0.00001", "", "", False),
        (WITHDRAWAL, "DOT", "-7", "", "", False),
        (FEE, "DOT", "-0.05", "", "", False),
        (WITHDRAWAL, "DOT", "7", "", "", False),
        (FEE, "DOT", "0.05", "", "", False),
        (TRANSFER, "ETH", "-1.5", "", "", False),
        (TRANSFER, "ETH", "1.5", "", "", False),
        (TRANSFER, "BTC", "-0.25", "", "", False),
        (TRANSFER, "USD", "12.5", "", "", False),
        (REWARD, "ETH", "1.2345678901E-8", "", "", False),
        (REWARD, "DOT", "0.02", "", "", False),
        (TRANSFER, "ADA", "4", "", "", False),
        (EntryKind.INTEREST, "USD", "-0.0341", "", "", False),
        (EntryKind.REALISED, "USD", "-10.0232", "", "FSIM00-00014-FUNDING", False),
        (FEE, "USD", "-1.2", "", "FSIM00-00014-FUNDING", False),
        (TRADE, "BTC", "0.1", "", first, False),
        (TRADE, "USD", "-6000.05", "", first, True),
        (FEE, "USD", "-15.6", "", first, False),
        (TRADE, "ETH", "-2", "", second, False),
        (TRADE, "BTC", "0.08170", "", second, True),
    ]
    assert {each.wallet for each in booked(pages).values()} == {"spot"}
    assert (pages[0].known_from, pages[-1].until, pages[-1].void) == (ago(365), kraken.clock.now(), ())


MANY = [trade("BTCUSD", "buy", f"0.{number:04d}", "100", 900 - number) for number in range(1, 121)]


@pytest.mark.asyncio
async def test_fifty_rows_are_told_at_a_time_and_what_comes_meanwhile_is_neither_lost_nor_doubled() -> None:
    async with ledger("kraken", {**KRAKEN, "trades": MANY}) as kraken:
        pages = [await kraken.page("ledger", days=45)]
        pages += [await kraken.page("ledger", pages[-1].cursor)]
        late = trade("BTCUSD", "sell", "1", "100", 0.001)
        kraken.change(trades=[*MANY, late])
        pages += await stepped(kraken, "ledger", pages[-1].cursor)
        assert [page.until for page in pages] == [ago(45)] * 4 + [ago(0)]
        before = len(kraken.simulator.calls)
        resumed = await stepped(kraken, "ledger", pages[-1].cursor)
        newest = "TSIM00-00121-TRADES"
        assert {entry.id for page in resumed for entry in page.entries} == {f"L1{newest}", f"L2{newest}"}
        assert [call.path for call in kraken.simulator.calls[before:]] == [LEDGERS]
        pages += resumed
        spent = sum(Decimal(each["quantity"]) for each in MANY)
        assert sums(pages) == {"BTC": spent - 1, "USD": 100 - 100 * spent}
        assert all(len(page.entries) <= 50 for page in pages)
        assert all(each.quote == (each.asset == "USD") for each in booked(pages).values())


@pytest.mark.asyncio
async def test_a_deposit_is_told_when_it_is_credited_and_a_withdrawal_as_it_is_applied_for() -> None:
    pending = [
        flow("deposit", "BTC", "1", 0.5, state="pending", tx="in"),
        flow("withdrawal", "ETH", "2", 0.5, fee="0.1", state="pending"),
    ]
    async with ledger("kraken", {**KRAKEN, "flows": pending}) as kraken:
        first = await stepped(kraken, "ledger")
        assert sums(first) == {"ETH": Decimal("-2.1")}
        done = [pending[0] | {"state": "done"}, pending[1] | {"state": "failed", "tx": "out"}]
        kraken.change(flows=done)
        second = await stepped(kraken, "ledger", first[-1].cursor)
    assert sums(first + second) == {"BTC": Decimal(1)}
    assert {each.tx for each in booked(second).values()} == {"in", "out", ""}


@pytest.mark.asyncio
async def test_a_key_that_may_not_read_the_ledger_says_so() -> None:
    keys = [{**KRAKEN["keys"][0], "permissions": ["trade"]}]
    async with ledger("kraken", {**KRAKEN, "keys": keys}) as kraken:
        with pytest.raises(KeysRejected) as refused:
            await kraken.page("ledger")
        assert refused.value.key_state == KeyState.NO_PERMISSION


def row(**changes: Any) -> dict[str, Any]:
    return {
        "refid": "R",
        "time": 1726000000.1787,
        "type": "trade",
        "subtype": "",
        "aclass": "currency",
        "asset": "ZUSD",
        "amount": "1.5",
        "fee": "0",
        "balance": "0",
        **changes,
    }


def answer(count: int = 1, **changes: Any) -> str:
    return json.dumps({"error": [], "result": {"ledger": {"L1": row(**changes)}, "count": count}})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "null",
        "[]",
        "<html>sign in</html>",
        '{"error": [], "result": {}}',
        '{"error": [], "result": {"ledger": []}}',
        answer()[:-5],
        answer(amount="1_5"),
        answer(amount="NaN"),
        answer(amount=None),
        answer(time="1e99"),
        answer(fee="1e999"),
        answer().replace('"L1"', '"L1": {}, "L1"'),
    ],
)
def test_an_answer_that_is_no_ledger_is_refused_and_never_read_as_nothing(body: str) -> None:
    with pytest.raises(Unusable):
        ledger_answer(body.encode(), market_of("kraken"))


@pytest.mark.asyncio
async def test_a_ledger_that_counts_rows_which_it_does_not_tell_is_no_empty_one() -> None:
    told = {"error": [], "result": {"ledger": {}, "count": 7}}
    async with answering("kraken", {LEDGERS: told}) as kraken:
        asked = Asked("", ago(9), ago(0))
        with pytest.raises(ExchangeUnavailable, match="fewer rows"):
            await kraken.gateway.page(kraken.market, kraken.credentials, "ledger", asked)


# ── Kraken Futures ───────────────────────────────────────────────────────────────────────────────────

FUTURES_FLOWS = [
    flow("deposit", "BTC", "0.5", 60),
    flow("deposit", "ETH", "1", 59, state="pending"),
    flow("withdrawal", "BTC", "0.1", 58, state="pending"),
    flow("withdrawal", "BTC", "0.2", 57, state="failed"),
    flow("transfer", "USD", "25.5", 56, to="futures_coinm"),
    flow("transfer", "USD", "-1.00000000000000000001", 55),
    flow("funding", "USD", "-0.0002", 54),
    flow("realised", "USD", "-0.0042", 53, fee="0.0035"),
    flow("interest", "USD", "-0.5", 52),
    flow("reward", "USD", "3", 51, name="of a kind to come"),
]


FUTURES_ENTRIES = [
    ("1", TRANSFER, "BTC", "0.5"),
    ("2", TRANSFER, "BTC", "-0.1"),
    ("3", TRANSFER, "BTC", "-0.2"),
    ("4", TRANSFER, "BTC", "0.2"),
    ("5", TRANSFER, "USD", "-25.5"),
    ("6", TRANSFER, "USD", "25.5"),
    ("7", TRANSFER, "USD", "-1.00000000000000000001"),
    ("8:funding", EntryKind.FUNDING, "USD", "-0.0002"),
    ("9:realised", EntryKind.REALISED, "USD", "-0.0042"),
    ("9:fee", FEE, "USD", "-0.0035"),
    ("10", EntryKind.INTEREST, "USD", "-0.5"),
    ("11", TRANSFER, "USD", "3"),
    ("12:fee", FEE, "USD", "-1.25"),
]


@pytest.mark.asyncio
async def test_each_part_of_a_change_of_a_futures_account_is_told_and_together_they_are_the_change() -> None:
    trades = [trade("BTCUSD", "buy", "0.1", "60000", 50, fee="1.25")]
    async with ledger(
        "kraken_futures", {**KRAKEN_FUTURES, "flows": FUTURES_FLOWS, "trades": trades}
    ) as futures:
        pages = await stepped(futures, "log")
    told = [(each.id, each.kind, each.asset, each.amount) for each in booked(pages).values()]
    assert told == [(name, kind, asset, Decimal(amount)) for name, kind, asset, amount in FUTURES_ENTRIES]


def log(**changes: Any) -> bytes:
    told = {
        "asset": "usd",
        "booking_uid": "B",
        "contract": "pf_dogeusd",
        "date": "2026-08-11T19:55:24.251Z",
        "execution": "E",
        "fee": 0.0035,
        "id": 9,
        "info": "futures trade",
        "margin_account": "flex",
        "new_balance": 0,
        "old_balance": 0.0077,
        "realized_funding": None,
        "realized_pnl": -0.0042,
        **changes,
    }
    return json.dumps({"accountUid": "U", "logs": [told]}).encode()


def test_what_a_row_does_not_tell_of_its_change_is_told_by_what_it_is_about() -> None:
    futures = market_of("kraken_futures")
    entries, last, rows = log_answer(log(new_balance=-1), futures)
    assert [(each.kind, str(each.amount), each.group) for each in entries] == [
        (EntryKind.REALISED, "-0.0042", "E"),
        (FEE, "-0.0035", "E"),
        (EntryKind.REALISED, "-1.0000", "E"),
    ]
    assert (last, rows) == (9, 1)
    (converted,), _, _ = log_answer(
        log(info="conversion", fee=None, realized_pnl=None, execution=None), futures
    )
    assert (converted.kind, str(converted.amount), converted.group, converted.quote) == (
        TRADE,
        "-0.0077",
        "B",
        True,
    )


@pytest.mark.asyncio
async def test_a_long_log_is_read_from_id_to_id_and_resumed_where_it_ended() -> None:
    flows = [flow("funding", "USD", f"0.{number:04d}", 900 - number / 10) for number in range(1, 2502)]
    async with ledger("kraken_futures", {**KRAKEN_FUTURES, "flows": flows}) as futures:
        pages = await stepped(futures, "log")
        assert sums(pages) == {"USD": sum(Decimal(each["amount"]) for each in flows)}
        assert [len(page.entries) for page in pages][:3] == [1000, 1000, 501]
        more = [*flows, flow("transfer", "USD", "7", 0.001)]
        futures.simulator.patch("kraken_futures", json.dumps({"flows": more}).encode())
        assert sums(await stepped(futures, "log", pages[-1].cursor)) == {"USD": Decimal(7)}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"<html>sign in</html>",
        b'{"logs": {}}',
        log()[:-3],
        log(new_balance=None),
        log(fee="1_0"),
        log(date="some day"),
        log().replace(b"[{", b"[{}, {"),
        json.dumps({"logs": 2 * json.loads(log())["logs"]}).encode(),
    ],
)
def test_an_answer_that_is_no_account_log_is_refused(body: bytes) -> None:
    with pytest.raises(Unusable):
        log_answer(body, market_of("kraken_futures"))
