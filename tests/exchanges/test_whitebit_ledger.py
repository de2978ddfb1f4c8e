"""WhiteBIT's ledger: deals and what positions settled to the digit; deposits and withdrawals in time."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import ExchangeRefused, ExchangeUnavailable, KeysRejected
from cambist.core.ledger import EntryKind
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.whitebit.trades import deals_answer, events_answer
from cambist.exchanges.dialects.whitebit.transactions import Place, transactions_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, Says, answering
from tests.exchanges.bent import written
from tests.exchanges.ledgers import brief
from tests.exchanges.paged import sums

WHITEBIT = market_of("whitebit")
NOW = datetime(2026, 6, 19, 16, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
DAY = 86_400
HISTORY, DEALS, EVENTS = "main-account/history", "executed-history", "positions/history"
REFUSED = Says(422, {"code": 10, "message": "This API Key is not authorized to perform this action."})


def transaction(name: str, age_s: int, **changes: Any) -> dict[str, Any]:
    told = {"createdAt": NOW_S - age_s, "ticker": "BTC", "method": 1, "amount": "0.5", "fee": "0"}
    more = {"transactionId": name, "status": 3, "transactionHash": f"0x{name}", "details": None}
    return {**told, **more, "address": "bc1", "memo": "", **changes}


def deal(number: int, **changes: Any) -> dict[str, Any]:
    told = {
        "id": number,
        "time": NOW_S - 60.5,
        "side": "buy",
        "role": 2,
        "amount": "2.717",
        "price": "3.3419",
    }
    more = {"deal": "9.0799423", "fee": "0.002717", "orderId": 7, "feeAsset": "SUI", "clientOrderId": ""}
    return {**told, **more, **changes}


def event(order: int, **detail: Any) -> dict[str, Any]:
    told = {"positionId": 111, "market": "BTC_PERP", "modifyDate": NOW_S - 60.25, "amount": "0.001"}
    more = {"tradeFee": "0.028874545", "fundingFee": "0", "realizedPnl": "-0.028874545"}
    return {**told, "liquidationState": None, "orderDetail": {"id": order, **more, **detail}}


def test_a_deal_is_two_legs_and_a_fee_in_what_it_is_charged_in() -> None:
    rows = {"SUI_USDT": [deal(1), deal(2, side="sell", fee="0.01", feeAsset="USDT")], "BTC_PERP": [deal(3)]}
    told, void = deals_answer(written(rows), WHITEBIT, ())
    assert brief(each for row in told for each in row.entries) == [
        ("SUI_USDT:1:7:base", EntryKind.TRADE, "SUI", "2.717", "spot"),
        ("SUI_USDT:1:7:quote", EntryKind.TRADE, "USDT", "-9.0799423", "spot"),
        ("SUI_USDT:1:7:fee", EntryKind.FEE, "SUI", "-0.002717", "spot"),
        ("SUI_USDT:2:7:base", EntryKind.TRADE, "SUI", "-2.717", "spot"),
        ("SUI_USDT:2:7:quote", EntryKind.TRADE, "USDT", "9.0799423", "spot"),
        ("SUI_USDT:2:7:fee", EntryKind.FEE, "USDT", "-0.01", "spot"),
    ]
    first = told[0].entries
    assert [each.quote for each in first] == [False, True, False]
    assert {each.group for each in first} == {"SUI_USDT:1:7"}
    assert first[0].at == NOW - timedelta(seconds=60.5)
    assert (len(told), void) == (3, [])


def test_an_event_of_a_position_changes_the_balance_by_its_profit_fees_taken_off() -> None:
    """The opening's figures are those that ccxt has recorded."""
    closed = event(8, tradeFee="0.03", fundingFee="-0.5", realizedPnl="9.47")
    margin = {**event(9, tradeFee="0.1", fundingFee=None, realizedPnl="-1"), "market": "ETH_BTC"}
    told, orders = events_answer(written([event(7), closed, margin, event(10, realizedPnl=None)]), WHITEBIT)
    entries = [each for row in told for each in row.entries]
    assert [(each.kind, each.asset, str(each.amount), each.wallet) for each in entries] == [
        (EntryKind.FEE, "USDT", "-0.028874545", "collateral"),
        (EntryKind.FEE, "USDT", "-0.03", "collateral"),
        (EntryKind.FUNDING, "USDT", "0.5", "collateral"),
        (EntryKind.REALISED, "USDT", "9.00", "collateral"),
        (EntryKind.FEE, "BTC", "-0.1", "collateral"),
        (EntryKind.REALISED, "BTC", "-0.9", "collateral"),
    ]
    assert orders == {"7", "8", "9", "10"}


