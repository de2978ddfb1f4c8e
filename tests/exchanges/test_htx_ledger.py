"""HTX's ledger: histories hour by hour, records of contracts, and interest, each to the digit."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from cambist.core import ledger
from cambist.core.errors import KeysRejected, NotOffered
from cambist.core.ledger import EntryKind
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.htx import accounts
from cambist.exchanges.dialects.htx.contracts import records_answer
from cambist.exchanges.dialects.htx.history import PAGE, history_answer
from cambist.exchanges.dialects.htx.interest import MOST_OWED, loans_answer, reader
from cambist.exchanges.dialects.htx.transactions import list_answer
from cambist.exchanges.guard import Unusable
from cambist.exchanges.speaking import dialect_of
from tests.exchanges.answering import NO_LEDGER, answering, synced
from tests.exchanges.bent import written
from tests.exchanges.recordings.htx import ACCOUNTS, KINDS, PAIRS, contracts

HTX = market_of("huobi")
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000
HOUR, HOUR_MS = timedelta(hours=1), 3_600_000
SPOT = KINDS["spot"]
K = EntryKind
LIST = {"account/accounts": ACCOUNTS}


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    accounts.forget_all_accounts()


def row(
    number: int, kind: str, amount: Any, currency: str = "usdt", ms: int = NOW_MS - 1, /, **more: Any
) -> Any:
    told = {"account-id": SPOT, "avail-balance": "81.85", "acct-balance": "97.01", "currency": currency}
    named = {"transact-type": kind, "transact-amt": amount, "transact-time": ms, "record-id": number}
    return {**told, **named, **more}


def ok(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"status": "ok", "data": list(rows), **more}


class Client:
    """Answers by what is in a call's name and parameters. asked: the parameters of each call but of lists."""

    urls: ClassVar = {"api": {"spot": "https://api.of.the.test"}}
    apiKey = "key-of-the-test"  # noqa: N815 - as ccxt calls it

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = {"account_accounts": ACCOUNTS, **answers}
        self.asked: list[dict[str, Any]] = []

    def now(self) -> datetime:
        return NOW

    def __getattr__(self, name: str) -> Any:
        async def call(params: dict[str, Any] | None = None) -> bytes:
            if params is not None:
                self.asked.append(params)
            seen = f"{name} {json.dumps(params)}"
            return written(next(told for part, told in self._answers.items() if part in seen))

        return call


async def walked(
    client: Client, source: str, since: datetime, now: datetime, cursor: str = ""
) -> list[ledger.Page]:
    """A sync's pages, without the limits of calls, of which these count for many."""
    read = next(each.read for each in dialect_of("htx").ledger if each.terms.name == source)

    async def page(asked: ledger.Asked) -> ledger.Page:
        return await read(client, HTX, asked)

    return await synced(page, ledger.Asked(cursor, since, now))


def questions(requests: list[str], path: str, *names: str) -> list[tuple[str, ...]]:
    """What each call to a path was asked for, by some of its names; empty where one was not sent."""
    sent = [parse_qs(urlsplit(each).query) for each in requests if path in each]
    return [tuple(each.get(name, [""])[0] for name in names) for each in sent]


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        ("exchange", "-1", K.TRADE),
        ("fee-deduction", "-1", K.FEE),
        ("withdraw-fee", "-1", K.FEE),
        ("rebate", "1", K.REWARD),
        ("deposit", "1", K.DEPOSIT),
        ("withdraw", "-1", K.WITHDRAWAL),
        ("fireblocks-dw", "-1", K.WITHDRAWAL),
        ("fireblocks-dw", "1", K.DEPOSIT),
        ("interest", "-1", K.INTEREST),
        ("interest", "1", K.REWARD),
        ("credit", "1", K.TRANSFER),
        ("transfer", "-1", K.TRANSFER),
        ("liquidation", "-1", K.TRANSFER),
        ("other-types", "1", K.TRANSFER),
        ("of-a-kind-to-come", "1", K.TRANSFER),
    ],
)
def test_a_type_says_what_a_row_is(kind: str, amount: str, expected: EntryKind) -> None:
    long = f"{amount}.000000000000000012"
    ((entry,), next_id) = history_answer(written(ok(row(7, kind, long))), SPOT, "spot", HTX)
    assert (entry.id, entry.kind, entry.asset, str(entry.amount), entry.wallet) == (
        "7",
        expected,
        "USDT",
        long,
        "spot",
    )
    assert (entry.at, next_id) == (NOW - timedelta(milliseconds=1), 0)


