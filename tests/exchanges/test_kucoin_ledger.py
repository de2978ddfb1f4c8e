"""KuCoin's ledgers: each account's rows to the digit, by the real client; what is owed, and futures."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.json import encode as json_of

from cambist.core.errors import (
    ExchangeRefused,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, Entry, EntryKind
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.kucoin.ledger import (
    MOST_PAGES,
    PAGE,
    SOURCES,
    changes_in,
    in_items,
    listed,
)
from cambist.exchanges.dialects.kucoin.ledger_rows import entries_of
from cambist.exchanges.guard import Unusable
from cambist.exchanges.speaking import ledger_of
from cambist.exchanges.windows import Window
from cambist.simulator.replay import Recording
from tests.exchanges.answering import NO_LEDGER, Says, answering
from tests.exchanges.ledgers import told
from tests.exchanges.recordings.kucoin import CROSS, ISOLATED, enveloped
from tests.exchanges.replayed import once, replayed

D, K = Decimal, EntryKind
NOW = datetime(2026, 6, 19, 16, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000
SINCE = NOW - timedelta(hours=20)
SINCE_MS = NOW_MS - 20 * 3_600_000
KUCOIN = market_of("kucoin")
TRADES = "/kucoin/api/v1/hf/accounts/ledgers"
ONE_TRADE = {"symbol": "KCS-USDT", "orderId": "67", "tradeId": "10046097631627265"}


def row(number: int | str, type_: str, amount: str, way: str = "in", **changes: Any) -> dict[str, Any]:
    """As documented: ids are numbers or text, and so are times."""
    told = {"id": number, "currency": "USDT", "amount": amount, "fee": "0", "tax": "0", "balance": "9"}
    about = {"accountType": "TRADE_HF", "bizType": type_, "direction": way, "context": ""}
    return {**told, **about, "createdAt": str(NOW_MS - 60_000), **changes}


def unified_row(number: int, type_: str, amount: str, way: str = "IN", **changes: Any) -> dict[str, Any]:
    told = {"id": str(number), "currency": "USDT", "amount": amount, "fee": "0", "tax": "0", "balance": "9"}
    about = {"accountType": "UNIFIED", "businessType": type_, "direction": way, "remark": "Funding Account"}
    return {**told, **about, "ts": (NOW_MS - 60_000) * 1_000_000, **changes}


def settled(offset: int, type_: str, amount: Any, **changes: Any) -> dict[str, Any]:
    told = {"time": NOW_MS - offset * 1000, "type": type_, "amount": amount, "fee": 0.0, "offset": offset}
    return {
        **told,
        "accountEquity": 1,
        "status": "Completed",
        "remark": "XBTUSDTM",
        "currency": "XBT",
        **changes,
    }


def charge(currency: str, amount: str, at: int = NOW_MS - 1) -> dict[str, Any]:
    return {"currency": currency, "dayRatio": "0.0003", "interestAmount": amount, "createdTime": at}


def paged(items: list[Any], page: int = 1, of: int = 1) -> dict[str, Any]:
    told = {"currentPage": page, "pageSize": 500, "totalNum": len(items), "totalPage": of, "items": items}
    return enveloped(told)


def entries_in(*rows: dict[str, Any]) -> list[Entry]:
    changes = changes_in(listed(None, json_of(enveloped(rows))))
    return [entry for each in changes for entry in entries_of(each, KUCOIN)]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("TRADE_EXCHANGE", K.TRADE),
        ("Instant Exchange", K.TRADE),
        ("CONVERT_TO_KCS", K.TRADE),
        ("Fiat Deposit", K.DEPOSIT),
        ("Withdraw", K.WITHDRAWAL),
        ("Airdrop/Fork", K.REWARD),
        ("KuCoin Earn Profits", K.REWARD),
        ("SPOT_EXCHANGE_REBATE", K.REWARD),
        ("KCS Pay Fees", K.FEE),
        ("COUPON_RETURNED_FEES", K.FEE),
        ("FUNDING_FEE", K.FUNDING),
        ("LIABILITY_INTEREST", K.INTEREST),
        ("FUTURES_EXCHANGE_CLOSE", K.REALISED),
        ("LIQUIDATION", K.REALISED),
        ("Sub-account transfer", K.TRANSFER),
        ("Borrowings", K.TRANSFER),
        ("of a kind to come", K.TRANSFER),
    ],
)
def test_a_type_is_known_in_the_words_of_either_ledger(type_: str, kind: EntryKind) -> None:
    (entry,) = entries_in(row(1, type_, "0.123456789012345678", "out"))
    assert told([entry]) == [(kind, "USDT", D("-0.123456789012345678"), "spot")]


def test_what_a_balance_changed_by_has_the_fee_in_it_which_is_told_apart() -> None:
    """Of what came in too: 1.5992 were sold for, 1.59760080 came."""
    context = json.dumps(ONE_TRADE)
    rows = (
        row(2, "TRADE_EXCHANGE", "1.59760080", fee="0.00159920", context=context),
        row(1, "TRADE_EXCHANGE", "0.1", "out", currency="BCHSV", context=context),
        row(0, "Withdrawal", "100.5", "out", fee="0.5", tax="0.25", context='{"txId": "0xout"}'),
        row("611a1e7c", "Deposit", "999", fee="1", context='{"orderId": "6", "txId": "0xin@default@0"}'),
    )
    entries = entries_in(*rows)
    group = "KCS-USDT:10046097631627265"
    assert [(each.id, each.kind, each.amount, each.group, each.quote, each.tx) for each in entries] == [
        ("spot:2", K.TRADE, D("1.59920000"), group, True, ""),
        ("spot:2:fee", K.FEE, D("-0.00159920"), group, False, ""),
        ("spot:1", K.TRADE, D("-0.1"), group, False, ""),
        ("spot:0", K.WITHDRAWAL, D("-99.75"), "", False, "0xout"),
        ("spot:0:fee", K.FEE, D("-0.75"), "", False, ""),
        ("spot:611a1e7c", K.DEPOSIT, D(1000), "", False, "0xin"),
        ("spot:611a1e7c:fee", K.FEE, D(-1), "", False, ""),
    ]
    assert (entries[2].asset, entries[0].at) == ("BSV", NOW - timedelta(minutes=1))
    sums = {asset: sum(each.amount for each in entries if each.asset == asset) for asset in ("USDT", "BSV")}
    assert sums == {"USDT": D("1.59760080") - D("100.5") + 999, "BSV": D("-0.1")}


def test_what_moves_between_wallets_is_told_at_both_ends_and_debt_at_none() -> None:
    entries = entries_in(
        row(1, "Transfer", "7", "out", accountType="MAIN"),
        row(1, "TRANSFER", "7", accountType="MARGIN_V2"),
        row(2, "KuCoin Earn Locked", "50", "out"),
        row(3, "EARN_REDEEM", "20.5"),
        row(4, "MARGIN_BORROW", "9", accountType="MARGIN_V2"),
        row(5, "Debt Repayment", "9", "out", accountType="ISOLATED_V2"),
        row(6, "ISOLATED_EXCHANGE", "3", accountType="ISOLATED_V2"),
        row(7, "Loans Repaid", "4"),
        row(8, "TRANSFER", "2", accountType="of a kind to come"),
    )
    assert told(entries) == [
        (K.TRANSFER, "USDT", D(-7), "spot"),
        (K.TRANSFER, "USDT", D(7), "cross_margin"),
        (K.TRANSFER, "USDT", D(-50), "spot"),
        (K.TRANSFER, "USDT", D(50), "earn"),
        (K.TRANSFER, "USDT", D("20.5"), "spot"),
        (K.TRANSFER, "USDT", D("-20.5"), "earn"),
        (K.TRADE, "USDT", D(3), "isolated_margin"),
        (K.TRANSFER, "USDT", D(4), "spot"),
        (K.TRANSFER, "USDT", D(2), ""),
    ]
    assert len({each.id for each in entries}) == len(entries)


def test_a_unified_account_tells_nanoseconds_and_its_own_words() -> None:
    rows = [unified_row(9, "FUNDING_FEE", "0.00262242"), unified_row(8, "FUTURES_EXCHANGE_CLOSE", "5", "OUT")]
    data = {"lastId": 8, "items": [*rows, unified_row(7, "BORROW", "3")]}
    changes = changes_in(in_items(None, json_of(enveloped(data))))
    entries = [entry for each in changes for entry in entries_of(each, KUCOIN)]
    assert told(entries) == [
        (K.FUNDING, "USDT", D("0.00262242"), "unified"),
        (K.REALISED, "USDT", D(-5), "unified"),
        (K.TRANSFER, "USDT", D(3), "unified"),
    ]
    assert {each.at for each in entries} == {NOW - timedelta(minutes=1)}
    assert in_items(None, json_of(enveloped(rows))) == in_items(None, json_of(enveloped({"items": rows})))
    assert in_items(None, json_of(enveloped({"lastId": None, "items": None}))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "1_0"},
        {"amount": "-1"},
        {"amount": None},
        {"fee": "NaN"},
        {"direction": "sideways"},
        {"createdAt": "2026-06-19"},
        {"createdAt": ""},
        {"createdAt": None},
        {"id": None},
        {"id": 2},
    ],
)
def test_a_row_that_does_not_make_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Unusable):
        entries_in(row(2, "TRANSFER", "1"), {**row(1, "TRANSFER", "1"), **change})


@pytest.mark.asyncio
async def test_pages_go_back_by_id_and_tell_a_trade_that_they_cut_anew() -> None:
    cut = json.dumps(ONE_TRADE)
    full = [row(1_001 - number, "Rewards", "0.5") for number in range(PAGE - 1)]
    newest = [*full, row(802, "TRADE_EXCHANGE", "3", context=cut)]
    older = [
        newest[-1],
        row(801, "TRADE_EXCHANGE", "1", "out", currency="KCS", context=cut),
        row(7, "Rewards", "1"),
    ]
    late = [row(2_000, "Rewards", "4", createdAt=NOW_MS + 3_000_000), row(6, "Rewards", "1", createdAt=1)]
    answers = {
        "lastId=803": enveloped(older),
        f"startAt={SINCE_MS}": enveloped(newest),
        "hf/accounts/ledgers": enveloped(late),
    }
    async with answering("kucoin", answers) as kucoin:
        pages = await kucoin.pages("trading", SINCE, NOW)
        again = await kucoin.pages("trading", SINCE, NOW + timedelta(hours=1), pages[-1].cursor)
    entries = {each.id: each.amount for page in pages for each in page.entries}
    assert (len(entries), sum(entries.values())) == (PAGE + 2, D(PAGE - 1) / 2 + 3)
    assert [each.id for each in pages[1].entries][:2] == ["spot:802", "spot:801"]
    assert [page.until for page in pages] == [SINCE, NOW]
    assert [each.id for page in again for each in page.entries] == ["spot:2000"]
    hour = 3_600_000
    assert kucoin.requests == [
        f"{TRADES}?startAt={SINCE_MS}&endAt={NOW_MS}&limit=200",
        f"{TRADES}?startAt={SINCE_MS}&endAt={NOW_MS}&limit=200&lastId=803",
        f"{TRADES}?startAt={NOW_MS - hour}&endAt={NOW_MS + hour}&limit=200",
    ]


@pytest.mark.asyncio
async def test_the_funding_account_is_read_page_by_page_without_what_other_calls_tell() -> None:
    in_main = {"accountType": "MAIN"}
    first = [
        row("row-17", "Deposit", "47.5", **in_main),
        row(265329987780896, "Spot", "3", "out", accountType="TRADE"),
        row(5, "Cross Margin Trading", "3", accountType="MARGIN"),
    ]
    second = [row(1, "Transfer", "40", "out", **in_main), row(4, "Transfer", "1", accountType="CONTRACT")]
    answers = {"currentPage=1&": paged(first, 1, 2), "currentPage=2&": paged(second, 2, 2)}
    async with answering("kucoin", answers) as kucoin:
        pages = await kucoin.pages("funding", SINCE, NOW)
        (quiet,) = await kucoin.pages("funding", NOW, NOW)
    assert [told(page.entries) for page in pages] == [
        [(K.DEPOSIT, "USDT", D("47.5"), "spot")],
        [(K.TRANSFER, "USDT", D(-40), "spot")],
    ]
    assert ([page.until for page in pages], quiet.entries) == ([SINCE, NOW], ())
    times = f"startAt={SINCE_MS}&endAt={NOW_MS}"
    assert kucoin.requests == [
        f"/kucoin/api/v1/accounts/ledgers?{times}&currentPage={number}&pageSize=500" for number in (1, 2)
    ]


@pytest.mark.asyncio
async def test_margin_unified_and_futures_are_asked_by_their_own_calls() -> None:
    older = [settled(31, "TransferOut", 4), settled(30, "TransferOut", -5), settled(29, "Bonus", 0.5)]
    pending = settled(-1, "RealisedPNL", 9, status="Pending", fee=None)
    newest = [
        pending,
        pending,
        settled(33, "RealisedPNL", -0.000017105),
        settled(32, "TransferIn", 10, fee=1),
    ]
    answers = {
        "hf/margin/account/ledgers": enveloped([row(1, "TRANSFER", "1", accountType="ISOLATED_V2")]),
        "ua/v1/account/ledger": enveloped({"lastId": 1, "items": [unified_row(1, "TRANSFER", "30")]}),
        "offset=32": enveloped({"dataList": older, "hasMore": False}),
        "transaction-history": enveloped({"dataList": newest, "hasMore": True}),
    }
    async with answering("kucoin", answers) as kucoin:
        (margin,), (unified,) = [await kucoin.pages(each, SINCE, NOW) for each in ("margin", "unified")]
    async with answering("kucoin_futures", answers) as kucoin_futures:
        futures = await kucoin_futures.pages("futures", SINCE, NOW)
    assert told(margin.entries) == [(K.TRANSFER, "USDT", D(1), "isolated_margin")]
    assert told(unified.entries) == [(K.TRANSFER, "USDT", D(30), "unified")]
    assert [told(page.entries) for page in futures] == [
        [
            (K.REALISED, "BTC", D("-0.000017105"), "futures"),
            (K.TRANSFER, "BTC", D(11), "futures"),
            (K.FEE, "BTC", D(-1), "futures"),
        ],
        [
            (K.TRANSFER, "BTC", D(-4), "futures"),
            (K.TRANSFER, "BTC", D(-5), "futures"),
            (K.TRANSFER, "BTC", D("0.5"), "futures"),
        ],
    ]
    assert futures[0].entries[0].at == NOW - timedelta(seconds=33)
    times = f"startAt={SINCE_MS}&endAt={NOW_MS}"
    assert [*kucoin.requests, *kucoin_futures.requests] == [
        f"/kucoin/api/v3/hf/margin/account/ledgers?{times}&limit=200",
        f"/kucoin/api/ua/v1/account/ledger?accountType=UNIFIED&{times}&pageSize=200",
        f"/kucoin/api/v1/transaction-history?{times}&maxCount=50",
        f"/kucoin/api/v1/transaction-history?{times}&maxCount=50&offset=32&forward=true",
    ]


@pytest.mark.asyncio
async def test_what_is_owed_grows_by_interest_which_is_told_by_currency_and_time() -> None:
    """A window that holds more than a page is halved; of isolated pairs those are read that are used."""
    empty = {"total": "0", "liability": "0", "hold": "0", "available": "0", "currency": "X"}
    pairs: list[dict[str, Any]] = json.loads(json.dumps(ISOLATED["assets"]))
    unused = {**pairs[0], "symbol": "X-USDT", "baseAsset": empty, "quoteAsset": empty}
    of_two = [
        charge("USDT", "0.1"),
        charge("USDT", "0.02"),
        charge("BCHSV", "3", NOW_MS - 2),
        charge("X", "0"),
    ]
    answers = {
        "symbol=ETH-USDT": paged([charge("ETH", "0.5")]),
        "symbol=BTC-USDT": paged([charge("ETH", "0.25")]),
        "isolated/accounts": enveloped({**ISOLATED, "assets": [*pairs, unused]}),
        f"startTime={SINCE_MS}&endTime={NOW_MS}&": paged(of_two, 1, 2),
        "isIsolated=false": paged(of_two),
    }
    async with answering("kucoin", answers) as kucoin:
        cross = await kucoin.pages("cross_interest", SINCE, NOW)
        isolated = await kucoin.pages("isolated_interest", SINCE, NOW)
    assert [told(page.entries) for page in cross[:2]] == [
        [],
        [
            (K.INTEREST, "USDT", D("-0.12"), "cross_margin"),
            (K.INTEREST, "BSV", D(-3), "cross_margin"),
        ],
    ]
    middle = NOW - timedelta(hours=10)
    assert [page.until for page in cross] == [SINCE, middle, NOW]
    assert [told(page.entries) for page in isolated] == [
        [(K.INTEREST, "ETH", D("-0.5"), "isolated_margin")],
        [(K.INTEREST, "ETH", D("-0.25"), "isolated_margin")],
    ]
    assert len({each.id for page in isolated for each in page.entries}) == 2
    assert [page.until for page in isolated] == [SINCE, NOW]
    assert kucoin.requests[-1] == (
        f"/kucoin/api/v3/margin/interest?isIsolated=true&symbol=BTC-USDT&startTime={SINCE_MS}"
        f"&endTime={NOW_MS}&currentPage=1&pageSize=500"
    )


@pytest.mark.asyncio
async def test_keys_without_margin_tell_no_interest_only_where_nothing_is_owed() -> None:
    owing = {"margin/accounts": enveloped(CROSS), "isolated/accounts": enveloped(ISOLATED)}
    free = json.loads(json.dumps(owing).replace("100.2", "0").replace("30.5", "0"))
    refused = {"margin/interest": Says(400, {"code": "400007", "msg": "Access denied"})}
    for source in ("cross_interest", "isolated_interest"):
        async with answering("kucoin", {**free, **refused}) as kucoin:
            (page,) = await kucoin.pages(source, SINCE, NOW)
        assert (page.entries, page.until) == ((), NOW)
        async with answering("kucoin", {**owing, **refused}) as kucoin:
            with pytest.raises(KeysRejected) as rejected:
                await kucoin.pages(source, SINCE, NOW)
        assert rejected.value.key_state == "no_permission"


@pytest.mark.asyncio
@pytest.mark.parametrize(("mode", "kind"), [("UNIFIED", NotOffered), ("CLASSIC", ExchangeRefused)])
async def test_a_unified_account_has_no_account_for_trading_beside_it(
    mode: str, kind: type[ExchangeRefused]
) -> None:
    answers = {
        "hf/accounts/ledgers": {"code": "400303", "msg": "words of the exchange"},
        "account/mode": enveloped({"selfAccountMode": mode}),
    }
    async with answering("kucoin", answers) as kucoin:
        with pytest.raises(ExchangeRefused) as refused:
            await kucoin.pages("trading", SINCE, NOW)
    assert type(refused.value) is kind


BROKEN = (
    *map(str.encode, NO_LEDGER),
    *map(json_of, (enveloped(None), enveloped({}), paged([{"id": 1}]))),
    json_of(enveloped([row(1, "TRANSFER", "1")]))[:-1],
    json_of({"code": "900001", "data": []}),
)
BROKEN_OF = {
    "funding": (
        paged([], 1, 2),
        paged([row(1, "Deposit", "1")], 2, 2),
        paged([row(1, "Deposit", "1", accountType="MAIN")] * 2),
    ),
    "trading": (enveloped([row(1, "TRANSFER", "1")] * 2),),
    "unified": (enveloped({"items": [unified_row(1, "TRANSFER", "1")] * 2}),),
    "cross_interest": (
        paged([], 2, 1),
        paged([charge("X", "1_0")]),
        {**paged([charge("X", "1")]), "data": {**paged([])["data"], "totalNum": 2}},
    ),
    "futures": (
        enveloped({"dataList": [], "hasMore": True}),
        enveloped({"dataList": [settled(1, "TransferIn", 1)] * 2, "hasMore": False}),
        enveloped({"dataList": [settled(1, "TransferIn", "1_0")], "hasMore": False}),
        enveloped({"dataList": [settled(1, "TransferIn", 1, status="Lost")], "hasMore": False}),
    ),
}


@pytest.mark.asyncio
async def test_an_answer_that_is_no_ledger_is_refused_by_every_source() -> None:
    asked = Asked("", SINCE, NOW)
    async with replayed("kucoin") as (replay, exchange):
        for source in SOURCES:
            own = map(json_of, BROKEN_OF.get(source.terms.name, ()))
            for body in (*BROKEN, *own):
                replay.recording = Recording(body)
                with pytest.raises(LoadFailed):
                    await once(exchange, lambda client: source.read(client, KUCOIN, asked))  # noqa: B023
            replay.recording = Recording(json_of({"code": "400007", "msg": "Access denied"}))
            with pytest.raises(KeysRejected):
                await once(exchange, lambda client: source.read(client, KUCOIN, asked))  # noqa: B023


@pytest.mark.asyncio
async def test_a_page_that_leads_to_itself_or_has_no_end_is_refused() -> None:
    rows = [row(1_000 - number, "Rewards", "0.5") for number in range(PAGE)]
    window = Window(SINCE_MS, SINCE_MS, NOW_MS, str(MOST_PAGES + 1))
    endless = Asked(json_of(window).decode(), SINCE, NOW)
    read = {each.terms.name: each.read for each in SOURCES}
    async with replayed("kucoin", Recording(json_of(enveloped(rows)))) as (replay, exchange):
        first = await once(exchange, lambda client: read["trading"](client, KUCOIN, Asked("", SINCE, NOW)))
        assert (len(first.entries), first.more) == (PAGE, True)
        again = Asked(first.cursor, SINCE, NOW)
        with pytest.raises(ExchangeUnavailable, match="leads to itself"):
            await once(exchange, lambda client: read["trading"](client, KUCOIN, again))
        replay.recording = Recording(json_of(paged(rows, MOST_PAGES + 1, MOST_PAGES + 2)))
        with pytest.raises(ExchangeUnavailable, match="not the page"):
            await once(exchange, lambda client: read["funding"](client, KUCOIN, endless))


@pytest.mark.asyncio
async def test_rows_of_before_a_stretch_of_time_end_it() -> None:
    rows = [row(1_000 - number, "Rewards", "0.5") for number in range(PAGE - 1)]
    answers = {"hf/accounts/ledgers": enveloped([*rows, row(1, "Rewards", "1", createdAt=SINCE_MS - 1)])}
    async with answering("kucoin", answers) as kucoin:
        (page,) = await kucoin.pages("trading", SINCE, NOW)
    assert (len(page.entries), page.until) == (PAGE - 1, NOW)


@pytest.mark.asyncio
async def test_each_source_says_how_far_back_it_reaches_and_no_call_asks_for_more_than_a_day() -> None:
    nothing = {"hf/accounts/ledgers": enveloped([])}
    async with answering("kucoin", nothing) as kucoin:
        pages = await kucoin.pages("trading", NOW - timedelta(days=30), NOW)
    assert {page.known_from for page in pages} == {NOW - timedelta(days=2)}
    times = [
        [int(part.partition("=")[2]) for part in asked.partition("?")[2].split("&")[:2]]
        for asked in kucoin.requests
    ]
    assert max(end - start for start, end in times) < 24 * 3_600_000
    assert [each[1] for each in times[:-1]] == [each[0] for each in times[1:]]
    assert {(each.terms.name, each.terms.reach) for each in SOURCES} == {
        ("funding", timedelta(days=364)),
        ("trading", timedelta(days=2)),
        ("margin", timedelta(days=2)),
        ("cross_interest", timedelta(days=178)),
        ("isolated_interest", timedelta(days=178)),
        ("unified", timedelta(days=6)),
        ("futures", timedelta(days=364)),
    }


@pytest.mark.asyncio
async def test_a_window_that_is_gone_on_with_stays_within_what_kucoin_keeps() -> None:
    """A sync was cut short in it, and the next is 23 hours later: it asks of three days back, or of seven."""
    kept = {"trading": timedelta(days=3), "unified": timedelta(days=7)}
    since, later = NOW - timedelta(days=30), NOW + timedelta(hours=23)
    terms = {each.terms.name: each.terms for each in SOURCES}
    async with answering("kucoin", {"hf/accounts": enveloped([]), "ua/v1": enveloped([])}) as kucoin:
        for source, longest in kept.items():
            reach = terms[source].reach
            assert reach is not None
            start = milliseconds(NOW - reach)
            cut = json_of(Window(start, start, start + 86_340_000, "7", start)).decode()
            kucoin.requests.clear()
            await kucoin.pages(source, since, later, cut)
            asked = [int(request.partition("startAt=")[2].partition("&")[0]) for request in kucoin.requests]
            assert (asked[0], asked[0] >= milliseconds(later - longest)) == (start, True)


def test_wallets_with_open_positions_move_by_themselves_and_each_source_tells_its_own() -> None:
    assert [set(each.positions) for each in (KUCOIN, market_of("kucoin_futures"))] == [
        {"unified"},
        {"futures"},
    ]
    assert [each.name for each in ledger_of(market_of("kucoin_futures"))] == ["futures"]
    assert frozenset().union(*(each.wallets for each in ledger_of(KUCOIN))) == set(KUCOIN.wallets)
    assert frozenset().union(*(each.kinds for each in ledger_of(KUCOIN))) == {*K} - {K.COVERAGE}
