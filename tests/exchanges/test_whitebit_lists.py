"""WhiteBIT's lists: lending, conversions, codes, sub-accounts to the digit; each asked in its own words."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import ExchangeRefused, ExchangeUnavailable, KeysRejected, NotOffered
from cambist.core.ledger import EntryKind
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.whitebit.lending import fixed, flexible, interest
from cambist.exchanges.dialects.whitebit.lists import next_page
from cambist.exchanges.dialects.whitebit.moves import codes, conversions, sub_transfers
from cambist.exchanges.guard import Unusable
from cambist.exchanges.windows import Place
from tests.exchanges.answering import NO_LEDGER, Says, answering
from tests.exchanges.bent import written
from tests.exchanges.ledgers import brief
from tests.exchanges.paged import sums

WHITEBIT = market_of("whitebit")
NOW = datetime(2026, 6, 19, 16, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
DAY = 86_400
REFUSED = Says(422, {"code": 10, "message": "This API Key is not authorized to perform this action."})
NOT_FOR_ALL = Says(403, {"code": 0, "errors": {}, "message": "This action is unauthorized."})
PLAN = {"id": "x", "plan": {"ticker": "USDT"}, "created": 1, "updated": 1, "amount": "1", "status": 1}


def test_flexible_lending_takes_gives_back_and_pays() -> None:
    def action(does: int, name: str, amount: str = "15.75") -> dict[str, Any]:
        told = {"createdAt": NOW_S, "planId": "p", "investmentId": "i", "currency": "USDT"}
        return {**told, "amount": amount, "transactionId": name, "actionType": does}

    rows = [action(6, "a"), action(1, "b"), action(2, "c"), action(3, "d"), action(4, "e"), action(5, "f")]
    told = [each for row in flexible(written({"data": rows}), WHITEBIT) for each in row.entries]
    assert brief(told[2:]) == [
        ("c:2", EntryKind.TRANSFER, "USDT", "-15.75", "main"),
        ("d:3", EntryKind.TRANSFER, "USDT", "15.75", "main"),
        ("e:4", EntryKind.REWARD, "USDT", "15.75", "main"),
        ("f:5", EntryKind.TRANSFER, "USDT", "15.75", "main"),
    ]
    assert told[0] == told[1]
    assert (told[0].kind, str(told[0].amount)) == (EntryKind.TRANSFER, "-15.75")
    with pytest.raises(ExchangeRefused, match="not known: 7"):
        list(flexible(written({"data": [action(7, "g")]}), WHITEBIT))


def test_fixed_lending_is_told_where_it_begins_and_ends_and_what_it_pays_apart() -> None:
    plan = {"id": "x", "plan": {"ticker": "USDT"}, "created": NOW_S - DAY, "updated": NOW_S, "amount": "100"}
    rows = [{**plan, "status": 2}, {**plan, "id": "y", "status": 1}]
    told = [each for row in fixed(written({"records": rows}), WHITEBIT) for each in row.entries]
    assert brief(told) == [
        ("x:out", EntryKind.TRANSFER, "USDT", "-100", "main"),
        ("x:back", EntryKind.TRANSFER, "USDT", "100", "main"),
        ("y:out", EntryKind.TRANSFER, "USDT", "-100", "main"),
    ]
    assert [each.at for each in told[:2]] == [NOW - timedelta(days=1), NOW]
    paid = {"planId": "p", "investmentId": "x", "amount": "10", "ticker": "BTC", "timestamp": NOW_S}
    (row,) = interest(written({"records": [paid]}), WHITEBIT)
    assert brief(row.entries) == [(f"x:BTC:{NOW_S}000", EntryKind.REWARD, "BTC", "10", "main")]


def test_conversions_codes_and_transfers_of_sub_accounts_have_their_signs() -> None:
    steps = [{"from": "BTC", "to": "USDT", "rate": "1"}, {"from": "USDT", "to": "ETH", "rate": "1"}]
    converted = {"id": "4030", "date": NOW_S, "give": "0.1", "receive": "2.5", "rate": "25", "path": steps}
    (trade,) = conversions(written({"records": [converted]}), WHITEBIT)
    assert brief(trade.entries) == [
        ("4030:base", EntryKind.TRADE, "BTC", "-0.1", ""),
        ("4030:quote", EntryKind.TRADE, "ETH", "2.5", ""),
    ]
    assert [each.quote for each in trade.entries] == [False, True]
    code = {"code": "WBsecret", "date": NOW_S, "status": "Activated", "ticker": "UAH_IBAN"}
    rows = [
        {**code, "external_id": "a", "amount": "+0.002"},
        {**code, "external_id": "b", "amount": "-0.002"},
        {**code, "external_id": "b", "amount": "+0.002"},
    ]
    told = [each for row in codes(written({"data": rows}), WHITEBIT) for each in row.entries]
    assert brief(told) == [
        ("a:applied", EntryKind.TRANSFER, "UAH", "0.002", "main"),
        ("b:made", EntryKind.TRANSFER, "UAH", "-0.002", "main"),
        ("b:applied", EntryKind.TRANSFER, "UAH", "0.002", "main"),
    ]
    assert not next_page(list(codes(written({"data": rows}), WHITEBIT)), Place(""))
    assert "WBsecret" not in repr(told)
    moved = {"currency": "USDT", "amount": "42", "createdAt": NOW_S}
    ways = [
        {**moved, "id": "1", "direction": "main_to_sub"},
        {**moved, "id": "2", "direction": "sub_to_main"},
    ]
    moves = [each for row in sub_transfers(written({"data": ways}), WHITEBIT) for each in row.entries]
    assert [(each.kind, str(each.amount)) for each in moves] == [
        (EntryKind.TRANSFER, "-42"),
        (EntryKind.TRANSFER, "42"),
    ]
    with pytest.raises(Unusable):
        list(sub_transfers(written({"data": [{**moved, "id": "3", "direction": "away"}]}), WHITEBIT))


@pytest.mark.asyncio
async def test_lists_are_asked_by_their_own_names_of_times_and_refusals_are_what_they_are() -> None:
    code = {"date": NOW_S - 5, "ticker": "BTC", "amount": "+1"}
    full = [{**code, "external_id": str(n)} for n in range(100)]
    ages = {"z": 3 * DAY, "before": 5 * DAY}
    rest = {"data": [{**code, "external_id": name, "date": NOW_S - age} for name, age in ages.items()]}
    moved = {"currency": "USDT", "amount": "42", "createdAt": NOW_S - 9, "direction": "main_to_sub"}
    answers: dict[str, Any] = {
        "smart/": NOT_FOR_ALL,
        "convert/history": {"records": []},
        "smart-flex": {"data": []},
        "sub-account/list": {"data": [{"id": "one"}, {"id": "two"}]},
        '"id": "one"': {"data": [{**moved, "id": "1"}]},
        '"id":"one"': {"data": [{**moved, "id": "1"}]},
        "sub-account/transfer": {"data": [{**moved, "id": "2"}]},
        '"offset": 100': rest,
        '"offset":100': rest,
        "codes/history": {"data": full},
    }
    since = NOW - timedelta(days=4)
    async with answering("whitebit", answers) as asked:
        assert sums(await asked.pages("codes", since, NOW)) == {"BTC": Decimal(101)}
        assert sums(await asked.pages("sub_accounts", since, NOW)) == {"USDT": Decimal(-84)}
        asked.requests.clear()
        await asked.pages("conversions", since, NOW)
        await asked.pages("flexible_lending", since, NOW)
        bodies = [json.loads(each[each.index("{") :]) for each in asked.requests]
        for source in ("fixed_lending", "fixed_interest"):
            with pytest.raises(NotOffered):
                await asked.pages(source, since, NOW)
        answers["codes/history"] = answers['"offset": 100'] = REFUSED
        answers["smart/"] = answers["sub-account/list"] = REFUSED
        for source in ("codes", "fixed_lending", "fixed_interest", "sub_accounts"):
            with pytest.raises(KeysRejected) as refused:
                await asked.pages(source, since, NOW)
            assert refused.value.key_state is KeyState.NO_PERMISSION
        answers["smart/"] = Says(422, {"code": 0, "message": "Validation failed", "errors": {}})
        with pytest.raises(ExchangeRefused) as invalid:
            await asked.pages("fixed_lending", since, NOW)
    assert not isinstance(invalid.value, NotOffered)
    assert [(body.get("from"), body.get("to")) for body in bodies] == [
        (str(NOW_S - 4 * DAY), str(NOW_S)),
        (None, None),
    ]
    assert (bodies[1]["dateFrom"], bodies[1]["dateTo"]) == (NOW_S - 4 * DAY, NOW_S)


@pytest.mark.asyncio
async def test_a_list_is_read_until_its_rows_are_older_but_for_one_whose_old_rows_change() -> None:
    codes_told = [
        {"external_id": str(n), "date": NOW_S - 60 - n * DAY, "ticker": "BTC", "amount": "+1"}
        for n in range(100)
    ]
    plans = [{**PLAN, "id": str(n), "created": NOW_S - 60 - n * DAY} for n in range(100)]
    answers = {
        '"offset": 0': {"data": codes_told, "records": plans},
        '"offset":0': {"data": codes_told, "records": plans},
        "smart/investments": {"records": [{**PLAN, "status": 2, "updated": NOW_S - 5}]},
        "codes/history": {"data": codes_told},
    }
    async with answering("whitebit", answers) as asked:
        told = await asked.pages("codes", NOW - timedelta(days=4), NOW)
        assert (len(told), sums(told)) == (1, {"BTC": Decimal(4)})
        begun = await asked.pages("fixed_lending", NOW - timedelta(days=4), NOW - timedelta(hours=1))
        later = await asked.pages("fixed_lending", NOW, NOW, begun[-1].cursor)
        assert ([len(begun), len(later)], sums(later)) == ([2, 2], {"USDT": Decimal(1 - 4)})
        with pytest.raises(ExchangeUnavailable, match="leads to itself"):
            await asked.pages("codes", NOW - timedelta(days=200), NOW)


def _all(rows: Callable[..., Any]) -> Callable[[bytes], Any]:
    return lambda body: list(rows(body, WHITEBIT))


LISTS = [_all(each) for each in (flexible, fixed, interest, conversions, codes, sub_transfers)]


@pytest.mark.parametrize("body", NO_LEDGER)
@pytest.mark.parametrize("read", LISTS)
def test_an_answer_that_is_no_list_is_refused(read: Callable[[bytes], Any], body: str) -> None:
    with pytest.raises(Unusable):
        read(body.encode())


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (fixed, {"records": [{**PLAN, "amount": "-1"}]}),
        (fixed, {"records": [{**PLAN, "plan": {"ticker": ""}}]}),
        (fixed, {"records": [{**PLAN, "created": 10**15}]}),
        (fixed, {"records": [{**PLAN, "id": None}]}),
        (conversions, {"records": [{"id": 1, "date": 1, "give": "1", "receive": "1", "path": []}]}),
        (codes, {"data": [{"external_id": "a", "date": 1, "ticker": "BTC", "amount": "1_0"}]}),
    ],
)
def test_a_row_that_is_broken_is_refused(read: Callable[..., Any], told: Any) -> None:
    with pytest.raises(Unusable):
        list(read(written(told), WHITEBIT))
