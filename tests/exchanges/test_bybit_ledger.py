"""Bybit's ledger: each wallet's history to the last digit, through windows and pages, by the real client."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import LoadFailed
from cambist.core.ledger import Asked, Entry, EntryKind, Page
from cambist.exchanges.dialects.bybit.ledger import LEDGER
from tests.exchanges.answering import answering
from tests.exchanges.ledgers import ago, flow, told
from tests.exchanges.paced import BROKEN, Paced, paced
from tests.exchanges.recordings import KEYS
from tests.exchanges.scenarios import BYBIT

D = Decimal
K = EntryKind
LONG = "0.123456789012345678901234567890"
SOURCES = [each.terms.name for each in LEDGER]

pytestmark = pytest.mark.asyncio


def account(*flows: dict[str, str], trades: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {**BYBIT, "flows": list(flows), "trades": trades or []}


def trade(side: str, quantity: str, days: float, **more: str) -> dict[str, str]:
    given = {"symbol": "BTCUSDT", "side": side, "price": "60000.5", "quantity": quantity}
    return {**given, "time": ago(days).isoformat(), **more}


def moved(flow_: dict[str, str], to: str) -> dict[str, str]:
    return flow_ | {"to": to}


def played(code: str, scenario: dict[str, Any]) -> AbstractAsyncContextManager[Paced]:
    return paced(code, scenario, "unified", timedelta(0))


async def all_of(bybit: Paced, days: float = 30) -> dict[str, list[Entry]]:
    got = {}
    for name in SOURCES:
        got[name] = await bybit.entries(name, days=days)
        bybit.clock.step(timedelta(seconds=1))
    return got


async def test_a_trade_in_spot_is_two_legs_and_a_fee_of_one_group_to_the_last_digit() -> None:
    trades = [
        trade("buy", LONG, 3, fee="0.0001"),
        trade("sell", "0.1", 2, fee="0.5", fee_asset="MNT"),
    ]
    async with played("bybit", account(trades=trades)) as bybit:
        entries = await bybit.entries("unified", days=30)
    bought, sold = entries[:3], entries[3:]
    assert sorted(told(bought)) == [
        (K.FEE, "BTC", D("-0.0001"), "unified"),
        (K.TRADE, "BTC", D(LONG), "unified"),
        (K.TRADE, "USDT", D("-7407.4690691352469069135246906839450"), "unified"),
    ]
    assert sorted(told(sold)) == [
        (K.FEE, "MNT", D("-0.5"), "unified"),
        (K.TRADE, "BTC", D("-0.1"), "unified"),
        (K.TRADE, "USDT", D("6000.05"), "unified"),
    ]
    assert {each.group for each in bought} == {"trade-1"}
    assert {each.group for each in sold} == {"trade-2"}
    assert {each.asset for each in entries if each.quote} == {"USDT"}
    assert {each.at for each in bought} == {ago(3)}


async def test_the_unified_account_tells_each_kind_and_what_it_does_not_know_as_a_transfer() -> None:
    flows = (
        flow("realised", "USDT", "-12.5", 9, fee="0.04"),
        flow("funding", "USDT", "-0.003676", 8),
        flow("interest", "USDT", "-0.00056415", 7),
        flow("reward", "MNT", "0.25", 6),
        flow("reward", "USDT", "1.5", 5, name="FEE_REFUND"),
        flow("fee", "USDT", "0.2", 4),
        flow("transfer", "USDT", "-40", 3),
        flow("transfer", "USDT", "100", 2.9, name="BORROW"),
        flow("transfer", "ETH", "-1", 2, name="CURRENCY_SELL"),
        flow("transfer", "USDT", "7", 1, name="A_TYPE_OF_TOMORROW"),
    )
    async with played("bybit_spot", account(*flows)) as bybit:
        entries = await bybit.entries("unified", days=30)
    assert told(entries) == [
        (K.REALISED, "USDT", D("-12.5"), "unified"),
        (K.FEE, "USDT", D("-0.04"), "unified"),
        (K.FUNDING, "USDT", D("-0.003676"), "unified"),
        (K.INTEREST, "USDT", D("-0.00056415"), "unified"),
        (K.REWARD, "MNT", D("0.25"), "unified"),
        (K.REWARD, "USDT", D("1.5"), "unified"),
        (K.FEE, "USDT", D("-0.2"), "unified"),
        (K.TRANSFER, "USDT", D(-40), "unified"),
        (K.TRADE, "ETH", D(-1), "unified"),
        (K.TRANSFER, "USDT", D(7), "unified"),
    ]


async def test_the_funding_wallet_tells_its_own_moves_and_leaves_what_came_and_went_to_their_lists() -> None:
    here = {"wallet": "funding"}
    flows = (
        flow("deposit", "BTC", LONG, 9, tx="0xin", **here),
        flow("deposit", "USDT", "15", 8.5, tx="by-hand", name="internal", **here),
        flow("withdrawal", "BTC", "0.1", 8, fee="0.0005", tx="0xout", **here),
        flow("reward", "BTC", "0.00003561", 7, name="Easy Earn | Flexible Interest Distribution", **here),
        flow("reward", "X", "1", 6, name="Airdrop", **here),
        flow("transfer", "USDT", "-80", 5, name="Fiat", **here),
        flow("transfer", "USDC", "8.340723", 4, name="Convert", **here),
        flow("transfer", "MNT", "1996.4", 3, **here),
    )
    async with played("bybit", account(*flows)) as bybit:
        got = await all_of(bybit)
    assert told(got["funding"]) == [
        (K.REWARD, "BTC", D("0.00003561"), "funding"),
        (K.REWARD, "X", D(1), "funding"),
        (K.WITHDRAWAL, "USDT", D(-80), "funding"),
        (K.TRADE, "USDC", D("8.340723"), "funding"),
        (K.TRANSFER, "MNT", D("1996.4"), "funding"),
    ]
    (deposit,), (internal,) = got["deposits"], got["internal_deposits"]
    assert (deposit.kind, deposit.amount, deposit.tx, deposit.at) == (K.DEPOSIT, D(LONG), "0xin", ago(9))
    assert (internal.kind, internal.amount, internal.tx) == (K.DEPOSIT, D(15), "by-hand")
    assert told(got["withdrawals"]) == [
        (K.WITHDRAWAL, "BTC", D("-0.1"), "funding"),
        (K.FEE, "BTC", D("-0.0005"), "funding"),
    ]
    assert got["withdrawals"][0].tx == "0xout"


async def test_what_moves_between_wallets_is_told_at_both_ends_and_adds_up_to_nothing() -> None:
    flows = (
        moved(flow("transfer", "USDT", "500", 9, wallet="funding"), "unified"),
        moved(flow("transfer", "USDT", "120", 8, wallet="funding"), "earn_flexible"),
        moved(flow("transfer", "USDT", "20", 7, wallet="earn_flexible"), "funding"),
        moved(flow("transfer", "BTC", "0.5", 6, wallet="funding", state="pending"), "earn_onchain"),
        moved(flow("transfer", "USDC", "100", 5, wallet="funding"), "earn_fixed"),
        moved(flow("transfer", "USDC", "100", 4, wallet="earn_fixed"), "funding"),
        flow("reward", "USDT", "0.0063", 3, wallet="earn_flexible"),
        flow("reward", "USDT", "0.5", 3, wallet="earn_flexible", name="Auto"),
        flow("reward", "USDC", "0.0007", 3, wallet="earn_fixed"),
        moved(flow("transfer", "ETH", "1", 2, wallet="funding", name="LST"), "earn_onchain"),
    )
    async with played("bybit", account(*flows)) as bybit:
        got = await all_of(bybit)
    sums: dict[tuple[str, str], Decimal] = {}
    for each in (entry for entries in got.values() for entry in entries):
        sums[each.wallet, each.asset] = sums.get((each.wallet, each.asset), D(0)) + each.amount
    assert sums == {
        ("funding", "USDT"): D(-600),
        ("funding", "BTC"): D("-0.5"),
        ("funding", "USDC"): D(0),
        ("funding", "ETH"): D(-1),  # its token came to another wallet
        ("unified", "USDT"): D(500),
        ("earn_flexible", "USDT"): D("100.0063"),
        ("earn_onchain", "BTC"): D("0.5"),
        ("earn_fixed", "USDC"): D("0.0007"),
    }
    assert [each.kind for each in got["earn_flexible_yields"]] == [K.REWARD]


async def test_a_deposit_meant_for_the_unified_account_counts_once_and_is_passed_on() -> None:
    flows = (flow("deposit", "BTC", "2", 3, tx="0xin"), flow("withdrawal", "BTC", "0.5", 2, fee="0.001"))
    async with played("bybit", account(*flows)) as bybit:
        got = await all_of(bybit)
    entries = [each for entries in got.values() for each in entries]
    assert sum((each.amount for each in entries), D(0)) == D("1.499")
    assert sum((each.amount for each in entries if each.wallet == "unified"), D(0)) == D("1.499")
    assert told(got["deposits"]) == [(K.DEPOSIT, "BTC", D(2), "funding")]


async def test_pending_deposits_are_told_once_credited_and_failures_are_taken_back() -> None:
    coming = flow("deposit", "BTC", "0.5", 1, state="pending", tx="0xin", wallet="funding")
    going = flow("withdrawal", "BTC", "0.2", 1, state="pending", fee="0.001", wallet="funding")
    order = moved(flow("transfer", "USDT", "5", 1, state="pending", wallet="funding"), "earn_onchain")
    async with played("bybit", account(coming, going, order)) as bybit:
        first, applied, ordered = [
            (await bybit.pages(name, days=5))[-1] for name in ("deposits", "withdrawals", "earn_onchain")
        ]
        assert (first.entries, first.void) == ((), ())
        assert [each.amount for each in applied.entries] == [D("-0.2"), D("-0.001")]
        assert told(ordered.entries) == [(K.TRANSFER, "USDT", D(5), "earn_onchain")]
        bybit.clock.step(timedelta(hours=20))
        changed = [coming | {"state": "done"}, going | {"state": "failed"}, order | {"state": "failed"}]
        bybit.change(flows=changed)
        (credited,) = await bybit.pages("deposits", first.cursor)
        (failed,) = await bybit.pages("withdrawals", applied.cursor)
        (refused,) = await bybit.pages("earn_onchain", ordered.cursor)
    assert [(each.amount, each.tx) for each in credited.entries] == [(D("0.5"), "0xin")]
    assert (failed.entries, set(failed.void)) == ((), {each.id for each in applied.entries})
    assert (refused.entries, refused.void) == ((), (ordered.entries[0].id,))


async def test_pages_of_a_window_follow_its_cursor_and_windows_follow_each_other() -> None:
    trades = [trade("buy", "0.001", 20.5 + number / 10_000) for number in range(60)] + [trade("buy", "1", 1)]
    async with played("bybit", account(trades=trades)) as bybit:
        pages = await bybit.pages("unified", days=27)
        cut_off = await bybit.page("unified", pages[1].cursor)  # where another process goes on
        again = await bybit.pages("unified", pages[-1].cursor)
    assert [len(page.entries) for page in pages] == [50, 50, 20, 0, 0, 2]
    assert [page.until for page in pages[:-1]] == [ago(27), ago(27), ago(20), ago(13), ago(6)]
    assert pages[-1].until == ago(0)
    assert [page.more for page in pages] == [True] * 5 + [False]
    assert {page.known_from for page in pages} == {ago(27)}
    assert cut_off.entries == pages[2].entries
    ids = [each.id for page in pages for each in page.entries]
    assert len(ids) == len(set(ids)) == 122
    assert [(page.entries, page.more) for page in again] == [((), False)]


def move(number: int, **changes: str) -> dict[str, str]:
    at = str(int(ago(1).timestamp()))
    row = {"currency": "BTC", "ioDirection": "I", "txnAmt": "1", "afterAmt": "1", "createTime": at}
    names = {"showBusiType": "fundingAccountRecordOfTomorrow", "descriptionEn": "What is new"}
    return {**row, **names, "currcCursor": str(number), **changes}


@pytest.mark.parametrize(
    "result",
    [
        {"list": [move(number) for number in range(100)]},  # full, and silent about more
        {"list": [move(1)] * 2, "nextPageCursor": ""},
        {"list": [move(1, createTime="-1")], "nextPageCursor": ""},
        {"list": [move(1, txnAmt="1_000")], "nextPageCursor": ""},
        {"list": [move(1, ioDirection="?")], "nextPageCursor": ""},
        {"list": None, "nextPageCursor": ""},
    ],
)
async def test_a_history_that_does_not_make_sense_is_refused(result: dict[str, Any]) -> None:
    told_ = {"fundinghistory": {"retCode": 0, "retMsg": "OK", "result": result}}
    async with answering("bybit", told_, KEYS) as bybit:
        with pytest.raises(LoadFailed):
            await bybit.gateway.page(bybit.market, bybit.credentials, "funding", Asked("", ago(5), ago(0)))


async def test_the_last_page_may_have_a_cursor_and_none_may_lead_to_itself() -> None:
    end = {"retCode": 0, "retMsg": "OK", "result": {"list": [], "nextPageCursor": "x"}}
    same = {
        "retCode": 0,
        "retMsg": "OK",
        "result": {"list": [move(1, currcCursor="")], "nextPageCursor": "b"},
    }
    async with answering("bybit", {"cursor=a": end, "fundinghistory": same}, KEYS) as bybit:

        async def page(cursor: str) -> Page:
            asked = Asked(cursor, ago(5), ago(0))
            return await bybit.gateway.page(bybit.market, bybit.credentials, "funding", asked)

        first = await page("")
        last = await page(first.cursor.replace('"b"', '"a"'))
        with pytest.raises(LoadFailed):
            await page(first.cursor)
    assert told(first.entries) == [(K.TRANSFER, "BTC", D(1), "funding")]
    assert first.entries[0].id == f"{int(ago(1).timestamp())}:BTC:I:1:1"
    assert (first.more, last.more, last.entries) == (True, False, ())


async def test_two_years_are_the_most_that_the_log_reaches() -> None:
    async with played("bybit", account()) as bybit:
        page = await bybit.page("unified", days=1000)
    assert page.known_from == ago(730)


async def test_the_simulator_refuses_a_window_that_is_too_wide() -> None:
    async with played("bybit", account()) as bybit:
        exchange = bybit.gateway._exchange(bybit.market)

        async def question(client: Any) -> Any:
            start, end = (str(int(ago(days).timestamp() * 1000)) for days in (7.1, 0))
            client.raw = True
            return await client.private_get_v5_account_transaction_log({"startTime": start, "endTime": end})

        assert b'"retCode":10001' in await exchange.ask(question, bybit.credentials)


async def test_an_answer_that_is_none_is_no_history_without_entries() -> None:
    here = {"wallet": "funding"}
    flows = (
        flow("deposit", "BTC", "1", 2, **here),
        flow("deposit", "BTC", "1", 2, name="internal", **here),
        flow("withdrawal", "BTC", "1", 2, **here),
        flow("transfer", "USDT", "5", 2, **here),
        flow("transfer", "USDT", "5", 2),
        *(
            moved(flow("transfer", "USDT", "5", 2, **here), to)
            for to in ("earn_flexible", "earn_onchain", "earn_fixed")
        ),
        *(flow("reward", "USDT", "5", 2, wallet=wallet) for wallet in ("earn_flexible", "earn_onchain")),
    )
    async with played("bybit", account(*flows)) as bybit:
        for name in SOURCES:
            assert (await bybit.once(name)).entries, name
        for fault in BROKEN:
            bybit.change(faults=[{"path": "*", **fault}])
            for name in SOURCES:
                with pytest.raises(LoadFailed):
                    await bybit.once(name)