def test_rows_of_one_trade_are_one_group_and_add_up_to_what_the_balances_changed_by() -> None:
    """acct-balance of each row is what the account has after it."""
    rows = [
        row(1, "trade", "0.002", "btc", **{"acct-balance": "0.502"}),
        row(2, "trade", "-60.5", **{"acct-balance": "39.5"}),
        row(3, "transact-fee", "-0.000004", "btc", **{"acct-balance": "0.501996"}),
        row(4, "transfer", "-9.5", "usdt", NOW_MS - 5, **{"acct-balance": "30"}),
        row(5, "other-types", "0E-18", "usdt", NOW_MS - 5, **{"acct-balance": "30"}),
    ]
    entries, _ = history_answer(written(ok(*rows)), SPOT, "spot", HTX)
    group = f"{SPOT}:{NOW_MS - 1}"
    assert [(each.id, each.kind, each.group, each.quote) for each in entries] == [
        ("1", K.TRADE, group, False),
        ("2", K.TRADE, group, True),
        ("3", K.FEE, group, False),
        ("4", K.TRANSFER, "", False),
    ]
    sums = {code: sum(each.amount for each in entries if each.asset == code) for code in ("BTC", "USDT")}
    assert sums == {"BTC": Decimal("0.501996") - Decimal("0.5"), "USDT": Decimal(30) - Decimal(100)}


@pytest.mark.parametrize("wallet", ["cross_margin", "isolated_margin"])
def test_what_is_borrowed_paid_back_or_paid_of_interest_changes_no_equity_of_margin(wallet: str) -> None:
    rows = [
        row(1, "credit", "100"),
        row(2, "interest", "-0.5"),
        row(3, "credit", "-100"),
        row(4, "transfer", "7"),
    ]
    entries, _ = history_answer(written(ok(*rows)), SPOT, wallet, HTX)
    assert [(each.id, each.wallet) for each in entries] == [("4", wallet)]


