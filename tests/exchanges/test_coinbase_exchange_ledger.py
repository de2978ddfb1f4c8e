"""Coinbase Exchange's ledger: each account's rows by type, page by page, exactly."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.ledger import Asked, EntryKind, Page
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.coinbase.exchange_ledger import ledger_answer, page
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import answering

NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
GDAX = market_of("gdax")
TRADED = {"order_id": "O", "product_id": "ETH-BTC", "trade_id": "1740617"}


def row(number: int, type_: str, amount: str = "1.0000000000000000", **details: Any) -> dict[str, Any]:
    at = "2021-10-28T17:14:32.593168Z"
    return {
        "id": str(number),
        "amount": amount,
        "balance": "0",
        "created_at": at,
        "type": type_,
        "details": details,
    }


def test_rows_are_told_by_their_type_with_the_trade_that_they_are_of() -> None:
    rows = [
        row(9, "match", "0.04085", **TRADED),
        row(8, "fee", "-0.0001", **TRADED),
        row(7, "transfer", "2", transfer_id="X", transfer_type="deposit"),
        row(6, "transfer", "-1", transfer_id="Y", transfer_type="withdraw"),
        row(5, "transfer", "-3", profile_transfer_id="Z"),
        row(4, "conversion", "5", conversion_id="C"),
        row(3, "rebate"),
        row(2, "margin_interest", "-0.5"),
        row(1, "of a kind to come"),
    ]
    entries, last = ledger_answer(json.dumps(rows).encode(), "BTC", GDAX)
    assert [(each.kind, each.asset, str(each.amount), each.group, each.quote) for each in entries[:6]] == [
        (EntryKind.TRADE, "BTC", "0.04085", "ETH-BTC:1740617", True),
        (EntryKind.FEE, "BTC", "-0.0001", "ETH-BTC:1740617", False),
        (EntryKind.DEPOSIT, "BTC", "2", "", False),
        (EntryKind.WITHDRAWAL, "BTC", "-1", "", False),
        (EntryKind.TRANSFER, "BTC", "-3", "", False),
        (EntryKind.TRADE, "BTC", "5", "C", False),
    ]
    assert [each.kind for each in entries[6:]] == [EntryKind.REWARD, EntryKind.INTEREST, EntryKind.TRANSFER]
    assert last == "1"


@pytest.mark.asyncio
async def test_only_accounts_that_changed_are_read_page_by_page() -> None:
    accounts = [{"id": f"id-{code}", "currency": code} for code in ("BTC", "CGLD", "USD")]
    full = [row(number, "rebate", "0.01") for number in range(200, 100, -1)]
    answers = {"after=101": [row(100, "rebate", "1")], "/ledger": full, "/accounts": accounts}
    async with answering("gdax", answers) as asked:
        exchange = asked.gateway._exchange(asked.market)
        pages: list[Page] = []
        while not pages or pages[-1].more:
            cursor = pages[-1].cursor if pages else ""
            wanted = Asked(cursor, NOW - timedelta(days=900), NOW, frozenset({"CELO"}))

            async def question(client: Any, wanted: Asked = wanted) -> Page:
                return await page(client, GDAX, wanted)

            pages.append(await exchange.ask(question, asked.credentials))
    paths = [request.partition("?")[0].removeprefix("/coinbaseexchange") for request in asked.requests]
    assert paths == ["/accounts", "/accounts/id-CGLD/ledger", "/accounts/id-CGLD/ledger"]
    assert "start_date=2020-12-31" in asked.requests[1]
    assert sum(each.amount for told in pages for each in told.entries) == Decimal(2)
    assert {each.asset for told in pages for each in told.entries} == {"CELO"}
    assert (pages[0].until, pages[-1].until) == (NOW - timedelta(days=900), NOW)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "null",
        "<html>sign in</html>",
        '{"message": "Internal error"}',
        json.dumps([row(1, "fee"), row(1, "fee")]),
        json.dumps([row(1, "fee", "1_0")]),
        json.dumps([{**row(1, "fee"), "created_at": "some day"}]),
        json.dumps([row(1, "fee")])[:-1],
    ],
)
def test_an_answer_that_is_no_ledger_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        ledger_answer(body.encode(), "BTC", GDAX)
