"""MEXC's deposits and withdrawals: to the digit, in windows of six days, and nothing claimed beyond them."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

import pytest

from cambist.core.errors import ExchangeRefused, KeysRejected
from cambist.core.ledger import EntryKind
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.mexc.ledger import deposits_answer, withdrawals_answer
from cambist.exchanges.guard import Unusable
from cambist.exchanges.speaking import ledger_of
from tests.exchanges.answering import NO_LEDGER, Says, answering

MARKET = market_of("mexc")
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
DAY = timedelta(days=1)
DEPOSITS, WITHDRAWALS = "/api/v3/capital/deposit/hisrec", "/api/v3/capital/withdraw/history"


def ms(before: timedelta) -> int:
    return int((NOW - before).timestamp() * 1000)


def deposit(number: int, **changes: Any) -> dict[str, Any]:
    told = {"amount": "50000.50", "coin": "USDC-TRX", "network": "TRX", "status": 5, "insertTime": ms(DAY)}
    return {**told, "txId": f"0xd{number}:0", "transHash": f"0xd{number}", **changes}


def withdrawal(number: int, **changes: Any) -> dict[str, Any]:
    told = {"id": f"w{number}", "amount": "2", "coin": "BTC", "status": "3", "applyTime": str(ms(DAY))}
    return {**told, "txId": None, "transHash": None, "transactionFee": "0.001", **changes}


def raw(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows).encode()


def test_a_deposit_counts_from_when_it_was_credited() -> None:
    rows = [
        deposit(1, updateTime=ms(DAY / 2)),
        deposit(2, updateTime=ms(-300 * DAY), status="12"),
        deposit(3, status=2),
        deposit(4, status=7),
        deposit(5, txId=None, transHash=None, coin="BTC", amount="1e-8"),
    ]
    entries, others, count = deposits_answer(raw(*rows), MARKET)
    told = [(each.id, each.at, each.asset, str(each.amount), each.wallet, each.tx) for each in entries]
    assert told == [
        ("0xd1:0:USDC-TRX", NOW - DAY / 2, "USDC", "50000.50", "spot", "0xd1"),
        ("0xd2:0:USDC-TRX", NOW - DAY, "USDC", "50000.50", "spot", "0xd2"),
        (f"BTC:0.00000001:{ms(DAY)}", NOW - DAY, "BTC", "1E-8", "spot", ""),
    ]
    assert (others, count) == (["0xd3:0:USDC-TRX", "0xd4:0:USDC-TRX"], 5)


def test_a_withdrawal_counts_when_it_is_applied_for_and_not_once_it_has_failed() -> None:
    rows = [withdrawal(1), withdrawal(2, status=7, transHash="0xw"), withdrawal(3, status=8)]
    entries, void, _ = withdrawals_answer(raw(*rows, withdrawal(4, status="9")), MARKET)
    assert [(each.id, each.kind, each.asset, each.amount, each.at, each.tx) for each in entries] == [
        ("w1", EntryKind.WITHDRAWAL, "BTC", Decimal(-2), NOW - DAY, ""),
        ("w2", EntryKind.WITHDRAWAL, "BTC", Decimal(-2), NOW - DAY, "0xw"),
    ]
    assert void == ["w3", "w4"]


@pytest.mark.asyncio
async def test_ninety_days_are_read_in_windows_of_six_and_the_last_five_again() -> None:
    async with answering("mexc", {DEPOSITS: [], WITHDRAWALS: [withdrawal(1)]}) as scripted:
        *_, last = await scripted.pages("deposits", NOW - 400 * DAY, NOW)
        (page,) = await scripted.pages("withdrawals", NOW - DAY, NOW)
        await scripted.pages("deposits", NOW - 400 * DAY, NOW + DAY, last.cursor)
    asked = [parse_qs(request.partition("?")[2]) for request in scripted.requests]
    windows = [(int(each["startTime"][0]), int(each["endTime"][0])) for each in asked]
    assert (windows[0][0], windows[14][1], len(windows)) == (ms(89 * DAY), ms(timedelta(0)), 17)
    assert all(one[1] == other[0] for one, other in pairwise(windows[:15]))
    assert windows[16] == (ms(5 * DAY), ms(-DAY))
    assert {each["limit"][0] for each in asked} == {"1000"}
    assert (last.known_from, last.until) == (NOW - 89 * DAY, NOW)
    assert [each.id for each in page.entries] == ["w1"]


@pytest.mark.asyncio
async def test_a_full_window_is_read_in_halves() -> None:
    rows = [deposit(number) for number in range(1000)]
    answers = {f"endTime={ms(timedelta(0))}": rows[:1], f"endTime={ms(DAY)}": rows[1:2]}
    async with answering(
        "mexc", {f"startTime={ms(2 * DAY)}&endTime={ms(timedelta(0))}": rows, **answers}
    ) as mexc:
        pages = await mexc.pages("deposits", NOW - 2 * DAY, NOW)
    assert [len(each.entries) for each in pages] == [0, 1, 1]
    assert (pages[0].until, pages[-1].until) == (NOW - 2 * DAY, NOW)


@pytest.mark.asyncio
async def test_what_the_keys_may_not_read_is_their_fault_and_no_empty_history() -> None:
    refusal = Says(400, {"code": 700007, "msg": "No permission to access the endpoint."})
    async with answering("mexc", {"": refusal}) as scripted:
        with pytest.raises(KeysRejected):
            await scripted.pages("deposits", NOW - DAY, NOW)
    async with answering("mexc", {"": Says(400, {"code": 33333, "msg": "param error"})}) as scripted:
        with pytest.raises(ExchangeRefused):
            await scripted.pages("withdrawals", NOW - DAY, NOW)


def test_its_sources_leave_out_what_mexc_pays_and_moves_itself() -> None:
    assert [(each.name, each.leaves_out, *each.wallets) for each in ledger_of(MARKET)] == [
        ("deposits", True, "spot"),
        ("withdrawals", True, "spot"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        *NO_LEDGER,
        '{"code": 700007, "msg": "x"}',
        raw(deposit(1))[:-1].decode(),
        *(
            raw(*rows).decode()
            for rows in (
                (deposit(1), deposit(1)),
                (deposit(1, amount="1_0"),),
                (deposit(1, amount="-1"),),
                (deposit(1, coin="-TRX"),),
                (deposit(1, insertTime="1687104000"),),
                (deposit(1, insertTime=None),),
            )
        ),
    ],
)
def test_an_answer_that_is_no_list_of_deposits_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        deposits_answer(body.encode(), MARKET)


@pytest.mark.parametrize(
    "rows",
    [
        (withdrawal(1), withdrawal(1)),
        (withdrawal(1, id=""),),
        (withdrawal(1, amount="-2"),),
        (withdrawal(1, amount=None),),
        (withdrawal(1, applyTime="some day"),),
    ],
)
def test_withdrawals_that_cannot_be_meant_are_refused(rows: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(Unusable):
        withdrawals_answer(raw(*rows), MARKET)