@pytest.mark.asyncio
async def test_a_history_is_read_hour_by_hour_and_on_from_where_a_page_ended() -> None:
    first = ok(*(row(n, "other-types", "0.5", "usdt", NOW_MS - HOUR_MS) for n in range(1, PAGE + 1)))
    second = ok(row(PAGE + 1, "other-types", "1", "usdt", NOW_MS - HOUR_MS))
    client = Client(
        {
            f'"from-id": {PAGE + 1}': second,
            f'"end-time": {NOW_MS},': {**first, "next-id": PAGE + 1},
            "account_history": ok(),
        }
    )
    pages = await walked(client, "history_spot", NOW - 2 * HOUR, NOW)
    later = await walked(client, "history_spot", NOW - 2 * HOUR, NOW + HOUR / 2, pages[-1].cursor)
    told = {each.id: each.amount for page in pages for each in page.entries}
    assert (len(told), sum(told.values())) == (PAGE + 1, Decimal(PAGE) / 2 + 1)
    assert [page.until for page in (*pages, *later)] == [
        NOW - HOUR,
        NOW - HOUR,
        NOW,
        NOW,
        NOW,
        NOW + HOUR / 2,
    ]
    same = {"account-id": SPOT, "size": PAGE, "sort": "asc"}
    assert client.asked == [
        {**same, "start-time": NOW_MS - 2 * HOUR_MS, "end-time": NOW_MS - HOUR_MS},
        {**same, "start-time": NOW_MS - HOUR_MS, "end-time": NOW_MS},
        {**same, "start-time": NOW_MS - HOUR_MS, "end-time": NOW_MS, "from-id": PAGE + 1},
        {**same, "start-time": NOW_MS - HOUR_MS, "end-time": NOW_MS},
        {**same, "start-time": NOW_MS - HOUR_MS, "end-time": NOW_MS, "from-id": PAGE + 1},
        {**same, "start-time": NOW_MS, "end-time": NOW_MS + HOUR_MS // 2},
    ]


@pytest.mark.asyncio
async def test_no_more_is_asked_of_than_the_last_four_weeks() -> None:
    async with answering("huobi", {**LIST, "account/history": ok()}) as asked:
        question = ledger.Asked("", NOW - timedelta(days=400), NOW)
        page = await asked.gateway.page(asked.market, asked.credentials, "history_spot", question)
    assert (page.known_from, page.more) == (NOW - timedelta(days=28), True)
    begin = NOW_MS - 28 * 24 * HOUR_MS
    assert questions(asked.requests, "/v1/account/history", "account-id", "start-time", "end-time") == [
        (str(SPOT), str(begin), str(begin + HOUR_MS))
    ]


@pytest.mark.asyncio
async def test_a_page_that_leads_to_itself_is_refused() -> None:
    loans = ok(*(loan(number, "1") for number in range(200, 100, -1)))
    again = {"account_history": ok(row(1, "transfer", "1"), **{"next-id": 1}), "loan_orders": loans}
    for source in ("history_spot", "interest_cross_margin"):
        with pytest.raises(Unusable, match="leads to itself"):
            await walked(Client(again), source, NOW - HOUR, NOW)


@pytest.mark.asyncio
async def test_each_pair_of_isolated_margin_has_an_account_and_what_there_is_none_of_is_not_offered() -> None:
    listed = ok(*({"id": number, "type": "margin"} for number in (12, 10, 11)))
    of_pair = {f'"account-id": {n}': ok(row(n, "transfer", "2", **{"account-id": n})) for n in (10, 11, 12)}
    client = Client({"account_accounts": listed, **of_pair})
    pages = await walked(client, "history_isolated_margin", NOW - HOUR, NOW)
    with pytest.raises(NotOffered):
        await walked(client, "history_mining", NOW - HOUR, NOW)
    assert [[each.id for each in page.entries] for page in pages] == [["10"], ["11"], ["12"]]
    assert {each.wallet for page in pages for each in page.entries} == {"isolated_margin"}
    assert [page.until for page in pages] == [NOW - HOUR, NOW - HOUR, NOW]
    assert ["from-id" in each for each in client.asked] == [False] * 3


@pytest.mark.asyncio
async def test_a_refusal_for_want_of_a_permission_is_one() -> None:
    words = {"err-code": "api-signature-not-valid", "err-msg": "API key has no permission"}
    async with answering("huobi", {**LIST, "account/history": {"status": "error", **words}}) as asked:
        with pytest.raises(KeysRejected) as refused:
            await asked.pages("history_spot", NOW - HOUR, NOW)
    assert refused.value.key_state == KeyState.NO_PERMISSION


HASH = "a2" * 32


def moved(number: int, amount: Any, tx: str, chain: str = "trc20usdt", /, **more: Any) -> dict[str, Any]:
    told = {"id": number, "type": "deposit", "currency": "usdt", "chain": chain, "tx-hash": tx, "fee": 1}
    return {**told, "amount": amount, "state": "safe", "created-at": NOW_MS - 60_000, **more}


@pytest.mark.asyncio
async def test_what_came_and_went_has_its_transaction_where_just_one_fits() -> None:
    rows = [
        row(1, "deposit", "12.000000000000000000"),
        row(2, "withdraw", "-5"),
        row(3, "withdraw-fee", "-1"),
        row(4, "withdraw", "-7"),
    ]
    lists = {
        "type=deposit": ok(moved(9, 12.0, HASH), moved(8, 12, "x", state="orphan"), moved(7, 3, "y")),
        "type=withdraw": ok(
            moved(6, "4", HASH, "usdterc20", state="confirmed"),
            moved(5, "5", "old", **{"created-at": NOW_MS - 8 * 24 * HOUR_MS}),
            moved(4, "7", "one"),
            moved(3, "7", "two"),
        ),
    }
    async with answering("huobi", {**LIST, "account/history": ok(*rows), **lists}) as asked:
        (page,) = await asked.pages("history_spot", NOW - HOUR, NOW)
    assert [(each.kind, str(each.amount), each.tx) for each in page.entries] == [
        (K.DEPOSIT, "12.000000000000000000", HASH),
        (K.WITHDRAWAL, "-5", f"0x{HASH}"),
        (K.FEE, "-1", ""),
        (K.WITHDRAWAL, "-7", ""),
    ]
    assert questions(asked.requests, "deposit-withdraw", "type", "size", "direct") == [
        ("deposit", "500", "next"),
        ("withdraw", "500", "next"),
    ]


def record(number: int, kind: int, amount: Any, symbol: str = "BTC", **more: Any) -> dict[str, Any]:
    told = {"query_id": number, "id": 927489216, "symbol": symbol, "contract_code": f"{symbol}-USD"}
    return {**told, "type": kind, "amount": amount, "ts": NOW_MS - 5, **more}


def records(rows: Any) -> dict[str, Any]:
    return {"code": 200, "msg": "", "data": rows, "ts": NOW_MS}


def test_records_of_contracts_are_profit_fees_funding_rewards_and_transfers() -> None:
    told = [
        (3, "0.5"),
        (6, "-0.024464850000000000"),
        (30, "0.1"),
        (31, "-0.3"),
        (29, "1"),
        (14, "2"),
        (99, "3"),
    ]
    raw = written(records([record(n, kind, amount) for n, (kind, amount) in enumerate(told, 1)]))
    entries, last = records_answer(raw.replace(b'"0.5"', b"0.5"), "BTC", "futures_coinm", HTX)
    assert [(each.id, each.kind, str(each.amount)) for each in entries] == [
        ("BTC:1", K.REALISED, "0.5"),
        ("BTC:2", K.FEE, "-0.024464850000000000"),
        ("BTC:3", K.FUNDING, "0.1"),
        ("BTC:4", K.FUNDING, "-0.3"),
        ("BTC:5", K.REWARD, "1"),
        ("BTC:6", K.TRANSFER, "2"),
        ("BTC:7", K.TRANSFER, "3"),
    ]
    assert (last, {each.wallet for each in entries}) == (7, {"futures_coinm"})
    assert records_answer(written(records("")), "BTC", "futures_coinm", HTX) == ([], 0)
    assert {"futures_coinm", "delivery_coinm"} == HTX.positions


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("wallet", "listed", "path", "name", "after"),
    [
        ("futures_coinm", "swap_account_info", "swap-api/v3/swap_financial_record", "contract", "-USD"),
        ("delivery_coinm", "contract_account_info", "api/v3/contract_financial_record", "symbol", ""),
    ],
)
async def test_records_are_read_coin_by_coin_of_those_that_changed(
    wallet: str, listed: str, path: str, name: str, after: str
) -> None:
    answers = {
        "common/symbols": PAIRS,
        listed: contracts("contract_code"),
        '"from_id":2}': records([record(2, 3, 1)]),
        f'"{name}":"BTC{after}"': records([record(1, 14, 5), record(2, 3, 1)]),
        f'"{name}":"ETH{after}"': records(""),
    }
    async with answering("huobi", answers) as asked:
        source = f"records_{wallet}"
        pages = await asked.pages(source, NOW - HOUR, NOW, assets=("BTC", "ETH", "SOL"))
        nothing = await asked.pages(source, NOW - HOUR, NOW, assets=("SOL",))
    told = {each.id: each.amount for page in pages for each in page.entries}
    assert told == {"BTC:1": Decimal(5), "BTC:2": Decimal(1)}
    assert (pages[-1].until, nothing[0].until, len(nothing)) == (NOW, NOW, 1)
    sent = [json.loads(each[each.index("{") :]) for each in asked.requests if path in each]
    window = {"direct": "next", "start_time": NOW_MS - HOUR_MS, "end_time": NOW_MS}
    assert sent == [
        {name: f"BTC{after}", **window},
        {name: f"BTC{after}", **window, "from_id": 2},
        {name: f"ETH{after}", **window},
    ]


