"""Deribit's transaction log: each type to the digit, currency by currency, page by page."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from cambist.core.errors import ExchangeUnavailable, KeysRejected
from cambist.core.ledger import EntryKind
from cambist.core.money import exact
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.deribit.ledger import PAGE, log_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, Says, answering

DERIBIT = market_of("deribit")
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000
OPTION = {"instrument_name": "BTC-19FEB21-49200-C", "trade_id": "28349", "info": "Source: api"}
PERPETUAL = {"instrument_name": "BTC-PERPETUAL"}


def row(number: int, type_: str, change: Any, currency: str = "BTC", **more: Any) -> dict[str, Any]:
    """As the documentation of the call has them."""
    told: dict[str, Any] = {
        "instrument_name": None,
        "trade_id": None,
        "commission": 0,
        "info": {},
        "timestamp": NOW_MS - 1,
    }
    return {**told, "id": number, "type": type_, "currency": currency, "change": change, **more}


def log(*rows: Any, on: Any = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 4, "result": {"logs": list(rows), "continuation": on}}


def read(*rows: Any) -> list[tuple[str, EntryKind, str, str]]:
    entries, _ = log_answer(json.dumps(log(*rows)).encode(), DERIBIT)
    assert {each.wallet for each in entries} <= {"account"}
    return [(each.id, each.kind, each.asset, str(each.amount)) for each in entries]


SUFFIXES = {EntryKind.FEE: ":fee", EntryKind.FUNDING: ":funding"}
# Type, change and what else stands in the row; the entries, by kind and amount.
ROWS: list[tuple[str, float, dict[str, Any], dict[EntryKind, str]]] = [
    ("deposit", 1.25, {}, {EntryKind.DEPOSIT: "1.25"}),
    (
        "withdrawal",
        -0.5005,
        {"commission": 0.0005},
        {EntryKind.WITHDRAWAL: "-0.5000", EntryKind.FEE: "-0.0005"},
    ),
    ("transfer", -2.5, {}, {EntryKind.TRANSFER: "-2.5"}),
    ("swap", -0.3, {}, {EntryKind.TRADE: "-0.3"}),
    (
        "trade",
        -0.0000025,
        {**PERPETUAL, "commission": 0.0000025, "total_interest_pl": 0.5},
        {EntryKind.FEE: "-0.0000025"},
    ),
    (
        "trade",
        -0.04620,
        {**OPTION, "commission": 0.00009},
        {EntryKind.REALISED: "-0.04611", EntryKind.FEE: "-0.00009"},
    ),
    (
        "settlement",
        0.00215706,
        {**PERPETUAL, "commission": None, "total_interest_pl": 0.00001243, "interest_pl": 0.00000993},
        {EntryKind.REALISED: "0.00214463", EntryKind.FUNDING: "0.00001243"},
    ),
    (
        "delivery",
        0.02,
        {**OPTION, "commission": 0.00015},
        {EntryKind.REALISED: "0.02015", EntryKind.FEE: "-0.00015"},
    ),
    ("liquidation", -0.1, PERPETUAL, {EntryKind.REALISED: "-0.1"}),
    ("correction", -0.00032469, {}, {EntryKind.REALISED: "-0.00032469"}),
    ("negative_balance_fee", -0.7, {}, {EntryKind.INTEREST: "-0.7"}),
    ("usdc_reward", 3.5, {}, {EntryKind.REWARD: "3.5"}),
    ("options_settlement_summary", 0, {**OPTION, "commission": 0.25}, {}),
    ("of_a_type_to_come", -7, {}, {EntryKind.TRANSFER: "-7"}),
]


@pytest.mark.parametrize(("type_", "change", "more", "parts"), ROWS)
def test_the_entries_of_a_row_are_its_change_by_what_it_was_for(
    type_: str, change: float, more: dict[str, Any], parts: dict[EntryKind, str]
) -> None:
    told = read(row(61312, type_, change, **more))
    with exact():
        assert {kind: Decimal(amount) for _, kind, _, amount in told} == {
            kind: Decimal(amount) for kind, amount in parts.items()
        }
        assert sum(Decimal(amount) for *_, amount in told) == Decimal(str(change))
    assert [name for name, *_ in told] == [f"BTC:61312{SUFFIXES.get(kind, '')}" for kind in parts]


def test_what_comes_and_goes_has_the_networks_transaction_where_it_is_told() -> None:
    rows = [
        row(1, "deposit", 1, info={"transaction": "230669110fdaf0", "addr": "2N35q"}),
        row(2, "withdrawal", -1, info={"addr": "2N35q"}),
        row(3, "withdrawal", -1, info="Source: web"),
        row(4, "transfer", -1, info={"transfer_type": "subaccount", "other_user_id": 27}),
    ]
    entries, _ = log_answer(json.dumps(log(*rows)).encode(), DERIBIT)
    assert [each.tx for each in entries] == ["230669110fdaf0", "", "", ""]
    assert {each.at for each in entries} == {NOW - timedelta(milliseconds=1)}


def test_the_legs_of_a_spot_trade_are_one_group_whose_quote_is_the_pairs() -> None:
    pair: dict[str, Any] = {"instrument_name": "BTC_USDC", "trade_id": "911", "commission": 0.25}
    legs = [row(8, "trade", 0.5, **pair), row(9, "trade", -15000.25, "USDC", **pair)]
    entries, _ = log_answer(json.dumps(log(*legs)).encode(), DERIBIT)
    assert [(each.kind, each.asset, str(each.amount), each.group, each.quote) for each in entries] == [
        (EntryKind.TRADE, "BTC", "0.5", "BTC_USDC:911", False),
        (EntryKind.TRADE, "USDC", "-15000.25", "BTC_USDC:911", True),
    ]
    linear = {"instrument_name": "XRP_USDC-PERPETUAL", "trade_id": "911"}
    assert read(row(8, "trade", 0.5, "USDC", **linear))[0][1] is EntryKind.REALISED


def test_the_rows_of_a_day_add_up_to_the_change_of_each_currencys_cash() -> None:
    rows = [row(number, type_, change, **more) for number, (type_, change, more, _) in enumerate(ROWS)]
    usdc = [row(1, "deposit", 100.5, "USDC"), row(2, "negative_balance_fee", -0.25, "USDC")]
    total: Counter[str] = Counter()
    with exact():
        for _, _, asset, amount in read(*rows, *usdc):
            total[asset] += Decimal(amount)  # type: ignore[assignment]
        changed = sum(Decimal(str(change)) for _, change, *_ in ROWS)
    assert total == {"BTC": changed, "USDC": Decimal("100.25")}


# Without `extended` an account's summaries have no id.
ACCOUNT = {"get_account_summaries": {"result": {"summaries": [{"currency": "BTC"}, {"currency": "USDC"}]}}}


def asked_for(requests: list[str]) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(each).query)) for each in requests if "transaction_log" in each]


@pytest.mark.asyncio
async def test_each_currency_is_read_to_its_end_and_the_next_sync_goes_ten_minutes_back() -> None:
    full = [row(1000 - n, "deposit", 0.5, timestamp=NOW_MS - 1) for n in range(PAGE)]
    answers = {
        **ACCOUNT,
        "currency=BTC&start_timestamp=1686582000000": log(),
        "continuation=750": log(row(750, "withdrawal", -1)),
        "currency=BTC": log(*full, on=750),
        "currency=USDC": log(row(1, "usdc_reward", 0.25, "USDC")),
    }
    async with answering("deribit", answers) as scripted:
        pages = await scripted.pages("log", NOW - timedelta(days=9), NOW)
        later = NOW + timedelta(hours=1)
        again = await scripted.pages("log", NOW - timedelta(days=9), later, pages[-1].cursor)
    told = {each.id: (each.asset, each.amount) for page in pages for each in page.entries}
    assert len(told) == PAGE + 2
    assert sum(amount for asset, amount in told.values() if asset == "BTC") == Decimal(PAGE) / 2 - 1
    assert told["USDC:1"] == ("USDC", Decimal("0.25"))
    assert [page.until for page in pages] == [*[NOW - timedelta(days=9)] * 2, NOW]
    assert (again[-1].until, {page.known_from for page in again}) == (later, {NOW - timedelta(days=9)})
    times = {
        "start_timestamp": str(NOW_MS - 9 * 86_400_000 - 1),
        "end_timestamp": str(NOW_MS),
        "count": "250",
    }
    next_times = {"start_timestamp": str(NOW_MS - 600_001), "end_timestamp": str(NOW_MS + 3_600_000)}
    assert asked_for(scripted.requests)[:4] == [
        {"currency": "BTC", **times},
        {"currency": "BTC", **times, "continuation": "750"},
        {"currency": "USDC", **times},
        {"currency": "BTC", **next_times, "count": "250"},
    ]


@pytest.mark.asyncio
async def test_a_page_that_leads_to_itself_and_keys_that_may_not_read_it_are_refused() -> None:
    refused = Says(400, {"jsonrpc": "2.0", "error": {"message": "forbidden", "code": 13021}})
    async with answering("deribit", {**ACCOUNT, "transaction_log": log(row(1, "deposit", 1), on=7)}) as asked:
        with pytest.raises(ExchangeUnavailable, match="leads to itself"):
            await asked.pages("log", NOW - timedelta(days=9), NOW)
    for currencies in ([], [{"currency": "BTC"}] * 2):
        account = {"get_account_summaries": {"result": {"summaries": currencies}}}
        async with answering("deribit", account) as asked:
            with pytest.raises(ExchangeUnavailable, match="currency"):
                await asked.pages("log", NOW - timedelta(days=9), NOW)
    async with answering("deribit", {**ACCOUNT, "transaction_log": refused}) as asked:
        with pytest.raises(KeysRejected) as told:
            await asked.pages("log", NOW - timedelta(days=9), NOW)
    assert told.value.key_state is KeyState.NO_PERMISSION


def test_an_empty_page_ends_a_currency() -> None:
    assert log_answer(json.dumps(log(on=7)).encode(), DERIBIT) == ([], "")


@pytest.mark.parametrize(
    "body",
    [
        *NO_LEDGER,
        "[]",
        '{"jsonrpc": "2.0", "error": {"message": "x", "code": -32602}}',
        json.dumps({"jsonrpc": "2.0", "result": {"logs": [row(1, "deposit", 1)]}}),
        json.dumps(log(row(1, "deposit", 1), row(1, "deposit", 1))),
        json.dumps(log(row(1, "deposit", "1_0"))),
        json.dumps(log(row(1, "trade", 1, commission="x"))),
        json.dumps(log(row(1, "settlement", 1, total_interest_pl="x"))),
        json.dumps(log({key: value for key, value in row(1, "deposit", 1).items() if key != "change"})),
        json.dumps(log({key: value for key, value in row(1, "deposit", 1).items() if key != "id"})),
        json.dumps(log(row(1, "deposit", 1, timestamp=None))),
        json.dumps(log(row(1, "deposit", 1, timestamp=-1))),
        json.dumps(log(row(1, "deposit", 1))).replace('"id": 1', '"id": 1, "id": 2'),
        json.dumps(log(row(1, "deposit", 1)))[:-1],
    ],
)
def test_an_answer_that_is_no_log_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        log_answer(body.encode(), DERIBIT)