def test_deals_of_orders_on_collateral_are_none_of_spot_and_are_taken_back() -> None:
    told, void = deals_answer(written({"SUI_USDT": [deal(1), deal(2, orderId=8)]}), WHITEBIT, {"8"})
    assert [len(row.entries) for row in told] == [3, 0]
    assert void == ["SUI_USDT:2:8:base", "SUI_USDT:2:8:quote", "SUI_USDT:2:8:fee"]


@pytest.mark.asyncio
async def test_withdrawals_count_when_they_are_applied_for_and_deposits_when_they_are_there() -> None:
    part = {"partial": {"requestAmount": "50000", "processedAmount": "39000", "processedFee": "273"}}
    rows = [
        transaction("w", 60, method=2, status=1, amount="0.9", fee="0.1", transactionHash=None, details=[]),
        transaction("part", 70, method=2, status=18, ticker="UAH", amount="50000", details=part),
        transaction("no", 80, method=2, status=4),
        transaction("in", 90, ticker="UAH_IBAN", amount="1000", fee="10", details=part),
        transaction("waits", 100, status=15),
        transaction("old", 10 * DAY),
        transaction("after", -5),
    ]
    async with answering("whitebit", {HISTORY: {"records": rows, "total": 6}}) as asked:
        (page,) = await asked.pages("transactions", NOW - timedelta(days=9), NOW)
    assert brief(page.entries) == [
        ("w", EntryKind.WITHDRAWAL, "BTC", "-0.8", "main"),
        ("w:fee", EntryKind.FEE, "BTC", "-0.1", "main"),
        ("part", EntryKind.WITHDRAWAL, "UAH", "-38727", "main"),
        ("part:fee", EntryKind.FEE, "UAH", "-273", "main"),
        ("in", EntryKind.DEPOSIT, "UAH", "1000", "main"),
        ("in:fee", EntryKind.FEE, "UAH", "-10", "main"),
    ]
    assert [each.tx for each in page.entries[::2]] == ["", "0xpart", "0xin"]
    assert sums([page]) == {"BTC": Decimal("-0.9"), "UAH": Decimal(-38010)}
    assert set(page.void) == {"no", "no:fee", "waits", "waits:fee"}
    assert (page.until, page.known_from) == (NOW, NOW - timedelta(days=9))
    assert asked.requests[0].count('"limit": 100') + asked.requests[0].count('"limit":100') == 1


@pytest.mark.asyncio
async def test_a_deposit_that_was_waited_for_counts_from_when_it_is_first_told_and_stays_there() -> None:
    """Nobody tells when it was credited: the time it was begun would lie before loads without it."""
    first = [transaction("slow", 600, status=15), transaction("quick", 700)]
    then = [
        transaction("missed", 60 - 3000),
        transaction("now", 5 - 3600),
        transaction("slow", 600),
        transaction("quick", 700),
    ]
    later = NOW + timedelta(hours=1)
    answers: dict[str, Any] = {HISTORY: {"records": first}}
    async with answering("whitebit", answers) as asked:
        (begun,) = await asked.pages("transactions", NOW - timedelta(days=9), NOW)
        answers[HISTORY] = {"records": then}
        (found,) = await asked.pages("transactions", NOW, later, begun.cursor)
        (again,) = await asked.pages("transactions", NOW, later + timedelta(hours=1), found.cursor)
    assert [each.id for each in begun.entries] == ["quick"]
    times = {each.id: each.at for each in found.entries}
    assert times == {
        "missed": later - timedelta(seconds=10),
        "now": later - timedelta(seconds=5),
        "slow": later - timedelta(seconds=10),
        "quick": NOW - timedelta(seconds=700),
    }
    assert {each.id: each.at for each in again.entries} == times


@pytest.mark.asyncio
async def test_a_deposit_that_was_under_way_when_the_account_was_connected_is_told_once_it_is_there() -> None:
    """What had come and gone by then is in the first load already."""
    connected = NOW - timedelta(minutes=1)
    there = [transaction("was", 700), transaction("went", 800, method=2)]
    answers: dict[str, Any] = {HISTORY: {"records": [transaction("slow", 600, status=15), *there]}}
    later = NOW + timedelta(hours=1)
    async with answering("whitebit", answers) as asked:
        (begun,) = await asked.pages("transactions", connected, NOW)
        answers[HISTORY] = {"records": [transaction("slow", 600), *there]}
        (found,) = await asked.pages("transactions", NOW, later, begun.cursor)
        (again,) = await asked.pages("transactions", NOW, later + timedelta(hours=1), found.cursor)
    assert begun.entries == ()
    assert [(each.id, each.at) for each in found.entries] == [("slow", later - timedelta(seconds=10))]
    assert found.entries == again.entries
    assert {page.known_from for page in (begun, found, again)} == {connected}


