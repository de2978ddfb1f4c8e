"""Thinning a history that has come of age, a few rows a transaction, each of which leaves it valid."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from sqlite3 import Row

from cambist.actions.facts import Thinned
from cambist.core.history import milliseconds, moment
from cambist.core.retention import LONG_GAP, WHOLE_FOR, Aged, Keep, days_to_look_at, kept
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import names_in
from cambist.store.receipts import encode_digest

MOST_AT_ONCE = 100
ATTEMPTS_FOR = timedelta(days=1)
FAILED_ATTEMPTS_FOR = timedelta(days=90)
# Until no month begins in it any more.
UNKNOWN_CHANGES_FOR = timedelta(days=32)
_DAY_MS = 86_400_000
_LONG_GAP_MS = LONG_GAP // timedelta(milliseconds=1)

_READ_AT_ONCE = 50
_SNAPSHOT, _HOLDINGS = Thinned(snapshots=1), Thinned(holdings=1)
_RECEIPT, _DIGEST = Thinned(receipts=1), Thinned(digests=1)

_Step = tuple[Callable[[Connection], object], Thinned]


class RetentionStore:
    """Fits the port `Retention`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, every: timedelta) -> list[int]:
        rows = queries.accounts_to_roll_up(
            self._database.reader, young=milliseconds(now - WHOLE_FOR), before=milliseconds(now - every)
        )
        return [row["id"] for row in rows]

    async def days(self, account_id: int, now: datetime, *, anew: bool) -> list[datetime]:
        known = queries.roll_up_of(self._database.reader, account_id=account_id)
        if known["first"] is None:
            return []
        first, done = moment(known["first"]), None if known["until"] is None else moment(known["until"])
        days = {*days_to_look_at(first, done, now), *(days_to_look_at(first, None, now) if anew else ())}
        return sorted(days)

    async def thin(self, account_id: int, day: datetime, now: datetime) -> Thinned:
        steps = iter([step async for step in self._steps(account_id, milliseconds(day), now)])
        done = Thinned()
        while some := [*islice(steps, MOST_AT_ONCE)]:
            await self._database.write(partial(_take, some))
            done = sum((told for _, told in some), done)
        return done

    async def done(self, account_id: int, now: datetime) -> None:
        def work(connection: Connection) -> int:
            dropped: int = queries.drop_attempts(
                connection,
                account_id=account_id,
                before=milliseconds(now - ATTEMPTS_FOR),
                failed_before=milliseconds(now - FAILED_ATTEMPTS_FOR),
                most=MOST_AT_ONCE,
            )
            if dropped < MOST_AT_ONCE:
                queries.roll_up_done(connection, account_id=account_id, until=milliseconds(now))
            return dropped

        for step in (partial(_drop_changes, account_id, now), work):
            while await self._database.write(step) >= MOST_AT_ONCE:
                pass

    async def give_back(self) -> bool:
        return await self._database.write(_give_back)

    async def _steps(self, account_id: int, day: int, now: datetime) -> AsyncIterator[_Step]:
        """What is to be done for one day, in an order in which it may stop after any of it."""
        span = {"account_id": account_id, "since": day, "until": day + _DAY_MS}
        points = await self._points(account_id, day, span)
        stays = kept([point for point, _ in points], now)
        whole_since = milliseconds(now - WHOLE_FOR)
        for row in list(queries.aging_receipts(self._database.reader, **span)):
            if row["at"] >= whole_since or row["is_digest"]:
                continue
            if stays.get(row["at"]) is Keep.WHOLE:
                digest = encode_digest(row["document"])
                yield partial(queries.keep_digest, load_id=row["load_id"], digest=digest), _DIGEST
            else:
                yield partial(queries.drop_receipt, load_id=row["load_id"]), _RECEIPT
        for point, has_holdings in points:
            named = {"account_id": account_id, "at": point.at}
            if stays[point.at] is Keep.NOTHING:
                yield partial(queries.drop_snapshot, **named), _SNAPSHOT
            elif stays[point.at] is Keep.WORTH and has_holdings:
                yield partial(queries.drop_holdings, **named), _HOLDINGS

    async def _points(
        self, account_id: int, day: int, span: Mapping[str, int]
    ) -> Sequence[tuple[Aged, bool]]:
        """The snapshots of a day, and whether each has its balances."""
        reader = self._database.reader
        known = queries.roll_up_of(reader, account_id=account_id)
        before = queries.holdings_before(reader, account_id=account_id, at=day)
        names = None if before is None else names_in(before["holdings"])
        points = []
        for number, row in enumerate(list(queries.aging_snapshots(reader, **span))):
            if number % _READ_AT_ONCE == 0:
                await asyncio.sleep(0)  # others get their turn between
            is_other = False
            if row["holdings"] is not None:
                earlier, names = names, names_in(row["holdings"])
                is_other = names != earlier
            points.append((_aged(row, known, is_other), row["holdings"] is not None))
        return points


def _aged(row: Row, known: Row, is_other: bool) -> Aged:
    """is_other: whether its balances are of other assets than those before; volumes are asked for by both."""
    return Aged(
        at=row["at"],
        usd=Decimal(row["usd"]),
        btc=Decimal(row["btc"]),
        kind=row["kind"],
        pinned=bool(row["is_break"]) or row["at"] == known["start"],
        full=is_other,
        marked=row["mark"] is not None,
        after_gap=row["after_ms"] is not None and row["after_ms"] > _LONG_GAP_MS,
    )


def _take(steps: Sequence[_Step], connection: Connection) -> None:
    for step, _ in steps:
        step(connection)


def _drop_changes(account_id: int, now: datetime, connection: Connection) -> int:
    """Takes away what loads found changed and entries explain, and what no flow comes of any more."""
    unknown_before = milliseconds(now - UNKNOWN_CHANGES_FOR)
    settled: int = queries.drop_settled_changes(
        connection, account_id=account_id, before=milliseconds(now - WHOLE_FOR), most=MOST_AT_ONCE
    )
    unknown: int = queries.drop_unknown_changes(
        connection, account_id=account_id, before=unknown_before, most=MOST_AT_ONCE
    )
    queries.move_changes_from(connection, account_id=account_id, before=unknown_before)
    return max(settled, unknown)


def _give_back(connection: Connection) -> bool:
    """Gives the disk some of the file's empty pages back while a quarter of it is empty; whether it did.

    Fewer are left for what is to come. A file made before version 0014 of the schema gives none back.
    """
    free, pages = (
        connection.execute(f"PRAGMA {count}").fetchone()[0] for count in ("freelist_count", "page_count")
    )
    if free * 4 <= pages:
        return False
    connection.execute(f"PRAGMA incremental_vacuum({MOST_AT_ONCE})").fetchall()
    return bool(connection.execute("PRAGMA freelist_count").fetchone()[0] < free)
