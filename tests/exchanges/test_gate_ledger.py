"""Gate's ledger: each account's records to the digit, classic and unified, page by page."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from cambist.core.changes import totals_of
from cambist.core.errors import KeysRejected
from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page
from cambist.core.terms import WalletBalances
from cambist.exchanges.catalogue import CATALOGUE, market_of
from cambist.exchanges.dialects.gate import earn_interest, futures_books, isolated_margin
from cambist.exchanges.dialects.gate.dialect import GATE as GATE_DIALECT
from cambist.exchanges.dialects.gate.ledger import SOURCES
from cambist.exchanges.dialects.gate.margin_orders import MOST_REMEMBERED
from cambist.exchanges.dialects.gate.margin_orders import read as read_orders
from cambist.exchanges.dialects.gate.spot_book import book_answer
from cambist.exchanges.dialects.gate.transactions import beside, records_answer
from cambist.exchanges.dialects.gate.unified import unified_answer
from cambist.exchanges.guard import Unusable
from cambist.exchanges.ledger_rows import Told
from cambist.exchanges.windows import Place
from tests.exchanges.answering import NO_LEDGER, Says, answering
from tests.exchanges.bent import written
from tests.exchanges.recordings.gate import UNIFIED

D, K = Decimal, EntryKind
GATE = market_of("gate_io")
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
NOW_MS = milliseconds(NOW)
SINCE = NOW - timedelta(days=10)
FROM_TO = "from=1686326400&to=1687190400"
FORBIDDEN = {"label": "FORBIDDEN", "message": "Request API key does not have wallet permission"}


def row(number: int, code: str, currency: str, change: str, **more: Any) -> dict[str, Any]:
    """A record of spot, as they are documented: at its number of seconds before now."""
    told = {"id": str(number), "time": NOW_MS - number * 1000, "balance": "1", "type": "", "text": ""}
    return {**told, "code": code, "currency": currency, "change": change, **more}


def entries_of(rows: Iterable[Told]) -> list[Entry]:
    return [entry for row in rows for entry in row.entries]


def sums(entries: Iterable[Entry]) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        found[entry.wallet, entry.asset] += entry.amount
    return dict(found)


@pytest.mark.parametrize(
    ("code", "type_", "kind"),
    [
        ("110", "deposit", K.DEPOSIT),
        ("4", "withdraw", K.WITHDRAWAL),
        ("104", "cancel_withdraw", K.WITHDRAWAL),
        (None, "withdraw_gatecode", K.WITHDRAWAL),
        (1908, "push_rcvd", K.DEPOSIT),
        ("669", "interest_in", K.REWARD),
        ("166", None, K.REWARD),
        ("672", "", K.INTEREST),
        ("701", "perp_out", K.TRANSFER),
        ("2001", "dual_purchased", K.TRANSFER),
        ("1301", "dust_swap_dctd", K.TRADE),
        ("110102", "", K.FEE),
        ("999999", "airdrop", K.REWARD),
        ("999999", "to_come", K.TRANSFER),
    ],
)
def test_a_code_tells_the_kind_and_a_type_where_there_is_no_code_that_is_known(
    code: Any, type_: Any, kind: EntryKind
) -> None:
    (entry,) = entries_of(book_answer(written([row(7, code, "BTC", "-0.000000000001", type=type_)]), GATE))
    told = (entry.id, entry.kind, entry.asset, str(entry.amount), entry.wallet, entry.group)
    assert told == ("7", kind, "BTC", "-1E-12", "spot", "")
    assert entry.at == NOW - timedelta(seconds=7)


def test_each_trade_of_an_order_is_two_legs_and_a_fee_measured_in_money() -> None:
    """Three fills in one millisecond, two of one order; the records of another lie between theirs."""
    at = {"time": NOW_MS}
    one, other = {**at, "text": "3815099"}, {**at, "text": "3815100"}
    rows = [
        row(16, "151", "GT", "-0.1", **one),
        row(15, "102", "USDT", "5.6959028", **one),
        row(14, "101", "CHZ", "-70.2", **one),
        row(13, "151", "USDT", "-0.0187363344", **one),
        row(12, "102", "ETH", "0.5", **other),
        row(11, "102", "USDT", "9.3681672", **one),
        row(10, "101", "BTC", "-0.03", **other),
        row(9, "101", "CHZ", "-115.5", **one),
    ]
    told = [
        (each.id, each.kind, each.group, each.quote) for each in entries_of(book_answer(written(rows), GATE))
    ]
    assert told == [
        ("16", K.FEE, "14", False),
        ("15", K.TRADE, "14", True),
        ("14", K.TRADE, "14", False),
        ("13", K.FEE, "9", False),
        ("12", K.TRADE, "10", False),
        ("11", K.TRADE, "9", True),
        ("10", K.TRADE, "10", True),
        ("9", K.TRADE, "9", False),
    ]


def test_the_entries_add_up_to_what_the_records_changed_and_what_moved_within_to_nothing() -> None:
    rows = [
        row(1, "101", "USDT", "-100.5"),
        row(2, "102", "BTC", "0.0025"),
        row(3, "151", "BTC", "-0.0000025"),
        row(4, "662", "USDT", "-50", type="interest_in"),
        row(5, "601", "USDT", "-20.25"),
        row(6, "661", "USDT", "10"),
        row(7, "", "USDT", "0.25", type="margin_out"),
        row(8, "670", "USDT", "1000"),
        row(9, "171", "USDT", "-7"),
        row(10, "705", "USDT", "3.5", type="perp_settle_in"),
        row(11, "687", "USDT", "5", type="redeem"),
        row(12, "110", "USDT", "0"),
    ]
    entries = entries_of(book_answer(written(rows), GATE))
    assert sums(entries) == {
        ("spot", "USDT"): D("-152.00"),
        ("spot", "BTC"): D("0.0024975"),
        ("earn", "USDT"): D(40),
        ("isolated_margin", "USDT"): D("20.00"),
    }
    moved = [each for each in entries if each.id.startswith("4")]
    assert [(each.id, each.kind, each.amount, each.group) for each in moved] == [
        ("4", K.TRANSFER, D(-50), "4"),
        ("4:other", K.TRANSFER, D(50), "4"),
    ]


DEPOSITED = {
    "id": "d95198946",
    "currency": "OMN",
    "amount": "2353",
    "txid": "0xin",
    "timestamp": str(NOW_MS // 1000 - 3600),
    "status": "DONE",
}


def withdrawn(number: int, amount: str, fee: str, status: str = "DONE", before: int = 100) -> dict[str, Any]:
    seconds = str(NOW_MS // 1000 - before)
    told = {"id": f"w{number}", "currency": "USDT", "amount": amount, "fee": fee, "timestamp": seconds}
    return {**told, "txid": f"0x{number}", "status": status}


@pytest.mark.asyncio
async def test_deposits_and_withdrawals_have_their_transactions_and_fees_from_their_lists() -> None:
    book = [
        row(50, "110", "OMN", "2353"),
        row(60, "110", "OMN", "1"),
        row(100, "4", "USDT", "-11"),
        row(105, "4", "USDT", "-11"),
        row(110, "4", "USDT", "-7"),
        row(115, "104", "USDT", "7"),
        row(120, "4", "USDT", "-3"),
    ]
    lists = {
        "wallet/deposits": [DEPOSITED],
        "wallet/withdrawals": [
            withdrawn(1, "10", "1"),
            withdrawn(2, "11", "1.5", before=200),
            withdrawn(3, "7", "1", "CANCEL"),
            withdrawn(4, "3", "1", before=200_000),
        ],
    }
    async with answering("gate_io", {**lists, "spot/account_book": book}) as gate:
        (page,) = await gate.pages("spot", SINCE, NOW)
    assert [(each.id, each.kind, each.asset, str(each.amount), each.tx) for each in page.entries] == [
        ("50", K.DEPOSIT, "OMN", "2353", "0xin"),
        ("60", K.DEPOSIT, "OMN", "1", ""),
        ("100", K.WITHDRAWAL, "USDT", "-10", "0x1"),
        ("100:fee", K.FEE, "USDT", "-1", ""),
        ("105", K.WITHDRAWAL, "USDT", "-9.5", "0x2"),
        ("105:fee", K.FEE, "USDT", "-1.5", ""),
        ("110", K.WITHDRAWAL, "USDT", "-7", "0x3"),
        ("115", K.WITHDRAWAL, "USDT", "7", ""),
        ("120", K.WITHDRAWAL, "USDT", "-3", ""),
    ]
    assert page.void == ("110:fee", "115:fee", "120:fee")
    asked = [request.partition("/api/v4")[2] for request in gate.requests]
    assert asked == [
        f"/spot/account_book?{FROM_TO}&limit=1000&page=1",
        "/wallet/deposits?from=1687103940&to=1687193950&limit=500",
        "/wallet/withdrawals?from=1687103880&to=1687193900&limit=1000",
    ]


@pytest.mark.asyncio
async def test_no_list_is_asked_of_what_came_back() -> None:
    came_back = entries_of(
        book_answer(written([row(1, "104", "USDT", "7"), row(2, "112", "BTC", "-1")]), GATE)
    )
    client = SimpleNamespace()  # has no call to ask
    assert await beside(client, GATE, came_back) == (came_back, ["1:fee"])


@pytest.mark.asyncio
async def test_a_thousand_records_are_told_at_a_time_and_the_next_sync_reads_a_day_again() -> None:
    before = row(10 * 86_400 + 1, "669", "USDT", "9")
    rest = [FULL[-1], row(1001, "669", "USDT", "1"), before]
    new = [row(-3600, "669", "USDT", "2")]
    later = NOW + timedelta(days=1)
    answers = {"from=1687104000": new, "page=1": FULL, "page=2": rest}
    async with answering("gate_io", answers) as gate:
        pages = await gate.pages("spot", SINCE, NOW)
        again = await gate.pages("spot", SINCE, later, pages[-1].cursor)
    told = {each.id: each.amount for page in pages for each in page.entries}
    assert (len(told), sum(told.values())) == (1001, D(501))
    assert [(page.until, page.known_from) for page in pages] == [(SINCE, SINCE), (NOW, SINCE)]
    assert [(each.id, each.amount) for page in again for each in page.entries] == [("-3600", D(2))]
    assert (again[-1].until, again[-1].known_from) == (later, SINCE)


FULL = [row(number, "669", "USDT", "0.5") for number in range(1, 1001)]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (FULL, "leads to itself"),
        ([*FULL, row(1001, "669", "USDT", "1")], "more rows"),
        ([row(1, "669", "USDT", "1", time=NOW_MS // 1000)], "another time"),
        ([row(1, "669", "USDT", "1")] * 2, "twice"),
        ([row(1, "669", "USDT", "1", id="")], "without an id"),
    ],
)
async def test_pages_that_make_no_sense_are_refused(answer: Any, why: str) -> None:
    client = SimpleNamespace(private_spot_get_account_book=AsyncMock(return_value=written(answer)))
    read = next(each.read for each in SOURCES if each.terms.name == "spot")
    page = await read(client, GATE, Asked("", SINCE, NOW)) if why.startswith("leads") else None
    with pytest.raises(Unusable, match=why):
        await read(client, GATE, Asked(page.cursor if page else "", SINCE, NOW))


@pytest.mark.asyncio
async def test_a_window_of_more_pages_than_there_may_be_is_halved() -> None:
    asks = AsyncMock(return_value=written(FULL))
    read = next(each.read for each in SOURCES if each.terms.name == "spot")
    start = milliseconds(SINCE)
    cursor = json.dumps([start, start, NOW_MS, str(Place("", "100", "7")), start, True])
    page = await read(SimpleNamespace(private_spot_get_account_book=asks), GATE, Asked(cursor, SINCE, NOW))
    assert (page.entries, page.more, page.until) == ((), True, SINCE)
    asks.return_value = written([])
    await read(SimpleNamespace(private_spot_get_account_book=asks), GATE, Asked(page.cursor, SINCE, NOW))
    pages = [(call.args[0]["page"], call.args[0]["to"]) for call in asks.await_args_list]
    assert pages == [(100, NOW_MS // 1000), (1, NOW_MS // 1000 - 5 * 86400)]


def change(seconds: Any, type_: str, amount: str, **more: Any) -> dict[str, Any]:
    return {"time": seconds, "type": type_, "change": amount, "balance": "100", "text": "", **more}


BOOK = [
    change(1687190399.123456, "fee", "-0.0056535", id="9", text="ADA_USDT:141231591425"),
    change(1687190398, "fund", "-0.000834", id="8", text="XRP_USDT"),
    change(1687190397, "pnl", "12.5", id="7"),
    change(1687190396, "refr", "0.001", id="6"),
    change(1687190395, "dnw", "-40", id="5"),
    change(1687190394, "point_fee", "-3", id="4"),
    change(1687190393, "bonus_dnw", "10", id="3"),
    change(1687190392, "cross_settle", "-3.5", id="2"),
    change(1687190391, "bonus_offset", "0.5"),
]


def test_records_of_futures_are_told_but_for_points_and_bonuses() -> None:
    rows = futures_books.book_answer(written(BOOK), GATE, "USDT", "futures_usdt")
    entries = entries_of(rows)
    assert [(each.id, each.kind, str(each.amount)) for each in entries] == [
        ("9", K.FEE, "-0.0056535"),
        ("8", K.FUNDING, "-0.000834"),
        ("7", K.REALISED, "12.5"),
        ("6", K.REWARD, "0.001"),
        ("5", K.TRANSFER, "-40"),
        ("2", K.TRANSFER, "-3.5"),
        ("1687190391:bonus_offset::0.5:100", K.TRANSFER, "0.5"),
    ]
    assert {(each.asset, each.wallet) for each in entries} == {("USDT", "futures_usdt")}
    assert entries[0].at == moment(1687190399123)
    assert [row.id for row in rows] == [*"98765432", "1687190391:bonus_offset::0.5:100"]


@pytest.mark.asyncio
async def test_futures_are_read_by_an_offset_and_delivery_by_halves() -> None:
    last = NOW_MS // 1000 - 1
    full = [change(last - number, "fee", "-0.5", id=str(5000 - number)) for number in range(1000)]
    half = f"from={1686326400 + 5 * 86400}"
    answers = {
        f"futures/btc/account_book?{FROM_TO}&limit=1000&offset=1000": [
            full[-1],
            change(last, "pnl", "1"),
        ],
        f"delivery/usdt/account_book?{half}": full[:600],
        "delivery/usdt/account_book?from=1686326400&to=1686758400&limit=1000": [
            change(1686758399, "settle", "-2", id="1")
        ],
        "account_book": full,
    }
    async with answering("gate_io_btc_perpetual", answers) as gate:
        pages = await gate.pages("futures_btc", SINCE, NOW)
        delivered = await gate.pages("delivery_usdt", SINCE, NOW)
    told = {each.id: each for page in pages for each in page.entries}
    assert (len(told), sums(told.values())) == (1001, {("futures_btc", "BTC"): D(-499)})
    assert [len(page.entries) for page in delivered] == [0, 1, 600]
    assert [page.until for page in delivered] == [SINCE, NOW - timedelta(days=5), NOW]
    assert delivered[1].entries[0].kind is K.REALISED


@pytest.mark.asyncio
async def test_options_are_told_by_what_they_cost_and_brought() -> None:
    rows = [
        change(1687190399, "prem", "3.33"),
        change(1687190399, "fee", "-0.08", text="BTC_USDT-20211216-5000-P:25"),
        change(1687190300, "set", "-1"),
    ]
    async with answering("gate_io_usdt_perpetual", {"options/account_book": rows}) as gate:
        (page,) = await gate.pages("options", SINCE, NOW)
    assert [(each.kind, each.asset, each.amount) for each in page.entries] == [
        (K.REALISED, "USDT", D("3.33")),
        (K.FEE, "USDT", D("-0.08")),
        (K.REALISED, "USDT", D(-1)),
    ]


UNIFIED_SETTLED = row(9, "705", "USDT", "3.5", type="perp_settle_in")
CLASSIC = {"label": "INVALID_UNIFIED_ACCOUNT", "message": "The account is not a unified account"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ({"mode": "portfolio", "settings": {"usdt_futures": True, "spot_hedge": True}}, True),
        ({"mode": "single_currency"}, True),
        ({"mode": "multi_currency", "settings": None}, True),
        ({"mode": "portfolio", "settings": {"usdt_futures": False}}, False),
        ({"mode": "classic", "settings": {}}, False),
        (CLASSIC, False),
        (Says(400, CLASSIC), False),
    ],
)
async def test_futures_of_a_unified_account_are_told_in_what_stands_for_spot(mode: Any, told: bool) -> None:
    """What they settle to spot is told at both ends; a classic account's are none of this account's."""
    answers = {
        "unified_mode": mode,
        "futures/usdt/account_book": BOOK[:-1],
        "spot/account_book": [UNIFIED_SETTLED],
    }
    async with answering("gate_io", answers) as gate:
        (settled,) = await gate.pages("spot", SINCE, NOW)
        (page,) = await gate.pages("unified_futures", SINCE, NOW)
    assert (page.until, page.known_from) == (NOW, SINCE)
    both = sums([*settled.entries, *page.entries])
    expected = D("3.5") + (sum((D(each["change"]) for each in BOOK[:5]), D(0)) - D("3.5") if told else 0)
    assert both == {("spot", "USDT"): expected}


def test_a_unified_account_moves_by_itself_only_where_futures_are_in_it() -> None:
    balances = unified_answer(written(UNIFIED), GATE).balances
    totals = totals_of(NOW, [WalletBalances("spot", balances, NOW)], ("ETH", "USDT"), GATE.positions)
    assert totals.marked_to_market == {"USDT"}
    futures = CATALOGUE["gate_io_usdt_perpetual"]
    assert futures.positions == set(futures.wallets)


ORDER = {
    "id": "12332324",
    "account": "margin",
    "currency_pair": "ETH_USDT",
    "side": "sell",
    "update_time_ms": NOW_MS - 1000,
    "filled_amount": "0.5",
    "filled_total": "900.25",
    "fee": "1.8005",
    "fee_currency": "USDT",
    "rebated_fee": "0.2",
    "rebated_fee_currency": "USDT",
    "gt_fee": "0.01",
}
BOUGHT = {**ORDER, "id": "2", "side": "buy", "fee": "0.001", "fee_currency": "ETH", "rebated_fee": "0"}


@pytest.mark.asyncio
async def test_orders_of_isolated_margin_are_told_pair_by_pair() -> None:
    answers = {
        "status=open": [],
        "currency_pair=BTC_USDT": [],
        "currency_pair=ETH_USDT": [ORDER, BOUGHT, {**ORDER, "id": "3", "account": "spot"}],
    }
    symbols = {("ETH", "USDT"): "ETH_USDT", ("BTC", "USDT"): "BTC_USDT"}
    listed = [
        {"id": name, "base": base, "quote": quote, "trade_status": "tradable"}
        for (base, quote), name in symbols.items()
    ]
    async with answering("gate_io", {**answers, "currency_pairs": listed}) as gate:
        pages = await gate.pages("margin_orders", SINCE, NOW, assets=("BTC", "ETH", "USDT"))
    assert [page.until for page in pages] == [SINCE, NOW]
    told = [(each.id, each.kind, each.asset, each.amount, each.quote) for each in pages[1].entries]
    assert told == [
        ("12332324:base", K.TRADE, "ETH", D("-0.5"), False),
        ("12332324:quote", K.TRADE, "USDT", D("900.25"), True),
        ("12332324:fee", K.FEE, "USDT", D("-1.8005"), False),
        ("12332324:rebate", K.FEE, "USDT", D("0.2"), False),
        ("2:base", K.TRADE, "ETH", D("0.5"), False),
        ("2:quote", K.TRADE, "USDT", D("-900.25"), True),
        ("2:fee", K.FEE, "ETH", D("-0.001"), False),
    ]
    assert {each.group for each in pages[1].entries} == {"12332324", "2"}
    assert sums(pages[1].entries) == {
        ("isolated_margin", "ETH"): D("-0.001"),
        ("isolated_margin", "USDT"): D("-1.6005"),
    }
    assert [request.partition("/spot/orders?")[2] for request in gate.requests[-2:]] == [
        f"status=finished&account=margin&{FROM_TO}&limit=1000&currency_pair=ETH_USDT&page=1",
        "status=open&account=margin&currency_pair=ETH_USDT&limit=100&page=1",
    ]


class Orders:
    """A client of ccxt's that is told the orders of a pair there are. asked: of which page of open ones."""

    def __init__(self, *orders: dict[str, Any]) -> None:
        self._orders = orders
        self.asked: list[int] = []

    async def private_spot_get_orders(self, question: dict[str, Any]) -> bytes:
        told = [each for each in self._orders if each.get("status", "closed") == question["status"]]
        if question["status"] == "finished":
            first, last = question["from"] * 1000, question["to"] * 1000
            return written([each for each in told if first <= each["update_time_ms"] <= last])
        self.asked.append(question["page"])
        end = question["page"] * question["limit"]
        return written(told[end - question["limit"] : end])