@pytest.mark.asyncio
async def test_transactions_are_read_page_after_page_until_they_are_older_than_what_may_change() -> None:
    full = [transaction(f"t{n}", 60 + n) for n in range(100)]
    rest = [full[-1], transaction("last", 3 * DAY), transaction("before", 5 * DAY)]
    answers: dict[str, Any] = {'"offset": 100': {"records": rest}, '"offset":100': {"records": rest}}
    async with answering("whitebit", {**answers, HISTORY: {"records": full}}) as asked:
        pages = await asked.pages("transactions", NOW - timedelta(days=4), NOW)
        assert len(asked.requests) == 2
    assert [page.until for page in pages] == [NOW - timedelta(days=4), NOW]
    assert sums(pages) == {"BTC": Decimal("50.5")}
    old = [transaction(f"t{n}", 60 + n * DAY) for n in range(100)]
    async with answering("whitebit", {HISTORY: {"records": old}}) as asked:
        assert len(await asked.pages("transactions", NOW - timedelta(days=4), NOW)) == 1
    async with answering("whitebit", {HISTORY: {"records": full}}) as asked:
        with pytest.raises(ExchangeUnavailable, match="leads to itself"):
            await asked.pages("transactions", NOW - timedelta(days=4), NOW)


@pytest.mark.asyncio
async def test_deals_are_read_with_the_positions_of_their_time_by_offset_and_the_next_sync_goes_on() -> None:
    full = {"SUI_USDT": [deal(n) for n in range(60)], "BTC_USDT": [deal(n, orderId=8) for n in range(40)]}
    rest = {"SUI_USDT": [deal(59), deal(60)]}
    answers: dict[str, Any] = {EVENTS: [event(8)], '"offset": 100': rest, '"offset":100': rest, DEALS: full}
    async with answering("whitebit", answers) as asked:
        pages = await asked.pages("trades", NOW - timedelta(days=1), NOW)
        bodies = [json.loads(each[each.index("{") :]) for each in asked.requests]
        answers.update({part: [] for part in answers})
        later = await asked.pages("trades", NOW, NOW + timedelta(hours=2), pages[-1].cursor)
        again = json.loads(asked.requests[-1][asked.requests[-1].index("{") :])
    assert sums(pages) == {
        "USDT": Decimal("-9.0799423") * 61 - Decimal("0.028874545"),
        "SUI": (Decimal("2.717") - Decimal("0.002717")) * 61,
    }
    assert len(pages[0].void) == 120
    assert [(body["startDate"], body["endDate"], body["offset"]) for body in bodies] == [
        (NOW_S - DAY - 2, NOW_S, 0),
        (NOW_S - DAY, NOW_S, 0),
        (NOW_S - DAY - 2, NOW_S, 0),
        (NOW_S - DAY, NOW_S, 100),
    ]
    assert (again["startDate"], again["endDate"]) == (NOW_S - 3600, NOW_S + 7200)
    assert (later[0].entries, later[0].until) == ((), NOW + timedelta(hours=2))


@pytest.mark.parametrize(("first", "calls"), [(99, 1), (100, 2), (250, 1)])
@pytest.mark.asyncio
async def test_events_are_read_to_their_end_whether_they_are_told_in_pages_or_not(
    first: int, calls: int
) -> None:
    """A page that is told again is all there is."""
    crowd = [event(n) for n in range(first)]
    deals = {"SUI_USDT": [deal(1, orderId=first - 1), deal(2, orderId=999)]}
    async with answering("whitebit", {EVENTS: crowd, DEALS: deals}) as asked:
        (page,) = await asked.pages("trades", NOW - timedelta(days=1), NOW)
    assert sum(each.wallet == "collateral" for each in page.entries) == first
    assert [each.id for each in page.entries if each.wallet == "spot"] == [
        f"SUI_USDT:2:999:{part}" for part in ("base", "quote", "fee")
    ]
    assert sum(EVENTS in each for each in asked.requests) == calls


@pytest.mark.asyncio
async def test_orders_of_all_pages_of_events_are_none_of_spot() -> None:
    second = dict.fromkeys(('"offset": 100', '"offset":100'), (event(500),))
    deals = {"SUI_USDT": [deal(1, orderId=5), deal(2, orderId=500)]}
    answers = {**second, EVENTS: [event(n) for n in range(100)], DEALS: deals}
    async with answering("whitebit", answers) as asked:
        (page,) = await asked.pages("trades", NOW - timedelta(days=1), NOW)
    assert [each.wallet for each in page.entries] == ["collateral"] * 101


