"""What exchanges said of accounts' totals, and what came of it: the last control of each account."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from cambist.actions.facts import Due
from cambist.core.control import Control
from cambist.core.errors import SetupError
from cambist.core.history import milliseconds
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import decode_control, encode_control, encode_resting
from cambist.store.events import tell_control


class ControlStore:
    """Fits the port `Controls`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(
        self,
        before: datetime,
        markets: Sequence[str],
        resting: Sequence[tuple[str, str | None]],
        most: int,
    ) -> list[Due]:
        rows = queries.due_controls(
            self._database.reader,
            markets=msgspec.json.encode(markets).decode(),
            before=milliseconds(before),
            resting=encode_resting(resting),
            most=most,
        )
        return [
            Due(row["user_id"], row["id"], row["market"], control=True, egress=row["egress"]) for row in rows
        ]

    async def claim(self, user_id: int, account_id: int, at: datetime, before: datetime) -> bool:
        claimed = await self._database.write(
            lambda connection: queries.claim_control(
                connection,
                id=account_id,
                user_id=user_id,
                at=milliseconds(at),
                before=milliseconds(before),
            )
        )
        return bool(claimed)

    async def keep(self, account_id: int, control: Control) -> None:
        document = encode_control(control)

        def work(connection: Connection) -> None:
            told_off = tell_control(connection, account_id, control)
            queries.keep_control(connection, account_id=account_id, document=document, told_off=told_off)

        await self._database.write(work)

    async def last(self, user_id: int, account_id: int) -> Control | None:
        row = queries.last_control(self._database.reader, account_id=account_id, user_id=user_id)
        return None if row is None else _read(row["document"], account_id)


def _read(document: str, account_id: int) -> Control:
    try:
        return decode_control(document)
    except msgspec.DecodeError as broken:
        raise SetupError(
            f"The control of account {account_id} cannot be read: the database was changed from outside."
        ) from broken
