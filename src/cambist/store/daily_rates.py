"""Daily reference rates: what one euro was in each currency, day by day."""

from collections.abc import Sequence
from datetime import date, datetime

from cambist.core.currencies import RATES_SERVE, DayRates
from cambist.core.history import milliseconds, moment
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import decode_rates, encode_rates
from cambist.store.memo import Memo


class DailyRateStore:
    """Fits the port `DayTable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._days: Memo[date, DayRates | None] = Memo(database, self._read)
        self._read_at: Memo[None, datetime | None] = Memo(database, self._last_read)

    def on(self, day: date) -> DayRates | None:
        return self._days.get(day)

    def read_at(self) -> datetime | None:
        return self._read_at.get(None)

    async def keep(self, days: Sequence[DayRates], read_at: datetime) -> None:
        rows = [(each.day.isoformat(), each.source, encode_rates(each.rates)) for each in days]

        def work(connection: Connection) -> None:
            for day, source, rates in rows:
                queries.keep_daily_rates(
                    connection, day=day, source=source, rates=rates, read_at=milliseconds(read_at)
                )

        await self._database.write(work)

    def _read(self, day: date) -> DayRates | None:
        since, until = (day - RATES_SERVE).isoformat(), day.isoformat()
        row = queries.daily_rates(self._database.reader, since=since, until=until)
        if row is None:
            return None
        return DayRates(date.fromisoformat(row["day"]), decode_rates(row["rates"]), row["source"])

    def _last_read(self, _: None) -> datetime | None:
        row = queries.daily_rates_read_at(self._database.reader)
        return None if row["at"] is None else moment(row["at"])