@pytest.mark.asyncio
async def test_a_window_with_too_many_events_is_halved() -> None:
    pages: dict[str, Any] = {}
    for n in range(10):
        crowd = [event(n * 100 + each) for each in range(100)]
        pages |= {f'"limit": 100, "offset": {n * 100}}}': crowd, f'"limit":100,"offset":{n * 100}}}': crowd}
    half = f'"startDate": {NOW_S - 2 * DAY - 2}, "endDate": {NOW_S - DAY}'
    calm = {half: [event(7)], half.replace(" ", ""): [event(7)], DEALS: {}}
    async with answering("whitebit", {**calm, **pages}) as asked:
        first = await asked.pages("trades", NOW - timedelta(days=2), NOW - timedelta(days=1))
        with pytest.raises(ExchangeUnavailable, match="full, and of one millisecond"):
            await asked.pages("trades", NOW - timedelta(milliseconds=2), NOW)
    assert len(first[0].entries) == 1
    async with answering("whitebit", {EVENTS: [], DEALS: {"SUI_USDT": [deal(1, time=1)]}}) as asked:
        with pytest.raises(ExchangeUnavailable, match="of another time"):
            await asked.pages("trades", NOW - timedelta(days=1), NOW)


@pytest.mark.parametrize(
    ("refusal", "failure"),
    [
        (REFUSED, KeysRejected),
        (Says(403, {"code": 0, "errors": {}, "message": "This action is unauthorized."}), KeysRejected),
        (Says(422, {"code": 0, "message": "Validation failed", "errors": {"limit": ["x"]}}), ExchangeRefused),
    ],
)
@pytest.mark.asyncio
async def test_no_deals_are_told_without_the_positions_they_may_be_of(
    refusal: Says, failure: type[Exception]
) -> None:
    """They would be legs of spot: amounts that no wallet has."""
    async with answering("whitebit", {EVENTS: refusal, DEALS: {"SUI_USDT": [deal(1)]}}) as asked:
        with pytest.raises(failure):
            await asked.pages("trades", NOW - timedelta(days=1), NOW)


def _deals(body: bytes) -> Any:
    return deals_answer(body, WHITEBIT, ())


def _events(body: bytes) -> Any:
    return events_answer(body, WHITEBIT)


def _transactions(body: bytes) -> Any:
    return transactions_answer(body, Place(1, 1, NOW_S * 1000), WHITEBIT)


@pytest.mark.parametrize("body", NO_LEDGER)
@pytest.mark.parametrize("read", [_events, _transactions])
def test_an_answer_that_is_no_list_is_refused(read: Callable[[bytes], Any], body: str) -> None:
    with pytest.raises(Unusable):
        read(body.encode())


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (_deals, ""),
        (_deals, "null"),
        (_deals, "[[]]"),
        (_deals, [deal(1)]),
        (_deals, {"SUIUSDT": [deal(1)]}),
        (_deals, {"SUI_USDT": [deal(1, amount="1_0")]}),
        (_deals, {"SUI_USDT": [deal(1, deal="-1")]}),
        (_deals, {"SUI_USDT": [deal(1, time=None)]}),
        (_deals, {"SUI_USDT": [deal(1, time=-1)]}),
        (_deals, {"SUI_USDT": [deal(1, side="both")]}),
        (_deals, {"SUI_USDT": [deal(1, id=None)]}),
        (_deals, json.dumps({"SUI_USDT": [deal(1)]})[:-1]),
        (_events, [event(1, realizedPnl="1_0")]),
        (_events, [{**event(1), "market": "BTC"}]),
        (_events, [{**event(1), "modifyDate": "some day"}]),
        (_events, json.dumps([event(1)])[:-1]),
        (_transactions, {"records": [transaction("a", 1), transaction("a", 1)]}),
        (_transactions, {"records": [transaction("a", 1, transactionId=None)]}),
        (_transactions, {"records": [transaction("a", 1, status="3")]}),
        (_transactions, {"records": [transaction("a", 1, amount="1_0")]}),
        (_transactions, {"records": [transaction("a", 1, amount="-1")]}),
        (_transactions, {"records": [transaction("a", 1, createdAt=-5)]}),
        (_transactions, {"records": [transaction("a", 1, method=3)]}),
        (_transactions, {"records": [transaction("a", 1, ticker="")]}),
        (_transactions, {"records": [transaction(str(n), 1) for n in range(101)]}),
    ],
)
def test_a_row_that_is_broken_is_refused(read: Callable[[bytes], Any], told: Any) -> None:
    with pytest.raises(Unusable):
        read((told if isinstance(told, str) else json.dumps(told)).encode())