def loan(
    number: int, interest: str, state: str = "accrual", created: int = -1, **more: Any
) -> dict[str, Any]:
    """created: hours before NOW, with a minus."""
    told = {"id": number, "currency": "usdt", "loan-amount": "100", "loan-balance": "100", "state": state}
    at = {"created-at": NOW_MS + created * HOUR_MS, "accrued-at": NOW_MS - 5}
    return {**told, "interest-amount": interest, "interest-balance": interest, **at, **more}


async def of_loans(syncs: Sequence[Any], since: datetime) -> list[ledger.Page]:
    """The page of each sync, an hour after another, of an account whose loans of cross margin are so."""
    pages: list[ledger.Page] = []
    for hours, loans in enumerate(syncs):
        cursor = pages[-1].cursor if pages else ""
        client = Client({"cross_margin_loan_orders": loans})
        pages += await walked(client, "interest_cross_margin", since, NOW + hours * HOUR, cursor)
    return pages


@pytest.mark.asyncio
async def test_each_sync_tells_what_loans_have_come_to_cost_since_the_last_one() -> None:
    """Of what was borrowed before, nobody can say how much of it was before: so it is known from then on."""
    syncs = [
        ok(
            loan(3, "0.25"), loan(2, "7"), loan(1, "9", "cleared", -9, **{"accrued-at": NOW_MS - 8 * HOUR_MS})
        ),
        ok(loan(3, "0.5"), loan(2, "7")),
        ok(loan(4, "0.1"), loan(3, "0.75", "cleared"), loan(2, "7")),
        ok(loan(4, "0.1"), loan(3, "0.75", "cleared"), loan(2, "7.000000000000000001")),
    ]
    pages = await of_loans(syncs, NOW - 2 * HOUR)
    assert [[(each.id, str(each.amount)) for each in page.entries] for page in pages] == [
        [("3:0.25", "-0.25"), ("2:7", "-7")],
        [("3:0.5", "-0.25")],
        [("4:0.1", "-0.1"), ("3:0.75", "-0.25")],
        [("2:7.000000000000000001", "-1E-18")],
    ]
    (first, *_) = pages[0].entries
    assert (first.kind, first.asset, first.wallet) == (K.INTEREST, "USDT", "cross_margin")
    assert first.at == NOW - timedelta(milliseconds=5)
    assert {page.known_from for page in pages} == {NOW - 2 * HOUR}
    assert [page.until for page in pages] == [NOW + hours * HOUR for hours in range(4)]
    since_then = await of_loans([ok(loan(2, "7", created=-9))] * 2, NOW - HOUR)
    assert [(page.entries, page.known_from) for page in since_then] == [((), NOW), ((), NOW)]


