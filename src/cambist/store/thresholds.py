"""Thresholds of people's accounts; the load that crosses one tells of it (`store/events`)."""

from dataclasses import replace
from decimal import Decimal
from sqlite3 import Row

from cambist.core.errors import InvalidInput, NotFound
from cambist.core.history import milliseconds, moment
from cambist.core.thresholds import MOST_THRESHOLDS, Measure, Side, Threshold
from cambist.store.connection import Connection, queries
from cambist.store.database import Database


class ThresholdStore:
    """Fits the port `Thresholds`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, threshold: Threshold) -> Threshold:
        def work(connection: Connection) -> Threshold:
            if (
                len(list(queries.thresholds_of_user(connection, user_id=threshold.user_id)))
                >= MOST_THRESHOLDS
            ):
                raise InvalidInput({"value": [f"is one too many (maximum is {MOST_THRESHOLDS} thresholds)"]})
            added = queries.add_threshold(
                connection,
                user_id=threshold.user_id,
                account_id=threshold.account_id,
                measure=threshold.measure.value,
                side=threshold.side.value,
                value=str(threshold.value),
                at=milliseconds(threshold.created_at),
            )
            return replace(threshold, id=added["id"])

        return await self._database.write(work)

    async def listed(self, user_id: int) -> list[Threshold]:
        rows = queries.thresholds_of_user(self._database.reader, user_id=user_id)
        return list(map(threshold_from, rows))

    async def remove(self, user_id: int, threshold_id: int) -> None:
        def work(connection: Connection) -> None:
            if not queries.remove_threshold(connection, id=threshold_id, user_id=user_id):
                raise NotFound("Not Found")

        await self._database.write(work)


def threshold_from(row: Row) -> Threshold:
    return Threshold(
        row["id"],
        row["user_id"],
        row["account_id"],
        Measure(row["measure"]),
        Side(row["side"]),
        Decimal(row["value"]),
        moment(row["created_at"]),
    )
