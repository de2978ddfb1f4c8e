"""Kraken's and Kraken Futures' ledgers through Cambist: every kind to the digit, page by page."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import ExchangeUnavailable, KeysRejected
from cambist.core.ledger import Asked, EntryKind
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.kraken.ledger import ledger_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import answering
from tests.exchanges.paged import booked, paged, sums
from tests.exchanges.scenarios import KRAKEN
from tests.worlds import FixedClock

NOW = datetime(2024, 9, 18, tzinfo=UTC)
SINCE = NOW - timedelta(days=100)
LEDGERS = "/0/private/Ledgers"
DEPOSIT, WITHDRAWAL, TRANSFER = EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.TRANSFER
FEE, TRADE, REWARD = EntryKind.FEE, EntryKind.TRADE, EntryKind.REWARD


def flow(kind: str, asset: str, amount: str, hours_ago: float, **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(hours=hours_ago)
    return {"kind": kind, "asset": asset, "amount": amount, "time": at.isoformat(), **more}


def trade(symbol: str, side: str, quantity: str, price: str, hours_ago: float, **more: Any) -> dict[str, Any]:
    time = (NOW - timedelta(hours=hours_ago)).isoformat()
    return {"symbol": symbol, "side": side, "quantity": quantity, "price": price, "time": time, **more}


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
    async with paged(KRAKEN, SINCE, FixedClock(NOW), flows=FLOWS, trades=TRADES) as kraken:
        pages = await kraken.pages("ledger")
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
    assert (pages[0].known_from, pages[-1].until, pages[-1].void) == (SINCE, NOW + timedelta(minutes=1), ())


MANY = [trade("BTCUSD", "buy", f"0.{number:04d}", "100", 900 - number) for number in range(1, 121)]


@pytest.mark.asyncio
async def test_fifty_rows_are_told_at_a_time_and_what_comes_meanwhile_is_neither_lost_nor_doubled() -> None:
    since = NOW - timedelta(days=45)
    async with paged(KRAKEN, since, FixedClock(NOW), trades=MANY) as kraken:
        pages = [await kraken.page("ledger")]
        pages += [await kraken.page("ledger", pages[-1].cursor)]
        late = trade("BTCUSD", "sell", "1", "100", 0.001)
        kraken.patch(trades=[*MANY, late])
        pages += await kraken.pages("ledger", pages[-1].cursor)
        spent = sum(Decimal(each["quantity"]) for each in MANY)
        assert sums(pages) == {"BTC": spent - 1, "USD": 100 - 100 * spent}
        assert [page.until for page in pages] == [since] * 4 + [NOW, NOW + timedelta(minutes=5)]
        assert all(len(page.entries) <= 50 for page in pages)
        assert all(each.quote == (each.asset == "USD") for each in booked(pages).values())
        before = len(kraken.simulator.calls)
        resumed = await kraken.pages("ledger", pages[-1].cursor)
        newest = "TSIM00-00121-TRADES"
        assert {entry.id for page in resumed for entry in page.entries} == {f"L1{newest}", f"L2{newest}"}
        assert [call.path for call in kraken.simulator.calls[before:]] == [LEDGERS]


@pytest.mark.asyncio
async def test_a_deposit_is_told_when_it_is_credited_and_a_withdrawal_as_it_is_applied_for() -> None:
    clock = FixedClock(NOW)
    pending = [
        flow("deposit", "BTC", "1", 0.5, state="pending", tx="in"),
        flow("withdrawal", "ETH", "2", 0.5, fee="0.1", state="pending"),
    ]
    async with paged(KRAKEN, SINCE, clock, flows=pending) as kraken:
        first = await kraken.pages("ledger")
        assert sums(first) == {"ETH": Decimal("-2.1")}
        done = [pending[0] | {"state": "done"}, pending[1] | {"state": "failed", "tx": "out"}]
        kraken.patch(flows=done)
        second = await kraken.pages("ledger", first[-1].cursor)
    assert sums(first + second) == {"BTC": Decimal(1)}
    assert {each.tx for each in booked(second).values()} == {"in", "out", ""}


@pytest.mark.asyncio
async def test_a_key_that_may_not_read_the_ledger_says_so() -> None:
    keys = [{**KRAKEN["keys"][0], "permissions": ["trade"]}]
    async with paged(KRAKEN, SINCE, FixedClock(NOW), keys=keys) as kraken:
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


def ledger(count: int = 1, **changes: Any) -> str:
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
        ledger()[:-5],
        ledger(amount="1_5"),
        ledger(amount="NaN"),
        ledger(amount=None),
        ledger(time="1e99"),
        ledger(fee="1e999"),
        ledger().replace('"L1"', '"L1": {}, "L1"'),
    ],
)
def test_an_answer_that_is_no_ledger_is_refused_and_never_read_as_nothing(body: str) -> None:
    with pytest.raises(Unusable):
        ledger_answer(body.encode(), market_of("kraken"))


@pytest.mark.asyncio
async def test_a_ledger_that_counts_rows_which_it_does_not_tell_is_no_empty_one() -> None:
    told = {"error": [], "result": {"ledger": {}, "count": 7}}
    async with answering("kraken", {LEDGERS: told}) as kraken:
        asked = Asked("", SINCE, NOW)
        with pytest.raises(ExchangeUnavailable, match="fewer rows"):
            await kraken.gateway.page(kraken.market, kraken.credentials, "ledger", asked)