@pytest.mark.asyncio
async def test_loans_are_read_on_until_what_is_older_costs_no_more() -> None:
    newest = ok(*(loan(number, "1", "cleared") for number in range(300, 200, -1)))
    at = {"accrued-at": NOW_MS - 8 * HOUR_MS}
    older = ok(loan(150, "2"), *(loan(number, "0", "cleared", -9, **at) for number in range(140, 41, -1)))
    paid_back = ok(loan(150, "2", "cleared"), *older["data"][1:])
    source, since = "interest_cross_margin", NOW - 2 * HOUR
    client = Client({'"from": 42': ok(), '"from": 201': older, "loan_orders": newest})
    first = await walked(client, source, since, NOW)
    client = Client({'"from": 42': ok(), '"from": 201': paid_back, "loan_orders": newest})
    again = await walked(client, source, since, NOW + HOUR, first[-1].cursor)
    client = Client({"loan_orders": newest})
    at_last = await walked(client, source, since, NOW + 2 * HOUR, again[-1].cursor)
    assert [len(page.entries) for page in (*first, *again, *at_last)] == [100, 1, 0, 0, 0, 0, 0]
    assert {page.known_from for page in (*first, *again, *at_last)} == {since}
    assert client.asked == [{"size": 100, "direct": "next", "start-date": "2022-06-19"}]


