"""How long exchanges have told us to wait, for all processes on this database."""

from datetime import datetime

from cambist.core.history import milliseconds, moment
from cambist.store.connection import queries
from cambist.store.database import Database
from cambist.store.memo import Memo


class WaitStore:
    """Fits the port `Waits`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._until: Memo[tuple[str, str], datetime | None] = Memo(database, self._read)

    def until(self, exchange: str, address: str) -> datetime | None:
        return self._until.get((exchange, address))

    async def keep(self, exchange: str, address: str, until: datetime) -> None:
        await self._database.write(
            lambda connection: queries.keep_wait(
                connection, exchange=exchange, address=address, until=milliseconds(until)
            )
        )

    def _read(self, told: tuple[str, str]) -> datetime | None:
        exchange, address = told
        row = queries.wait_of(self._database.reader, exchange=exchange, address=address)
        return None if row is None else moment(row["until"])
