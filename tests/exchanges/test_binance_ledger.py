"""Binance's ledger: each source to the last digit, through windows, pages and syncs, by the real client."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import LoadFailed
from cambist.core.ledger import EntryKind
from tests.exchanges.ledgers import ago, flow, ledger, told
from tests.worlds import scenario

D = Decimal
DEPOSIT, WITHDRAWAL, FEE = EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.FEE
LONG = "0.123456789012345678901234567890123456789"

pytestmark = pytest.mark.asyncio


def account(*flows: dict[str, str], **changes: Any) -> dict[str, Any]:
    return scenario(exchange="binance", flows=list(flows), **changes)


async def test_deposits_count_when_credited_and_withdrawals_with_their_fee() -> None:
    flows = (
        flow("deposit", "BTC", LONG, 300, tx="0xin"),
        flow("deposit", "USDT", "250.00000000", 10, wallet="funding"),
        flow("deposit", "ETH", "3", 9, state="failed"),
        flow("withdrawal", "BTC", "1.5", 200, fee="0.0005", tx="0xout"),
        flow("withdrawal", "XRP", "40", 2, state="pending"),
    )
    async with ledger("binance", account(*flows)) as binance:
        deposits = await binance.entries("deposits")
        withdrawals = await binance.entries("withdrawals")
    assert told(deposits) == [
        (DEPOSIT, "BTC", D(LONG), "spot"),
        (DEPOSIT, "USDT", D("250"), "funding"),
    ]
    assert (deposits[0].at, deposits[0].tx) == (ago(300), "0xin")
    assert told(withdrawals) == [
        (WITHDRAWAL, "BTC", D("-1.5"), "spot"),
        (FEE, "BTC", D("-0.0005"), "spot"),
        (WITHDRAWAL, "XRP", D(-40), "spot"),
    ]
    assert [each.tx for each in withdrawals] == ["0xout", "", ""]


async def test_a_pending_deposit_is_told_once_it_is_credited_and_a_withdrawal_that_fails_is_taken_back() -> (
    None
):
    coming = flow("deposit", "BTC", "0.5", 1, state="pending")
    going = flow("withdrawal", "BTC", "0.2", 1, state="pending", fee="0.001")
    async with ledger("binance", account(coming, going)) as binance:
        (first,) = await binance.pages("deposits", days=20)
        (applied,) = await binance.pages("withdrawals", days=20)
        assert first.entries == ()
        assert told(applied.entries) == [
            (WITHDRAWAL, "BTC", D("-0.2"), "spot"),
            (FEE, "BTC", D("-0.001"), "spot"),
        ]
        binance.clock.step(timedelta(days=3))
        binance.change(flows=[coming | {"state": "done"}, going | {"state": "failed"}])
        (credited,) = await binance.pages("deposits", first.cursor)
        (failed,) = await binance.pages("withdrawals", applied.cursor)
    assert told(credited.entries) == [(DEPOSIT, "BTC", D("0.5"), "spot")]
    assert (failed.entries, set(failed.void)) == ((), {each.id for each in applied.entries})
    assert first.until == ago(0).replace(microsecond=303_000)
    assert (credited.until, credited.known_from) == (binance.clock.now(), ago(20))


async def test_windows_follow_each_other_over_years_and_are_told_as_far_as_they_were_read() -> None:
    flows = [flow("deposit", "BTC", f"0.{number}", 89 * number) for number in range(1, 9)]
    async with ledger("binance", account(*flows)) as binance:
        pages = await binance.pages("deposits", days=89 * 8)
        again = await binance.pages("deposits", pages[-1].cursor)
    assert [each.amount for page in pages for each in page.entries] == [
        D(f"0.{number}") for number in range(8, 0, -1)
    ]
    assert len(pages) == 8
    assert [page.until for page in pages] == [ago(89 * number) for number in range(7, -1, -1)]
    assert {page.known_from for page in (*pages, *again)} == {ago(89 * 8)}
    assert [page.more for page in pages] == [True] * 7 + [False]
    assert (len(again), again[0].entries) == (1, ())


async def test_a_full_page_goes_on_at_its_offset_where_a_process_left_off() -> None:
    flows = [flow("withdrawal", "BTC", "0.001", 1 + n / 10_000) for n in range(1_500)]
    async with ledger("binance", account(*flows)) as binance:
        first = await binance.page("withdrawals", days=30)
        second = await binance.page("withdrawals", first.cursor)
    assert (len(first.entries), first.more, first.until) == (1_000, True, ago(30))
    assert (len(second.entries), second.more, second.until) == (500, False, ago(0))
    assert len({each.id for each in (*first.entries, *second.entries)}) == 1_500


async def test_the_simulator_refuses_a_window_of_more_than_90_days() -> None:
    async with ledger("binance", account()) as binance:
        exchange = binance.gateway._exchange(binance.market)
        for days, refused in ((89, False), (91, True)):
            asked = {
                "startTime": int(ago(days).timestamp() * 1000),
                "endTime": int(ago(0).timestamp() * 1000),
            }

            async def question(client: Any, asked: dict[str, int] = asked) -> Any:
                return await client.sapi_get_capital_deposit_hisrec(asked)

            if refused:
                with pytest.raises(LoadFailed, match="90 days"):
                    await exchange.ask(question, binance.credentials)
            else:
                assert await exchange.ask(question, binance.credentials) == []
