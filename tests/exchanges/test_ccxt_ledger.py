"""Deposits and withdrawals by ccxt's rules: who tells them, each row to the digit, pages, refusals."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import ExchangeLimiting, ExchangeRefused, ExchangeUnavailable, LoadFailed
from cambist.core.ledger import EntryKind
from cambist.exchanges import tries
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.ccxt_rules.ledger import ELSEWHERE, ONE_BY_ONE, rows_answer
from cambist.exchanges.guard import Unusable
from cambist.exchanges.library import ccxt_library
from cambist.exchanges.speaking import dialect_of
from tests.exchanges.answering import NO_LEDGER, Says, answering

NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
DAY = timedelta(days=1)
UPBIT = market_of("upbit")
DEPOSITS, WITHDRAWALS = frozenset({EntryKind.DEPOSIT}), frozenset({EntryKind.WITHDRAWAL})


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "_FIRST_PAUSE_S", 0.001)


def ms(before: timedelta) -> int:
    return int((NOW - before).timestamp() * 1000)


def row(id: str | None = "1", /, **changes: Any) -> dict[str, Any]:
    """As ccxt makes it of whatever an exchange says."""
    told = {"type": "deposit", "status": "ok", "currency": "BTC", "amount": "0.50", "txid": "0xa"}
    return {"id": id, "timestamp": ms(DAY), "updated": None, **told, **changes}


def test_sources_are_those_that_ccxt_has_methods_for_and_all_leave_something_out() -> None:
    assert {
        each: [source.terms.name for source in dialect_of(each).ledger]
        for each in ("upbit", "coinmate", "bitso", "coinspot", "hitbtc", "bitopro")
    } == {
        "upbit": ["deposits", "withdrawals"],
        "coinmate": ["deposits_and_withdrawals"],
        "bitso": ["deposits"],
        "coinspot": [],
        "hitbtc": [],
        "bitopro": [],
    }
    told = [source.terms for each in ("upbit", "coinmate") for source in dialect_of(each).ledger]
    assert [terms.kinds for terms in told] == [DEPOSITS, WITHDRAWALS, DEPOSITS | WITHDRAWALS]
    assert all(terms.leaves_out for terms in told)
    assert set(ccxt_library().exchanges) >= ELSEWHERE | ONE_BY_ONE


def test_what_came_and_what_left_is_told_with_its_sign_as_it_was_written() -> None:
    rows = [
        row("1", updated=ms(DAY / 2)),
        row("2", updated=ms(-DAY), amount="1e-8", currency="BCC", txid=None),
        row("3", updated=ms(-DAY / 2), timestamp=ms(3 * DAY), status=None, type=None),
        row("4", type="withdrawal"),
    ]
    entries, void = rows_answer(rows, UPBIT, DEPOSITS, NOW)
    assert [(each.id, each.at, each.asset, str(each.amount), each.tx) for each in entries] == [
        ("deposit:1", NOW - DAY / 2, "BTC", "0.50", "0xa"),
        ("deposit:2", NOW - DAY, "BCC", "1E-8", ""),
        ("deposit:3", NOW - 3 * DAY, "BTC", "0.50", "0xa"),
    ]
    assert void == []
    out = [row("4", type="withdraw", updated=ms(DAY / 2), amount=2), row("1", type="transfer")]
    (left,), _ = rows_answer(out, UPBIT, DEPOSITS | WITHDRAWALS, NOW)
    assert (left.id, left.kind, left.amount, left.at) == (
        "withdrawal:4",
        EntryKind.WITHDRAWAL,
        Decimal(-2),
        NOW - DAY,
    )


@pytest.mark.parametrize(
    ("status", "came", "left"),
    [("ok", 1, 1), (None, 1, 1), ("pending", 0, 1), ("failed", 0, 0), ("canceled", 0, 0), ("what", 0, 0)],
)
def test_what_comes_in_counts_when_it_is_there_and_what_goes_out_when_it_is_asked_for(
    status: str | None, came: int, left: int
) -> None:
    for kinds, count in ((DEPOSITS, came), (WITHDRAWALS, left)):
        entries, void = rows_answer([row("7", status=status, type=None)], UPBIT, kinds, NOW)
        assert (len(entries), len(void)) == (count, 1 - count)


def test_without_an_id_a_row_is_known_by_what_it_says_once_that_is_final() -> None:
    rows = [row(None), row(None), row(None, txid="0xb"), row(None, amount="0")]
    entries, _ = rows_answer(rows, UPBIT, DEPOSITS, NOW)
    assert [each.id for each in entries] == [f"deposit:{tx}:BTC:0.5:{ms(DAY)}" for tx in ("0xa", "0xb")]
    pending = row(None, type="withdrawal", status="pending", txid=None)
    assert rows_answer([pending], UPBIT, WITHDRAWALS, NOW) == ([], [])
    assert len(rows_answer([{**pending, "status": "ok"}], UPBIT, WITHDRAWALS, NOW)[0]) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [row(amount=None)],
        [row(amount=0.5)],
        [row(amount="1_0")],
        [row(amount="NaN")],
        [row(currency=None)],
        [row(timestamp=None)],
        [row(timestamp="1687190400000")],
        [row(timestamp=1687190400)],
        [row(timestamp=ms(-3 * DAY))],
        [row("x" * 201)],
        [row("1\n2")],
        [row(), row(amount="0.6")],
        [row(), row(status="failed")],
    ],
)
def test_rows_that_cannot_be_meant_are_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(Unusable):
        rows_answer(rows, UPBIT, DEPOSITS, NOW)


def upbit(number: int, before: timedelta, **changes: str) -> dict[str, Any]:
    at = (NOW - before).isoformat()
    told = {"type": "deposit", "currency": "BTC", "txid": f"0x{number}", "state": "ACCEPTED", "amount": "0.1"}
    return {**told, "uuid": f"u-{number}", "created_at": at, "done_at": at, "fee": "0.0", **changes}


@pytest.mark.asyncio
async def test_of_ten_rows_nothing_is_known_before_the_oldest_and_they_go_on_after_the_newest() -> None:
    """Upbit tells the newest, whatever it is asked for: all of a month, where an older one is among them."""
    full = [upbit(number, number * DAY, amount="0.123456789012345678") for number in range(1, 11)]
    async with answering("upbit", {"/deposits": full, "/withdraws": []}) as scripted:
        first, last = await scripted.pages("deposits", NOW - 60 * DAY, NOW)
        *_, again = await scripted.pages("deposits", NOW - 60 * DAY, NOW + DAY, last.cursor)
        (none,) = await scripted.pages("withdrawals", NOW - 60 * DAY, NOW)
    assert [each.id for each in first.entries] == [f"deposit:u-{number}" for number in range(10, 0, -1)]
    assert {str(each.amount) for each in first.entries} == {"0.123456789012345678"}
    assert (first.known_from, first.until) == (NOW - 10 * DAY, NOW - 29 * DAY)
    assert (last.known_from, last.until) == (NOW - 10 * DAY, NOW)
    assert (again.known_from, again.until) == (NOW - 10 * DAY, NOW + DAY)
    assert (none.entries, none.known_from, none.until) == ((), NOW - 29 * DAY, NOW)
    async with answering("upbit", {"/deposits": [*full, upbit(0, 40 * DAY)]}) as scripted:
        *_, whole = await scripted.pages("deposits", NOW - 60 * DAY, NOW)
    assert (whole.known_from, len(whole.entries)) == (NOW - 29 * DAY, 10)


@pytest.mark.asyncio
async def test_coinmate_tells_both_in_one_list_from_a_time_on_and_two_weeks_again() -> None:
    def transfer(number: int, kind: str, status: str = "COMPLETED") -> dict[str, Any]:
        told = {"transactionId": number, "timestamp": ms(DAY), "amountCurrency": "EUR", "amount": 8421.7228}
        return {**told, "fee": 16.8, "transferType": kind, "transferStatus": status, "txid": None}

    rows = [transfer(1, "DEPOSIT"), transfer(2, "WITHDRAWAL"), transfer(3, "WITHDRAWAL", "CANCELED")]
    answers = {"/transferHistory": {"error": False, "errorMessage": None, "data": rows}}
    async with answering("coinmate", answers) as scripted:
        (page,) = await scripted.pages("deposits_and_withdrawals", NOW - 20 * DAY, NOW)
        await scripted.pages("deposits_and_withdrawals", NOW - 20 * DAY, NOW + DAY, page.cursor)
    assert [(each.id, each.asset, str(each.amount)) for each in page.entries] == [
        ("deposit:1", "EUR", "8421.7228"),
        ("withdrawal:2", "EUR", "-8421.7228"),
    ]
    assert (page.known_from, page.void) == (NOW - 20 * DAY, ("withdrawal:3",))
    asked = [f"timestampFrom={ms(20 * DAY)}", f"timestampFrom={ms(14 * DAY)}"]
    assert [part in request for part, request in zip(asked, scripted.requests, strict=True)] == [True, True]


async def failure(code: str, answers: dict[str, Any]) -> LoadFailed:
    async with answering(code, answers) as scripted:
        with pytest.raises(LoadFailed) as failed:
            await scripted.pages("deposits", NOW - DAY, NOW)
    return failed.value


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "said"),
    [
        *(("upbit", Says(200, body)) for body in (*NO_LEDGER, "[{}", "[{}]", '[{"uuid": "1"}]')),
        ("upbit", Says(400, {"error": {"name": "validation_error", "message": "What?"}})),
        ("upbit", Says(404, "gone")),
        ("lighter", {}),
        ("digifinex", {}),
    ],
)
async def test_what_will_be_no_answer_in_two_minutes_either_is_refused(code: str, said: Any) -> None:
    """A refusal is asked again a day later. Of Lighter ccxt asks coin by coin, and so not at all."""
    refused = await failure(code, {"": said})
    assert type(refused) is ExchangeRefused
    assert "does not tell flows in the way that ccxt asks for them: " in str(refused)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Says(429, "slow"), ExchangeLimiting),
        (Says(503, "down"), ExchangeUnavailable),
        (Says(500, "down"), ExchangeUnavailable),
    ],
)
async def test_what_may_pass_stays_what_it_is(said: Says, kind: type[LoadFailed]) -> None:
    assert type(await failure("upbit", {"": said})) is kind
