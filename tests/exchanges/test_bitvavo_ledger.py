"""Bitvavo's history of transactions: each type by what went and came, its fee beside it, page by page."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import KeysRejected, LoadFailed
from cambist.core.flows import Change, residual
from cambist.core.history import milliseconds
from cambist.core.ledger import EntryKind
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.bitvavo.ledger import history_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, Says, answering

BITVAVO = market_of("bitvavo")
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
HISTORY = "/v2/account/history"


def row(name: str, type_: str, **parts: Any) -> dict[str, Any]:
    """parts: sent, received, fees, price, each "amount currency"."""
    told: dict[str, Any] = {
        "transactionId": name,
        "executedAt": "2023-06-18T09:00:31.000Z",
        "type": type_,
        "address": None,
    }
    for part, text in parts.items():
        amount, _, currency = str(text).partition(" ")
        told |= {f"{part}Amount": amount, f"{part}Currency": currency}
    return told


def paged(items: list[dict[str, Any]], page: int = 1, pages: int = 1) -> dict[str, Any]:
    return {"items": items, "currentPage": page, "totalPages": pages, "maxItems": 100}


def told(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    entries, *_ = history_answer(json.dumps(paged(list(rows))).encode(), BITVAVO)
    return [(each.id, each.kind, each.asset, str(each.amount), each.group, each.quote) for each in entries]


BOUGHT = row("b", "buy", price="2500 EUR", sent="100 EUR", received="0.04 ETH", fees="0.25 EUR")
SOLD = row("s", "sell", price="45000 EUR", sent="0.01 BTC", received="450 EUR", fees="1.25 EUR")


def test_a_trade_is_two_legs_and_the_fee_on_top_of_them() -> None:
    assert told(BOUGHT, SOLD) == [
        ("b:sent", EntryKind.TRADE, "EUR", "-100", "b", True),
        ("b:received", EntryKind.TRADE, "ETH", "0.04", "b", False),
        ("b:fee", EntryKind.FEE, "EUR", "-0.25", "b", False),
        ("s:sent", EntryKind.TRADE, "BTC", "-0.01", "s", False),
        ("s:received", EntryKind.TRADE, "EUR", "450", "s", True),
        ("s:fee", EntryKind.FEE, "EUR", "-1.25", "s", False),
    ]


@pytest.mark.parametrize(
    ("type_", "came", "went"),
    [
        ("deposit", EntryKind.DEPOSIT, EntryKind.DEPOSIT),
        ("withdrawal", EntryKind.WITHDRAWAL, EntryKind.WITHDRAWAL),
        ("withdrawal_cancelled", EntryKind.WITHDRAWAL, EntryKind.WITHDRAWAL),
        *(
            (type_, EntryKind.REWARD, EntryKind.TRANSFER)
            for type_ in (
                "staking",
                "fixed_staking",
                "affiliate",
                "distribution",
                "rebate",
                "campaign_new_user_incentive",
            )
        ),
        *(
            (type_, EntryKind.TRANSFER, EntryKind.TRANSFER)
            for type_ in (
                "internal_transfer",
                "loan",
                "external_transferred_funds",
                "manually_assigned",
                "manually_assigned_bitvavo",
                "of_a_kind_to_come",
            )
        ),
    ],
)
def test_each_type_is_what_it_says(type_: str, came: EntryKind, went: EntryKind) -> None:
    assert told(row("1", type_, received="0.5 BTC"), row("2", type_, sent="0.25 BTC")) == [
        ("1:received", came, "BTC", "0.5", "", False),
        ("2:sent", went, "BTC", "-0.25", "", False),
    ]


def test_fields_that_are_left_out_null_or_numbers_come_to_the_same() -> None:
    """A withdrawal's amount is without its fee, a bank's deposit has one of nothing, a rebate none at all."""
    numbers = row("3", "rebate") | {"receivedAmount": 0.05, "receivedCurrency": "EUR", "feesAmount": None}
    assert told(row("1", "withdrawal", sent="0.99 ETH", fees="0.01 ETH"), numbers) == [
        ("1:sent", EntryKind.WITHDRAWAL, "ETH", "-0.99", "", False),
        ("1:fee", EntryKind.FEE, "ETH", "-0.01", "", False),
        ("3:received", EntryKind.REWARD, "EUR", "0.05", "", False),
    ]
    assert told(row("2", "deposit", received="1000 EUR", fees="0 EUR"))[0][3] == "1000"


def test_what_a_binary_fraction_left_of_an_amount_is_the_amount_again() -> None:
    """The balance has the eight places of what was bought."""
    bought = row("b", "buy", price="59000 EUR", sent="20 EUR", received="0.00033875999999999996 BTC")
    entries, *_ = history_answer(json.dumps(paged([bought])).encode(), BITVAVO)
    at = entries[0].at
    change = Change("BTC", at - timedelta(minutes=5), at + timedelta(minutes=5), Decimal("0.00033876"), None)
    assert residual(change, entries) == 0
    assert told(row("1", "deposit", received="123456789.123456 BTC"))[0][3] == "123456789.123456"


def test_all_of_an_account_adds_up_to_what_it_holds() -> None:
    rows = [
        row("1", "deposit", received="1000 EUR", fees="0 EUR"),
        BOUGHT,
        row("2", "withdrawal", sent="0.03 ETH", fees="0.002 ETH"),
        row("3", "withdrawal", sent="50 EUR"),
        row("4", "withdrawal_cancelled", received="50 EUR"),
        row("5", "staking", received="0.0001 ETH"),
        row("6", "rebate", received="0.1 EUR"),
    ]
    held: dict[str, Decimal] = defaultdict(Decimal)
    for _, _, asset, amount, *_ in told(*rows):
        held[asset] += Decimal(amount)
    assert held == {"EUR": Decimal("899.85"), "ETH": Decimal("0.0081")}


@pytest.mark.asyncio
async def test_pages_of_a_stretch_are_read_to_the_last_and_the_next_sync_goes_a_day_back() -> None:
    first = [row(str(number), "staking", received="0.01 ETH") for number in range(100)]
    second = [first[-1], row("100", "deposit", received="1 EUR")]
    answers = {"page=2&": paged(second, 2, 2), "page=1&": paged(first, 1, 2)}
    since = NOW - timedelta(days=9)
    async with answering("bitvavo", answers) as asked:
        pages = await asked.pages("history", since, NOW)
        again = await asked.pages("history", since, NOW + timedelta(hours=1), pages[-1].cursor)
    entries = {each.id: each for page in pages for each in page.entries}
    assert (len(entries), sum(each.amount for each in entries.values())) == (101, Decimal(2))
    assert {(each.wallet, each.at) for each in entries.values()} == {
        ("spot", datetime(2023, 6, 18, 9, 0, 31, tzinfo=UTC))
    }
    assert [(page.until, page.known_from, page.more) for page in pages] == [
        (since, since, True),
        (NOW, since, False),
    ]
    assert [(page.until, page.known_from) for page in again] == [
        (NOW, since),
        (NOW + timedelta(hours=1), since),
    ]
    assert [each.partition("?")[2] for each in asked.requests] == [
        f"fromDate={start}&toDate={end}&page={number}&maxItems=100"
        for start, end in ((1686412800000, 1687190399999), (1687104000000, 1687193999999))
        for number in (1, 2)
    ]


def moved(symbol: str, at: datetime, tx: str | None, **more: Any) -> dict[str, Any]:
    return {"timestamp": milliseconds(at), "symbol": symbol, "amount": "1", "fee": "0", "txId": tx, **more}


@pytest.mark.asyncio
async def test_what_came_and_went_has_the_transaction_of_the_same_asset_and_time() -> None:
    at = datetime(2023, 6, 18, 9, 0, 31, tzinfo=UTC)
    rows = [
        row("1", "deposit", received="1 BTC"),
        row("2", "deposit", received="100 EUR"),
        row("3", "withdrawal", sent="0.5 ETH", fees="0.01 ETH"),
        row("4", "withdrawal", sent="0.5 XRP"),
        row("5", "withdrawal", sent="0.5 XRP"),
        row("6", "withdrawal", sent="5 ADA"),
        row("7", "withdrawal", sent="5 SOL"),
    ]
    answers = {
        "/v2/depositHistory": [moved("BTC", at, "of 1"), moved("BTC", at + timedelta(seconds=1), "other")],
        "/v2/withdrawalHistory": [
            moved("ETH", at, "of 3\n"),
            moved("XRP", at, "of 4 or 5"),
            moved("ADA", at, None),
            moved("SOL", at, "one"),
            moved("SOL", at, "another"),
        ],
        HISTORY: paged(rows),
    }
    async with answering("bitvavo", answers) as asked:
        (page,) = await asked.pages("history", NOW - timedelta(days=9), NOW)
    assert {each.id: each.tx for each in page.entries if each.tx} == {"1:received": "of 1", "3:sent": "of 3"}
    assert len(page.entries) == 8
    async with answering("bitvavo", {**answers, "/v2/depositHistory": [{"symbol": "BTC"}]}) as broken:
        with pytest.raises(LoadFailed, match="a list of deposits or withdrawals"):
            await broken.pages("history", NOW - timedelta(days=9), NOW)
    span = f"start={milliseconds(at)}&end={milliseconds(at) + 1}&limit=1000"
    assert [each.rpartition("/")[2] for each in asked.requests[1:]] == [
        f"depositHistory?{span}",
        f"withdrawalHistory?{span}",
    ]


@pytest.mark.asyncio
async def test_a_long_past_is_read_ninety_days_at_a_time() -> None:
    async with answering("bitvavo", {HISTORY: paged([], 1, 0)}) as asked:
        pages = await asked.pages("history", NOW - timedelta(days=200), NOW)
    assert [NOW - page.until for page in pages] == [timedelta(days=each) for each in (110, 20, 0)]


@pytest.mark.asyncio
async def test_another_page_than_was_asked_for_and_keys_that_may_not_are_failures() -> None:
    full = paged([row("1", "deposit", received="1 EUR")], 1, 2)
    async with answering("bitvavo", {HISTORY: full}) as asked:
        with pytest.raises(LoadFailed, match="another page than was asked for"):
            await asked.pages("history", NOW - timedelta(days=1), NOW)
    refused = Says(403, {"errorCode": 311, "error": "words of the exchange"})
    async with answering("bitvavo", {HISTORY: refused}) as asked:
        with pytest.raises(KeysRejected) as failed:
            await asked.pages("history", NOW - timedelta(days=1), NOW)
    assert failed.value.key_state is KeyState.NO_PERMISSION


@pytest.mark.parametrize(
    "body",
    [
        *NO_LEDGER,
        "[]",
        '{"errorCode": 205, "error": "x"}',
        *(
            json.dumps(paged(items, 1, pages))
            for items, pages in (
                ([BOUGHT, BOUGHT], 1),
                ([], 2),
                ([{**BOUGHT, "sentAmount": "1_0"}], 1),
                ([{**BOUGHT, "receivedAmount": ""}], 1),
                ([{**BOUGHT, "feesAmount": "NaN"}], 1),
                ([{**BOUGHT, "feesCurrency": None}], 1),
                ([{**BOUGHT, "executedAt": "some day"}], 1),
                ([{**BOUGHT, "executedAt": None}], 1),
                ([{**BOUGHT, "transactionId": ""}], 1),
            )
        ),
        json.dumps(paged([BOUGHT]))[:-1],
        json.dumps({"items": [BOUGHT]}),
    ],
)
def test_an_answer_that_is_no_history_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        history_answer(body.encode(), BITVAVO)
