"""What an account traded on a day and in a month: exact from its own trades, or not found, never a guess."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cambist.core.ledger import Booked
from tests.api.test_deposits import uses
from tests.api.test_errors import assert_error
from tests.ledgers import a_ledger_that_tests_write, book, entry, told_until
from tests.worlds import Answer, FixedClock, World, scenario, world

TRADES = "/api/v3/myTrades"
NOT_FOUND = (404, {"error": "not_found", "error_description": "Volume data not found"})
FIRST_DAY = datetime(2023, 6, 29, 12, 0, tzinfo=UTC)
HOLDS = {"spot": {asset: {"free": "1"} for asset in ("BTC", "USDT", "ETH", "USD")}}


def trade(time: str, symbol: str = "BTCUSDT", price: str = "30000", quantity: str = "0.1") -> dict[str, str]:
    return {"symbol": symbol, "side": "sell", "price": price, "quantity": quantity, "time": time}


def play(*trades: dict[str, str], **changes: Any) -> dict[str, Any]:
    prices = {"BTCUSD": "20000", "BTCUSDT": "30000", "ETHBTC": "0.05", "ETHUSD": "1000"}
    return scenario(trades=trades, wallets=HOLDS, prices=prices, **{"weight_limit": 6000, **changes})


async def volume(made: World, account_id: int, stretch: str, **given: str) -> Answer:
    return await made.call("GET", f"/accounts/{account_id}/volume/{stretch}", given or None)


async def connected_then(made: World, later: datetime) -> int:
    """An account connected at FIRST_DAY with P = 20,000, and loaded later with P = 40,000."""
    account_id = await made.connected()
    made.clock.set(later)
    made.patch(prices={"BTCUSD": "40000", "BTCUSDT": "30000", "ETHBTC": "0.05", "ETHUSD": "1000"})
    assert (await made.load(account_id)).status == 201
    return account_id


@pytest.mark.asyncio
async def test_a_days_volume_is_that_of_its_trades_by_prices_of_their_time(tmp_path: Path) -> None:
    trades = (
        trade("2023-06-29T23:59:59.999Z"),
        trade("2023-06-30T00:00:00.000Z"),
        trade("2023-06-30T01:00:00Z", "ETHBTC", "0.05", "1.00000001"),
        trade("2023-06-30T23:59:59.999Z", "ETHUSD", "1000", "2"),
        trade("2023-07-01T00:00:00.000Z"),
    )
    async with world(tmp_path, play(*trades), clock=FixedClock(FIRST_DAY)) as made:
        account_id = await connected_then(made, datetime(2023, 7, 1, 12, tzinfo=UTC))
        before = len(made.simulator.calls)
        answer = await volume(made, account_id, "daily", date="2023-06-30")
        assert (answer.status, answer.json) == (
            200,
            {
                "utc_date": "2023-06-30",
                # 3,000 at 20,000, ETH for BTC, and 2,000 at 40,000: the nearest load is the second one.
                "volume_btc": "0.2500000005",
                "volume_usd": "6000.00001",
            },
        )
        asked = [call.path for call in made.simulator.calls][before:]
        assert (set(asked), len(asked)) == ({TRADES}, 4)
        assert uses(made)[-1] == ("volume", True, None)
        today = await volume(made, account_id, "daily")
        assert today.json["utc_date"] == "2023-07-01"
        assert (today.json["volume_usd"], today.json["volume_btc"]) == ("3000.0", "0.075")


@pytest.mark.asyncio
async def test_where_the_ledger_is_known_a_volume_is_that_of_its_trades_and_nobody_is_asked(
    tmp_path: Path,
) -> None:
    day = datetime(2023, 6, 30, tzinfo=UTC)

    def legs(name: str, at: datetime, worth: tuple[str, str] | None) -> list[Booked]:
        sides = (
            ("base", "1", None, False),
            ("quote", "-1", worth and ("-" + worth[0], "-" + worth[1]), True),
        )
        return [
            entry(f"{name}:{side}", at, "trade", "BTC", amount, its_worth, group=name, quote=is_quote)
            for side, amount, its_worth, is_quote in sides
        ]

    with a_ledger_that_tests_write():
        async with world(tmp_path, play(trade("2023-06-30T12:00:00Z")), clock=FixedClock(FIRST_DAY)) as made:
            account_id = await connected_then(made, datetime(2023, 7, 1, 12, tzinfo=UTC))
            before_it, last = day - timedelta(milliseconds=1), day + timedelta(hours=24, milliseconds=-1)
            await book(
                made,
                account_id,
                *legs("1", before_it, ("9", "9")),
                *legs("2", day, ("0.1", "2000.5")),
                *legs("3", last, ("0.02", "700")),
                *legs("4", last + timedelta(milliseconds=1), None),
            )
            live = {"utc_date": "2023-06-30", "volume_btc": "0.15", "volume_usd": "3000.0"}
            known = {"utc_date": "2023-06-30", "volume_btc": "0.12", "volume_usd": "2700.5"}
            end = day + timedelta(days=1)
            for known_from, until, expected in (
                (day + timedelta(milliseconds=1), end, live),
                (day, end - timedelta(milliseconds=1), live),
                (day, end, known),
            ):
                await told_until(made, account_id, known_from, until)
                asked = made.exchange_calls(TRADES)
                assert (await volume(made, account_id, "daily", date="2023-06-30")).json == expected
                assert (made.exchange_calls(TRADES) == asked) == (expected is known)
            await told_until(made, account_id, day, end + timedelta(days=30))
            today = await volume(made, account_id, "daily", date="2023-07-01")
            assert (today.status, today.json) == NOT_FOUND  # nobody knows what a leg of it was worth


@pytest.mark.asyncio
async def test_a_day_without_trades_is_zero_where_that_is_known(tmp_path: Path) -> None:
    async with world(tmp_path, play(), clock=FixedClock(FIRST_DAY)) as made:
        account_id = await connected_then(made, datetime(2023, 7, 1, 12, tzinfo=UTC))
        answer = await volume(made, account_id, "daily", date="2023-06-30")
        assert answer.json == {"utc_date": "2023-06-30", "volume_btc": "0.0", "volume_usd": "0.0"}


@pytest.mark.asyncio
async def test_a_months_volume_is_that_of_its_trades_however_many_pages_they_fill(tmp_path: Path) -> None:
    day = datetime(2023, 6, 30, 12, tzinfo=UTC)
    many = [
        trade((day + timedelta(minutes=n)).isoformat(), quantity="0.001", price="20000") for n in range(2_500)
    ]
    async with world(tmp_path, play(*many), clock=FixedClock(FIRST_DAY)) as made:
        account_id = await connected_then(made, datetime(2023, 7, 5, tzinfo=UTC))
        made.clock.set(datetime(2023, 7, 5, tzinfo=UTC))
        before = made.exchange_calls(TRADES)
        answer = await volume(made, account_id, "monthly", month="2023-07")
        in_july = 2_500 - 720
        assert (answer.status, answer.json["utc_month"]) == (200, "2023-07")
        assert answer.json["volume_usd"] == f"{in_july * 20}.0"
        assert made.exchange_calls(TRADES) - before == 4 + 2
        default = await volume(made, account_id, "monthly")
        assert default.json == answer.json


@pytest.mark.asyncio
async def test_a_day_of_more_trades_than_a_page_is_read_whole(tmp_path: Path) -> None:
    day = datetime(2023, 6, 30, tzinfo=UTC)
    many = [trade((day + timedelta(seconds=30 * n)).isoformat(), quantity="0.001") for n in range(2_500)]
    async with world(tmp_path, play(*many), clock=FixedClock(FIRST_DAY)) as made:
        account_id = await connected_then(made, datetime(2023, 7, 1, tzinfo=UTC))
        answer = await volume(made, account_id, "daily", date="2023-06-30")
        assert answer.json["volume_usd"] == f"{2_500 * 30}.0"


@pytest.mark.asyncio
async def test_what_was_held_before_the_connection_is_not_known_and_so_no_volume_is(tmp_path: Path) -> None:
    async with world(tmp_path, play(), clock=FixedClock(FIRST_DAY)) as made:
        account_id = await connected_then(made, datetime(2023, 7, 1, 12, tzinfo=UTC))
        before = (len(made.simulator.calls), uses(made))
        for stretch, given in (
            ("daily", {"date": "2023-06-29"}),
            ("daily", {"date": "2001-01-01"}),
            ("monthly", {"month": "2023-06"}),
            ("total", {}),
        ):
            answer = await volume(made, account_id, stretch, **given)
            assert (answer.status, answer.json) == NOT_FOUND
        assert (len(made.simulator.calls), uses(made)) == before


@pytest.mark.asyncio
async def test_more_calls_than_half_of_a_minute_allows_are_not_made(tmp_path: Path) -> None:
    """180 of weight a minute are ours: four calls of 20, and there are four pairs, one with two pages."""
    day = datetime(2023, 7, 1, 1, tzinfo=UTC)
    many = [trade((day + timedelta(seconds=n)).isoformat()) for n in range(1_000)]
    busy = play(*many, weight_limit=300)
    async with world(tmp_path, busy, clock=FixedClock(FIRST_DAY)) as made:
        account_id = await connected_then(made, datetime(2023, 7, 2, tzinfo=UTC))
        answer = await volume(made, account_id, "monthly", month="2023-07")
        assert (answer.status, answer.json) == NOT_FOUND
        assert made.exchange_calls(TRADES) <= 4


@pytest.mark.asyncio
async def test_an_exchange_that_is_down_is_told_as_such(tmp_path: Path) -> None:
    async with world(tmp_path, play(), clock=FixedClock(FIRST_DAY)) as made:
        account_id = await connected_then(made, datetime(2023, 7, 1, tzinfo=UTC))
        made.patch(faults=[{"kind": "status", "path": TRADES, "status": 503, "retry_after_s": 9}])
        answer = await volume(made, account_id, "daily", date="2023-06-30")
        assert (answer.status, answer.json["error"]) == (503, "market_unavailable")
        assert uses(made)[-1] == ("volume", True, "ExchangeUnavailable")


@pytest.mark.parametrize("kind", ["empty", "truncated", "html", "redirect"])
@pytest.mark.asyncio
async def test_an_answer_that_is_no_list_of_trades_is_not_taken_for_none(tmp_path: Path, kind: str) -> None:
    async with world(tmp_path, play(), clock=FixedClock(FIRST_DAY)) as made:
        account_id = await connected_then(made, datetime(2023, 7, 1, tzinfo=UTC))
        made.patch(faults=[{"kind": kind, "path": TRADES, "times": None}])
        answer = await volume(made, account_id, "daily", date="2023-06-30")
        assert (answer.status, answer.json["error"]) == (503, "market_unavailable")


@pytest.mark.parametrize(
    ("stretch", "text", "message"),
    [
        ("daily", "", "is invalid"),
        ("daily", "yesterday", "is invalid"),
        ("daily", "2023-6-30", "is invalid"),
        ("daily", "2023-06-30T00:00:00Z", "is invalid"),
        ("daily", "2023-02-30", "does not have a valid value"),
        ("daily", "0000-01-01", "does not have a valid value"),
        ("daily", "2023-07-02", "does not have a valid value"),
        ("monthly", "2023-13", "does not have a valid value"),
        ("monthly", "2023-08", "does not have a valid value"),
        ("monthly", "9999-12", "does not have a valid value"),
        ("monthly", "2023-07-01", "is invalid"),
    ],
)
@pytest.mark.asyncio
async def test_a_day_or_month_that_is_none_or_not_yet_is_named(
    tmp_path: Path, stretch: str, text: str, message: str
) -> None:
    async with world(tmp_path, play(), clock=FixedClock(datetime(2023, 7, 1, 12, tzinfo=UTC))) as made:
        account_id = await made.connected()
        field = {"daily": "date", "monthly": "month"}[stretch]
        answer = await volume(made, account_id, stretch, **{field: text})
        assert_error(answer, 400, "record_invalid", {field: [message]})