class Lender(Client):
    """Tells loans of cross margin as HTX does, page by page."""

    def __init__(self, loans: Sequence[Any]) -> None:
        super().__init__({})
        self._loans = sorted(loans, key=lambda each: -each["id"])

    async def spot_private_get_v1_cross_margin_loan_orders(self, asked: dict[str, Any]) -> bytes:
        self.asked.append(asked)
        before = [each for each in self._loans if each["id"] < asked.get("from", 10**9)]
        return written(ok(*before[: asked["size"]]))


async def read_loans(loans: Sequence[Any], cursor: str = "", hours: int = 0) -> tuple[list[ledger.Page], int]:
    """The pages of a sync of these loans, so many hours after NOW, and how many calls they took."""
    client, pages = Lender(loans), list[ledger.Page]()
    read = reader("cross_margin", "super-margin", "spot_private_get_v1_cross_margin_loan_orders")
    while not pages or pages[-1].more:
        at = pages[-1].cursor if pages else cursor
        pages.append(await read(client, HTX, ledger.Asked(at, NOW - 2 * HOUR, NOW + hours * HOUR)))
    return pages, len(client.asked)


@pytest.mark.asyncio
@pytest.mark.parametrize("state", ["cleared", "invalid", "failed"])
async def test_a_loan_that_costs_no_more_is_asked_for_once_and_each_told_however_many_there_are(
    state: str,
) -> None:
    loans = [loan(1, "0.5", state), *(loan(number, "0.5", "cleared") for number in range(2, 701))]
    pages, calls = await read_loans(loans)
    told = [entry.amount for page in pages for entry in page.entries]
    again, calls_again = await read_loans(loans, pages[-1].cursor, 1)
    assert (len(told), sum(told), calls) == (700, Decimal(-350), 8)
    assert ([page.entries for page in again], calls_again) == ([()], 1)


@pytest.mark.asyncio
async def test_the_first_sync_looks_for_what_still_costs_behind_what_was_paid_back_long_ago() -> None:
    at = {"accrued-at": NOW_MS - 8 * HOUR_MS}
    paid_back = [loan(number, "1", "cleared", -9, **at) for number in range(2, 102)]
    pages, _ = await read_loans([*paid_back, loan(1, "1", "created", -9, **at)])
    again, _ = await read_loans([*paid_back, loan(1, "1.5", "accrual", -9)], pages[-1].cursor, 1)
    told = [(each.id, each.amount) for page in (*pages, *again) for each in page.entries]
    assert told == [("1:1.5", Decimal("-0.5"))]


@pytest.mark.asyncio
async def test_what_is_remembered_of_loans_stays_small() -> None:
    loans = [loan(1_000_000_000 - number, f"{number}.{'9' * 18}") for number in range(1, MOST_OWED + 1)]
    done = [loan(900_000_000 - number, "1", "invalid") for number in range(2_000)]
    pages, _ = await read_loans([*loans, *done])
    again, _ = await read_loans([*loans, *done], pages[-1].cursor, 1)
    assert max(len(page.cursor) for page in (*pages, *again)) < 32 * 1024
    assert [each.entries for each in again] == [()] * len(again)
    with pytest.raises(Unusable, match="more loans than can be remembered"):
        await read_loans([*loans, loan(7, "1")])


