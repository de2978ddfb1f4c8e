"""OKX's ledger: each account's bills to the last digit, from the newest back, by the real client."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import json

from cambist.core.errors import LoadFailed
from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, Entry, EntryKind
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.okx.ledger import LEDGER
from cambist.exchanges.windows import Window
from tests.exchanges.answering import answering
from tests.exchanges.ledgers import ago, flow, told
from tests.exchanges.paced import BROKEN, Paced, paced
from tests.exchanges.recordings import KEYS
from tests.exchanges.scenarios import SCENARIOS

D = Decimal
K = EntryKind
LONG = "0.123456789012345678901234567890"
SOURCES = [each.terms.name for each in LEDGER]
PACE = timedelta(seconds=3)  # bills of the funding account may be asked for once in two seconds

pytestmark = pytest.mark.asyncio


def played(
    *flows: dict[str, str], trades: list[dict[str, str]] | None = None, code: str = "okex"
) -> AbstractAsyncContextManager[Paced]:
    scenario: dict[str, Any] = {**SCENARIOS["okex"], "flows": list(flows), "trades": trades or []}
    return paced(code, scenario, "trading", PACE)


def trade(side: str, quantity: str, days: float, **more: str) -> dict[str, str]:
    given = {"symbol": "BTCUSDT", "side": side, "price": "60000.5", "quantity": quantity}
    return {**given, "time": ago(days).isoformat(), **more}


async def all_of(okx: Paced, days: float = 20) -> dict[str, list[Entry]]:
    return {name: await okx.entries(name, days=days) for name in SOURCES}


async def test_a_trade_in_spot_is_two_legs_and_a_fee_of_one_group_to_the_last_digit() -> None:
    trades = [trade("buy", LONG, 3, fee="0.0001"), trade("sell", "0.1", 2, fee="0.5")]
    async with played(trades=trades, code="okex_futures") as okx:
        entries = await okx.entries("trading", days=20)
    bought, sold = entries[:3], entries[3:]
    assert sorted(told(bought)) == [
        (K.FEE, "BTC", D("-0.0001"), "trading"),
        (K.TRADE, "BTC", D(LONG), "trading"),
        (K.TRADE, "USDT", D("-7407.4690691352469069135246906839450"), "trading"),
    ]
    assert sorted(told(sold)) == [
        (K.FEE, "USDT", D("-0.5"), "trading"),
        (K.TRADE, "BTC", D("-0.1"), "trading"),
        (K.TRADE, "USDT", D("6000.05"), "trading"),
    ]
    assert [{each.group for each in legs} for legs in (bought, sold)] == [
        {"BTC-USDT:700001"},
        {"BTC-USDT:700002"},
    ]
    assert {(each.asset, each.kind) for each in entries if each.quote} == {("USDT", K.TRADE)}
    assert {each.at for each in bought} == {ago(3)}


async def test_the_trading_account_tells_each_kind_and_what_it_does_not_know_as_a_transfer() -> None:
    flows = (
        flow("realised", "USDT", "-12.5", 9, fee="0.04"),
        flow("funding", "USDT", "-0.003676", 8),
        flow("interest", "USDT", "-0.00056415", 7),
        flow("reward", "USDT", "0.25", 6),
        flow("fee", "USDT", "0.2", 5),
        flow("transfer", "USDT", "-40", 4),
        flow("transfer", "USDT", "-30", 3, name="12"),  # to a bot, whose money is in the account's equity
        flow("transfer", "ETH", "-1", 2, name="27"),
        flow("transfer", "USDT", "7", 1, name="999"),
    )
    async with played(*flows) as okx:
        entries = await okx.entries("trading", days=20)
    assert told(entries) == [
        (K.REALISED, "USDT", D("-12.5"), "trading"),
        (K.FEE, "USDT", D("-0.04"), "trading"),
        (K.FUNDING, "USDT", D("-0.003676"), "trading"),
        (K.INTEREST, "USDT", D("-0.00056415"), "trading"),
        (K.REWARD, "USDT", D("0.25"), "trading"),
        (K.FEE, "USDT", D("-0.2"), "trading"),
        (K.TRANSFER, "USDT", D(-40), "trading"),
        (K.TRADE, "ETH", D(-1), "trading"),
        (K.TRANSFER, "USDT", D(7), "trading"),
    ]


async def test_the_funding_account_leaves_what_came_and_went_to_their_lists() -> None:
    here = {"wallet": "funding"}
    flows = (
        flow("deposit", "BTC", LONG, 9, tx="0xin", **here),
        flow("deposit", "USDT", "15", 8.5, tx="15447009", name="internal", **here),
        flow("withdrawal", "BTC", "0.1", 8, fee="0.0005", tx="0xout", **here),
        flow("withdrawal", "USDT", "4", 7.5, name="internal", **here),
        flow("reward", "DOT", "0.00003561", 7, **here),
        flow("reward", "X", "1", 6, name="229", **here),
        flow("transfer", "USDC", "8.340723", 4, name="273", **here),
        flow("transfer", "OKB", "1996.4", 3, **here),
        flow("fee", "OKB", "0.1", 2, **here),
        flow("transfer", "OKB", "-2", 1, name="999", **here),
    )
    async with played(*flows) as okx:
        got = await all_of(okx)
    assert told(got["funding"]) == [
        (K.REWARD, "DOT", D("0.00003561"), "funding"),
        (K.REWARD, "X", D(1), "funding"),
        (K.TRADE, "USDC", D("8.340723"), "funding"),
        (K.TRANSFER, "OKB", D("1996.4"), "funding"),
        (K.FEE, "OKB", D("-0.1"), "funding"),
        (K.TRANSFER, "OKB", D(-2), "funding"),
    ]
    assert [(each.kind, each.amount, each.tx) for each in got["deposits"]] == [
        (K.DEPOSIT, D(LONG), "0xin"),
        (K.DEPOSIT, D(15), "15447009"),
    ]
    assert [(each.kind, each.amount, each.tx) for each in got["withdrawals"]] == [
        (K.WITHDRAWAL, D("-0.1"), "0xout"),
        (K.FEE, D("-0.0005"), ""),
        (K.WITHDRAWAL, D(-4), "15447004"),
    ]
    assert got["trading"] == got["earn"] == []


async def test_what_moves_between_wallets_adds_up_to_nothing() -> None:
    flows = (
        flow("transfer", "USDT", "500", 9, wallet="funding", to="trading"),
        flow("transfer", "USDT", "120", 8, wallet="funding", to="earn"),
        flow("transfer", "USDT", "20", 7, wallet="earn", to="funding"),
        flow("transfer", "DOT", "3", 6, wallet="funding", to="staking"),
        flow("transfer", "DOT", "1", 5, wallet="staking", to="funding"),
        flow("reward", "USDT", "0.0000106745475002", 4, wallet="earn"),
        flow("deposit", "BTC", "2", 3, wallet="trading"),
    )
    async with played(*flows) as okx:
        got = await all_of(okx)
    sums: dict[tuple[str, str], Decimal] = {}
    for each in (entry for entries in got.values() for entry in entries):
        sums[each.wallet, each.asset] = sums.get((each.wallet, each.asset), D(0)) + each.amount
    assert sums == {
        ("funding", "USDT"): D(-600),
        ("trading", "USDT"): D(500),
        ("earn", "USDT"): D("100.0000106745475002"),
        ("funding", "DOT"): D(-2),
        ("staking", "DOT"): D(2),
        ("funding", "BTC"): D(0),
        ("trading", "BTC"): D(2),
    }
    assert told(got["earn"]) == [(K.REWARD, "USDT", D("0.0000106745475002"), "earn")]


async def test_pending_deposits_are_told_once_credited_and_failures_are_taken_back() -> None:
    coming = flow("deposit", "BTC", "0.5", 1, state="pending", tx="0xin")
    going = flow("withdrawal", "BTC", "0.2", 1, state="pending", fee="0.001")
    async with played(coming, going) as okx:
        (first,), (applied,) = [await okx.pages(name, days=5) for name in ("deposits", "withdrawals")]
        assert (first.entries, [each.amount for each in applied.entries]) == ((), [D("-0.2"), D("-0.001")])
        okx.clock.step(timedelta(days=9))
        okx.change(flows=[coming | {"state": "done"}, going | {"state": "failed"}])
        (credited,) = await okx.pages("deposits", first.cursor)
        (failed,) = await okx.pages("withdrawals", applied.cursor)
    assert [(each.amount, each.tx) for each in credited.entries] == [(D("0.5"), "0xin")]
    assert (failed.entries, set(failed.void)) == ((), {each.id for each in applied.entries})


async def test_pages_go_back_by_id_and_the_next_sync_reads_only_what_is_new() -> None:
    trades = [trade("buy", "0.001", 2 + number / 1_000) for number in range(120)]
    async with played(trades=trades) as okx:
        pages = await okx.pages("trading", days=20)
        cut_off = await okx.page("trading", pages[0].cursor)  # where another process goes on
        okx.change(trades=[*trades, trade("buy", "1", -0.5)])
        okx.clock.step(timedelta(days=1))
        again = await okx.pages("trading", pages[-1].cursor)
    assert [len(page.entries) for page in pages] == [100, 100, 40]
    assert [page.until for page in pages] == [ago(20), ago(20), ago(0)]
    assert {page.known_from for page in pages} == {ago(20)}
    assert cut_off.entries == pages[1].entries
    ids = [each.id for page in pages for each in page.entries]
    assert len(set(ids)) == len(ids) == 240
    assert [[each.amount for each in page.entries] for page in again] == [[D("-60000.5"), D(1)]]


async def test_pages_by_time_never_part_rows_of_one_time() -> None:
    """Of a full page the oldest are left to the next; more of one time than a page has are refused."""
    flows = [flow("deposit", "BTC", f"1.{number:03}", 2 + number // 30 / 10) for number in range(150)]
    async with played(*flows) as okx:
        pages = await okx.pages("deposits", days=20)
        okx.change(flows=[flow("deposit", "BTC", "1", 2) for _ in range(101)])
        with pytest.raises(LoadFailed):
            await okx.once("deposits")
    assert [len(page.entries) for page in pages] == [90, 60]
    assert sorted(each.amount for page in pages for each in page.entries) == [
        D(f"1.{number:03}") for number in range(150)
    ]


def bill(number: int, **changes: str) -> dict[str, str]:
    at = str(int(ago(1).timestamp() * 1000))
    row = {"billId": str(number), "ccy": "BTC", "balChg": "1", "posBalChg": "-0.25", "fee": "", "type": "1"}
    names = ("instType", "instId", "ordId", "tradeId")
    return {**row, "ts": at, **dict.fromkeys(names, ""), **changes}


@pytest.mark.parametrize("change", [{"ts": "2023-06-19"}, {"ts": "1e12"}, {"fee": "NaN"}, {"billId": "98"}])
async def test_bills_that_do_not_make_sense_are_refused(change: dict[str, str]) -> None:
    rows = [bill(99, **change), bill(98)]
    async with answering("okex", {"bills-archive": {"code": "0", "msg": "", "data": rows}}, KEYS) as okx:
        with pytest.raises(LoadFailed):
            await okx.gateway.page(okx.market, okx.credentials, "trading", Asked("", ago(20), ago(0)))


@pytest.mark.parametrize(("at", "count"), [("", 100), ("1", 0)])
async def test_a_page_that_leads_to_itself_is_refused(at: str, count: int) -> None:
    rows = [bill(number) for number in range(100, 0, -1)]
    start, end = milliseconds(ago(20)), milliseconds(ago(0))
    cursor = json.encode(Window(start, start, end, at, until=start)).decode() if at else ""
    async with answering("okex", {"bills-archive": {"code": "0", "msg": "", "data": rows}}, KEYS) as okx:
        question = okx.gateway.page(okx.market, okx.credentials, "trading", Asked(cursor, ago(20), ago(0)))
        if not count:
            with pytest.raises(LoadFailed):
                await question
            return
        page = await question
    assert (len(page.entries), page.more) == (100, True)
    assert {each.amount for each in page.entries} == {D("0.75")}  # with an isolated position's


async def test_each_source_says_how_far_back_it_reaches_and_of_which_wallets() -> None:
    async with played() as okx:
        reached = {name: (await okx.page(name, days=1000)).known_from for name in SOURCES}
        now = okx.clock.now() - 5 * PACE
        futures = okx.gateway.sources(market_of("okex_futures"))
    assert (now - reached["trading"], reached["funding"]) == (timedelta(days=89), ago(1000))
    assert now - reached["earn"] < timedelta(days=31)
    assert [each.name for each in futures] == ["trading"]


async def test_an_answer_that_is_none_is_no_history_without_entries() -> None:
    here = {"wallet": "funding"}
    flows = (
        flow("deposit", "BTC", "1", 2, **here),
        flow("withdrawal", "BTC", "1", 2, **here),
        flow("transfer", "USDT", "5", 2, **here),
        flow("transfer", "USDT", "5", 2),
        flow("reward", "USDT", "5", 2, wallet="earn"),
    )
    async with played(*flows) as okx:
        for name in SOURCES:
            assert (await okx.once(name)).entries, name
        for fault in BROKEN:
            okx.change(faults=[{"path": "*", **fault}])
            # What was lent has no names: two loans may well bring the same at once.
            unnamed = {"earn"} if fault == {"kind": "duplicate_asset"} else set()
            for name in [each for each in SOURCES if each not in unnamed]:
                with pytest.raises(LoadFailed):
                    await okx.once(name)
