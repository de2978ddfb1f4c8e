"""Crypto.com's journal: each type of row to the digit, a hundred at a time, transactions where certain."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.changes import totals_of
from cambist.core.errors import KeysRejected
from cambist.core.ledger import Asked, EntryKind
from cambist.core.terms import KeyState, WalletBalances
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.cryptocom.ledger import PAGE, journal_answer, page
from cambist.exchanges.dialects.cryptocom.transactions import list_answer
from cambist.exchanges.dialects.cryptocom.wallets import balance_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, Says, answering
from tests.exchanges.recordings import cryptocom

CRYPTOCOM = market_of("cryptocom")
NOW = datetime(2023, 6, 22, 16, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000
JOURNAL = "private/get-transactions"
K = EntryKind


def row(number: int, kind: str, quantity: str, asset: str = "USD", ms: int = NOW_MS - 1, **more: Any) -> Any:
    """As ccxt has recorded them (github.com/ccxt/ccxt/pull/18307); ids and times come as text or numbers."""
    return {
        "account_id": "96a0edb1-afb5-4c7c-af89-5cb610319e2c",
        "event_date": "2023-06-22",
        "journal_type": kind,
        "journal_id": str(number),
        "transaction_qty": quantity,
        "transaction_cost": quantity,
        "realized_pnl": "0",
        "order_id": "0",
        "trade_id": "0",
        "trade_match_id": "0",
        "event_timestamp_ms": ms,
        "event_timestamp_ns": f"{ms}123456",
        "client_oid": "",
        "taker_side": "",
        "side": "NULL_VAL",
        "instrument_name": asset,
        **more,
    }


def journal(*rows: Any) -> dict[str, Any]:
    return {"id": 11, "method": JOURNAL, "code": 0, "result": {"data": list(rows)}}


def moves(list_name: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return {"id": 11, "method": "x", "code": "0", "result": {list_name: list(rows)}}


def answer(*rows: Any) -> bytes:
    return json.dumps(journal(*rows)).encode()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("AUTO_CONVERSION", K.TRADE),
        ("WITHDRAW_FEE", K.FEE),
        ("ONCHAIN_DEPOSIT", K.DEPOSIT),
        ("OFFCHAIN_DEPOSIT", K.DEPOSIT),
        ("ONCHAIN_WITHDRAWAL", K.WITHDRAWAL),
        ("FIAT_WITHDRAWAL_CANCEL", K.WITHDRAWAL),
        ("FUNDING", K.FUNDING),
        ("REALIZED_PNL", K.REALISED),
        ("SOCIALIZED_LOSS", K.REALISED),
        ("SOFT_STAKE_REWARD", K.REWARD),
        ("MARGIN_TRADE_INTEREST", K.INTEREST),
        ("SUBACCOUNT_TX", K.TRANSFER),
        ("ADJUSTMENT", K.TRANSFER),
        ("OF_A_KIND_TO_COME", K.TRANSFER),
    ],
)
def test_a_type_says_what_a_row_is(kind: str, expected: EntryKind) -> None:
    ((entry,), _, _) = journal_answer(answer(row(1, kind, "-0.0000000000000000012", "CRO")), CRYPTOCOM)
    assert (entry.kind, entry.asset, str(entry.amount), entry.wallet) == (
        expected,
        "CRO",
        "-1.2E-18",
        "spot",
    )


def test_a_fill_is_two_legs_and_a_fee_of_one_group_and_contracts_are_no_amounts() -> None:
    """Legs of one fill have one trade_id. Of 0.0002 BTC sold at 30324.7 the account has what adds up here."""
    fill: dict[str, Any] = {"trade_id": "6142909898393034321", "order_id": "6142909895109003988"}
    rows = [
        row(1, "TRADING", "6.06494", side="BUY", **fill),
        row(2, "TRADING", "-0.0002", "BTC", side="SELL", **fill),
        row(3, "TRADE_FEE", "-0.001516235", **fill),
        row(4, "TRADING", "10", "CROUSD-PERP", trade_id="7", realized_pnl="-0.006125"),
        row(5, "SESSION_SETTLE", "0", "CROUSD-PERP", realized_pnl="-0.0078"),
        row(6, "REALIZED_PNL", "-0.0078"),
        row(7, "SUBACCOUNT_TX", "5", "USD_STABLE_COIN"),
    ]
    entries, oldest, count = journal_answer(answer(*rows), CRYPTOCOM)
    group = "6142909898393034321"
    assert [
        (each.id, each.kind, each.asset, str(each.amount), each.group, each.quote) for each in entries
    ] == [
        ("1:TRADING:USD", K.TRADE, "USD", "6.06494", group, True),
        ("2:TRADING:BTC", K.TRADE, "BTC", "-0.0002", group, False),
        ("3:TRADE_FEE:USD", K.FEE, "USD", "-0.001516235", group, False),
        ("6:REALIZED_PNL:USD", K.REALISED, "USD", "-0.0078", "", False),
        ("7:SUBACCOUNT_TX:USD_STABLE_COIN", K.TRANSFER, "USDC", "5", "", False),
    ]
    assert sum(each.amount for each in entries if each.asset == "USD") == Decimal("6.055623765")
    assert (oldest, count) == ((NOW_MS - 1) * 1_000_000 + 123_456, 7)
    assert entries[0].at == NOW - timedelta(milliseconds=1)


def test_a_journal_id_is_told_again_for_an_isolated_position() -> None:
    """So in an example of the documentation."""
    rows = [row(1, "FUNDING", "-1"), row(1, "FUNDING", "-2", isolation_id="19848526")]
    entries, _, _ = journal_answer(answer(*rows), CRYPTOCOM)
    assert [(each.id, str(each.amount)) for each in entries] == [
        ("1:FUNDING:USD", "-1"),
        ("1:FUNDING:USD:19848526", "-2"),
    ]


@pytest.mark.asyncio
async def test_a_full_page_goes_on_in_the_moment_of_its_last_row_day_by_day() -> None:
    last = NOW_MS - PAGE
    full = [row(PAGE - n, "SUBACCOUNT_TX", "0.5", ms=NOW_MS - 1 - n) for n in range(PAGE)]
    rest = [full[-1], row(999, "SUBACCOUNT_TX", "1", ms=last)]
    border = f'"end_time":"{last}123457"'
    answers = {border: journal(*rest), f'"end_time":"{NOW_MS}000000"': journal(*full), JOURNAL: journal()}
    async with answering("cryptocom", answers) as asked:
        pages = await asked.pages("journal", NOW - timedelta(days=2), NOW)
        later = NOW + timedelta(hours=1)
        again = await asked.pages("journal", NOW - timedelta(days=2), later, pages[-1].cursor)
    told = {each.id: each.amount for each_page in pages for each in each_page.entries}
    assert (len(told), sum(told.values())) == (PAGE + 1, Decimal(PAGE) / 2 + 1)
    assert [each.until for each in pages] == [NOW - timedelta(days=1), NOW - timedelta(days=1), NOW]
    assert {each.known_from for each in (*pages, *again)} == {NOW - timedelta(days=2)}
    sent = asked.requests
    day, hour = 86_400_000, 3_600_000
    assert all(request.startswith("/cryptocom/exchange/v1/private/get-transactions{") for request in sent)
    starts = [NOW_MS - 2 * day, NOW_MS - day, NOW_MS - day, NOW_MS - 3 * hour]
    assert [f'"start_time":"{start}000000"' in each for start, each in zip(starts, sent, strict=True)] == [
        True
    ] * 4
    assert again[-1].until == later


@pytest.mark.asyncio
async def test_a_full_page_of_one_moment_is_refused() -> None:
    full = answer(*(row(n, "SUBACCOUNT_TX", "0.5", ms=NOW_MS - 5) for n in range(1, PAGE + 1)))

    class Client:
        async def v1_private_post_private_get_transactions(self, _: Any) -> bytes:
            return full

    first = await page(Client(), CRYPTOCOM, Asked("", NOW - timedelta(hours=1), NOW))
    with pytest.raises(Unusable, match="of one moment"):
        await page(Client(), CRYPTOCOM, Asked(first.cursor, NOW - timedelta(hours=1), NOW))


HASH = "f0ae4202b76eb999c301eccdde44dc639bee42d1fdd5974105286ca3393f6065"
MOVED = [
    row(1, "ONCHAIN_DEPOSIT", "0.5", "BTC", NOW_MS - 1_000),
    row(2, "ONCHAIN_WITHDRAWAL", "-100", "XRP", NOW_MS - 900),
    row(3, "ONCHAIN_WITHDRAWAL", "-7", "XRP", NOW_MS - 800),
    row(4, "OFFCHAIN_DEPOSIT", "3", "CRO", NOW_MS - 700),
]


def moved(amount: Any, currency: str, tx: str | None, status: str = "5", **more: Any) -> dict[str, Any]:
    listed = {"currency": currency, "amount": amount, "fee": "0.25", "create_time": NOW_MS - 60_000}
    return {**listed, "id": "2220", "status": status, **({} if tx is None else {"txid": tx}), **more}


LISTS = {
    "get-deposit-history": moves(
        "deposit_list",
        moved(0.5, "BTC", f"{HASH}/2", "1"),
        moved("0.5", "BTC", "0xfailed", "2"),
        moved("0.5", "ETH", "0xother", "1"),
        moved("3", "CRO", None, "1"),
    ),
    "get-withdrawal-history": moves(
        "withdrawal_list",
        moved("99.75", "XRP", "0xout"),
        moved("100", "XRP", "0xold", create_time=NOW_MS - 8 * 86_400_000),
        moved("7", "XRP", "0xone"),
        moved("7", "XRP", "0xtwo"),
    ),
}


@pytest.mark.asyncio
async def test_what_came_and_went_has_its_transaction_where_just_one_fits() -> None:
    async with answering("cryptocom", {JOURNAL: journal(*MOVED), **LISTS}) as asked:
        (told,) = await asked.pages("journal", NOW - timedelta(hours=1), NOW)
    assert [(each.kind, str(each.amount), each.tx) for each in told.entries] == [
        (K.DEPOSIT, "0.5", HASH),
        (K.WITHDRAWAL, "-100", "0xout"),
        (K.WITHDRAWAL, "-7", ""),
        (K.DEPOSIT, "3", ""),
    ]
    week = 7 * 86_400_000
    asked_for = json.loads(asked.requests[1].partition("get-deposit-history")[2])["params"]
    assert asked_for == {
        "start_ts": str(NOW_MS - 1_000 - week),
        "end_ts": str(NOW_MS - 700 + 300_000),
        "page_size": "200",
        "page": "0",
    }


@pytest.mark.parametrize(
    ("status", "code"), [(403, 40301), (401, 40101), (401, "10002"), (401, 40103), (400, 30024)]
)
@pytest.mark.asyncio
async def test_keys_that_may_not_read_lists_tell_amounts(status: int, code: Any) -> None:
    """Lists of what came and went want the right to withdraw; which words a refusal has is not documented."""
    refused = Says(status, {"id": 1, "method": "x", "code": code, "message": "X"})
    async with answering("cryptocom", {JOURNAL: journal(*MOVED), "history": refused}) as asked:
        (told,) = await asked.pages("journal", NOW - timedelta(hours=1), NOW)
    assert [(str(each.amount), each.tx) for each in told.entries] == [
        ("0.5", ""),
        ("-100", ""),
        ("-7", ""),
        ("3", ""),
    ]


@pytest.mark.asyncio
async def test_keys_that_may_not_read_the_journal_are_refused() -> None:
    forbidden = Says(403, {"id": 1, "method": "x", "code": 40301, "message": "X"})
    async with answering("cryptocom", {JOURNAL: forbidden}) as asked:
        with pytest.raises(KeysRejected) as refused:
            await asked.pages("journal", NOW - timedelta(hours=1), NOW)
    assert refused.value.key_state == KeyState.NO_PERMISSION


@pytest.mark.parametrize(
    "broken",
    [
        {**LISTS["get-deposit-history"], "result": {}},
        moves("deposit_list", moved("1_0", "BTC", "0x")),
        moves("deposit_list", moved("1", "BTC", "0x", create_time="soon")),
        {**LISTS["get-deposit-history"], "code": 50001},
    ],
)
def test_a_broken_list_is_refused(broken: Any) -> None:
    with pytest.raises(Unusable):
        list_answer(json.dumps(broken).encode(), K.DEPOSIT, CRYPTOCOM)


@pytest.mark.parametrize(
    "body",
    [
        *NO_LEDGER,
        '{"id": 11, "code": 40101, "message": "UNAUTHORIZED"}',
        json.dumps({**journal(), "code": 50001}),
        json.dumps(journal(row(1, "FUNDING", "1"), row(1, "FUNDING", "1"))),
        json.dumps(journal(row(1, "FUNDING", "1_0"))),
        json.dumps(journal(row(1, "FUNDING", "1", transaction_qty=None))),
        json.dumps(journal(row(1, "FUNDING", "1", journal_id=""))),
        json.dumps(journal(row(1, "FUNDING", "1", journal_id=None))),
        json.dumps(journal(row(1, "FUNDING", "1", event_timestamp_ns=NOW_MS))),
        json.dumps(journal(row(1, "FUNDING", "1", event_timestamp_ns="x" * 19))),
        answer(row(1, "FUNDING", "1"))[:-1].decode(),
        answer(row(1, "FUNDING", "1")).decode().replace('"side"', '"journal_id": "2", "side"'),
    ],
)
def test_an_answer_that_is_no_journal_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        journal_answer(body.encode(), CRYPTOCOM)


@pytest.mark.parametrize(("unrealised", "marked"), [("-55.5", frozenset({"USD"})), ("0", frozenset())])
def test_dollars_move_by_themselves_while_a_position_is_open(unrealised: str, marked: frozenset[str]) -> None:
    told = cryptocom.balances([cryptocom.row("USD", "10"), cryptocom.row("CRO", "3")], unrealised)
    wallet = balance_answer(json.dumps(told).encode(), CRYPTOCOM)
    totals = totals_of(
        NOW, [WalletBalances("spot", wallet.balances, NOW)], ["USD", "CRO"], CRYPTOCOM.positions
    )
    assert totals.marked_to_market == marked
    assert totals.amounts["USD"] == Decimal(10) + Decimal(unrealised)
