"""The bank's files: read in both kinds of quotes, refused where a rate or day is none."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cambist.core.currencies import DayRates
from cambist.exchanges.ecb import EcbRates, read_days
from cambist.store.daily_rates import DailyRateStore
from cambist.store.opening import open_database
from tests.banks import bank, file_of
from tests.exchanges.test_egress import BROKEN
from tests.worlds import START, FixedClock, install, settings_in

DAYS = {
    date(2023, 6, 16): {"USD": "1.0966", "GBP": "0.85518", "XXX": "7"},
    date(2023, 6, 15): {"USD": "1.0819", "JPY": "152.93"},
}
READ = [
    DayRates(date(2023, 6, 16), {"USD": Decimal("1.0966"), "GBP": Decimal("0.85518")}),
    DayRates(date(2023, 6, 15), {"USD": Decimal("1.0819"), "JPY": Decimal("152.93")}),
]


def test_days_are_read_with_the_currencies_that_there_are() -> None:
    assert read_days(file_of(DAYS)) == READ
    assert read_days(file_of(DAYS).replace("'", '"')) == READ
    assert read_days("<html></html>") == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("1.0966", "0"), ("1.0966", "-1"), ("1.0966", "NaN"), ("2023-06-16", "2023-06-31"), ("'USD'", "'CHF'")],
)
def test_a_file_with_a_rate_or_day_that_is_none_is_refused(right: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_days(file_of(DAYS).replace(right, wrong))


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def _table(folder: Path) -> AsyncIterator[DailyRateStore]:
    await install(folder)
    database = open_database(settings_in(folder).database)
    try:
        yield DailyRateStore(database)
    finally:
        database.close()


@pytest.mark.asyncio
async def test_the_longer_file_once_then_the_days_one_behind_the_back_of_who_asks(tmp_path: Path) -> None:
    clock = FixedClock()
    async with _table(tmp_path) as table, bank(DAYS) as told:
        rates = EcbRates(clock.now, table, 5, {"ecb": told.url}, BROKEN)  # one way out does not get there
        assert [*await asyncio.gather(rates.newest(), rates.newest())] == [READ[0]] * 2
        assert rates.on(date(2023, 6, 15)) == READ[1]
        assert rates.on(date(2023, 6, 14)) is None
        clock.step(timedelta(hours=23))
        assert (await rates.newest(), told.asked) == (READ[0], ["90d.xml"])
        newer = date(2023, 6, 20)
        told.days[newer] = {"USD": "1.09"}
        clock.step(timedelta(hours=1))
        assert await rates.newest() == READ[0]  # the next one has the newer ones
        await _until(lambda: rates.on(newer) != READ[0])
        assert await rates.newest() == DayRates(newer, {"USD": Decimal("1.09")})
        assert told.asked == ["90d.xml", "daily.xml"]
        # Not asked for some days: what is missing between is in the longer file again.
        clock.set(START + timedelta(days=8))
        await rates.newest()
        await _until(lambda: len(told.asked) == 3)
        assert told.asked[-1] == "90d.xml"
        await rates.close()


@pytest.mark.asyncio
async def test_nobody_is_asked_where_the_urls_do_not_name_the_bank(tmp_path: Path) -> None:
    clock = FixedClock()
    async with _table(tmp_path) as table, bank(DAYS) as told:
        rates = EcbRates(clock.now, table, 5, {"kraken": told.url})
        assert (await rates.newest(), told.asked) == (None, [])
        await table.keep(READ, clock.now())
        assert await rates.newest() == READ[0]
        await rates.close()
