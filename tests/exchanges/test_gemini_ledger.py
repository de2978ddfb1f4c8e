"""Gemini's trades, transfers and staking: each type to the digit, page by page, and what is refused."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import ExchangeRefused, ExchangeUnavailable, KeysRejected, NotOffered
from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Credentials, KeyState, Secret
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.gemini import fills, ledger, staking
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, Says, answering, without
from tests.exchanges.ledgers import brief
from tests.exchanges.recordings.gemini import KEYS

GEMINI = market_of("gemini")
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000
SINCE = NOW - timedelta(days=20)
SINCE_MS = NOW_MS - 20 * 86_400_000
LATE = SINCE_MS + 1000
Read = Callable[[bytes, Any], tuple[list[Entry], Any, Any]]


def trade(number: int, **more: Any) -> dict[str, Any]:
    """As the documentation of the call has it."""
    told = {
        "price": "3648.09",
        "amount": "0.0027343246",
        "timestamp": LATE // 1000,
        "timestampms": LATE,
        "type": "Buy",
        "aggressor": True,
        "fee_currency": "USD",
        "fee_amount": "0.024937655575035",
        "tid": number,
        "order_id": "107317524",
        "exchange": "gemini",
        "is_auction_fill": False,
        "is_clearing_fill": False,
        "symbol": "BTCUSD",
    }
    return {**told, **more}


def transfer(number: int, type_: str, amount: str, **more: Any) -> dict[str, Any]:
    told = {"status": "Complete", "timestampms": LATE, "currency": "ETH", "method": "ACH"}
    return {**told, "type": type_, "eid": number, "amount": amount, **more}


def event(name: str, type_: str, amount: Any, **more: Any) -> dict[str, Any]:
    told = {"transactionId": name, "transactionType": type_, "amountCurrency": "MATIC", "dateTime": LATE}
    return {**told, "amount": amount, "priceCurrency": "USD", "priceAmount": 0.9, **more}


def history(*events: Any) -> list[Any]:
    """Of two providers."""
    return [
        {"providerId": "62b21e17", "transactions": list(events[:1])},
        {"providerId": "a1", "transactions": list(events[1:])},
    ]


def read(answer: Read, told: Any) -> list[Entry]:
    return answer(json.dumps(told).encode(), GEMINI)[0]


def test_a_trade_is_both_legs_and_a_fee_of_one_group() -> None:
    rows = [trade(1), trade(2, type="Sell", symbol="ethbtc", fee_currency="BTC", price="0.05", amount="2")]
    entries = read(fills.trades_answer, rows)
    assert brief(entries) == [
        ("1-107317524:base", EntryKind.TRADE, "BTC", "0.0027343246", "spot"),
        ("1-107317524:quote", EntryKind.TRADE, "USD", "-9.975062230014", "spot"),
        ("1-107317524:fee", EntryKind.FEE, "USD", "-0.024937655575035", "spot"),
        ("2-107317524:base", EntryKind.TRADE, "ETH", "-2", "spot"),
        ("2-107317524:quote", EntryKind.TRADE, "BTC", "0.10", "spot"),
        ("2-107317524:fee", EntryKind.FEE, "BTC", "-0.024937655575035", "spot"),
    ]
    assert [each.quote for each in entries] == [False, True, False] * 2
    assert [each.group for each in entries] == ["1-107317524"] * 3 + ["2-107317524"] * 3
    assert {each.at for each in entries} == {SINCE + timedelta(seconds=1)}


@pytest.mark.parametrize(
    ("symbol", "fee_currency", "pair"),
    [
        ("PAXGUSD", "USD", ["PAXG", "USD"]),
        ("BTCGUSD", "GUSD", ["BTC", "GUSD"]),
        ("gusdusd", "USD", ["GUSD", "USD"]),
        ("ETHEUR", "EUR", ["ETH", "EUR"]),
        ("BTCUSD", "BTC", ["BTC", "USD"]),
    ],
)
def test_the_fee_tells_which_part_of_a_symbol_is_the_quote(
    symbol: str, fee_currency: str, pair: list[str]
) -> None:
    told = read(fills.trades_answer, [trade(1, symbol=symbol, fee_currency=fee_currency)])
    assert [each.asset for each in told if each.kind is EntryKind.TRADE] == pair


@pytest.mark.parametrize("symbol", ["BTCGUSDPERP", "GEMI-BTC2512310000-YES", "USD"])
def test_trades_of_what_is_no_pair_leave_flows_unknown(symbol: str) -> None:
    with pytest.raises(ExchangeRefused, match="stay unknown"):
        read(fills.trades_answer, [trade(1, symbol=symbol)])


def test_a_trade_that_was_broken_comes_to_nothing_and_one_reversed_by_hand_counts() -> None:
    rows = [trade(1, **{"break": "full"}), trade(2, **{"break": "manual"}, fee_amount="-0.5")]
    entries, void, _ = fills.trades_answer(json.dumps(rows).encode(), GEMINI)
    assert void == ["1-107317524:base", "1-107317524:quote", "1-107317524:fee"]
    assert [each.id for each in entries] == [f"2-107317524:{part}" for part in ("base", "quote", "fee")]
    assert entries[-1].amount == Decimal("0.5")


def test_each_type_of_transfer_is_told_with_its_sign_its_fee_and_its_transaction() -> None:
    rows = [
        transfer(1, "Deposit", "100", txHash="605c5f"),
        transfer(2, "Deposit", "36", currency="usd", status="Advanced", feeAmount="0.5", feeCurrency="USD"),
        transfer(3, "Withdrawal", "0.02", txHash="bd9a", feeAmount="0.001", feeCurrency="ETH"),
        transfer(4, "Withdrawal", "5", status="Pending"),
        transfer(5, "Reward", "0.75", currency="BTC"),
        transfer(6, "AdminCredit", "7"),
        transfer(7, "AdminDebit", "8"),
        transfer(8, "OfATypeToCome", "9"),
        transfer(9, "Deposit", "10", status="Pending"),
    ]
    entries = read(ledger.transfers_answer, rows)
    assert brief(entries) == [
        ("1", EntryKind.DEPOSIT, "ETH", "100", "spot"),
        ("2", EntryKind.DEPOSIT, "USD", "36", "spot"),
        ("2:fee", EntryKind.FEE, "USD", "-0.5", "spot"),
        ("3", EntryKind.WITHDRAWAL, "ETH", "-0.02", "spot"),
        ("3:fee", EntryKind.FEE, "ETH", "-0.001", "spot"),
        ("4", EntryKind.WITHDRAWAL, "ETH", "-5", "spot"),
        ("5", EntryKind.REWARD, "BTC", "0.75", "spot"),
        ("6", EntryKind.TRANSFER, "ETH", "7", "spot"),
        ("7", EntryKind.TRANSFER, "ETH", "-8", "spot"),
        ("8", EntryKind.TRANSFER, "ETH", "9", "spot"),
    ]
    assert [each.tx for each in entries if each.tx] == ["605c5f", "bd9a"]


def test_a_deposit_counts_once_when_it_is_advanced_and_what_is_more_when_it_is_final() -> None:
    advanced = transfer(1, "Deposit", "36", status="Advanced", timestampms=LATE, advanceEid=1)
    final = transfer(2, "Deposit", "36", timestampms=LATE + 5000, advanceEid=1)
    paid = {**advanced, "feeAmount": "0.05", "feeCurrency": "ETH"}
    more = {**final, "amount": "40", "feeAmount": "0.25", "feeCurrency": "ETH"}
    assert brief(read(ledger.transfers_answer, [final, advanced])) == [
        ("1", EntryKind.DEPOSIT, "ETH", "36", "spot")
    ]
    assert brief(read(ledger.transfers_answer, [more, paid])) == [
        ("2", EntryKind.DEPOSIT, "ETH", "4", "spot"),
        ("2:fee", EntryKind.FEE, "ETH", "-0.20", "spot"),
        ("1", EntryKind.DEPOSIT, "ETH", "36", "spot"),
        ("1:fee", EntryKind.FEE, "ETH", "-0.05", "spot"),
    ]
    assert read(ledger.transfers_answer, [final]) == []


def test_a_withdrawal_that_failed_comes_to_nothing() -> None:
    rows = [transfer(3, "Withdrawal", "1", status="Cancelled"), transfer(4, "Withdrawal", "1")]
    entries, void, _ = ledger.transfers_answer(json.dumps(rows).encode(), GEMINI)
    assert ([each.id for each in entries], void) == (["4"], ["3", "3:fee"])


def test_staking_tells_both_ends_of_what_is_moved_and_what_it_earned() -> None:
    rows = history(
        event("A", "Deposit", 30),
        event("B", "Redeem", 20.5, dateTime="2023-05-30T16:00:01.000Z"),
        event("C", "Interest", 0.0065678, dateTime="2023-05-30T16:00:01"),
        event("D", "RedeemPayment", 1),
        event("E", "AdminCredit", 2),
        event("F", "AdminDebit", 3),
    )
    entries = read(staking.history_answer, rows)
    assert brief(entries) == [
        ("A:spot", EntryKind.TRANSFER, "MATIC", "-30", "spot"),
        ("A:staking", EntryKind.TRANSFER, "MATIC", "30", "staking"),
        ("B:staking", EntryKind.TRANSFER, "MATIC", "-20.5", "staking"),
        ("B:spot", EntryKind.TRANSFER, "MATIC", "20.5", "spot"),
        ("C:staking", EntryKind.REWARD, "MATIC", "0.0065678", "staking"),
        ("D:staking", EntryKind.TRANSFER, "MATIC", "-1", "staking"),
        ("D:spot", EntryKind.TRANSFER, "MATIC", "1", "spot"),
        ("E:staking", EntryKind.TRANSFER, "MATIC", "2", "staking"),
        ("F:staking", EntryKind.TRANSFER, "MATIC", "-3", "staking"),
    ]
    assert {each.at for each in entries} == {SINCE + timedelta(seconds=1)}


def test_what_all_tell_adds_up_to_what_changed() -> None:
    """1000 USD come in, 0.5 BTC is bought at 200 for a fee of 1, 0.1 goes out for 0.001, 3 are earned."""
    told = [
        *read(ledger.transfers_answer, [transfer(1, "Deposit", "1000", currency="USD")]),
        *read(fills.trades_answer, [trade(2, price="200", amount="0.5", fee_amount="1")]),
        *read(
            ledger.transfers_answer,
            [transfer(3, "Withdrawal", "0.1", currency="BTC", feeAmount="0.001", feeCurrency="BTC")],
        ),
        *read(staking.history_answer, history(event("A", "Deposit", 30), event("B", "Interest", 3))),
    ]
    changed: Counter[str] = Counter()
    with exact():
        for each in told:
            changed[each.asset] += each.amount  # type: ignore[assignment]
    assert changed == {"USD": Decimal(899), "BTC": Decimal("0.399"), "MATIC": Decimal(3)}


FULL = [trade(1000 - n, timestampms=LATE + 500 - n) for n in range(fills.PAGE)]
TRANSFERS = [transfer(100 - n, "Reward", "1", timestampms=LATE + 50 - n) for n in range(ledger.PAGE)]
EVENTS = [event(f"E{n}", "Interest", 1, dateTime=LATE + 500 - n) for n in range(staking.PAGE)]
OLDEST = datetime.fromtimestamp((LATE + 2) / 1000, UTC).isoformat(timespec="milliseconds")[:-6]


@pytest.mark.asyncio
async def test_full_pages_go_on_in_the_millisecond_of_their_last_row_and_the_next_sync_goes_back() -> None:
    answers = {
        f'mytrades{{"timestamp":{LATE + 500},': [trade(9_999, timestampms=LATE + 500), FULL[0]],
        f'mytrades{{"timestamp":{SINCE_MS},': FULL,
        "mytrades": [],
        f'transfers{{"timestamp":{LATE + 50},': [TRANSFERS[0], transfer(999, "Reward", "1")],
        f'transfers{{"timestamp":{SINCE_MS},': TRANSFERS,
        "transfers": [],
        f'"until":"{OLDEST}Z"': history(EVENTS[-1], event("older", "Interest", 1)),
        '"since":"2023-05-30T16:00:00.000Z"': history(*EVENTS),
        "staking/history": [],
    }
    later = NOW + timedelta(days=20)
    async with answering("gemini", answers, KEYS) as scripted:
        found = {}
        for source in ("trades", "transfers", "staking"):
            pages = await scripted.pages(source, SINCE, NOW)
            found[source] = {each.id: each.amount for page in pages for each in page.entries}
            assert [(page.until, page.known_from) for page in pages] == [(SINCE, SINCE), (NOW, SINCE)]
            assert (await scripted.pages(source, SINCE, later, pages[-1].cursor))[-1].until == later
    assert {source: len(told) for source, told in found.items()} == {
        "trades": 3 * (fills.PAGE + 1),
        "transfers": ledger.PAGE + 1,
        "staking": staking.PAGE + 1,
    }
    assert sum(found["transfers"].values()) == Decimal(ledger.PAGE + 1)
    sent = [each.removeprefix("/gemini/") for each in scripted.requests]
    advances = '"show_completed_deposit_advances":true}'
    assert sent[:6] == [
        f'v1/mytrades{{"timestamp":{SINCE_MS},"limit_trades":500}}',
        f'v1/mytrades{{"timestamp":{LATE + 500},"limit_trades":500}}',
        f'v1/mytrades{{"timestamp":{NOW_MS - 3_600_000},"limit_trades":500}}',
        f'v2/transfers{{"timestamp":{SINCE_MS},"limit_transfers":50,{advances}',
        f'v2/transfers{{"timestamp":{LATE + 50},"limit_transfers":50,{advances}',
        f'v2/transfers{{"timestamp":{NOW_MS - 14 * 86_400_000},"limit_transfers":50,{advances}',
    ]
    assert sent[6] == (
        'v1/staking/history{"since":"2023-05-30T16:00:00.000Z","until":"2023-06-19T16:00:00.000Z",'
        '"limit":500,"sortAsc":false}'
    )
    assert '"since":"2023-06-18T16:00:00.000Z"' in sent[8]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("trades", [trade(n) for n in range(fills.PAGE)]),
        ("transfers", [transfer(n, "Reward", "1") for n in range(ledger.PAGE)]),
        ("staking", history(*[event(f"E{n}", "Interest", 1) for n in range(staking.PAGE)])),
    ],
)
@pytest.mark.asyncio
async def test_a_page_full_of_one_millisecond_is_refused(source: str, told: Any) -> None:
    async with answering("gemini", {"/gemini/": told}, KEYS) as asked:
        with pytest.raises(ExchangeUnavailable, match="one millisecond"):
            await asked.pages(source, SINCE, NOW)


@pytest.mark.asyncio
async def test_what_keys_may_not_read_and_what_an_account_does_not_have_are_told_apart() -> None:
    def error(status: int, reason: str) -> Says:
        return Says(status, {"result": "error", "reason": reason, "message": reason})

    answers = {"mytrades": error(403, "MissingRole"), "staking": error(400, "AccountNotOfTypeRequired")}
    async with answering("gemini", answers, KEYS) as asked:
        with pytest.raises(KeysRejected) as told:
            await asked.pages("trades", SINCE, NOW)
        with pytest.raises(NotOffered):
            await asked.pages("staking", SINCE, NOW)
    assert told.value.key_state is KeyState.NO_PERMISSION
    of_a_group = Credentials("master-key-of-the-test", Secret("c2VjcmV0" * 8))
    async with answering("gemini", answers, of_a_group) as asked:
        for source in ("trades", "transfers", "staking"):
            with pytest.raises(KeysRejected, match="make keys in the account"):
                await asked.pages(source, SINCE, NOW)
        assert asked.requests == []


BROKEN: list[tuple[Read, Any]] = [
    *((fills.trades_answer, [each]) for each in (trade(1, price="1_0"), trade(1, amount=None))),
    *((fills.trades_answer, [each]) for each in (trade(1, fee_amount="x"), trade(1, type="Hold"))),
    *(
        (fills.trades_answer, [without(trade(1), key)])
        for key in ("tid", "order_id", "timestampms", "symbol")
    ),
    (fills.trades_answer, [trade(1), trade(1)]),
    (fills.trades_answer, [trade(1, timestampms=-1)]),
    *((ledger.transfers_answer, [transfer(1, "Deposit", each)]) for each in ("1_0", "", "NaN")),
    (ledger.transfers_answer, [transfer(1, "Withdrawal", "1", feeAmount="x")]),
    *((ledger.transfers_answer, [without(transfer(1, "Deposit", "1"), key)]) for key in ("eid", "status")),
    (ledger.transfers_answer, [transfer(1, "Deposit", "1"), transfer(1, "Deposit", "1")]),
    (ledger.transfers_answer, [transfer(1, "Deposit", "1", timestampms=10**14)]),
    (staking.history_answer, history(event("A", "Interest", "1_0"))),
    (staking.history_answer, history(event("A", "Interest", 1), event("A", "Interest", 1))),
    (staking.history_answer, history(event("A", "Interest", 1, dateTime=-1))),
    (staking.history_answer, history(event("A", "Interest", 1, dateTime="some day"))),
    *(
        (staking.history_answer, history(without(event("A", "Interest", 1), key)))
        for key in ("transactionId",)
    ),
]


@pytest.mark.parametrize(("answer", "told"), BROKEN)
def test_a_row_that_cannot_be_meant_is_refused(answer: Read, told: Any) -> None:
    with pytest.raises(Unusable):
        read(answer, told)


@pytest.mark.parametrize(
    ("answer", "row"),
    [
        (fills.trades_answer, trade(1)),
        (ledger.transfers_answer, transfer(1, "Deposit", "1")),
        (staking.history_answer, history(event("A", "Interest", 1))[0]),
    ],
)
def test_an_answer_that_is_no_list_of_rows_is_refused(answer: Read, row: Any) -> None:
    whole = json.dumps([row])
    twice = whole.replace('"amount":', '"amount": "5", "amount":', 1)
    for body in (*NO_LEDGER, '{"result": "error", "reason": "x"}', whole[:-1], twice):
        with pytest.raises(Unusable):
            answer(body.encode(), GEMINI)