def filled(base: str, quote: str, minutes: int, status: str = "open", number: str = "9") -> dict[str, Any]:
    """A purchase that so much was filled of, and that changed last so many minutes after NOW."""
    told = {"id": number, "filled_amount": base, "filled_total": quote, "fee": "0", "status": status}
    return {**ORDER, **told, "side": "buy", "rebated_fee": "0", "update_time_ms": NOW_MS + minutes * 60_000}


async def synced(hours: int, cursor: str, *orders: dict[str, Any]) -> Page:
    """What a sync so many hours after NOW tells of these orders."""
    asked = Asked(cursor, SINCE, NOW + timedelta(hours=hours), symbols={("ETH", "USDT"): "ETH_USDT"})
    return await read_orders(Orders(*orders), GATE, asked)


@pytest.mark.asyncio
async def test_an_open_order_is_told_of_bit_by_bit_where_each_bit_was_filled() -> None:
    """Cancelled later, it tells nothing anew and moves nothing; what was never seen open is told whole."""
    first = await synced(0, "", filled("0.5", "900", -5))
    same = await synced(1, first.cursor, filled("0.5", "900", -5))
    more = await synced(2, same.cursor, filled("0.8", "1440.5", 90))
    over = [filled("0.8", "1440.5", 150, "finished"), filled("0.1", "180", 160, "finished", "10")]
    ended = await synced(3, more.cursor, *over)
    again = await synced(4, ended.cursor, *over)
    told = [
        [(each.id, str(each.amount), (each.at - NOW) // timedelta(minutes=1)) for each in page.entries]
        for page in (first, same, more, ended, again)
    ]
    whole = [("10:base", "0.1", 160), ("10:quote", "-180", 160)]
    assert told == [
        [("9:base", "0.5", -5), ("9:quote", "-900", -5)],
        [],
        [("9:base:0.5", "0.3", 90), ("9:quote:-900", "-540.5", 90)],
        whole,
        whole,
    ]
    assert {each.group for each in more.entries} == {"9"}
    assert [(each.kind, each.quote) for each in more.entries] == [(K.TRADE, False), (K.TRADE, True)]


@pytest.mark.asyncio
async def test_the_rest_of_an_open_order_is_told_at_its_end_and_nothing_of_before_flows_are_known() -> None:
    long_ago = -11 * 24 * 60
    first = await synced(0, "", filled("0.5", "900", long_ago), filled("0", "0", -5, number="11"))
    ended = await synced(1, first.cursor, filled("1", "1800", 30, "finished"))
    assert first.entries == ()
    assert [(each.id, each.amount) for each in ended.entries] == [
        ("9:base:0.5", D("0.5")),
        ("9:quote:-900", D(-900)),
    ]


@pytest.mark.asyncio
async def test_open_orders_are_read_page_by_page_and_few_are_remembered() -> None:
    opened = [filled("0.123456789012", "222.22222222", -5, number=str(10**12 + n)) for n in range(250)]
    client = Orders(*opened, filled("0", "0", -5))
    long_ago = Asked("", NOW - timedelta(days=40), NOW, symbols={("ETH", "USDT"): "ETH_USDT"})
    assert ((await read_orders(client, GATE, long_ago)).more, client.asked) == (True, [])
    asked = Asked("", SINCE, NOW, symbols={("ETH", "USDT"): "ETH_USDT"})
    page = await read_orders(client, GATE, asked)
    assert (len(page.entries), client.asked, len(page.cursor) < 24 * 1024) == (500, [1, 2, 3], True)
    kept = [each["id"] for each in opened[-MOST_REMEMBERED:]]
    assert [*json.loads(page.cursor)[1]] == kept
    on = await synced(1, page.cursor, opened[-MOST_REMEMBERED], filled("1", "1", 30))
    assert [each.id for each in on.entries] == ["9:base", "9:quote"]
    assert [*json.loads(on.cursor)[1]] == [*kept[2:], kept[0], "9"]
    end = await synced(2, on.cursor, {**opened[-MOST_REMEMBERED + 2], "status": "finished"})
    assert (end.entries, [*json.loads(end.cursor)[1]][-2:]) == ((), ["9", kept[2]])


INTEREST = {"status": 1, "currency_pair": "BTC_USDT", "currency": "USDT", "interest": "0.00006136"}
CHARGED = {**INTEREST, "type": "platform", "create_time": NOW_MS - 5000}
PAID = {"status": 1, "currency": "AE", "interest": "0.05", "create_time": NOW_MS - 5000}
REINVESTED = {**PAID, "interest_status": "interest_reinvest"}


def test_interest_is_charged_on_margin_and_what_earn_keeps_is_a_reward() -> None:
    failed = {"status": 0}
    charged = isolated_margin.interest_answer(written([CHARGED, {**CHARGED, **failed}]), GATE)
    dividend = {**PAID, "interest_status": "interest_dividend"}
    paid = earn_interest.interest_answer(written([REINVESTED, dividend, {**REINVESTED, **failed}]), GATE)
    told = [
        (each.kind, each.asset, each.amount, each.wallet, each.at) for each in entries_of([*charged, *paid])
    ]
    at = NOW - timedelta(seconds=5)
    assert told == [
        (K.INTEREST, "USDT", D("-0.00006136"), "isolated_margin", at),
        (K.REWARD, "AE", D("0.05"), "earn", at),
    ]
    assert len({row.id for row in [*charged, *paid]}) == 5


@pytest.mark.asyncio
async def test_interest_is_asked_for_by_seconds_and_every_call_has_its_weight() -> None:
    answers = {"margin/uni/interest_records": [CHARGED], "earn/uni/interest_records": [REINVESTED]}
    async with answering("gate_io", answers) as gate:
        pages = [await gate.pages(f"{wallet}_interest", SINCE, NOW) for wallet in ("margin", "earn")]
    assert [[len(page.entries) for page in told] for told in pages] == [[1], [1]]
    asked = [request.partition("/api/v4")[2] for request in gate.requests]
    assert asked == [
        f"/margin/uni/interest_records?{FROM_TO}&limit=100&page=1",
        f"/earn/uni/interest_records?{FROM_TO}&limit=100&page=1",
    ]
    books = ("spot", "futures/usdt", "futures/btc", "delivery/usdt", "options")
    calls = [*(path.partition("?")[0] for path in asked), *(f"/{book}/account_book" for book in books)]
    calls += ["/spot/orders", "/unified/unified_mode", "/wallet/deposits", "/wallet/withdrawals"]
    assert {GATE_DIALECT.weight_of(f"/api/v4{path}") for path in calls} == {1}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("source", "answers"),
    [
        ("spot", {"account_book": Says(403, FORBIDDEN)}),
        ("spot", {"wallet/deposits": Says(403, FORBIDDEN), "account_book": [row(1, "110", "BTC", "1")]}),
        ("unified_futures", {"unified_mode": Says(403, FORBIDDEN)}),
    ],
)
async def test_keys_that_may_not_read_it_are_told_so(source: str, answers: dict[str, Any]) -> None:
    async with answering("gate_io", answers) as gate:
        with pytest.raises(KeysRejected) as refused:
            await gate.pages(source, SINCE, NOW)
    assert refused.value.key_state == "no_permission"


def _futures(raw: bytes, market: Any) -> Any:
    return futures_books.book_answer(raw, market, "USDT", "futures_usdt")


def _records(raw: bytes, market: Any) -> Any:
    return records_answer(raw, market, -1)


GOOD: list[tuple[Callable[[bytes, Any], Any], dict[str, Any], list[dict[str, Any]]]] = [
    (
        book_answer,
        row(1, "110", "BTC", "1"),
        [{"change": "1_0"}, {"change": None}, {"time": "-1"}, {"time": 1.5}],
    ),
    (_futures, BOOK[0], [{"change": "NaN"}, {"time": -1}, {"time": "1e20"}, {"balance": None}, {"type": 3}]),
    (isolated_margin.orders_answer, ORDER, [{"filled_total": "x"}, {"side": "hold"}, {"fee_currency": ""}]),
    (isolated_margin.orders_answer, ORDER, [{"update_time_ms": 10**20}, {"currency_pair": "ETH"}]),
    (isolated_margin.interest_answer, CHARGED, [{"interest": "1_0"}, {"create_time": -1}, {"status": "1"}]),
    (
        earn_interest.interest_answer,
        REINVESTED,
        [{"interest": ""}, {"create_time": 10**15}, {"currency": None}],
    ),
    (_records, withdrawn(1, "1", "1"), [{"amount": "١"}, {"fee": "-1"}, {"timestamp": "soon"}, {"id": None}]),
]


@pytest.mark.parametrize(("read", "good", "changes"), GOOD)
def test_answers_that_are_no_ledger_are_refused(
    read: Callable[[bytes, Any], Any], good: dict[str, Any], changes: list[dict[str, Any]]
) -> None:
    assert len(read(written([good]), GATE)) == 1
    broken = [*NO_LEDGER, json.dumps({"label": "SERVER_ERROR"}), json.dumps([good])[:-1]]
    broken += [json.dumps([{**good, **each}]) for each in changes]
    broken.append(json.dumps([good])[:-2] + f', "{next(iter(good))}": 1}}]')  # a key twice
    for body in broken:
        with pytest.raises(Unusable):
            read(body.encode(), GATE)