@pytest.mark.asyncio
async def test_a_loan_that_is_listed_no_more_is_looked_for_no_more_and_goes_on_where_it_comes_back() -> None:
    cleared = [loan(number, "0", "cleared") for number in range(100, 300)]
    pages, _ = await read_loans([*cleared, loan(1, "2")])
    gone, calls = await read_loans(cleared, pages[-1].cursor, 1)
    since_then, calls_then = await read_loans(cleared, gone[-1].cursor, 2)
    back, _ = await read_loans([*cleared[:50], loan(1, "3")], since_then[-1].cursor, 3)
    more, _ = await read_loans([*cleared[:50], loan(1, "3.5")], back[-1].cursor, 4)
    assert (calls, calls_then) == (3, 1)
    told = [[(entry.id, str(entry.amount)) for entry in page.entries] for page in (*gone, *back, *more)]
    assert told == [[], [], [], [], [("1:3.5", "-0.5")]]


@pytest.mark.asyncio
async def test_loans_of_isolated_margin_are_read_pair_by_pair() -> None:
    listed = ok(
        {"id": 1, "type": "margin", "subtype": "ethusdt"}, {"id": 2, "type": "margin", "subtype": "btcusdt"}
    )
    answers = {"account/accounts": listed, "symbol=ethusdt": ok(loan(2, "0.5")), "symbol=btcusdt": ok()}
    async with answering("huobi", answers) as asked:
        pages = await asked.pages("interest_isolated_margin", NOW - 2 * HOUR, NOW)
    assert [[each.id for each in page.entries] for page in pages] == [[], ["2:0.5"]]
    assert [page.until for page in pages] == [NOW - 2 * HOUR, NOW]
    assert questions(asked.requests, "margin/loan-orders", "symbol", "start-date", "size", "direct") == [
        (pair, "2022-06-19", "100", "next") for pair in ("btcusdt", "ethusdt")
    ]


BROKEN = (*NO_LEDGER, '{"status": "error", "err-code": "timeout", "data": []}')
ROW, LOAN, MOVED, RECORD = row(1, "trade", "1"), loan(1, "1"), moved(1, 1, "x"), record(1, 3, 1)


@pytest.mark.parametrize(
    "body",
    [
        *BROKEN,
        json.dumps(ok(ROW, ROW)),
        json.dumps(ok(row(1, "trade", "1_0"))),
        json.dumps(ok(row(1, "trade", None))),
        json.dumps(ok(row(1, "trade", "1", "usdt", 1))),
        json.dumps(ok({**ROW, "record-id": None})),
        json.dumps(ok({**ROW, "account-id": 7})),
        json.dumps(ok(ROW))[:-1],
        json.dumps(ok(ROW)).replace('"currency"', '"currency": "btc", "currency"'),
    ],
)
def test_an_answer_that_is_no_history_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        history_answer(body.encode(), SPOT, "spot", HTX)


@pytest.mark.parametrize(
    "body",
    [
        *BROKEN,
        json.dumps(records([RECORD, RECORD])),
        json.dumps(records([record(1, 3, "1_0")])),
        json.dumps(records([record(1, 3, None)])),
        json.dumps(records([{**RECORD, "ts": 1}])),
        json.dumps(records([{**RECORD, "query_id": None}])),
        json.dumps(records([record(1, 3, 1, "ETH")])),
        json.dumps(records("none")),
        json.dumps({**records([RECORD]), "code": 500}),
    ],
)
def test_an_answer_that_is_no_records_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        records_answer(body.encode(), "BTC", "futures_coinm", HTX)


@pytest.mark.parametrize(
    "body",
    [*BROKEN, json.dumps(ok(MOVED, MOVED)), json.dumps(ok(moved(1, "1_0", ""))), json.dumps(ok(MOVED))[:-1]],
)
def test_an_answer_that_lists_nothing_that_moved_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        list_answer(body.encode(), HTX)


@pytest.mark.parametrize("body", [*BROKEN, json.dumps(ok(LOAN, LOAN)), json.dumps(ok({**LOAN, "id": "x"}))])
def test_an_answer_that_lists_no_loans_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        loans_answer(body.encode())
