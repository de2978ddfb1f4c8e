"""Bitstamp's user transactions: each type and currency to the digit, a thousand at a time, by id."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.ledger import EntryKind
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.bitstamp.ledger import transactions_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, answering

BITSTAMP = market_of("bitstamp")
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
TRADE = {
    "fee": "0.11128",
    "eth_usdt": 4451.25,
    "datetime": "2021-11-25 12:59:59.322000",
    "usdt": "-22.26",
    "order_id": 1429545880227846,
    "usd": 0,
    "eth": "0.00500000",
    "type": "2",
    "id": 209895701,
}


def row(number: int, type_: str, **changes: Any) -> dict[str, Any]:
    """As ccxt has recorded them: rates and currencies of no change stand in a row too."""
    told = {"fee": "0.00000000", "btc_usd": "0.00", "usd": 0, "btc": 0, "datetime": "2023-06-08 09:00:31"}
    return {**told, "id": number, "type": type_, **changes}


def test_each_type_is_told_with_its_legs_and_its_fee_beside_them() -> None:
    rows = [
        TRADE,
        row(1, "1", xrp="-20.00000000", fee="0.1"),
        row(2, "0", xrp="20.00000000"),
        row(3, "27", eth="0.0001"),
        row(4, "26", eth="-1"),
        row(5, "14", btc="0.5"),
        row(6, "99", usd="7.25"),
    ]
    entries, last, count = transactions_answer(json.dumps(rows).encode(), BITSTAMP)
    assert [
        (each.id, each.kind, each.asset, str(each.amount), each.group, each.quote) for each in entries
    ] == [
        ("209895701:usdt", EntryKind.TRADE, "USDT", "-22.26", "209895701", True),
        ("209895701:eth", EntryKind.TRADE, "ETH", "0.00500000", "209895701", False),
        ("209895701:fee", EntryKind.FEE, "USDT", "-0.11128", "209895701", False),
        ("1:xrp", EntryKind.WITHDRAWAL, "XRP", "-20.00000000", "", False),
        ("1:fee", EntryKind.FEE, "XRP", "-0.1", "", False),
        ("2:xrp", EntryKind.DEPOSIT, "XRP", "20.00000000", "", False),
        ("3:eth", EntryKind.REWARD, "ETH", "0.0001", "", False),
        ("4:eth", EntryKind.TRANSFER, "ETH", "-1", "", False),
        ("5:btc", EntryKind.TRANSFER, "BTC", "0.5", "", False),
        ("6:usd", EntryKind.TRANSFER, "USD", "7.25", "", False),
    ]
    assert (entries[0].at, last, count) == (datetime(2021, 11, 25, 12, 59, 59, 322_000, UTC), 209895701, 7)


@pytest.mark.asyncio
async def test_a_thousand_are_told_at_a_time_and_the_next_sync_begins_with_the_last() -> None:
    full = [row(number, "0", btc="0.001") for number in range(1, 1001)]
    answers = {
        "since_id=1001": [row(1001, "0", btc="1")],
        "since_id=1000": [full[-1], row(1001, "0", btc="1")],
        "user_transactions": full,
    }
    async with answering("bitstamp", answers) as scripted:
        pages = await scripted.pages("transactions", NOW - timedelta(days=400), NOW)
        again = await scripted.pages("transactions", NOW - timedelta(days=400), NOW, pages[-1].cursor)
        await scripted.pages("transactions", NOW - timedelta(days=9), NOW)
        late = await scripted.pages("transactions", NOW - timedelta(hours=1), NOW)
    told = {each.id: each.amount for page in pages for each in page.entries}
    assert (len(told), sum(told.values())) == (1001, Decimal(2))
    assert [page.until for page in pages] == [datetime(2023, 6, 8, 9, 0, 31, tzinfo=UTC), NOW]
    assert [each.id for page in again for each in page.entries] == ["1001:btc"]
    assert late[0].entries == ()
    firsts = [request.partition("sort=asc")[2] for request in scripted.requests if "since_id" not in request]
    assert firsts == ["", "&since_timestamp=1686412800", "&since_timestamp=1687186800"]


@pytest.mark.parametrize(
    "body",
    [
        *NO_LEDGER,
        '{"status": "error", "reason": "x", "code": "API0001"}',
        json.dumps([TRADE, TRADE]),
        json.dumps([row(1, "0", btc="1_0")]),
        json.dumps([row(1, "0", btc=None)]),
        json.dumps([row(1, "0", fee="1")]),
        json.dumps([{**row(1, "0"), "datetime": "some day"}]),
        json.dumps([{**row(1, "0"), "id": "x"}]),
        json.dumps([row(1, "0")])[:-1],
    ],
)
def test_an_answer_that_is_no_list_of_transactions_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        transactions_answer(body.encode(), BITSTAMP)
