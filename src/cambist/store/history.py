"""An account's history: what loads measured, what was imported."""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from sqlite3 import Row

import msgspec

from cambist.actions.facts import Between, Dated, Holdings, Imported, KeptLoad, LastRead, Worths
from cambist.core.audit import AuditEntry, Event
from cambist.core.changes import totals_of
from cambist.core.errors import NotFound, ReceiptThinned, SetupError
from cambist.core.history import Baselines, Neighbours, Snapshot, milliseconds, moment
from cambist.core.money import ONE
from cambist.core.prices import Numeraire, Quote
from cambist.core.profit import counts_as_start
from cambist.core.summary import Point
from cambist.core.terms import Worth
from cambist.core.valuation import worth_of
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import decode_holdings, encode_numbers, names_in
from cambist.store.receipts import decode_digest, decode_receipt, read_receipt
from cambist.store.rows import account_from, flow_mark_from, snapshot_from, snapshot_of

MOST_SNAPSHOTS = 10_000
_AT_A_TIME = 200

# What reading a document that was changed from outside may raise.
_UNREADABLE = (zlib.error, msgspec.DecodeError, ArithmeticError, LookupError, ValueError, TypeError)


class HistoryStore:
    """Fits the port `History`."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit

    async def baselines(self, account_id: int, day: datetime, month: datetime) -> Baselines:
        rows = queries.baselines(
            self._database.reader, account_id=account_id, day=milliseconds(day), month=milliseconds(month)
        )
        by_place = {row["place"]: row for row in rows}
        last, flows = by_place.pop("last", None), by_place.pop("flows", None)
        found = {place: snapshot_of(row) for place, row in by_place.items()}
        return Baselines(
            day=Neighbours(found.get("day_before"), found.get("day_after")),
            month=Neighbours(found.get("month_before"), found.get("month_after")),
            first=found.get("first"),
            last=None if last is None else moment(last["at"]),
            flows=None if flows is None else flow_mark_from(flows),
        )

    async def last_read(self, account_id: int) -> LastRead:
        row = queries.last_holdings(self._database.reader, account_id=account_id)
        return LastRead() if row is None else decode_holdings(row["holdings"], moment(row["at"]))

    async def complete_read(self, account_id: int, at: datetime) -> LastRead | None:
        row = queries.last_own(self._database.reader, account_id=account_id, at=milliseconds(at))
        return None if row is None else decode_holdings(row["holdings"], moment(row["at"]))

    async def worths_by_asset(
        self, account_id: int, at: datetime
    ) -> tuple[datetime, Mapping[str, tuple[Decimal, Worth | None]]] | None:
        row = queries.last_own(self._database.reader, account_id=account_id, at=milliseconds(at))
        if row is None:
            return None
        read = decode_holdings(row["holdings"], moment(row["at"]))
        known, rate = _numeraire_of(row, read), Decimal(row["rate"])
        worths = {}
        for asset, total in totals_of(moment(row["at"]), read.wallets, read.routes).amounts.items():
            route = read.routes.get(asset)
            is_known = route is not None and route.quote in known.quotes
            worths[asset] = total, worth_of(total, route, known, rate) if route and is_known else None
        return moment(row["at"]), worths

    async def holdings(self, account_id: int, start: datetime, until: datetime) -> Holdings | None:
        reader = self._database.reader
        first = queries.last_holdings_before(reader, account_id=account_id, at=milliseconds(start))
        if first is None:
            return None
        span = {"account_id": account_id, "since": first["at"], "until": milliseconds(until)}
        rows = list(queries.holdings_from(reader, **span, most=MOST_SNAPSHOTS + 1))
        if len(rows) > MOST_SNAPSHOTS:
            return None
        names: set[str] = set()
        for number, row in enumerate(rows):
            if number % _AT_A_TIME == 0:
                await asyncio.sleep(0)  # others get their turn between
            if row["holdings"] is not None:
                names |= names_in(row["holdings"])
        return Holdings(frozenset(names), tuple((moment(row["at"]), Decimal(row["btc_usd"])) for row in rows))

    async def import_points(self, account_id: int, points: Sequence[Snapshot]) -> Imported:
        def work(connection: Connection) -> Imported:
            own = queries.first_own_snapshot(connection, account_id=account_id)
            kept = [p for p in points if own is None or milliseconds(p.at) < own["at"]]
            for point in kept:
                queries.keep_snapshot(
                    connection,
                    account_id=account_id,
                    at=milliseconds(point.at),
                    kind="imported",
                    usd=str(point.worth.usd),
                    btc=str(point.worth.btc),
                    rate=str(point.worth.rate),
                    btc_usd=None,
                    currency=point.currency,
                    counts_as_start=counts_as_start(point.worth),
                    holdings=None,
                )
            queries.end_fresh_second(connection, id=account_id)
            return Imported(len(kept), len(points) - len(kept))

        return await self._database.write(work)

    async def points(self, account_id: int) -> list[Snapshot]:
        rows = queries.snapshots_of_account(self._database.reader, account_id=account_id)
        return [snapshot for row in rows if (snapshot := snapshot_from(row)) is not None]

    async def kept_load(self, user_id: int, load_id: str) -> KeptLoad:
        row = queries.kept_load(self._database.reader, load_id=load_id, user_id=user_id)
        if row is None:
            raise NotFound(f"There is no receipt of a load {load_id!r}.")
        return _read_load(row, load_id)

    async def worths(self, account_id: int, since: datetime, until: datetime, most: int) -> Worths:
        row = queries.worths(
            self._database.reader,
            account_id=account_id,
            since=milliseconds(since),
            until=milliseconds(until),
            most=most,
        )
        return Worths(*row)

    async def worths_at(
        self, account_ids: Sequence[int], times: Sequence[datetime]
    ) -> Mapping[int, Sequence[Point]]:
        rows = queries.worths_at(
            self._database.reader,
            accounts=encode_numbers(account_ids),
            times=encode_numbers(map(milliseconds, times)),
        )
        found: dict[int, dict[int, tuple[str, str]]] = {account_id: {} for account_id in account_ids}
        for account_id, at, usd, btc in rows:
            found[account_id][at] = usd, btc
        return {
            account_id: [Point(at, Decimal(usd), Decimal(btc)) for at, (usd, btc) in sorted(stood.items())]
            for account_id, stood in found.items()
        }

    async def first_at(self, account_ids: Sequence[int]) -> datetime | None:
        (first,) = queries.first_snapshot_of(self._database.reader, accounts=encode_numbers(account_ids))
        return None if first is None else moment(first)

    async def worths_beside(self, account_id: int, since: datetime, until: datetime) -> tuple[Worths, Worths]:
        reader = self._database.reader
        before = queries.worth_before(reader, account_id=account_id, since=milliseconds(since))
        after = queries.worth_after(reader, account_id=account_id, until=milliseconds(until))
        return Worths(*(before or ())), Worths(*(after or ()))

    async def dated(
        self, account_id: int, since: datetime, until: datetime, every: timedelta, most: int
    ) -> list[Dated]:
        rows = queries.dated_snapshots(
            self._database.reader,
            account_id=account_id,
            since=milliseconds(since),
            until=milliseconds(until),
            every=every // timedelta(milliseconds=1),
            most=most,
        )
        return [*map(_dated, rows)]

    async def point(self, account_id: int, at: datetime) -> Dated:
        return _point(self._database.reader, account_id, at)

    async def mark(
        self, user_id: int, account_id: int, at: datetime, mark: str | None, by: str, now: datetime
    ) -> Dated:
        event = Event.HISTORY_UNMARKED if mark is None else Event.HISTORY_MARKED

        def work(connection: Connection) -> Dated:
            queries.mark_snapshot(connection, account_id=account_id, at=milliseconds(at), mark=mark)
            marked = _point(connection, account_id, at)
            queries.end_fresh_second(connection, id=account_id)
            about = at.isoformat(timespec="milliseconds")
            self._audit.append(connection, AuditEntry(now, event, by, user_id, account_id, about))
            return marked

        return await self._database.write(work)

    async def around(self, account_id: int, at: datetime) -> tuple[Neighbours, Between]:
        reader, own = self._database.reader, {"account_id": account_id, "at": milliseconds(at)}
        found = Neighbours(
            snapshot_from(queries.good_before(reader, **own)),
            snapshot_from(queries.good_after(reader, **own)),
        )
        if found.before is None or found.after is None:
            return found, Between(None, partial=False, imported=False)
        row = queries.measured_between(
            reader,
            account_id=account_id,
            since=milliseconds(found.before.at),
            until=milliseconds(found.after.at),
        )
        return found, Between(_unmeasured(row), bool(row["partial"]), bool(row["imported"]))

    async def begins_at(self, account_id: int) -> datetime | None:
        row = queries.first_good(self._database.reader, account_id=account_id)
        return None if row is None else moment(row["at"])

    async def kept_near(self, account_id: int, at: datetime, within: timedelta) -> KeptLoad | None:
        row = queries.load_near(
            self._database.reader,
            account_id=account_id,
            at=milliseconds(at),
            since=milliseconds(at - within),
            until=milliseconds(at + within),
        )
        return None if row is None else _read_load(row, row["receipt_id"])


def _numeraire_of(row: Row, read: LastRead) -> Numeraire:
    """What BTC valued quotes at by a snapshot; by its receipt where it is older than such snapshots."""
    if read.quotes is None and row["receipt"] is not None:
        return decode_receipt(row["receipt"]).numeraire
    btc_usd = Decimal(row["btc_usd"])
    as_dollars = dict.fromkeys({route.quote for route in read.routes.values()}, Quote(ONE, btc_usd))
    known = {"USD": Quote(ONE, btc_usd)} if read.quotes is None else as_dollars | dict(read.quotes)
    return Numeraire(btc_usd, "", {**known, "BTC": Quote(ONE, ONE)})


def _point(connection: Connection, account_id: int, at: datetime) -> Dated:
    row = queries.snapshot_at(connection, account_id=account_id, at=milliseconds(at))
    if row is None:
        raise NotFound(f"The history has no point at {at.isoformat(timespec='milliseconds')}.")
    return _dated(row)


def _dated(row: Row) -> Dated:
    return Dated(snapshot_of(row), row["kind"], bool(row["is_break"]), _unmeasured(row), row["mark"])


def _unmeasured(row: Row) -> timedelta | None:
    told = row["unmeasured_ms"]
    return None if told is None else timedelta(milliseconds=told)


def _read_load(row: Row, load_id: str) -> KeptLoad:
    try:
        if row["is_digest"]:
            raise ReceiptThinned(decode_digest(row["document"]).sentence(load_id, moment(row["at"])))
        return _kept_load(row)
    except _UNREADABLE as broken:
        raise SetupError(
            f"What is kept of load {load_id} cannot be read: the database was changed from outside."
        ) from broken


def _kept_load(row: Row) -> KeptLoad:
    receipt, sums = read_receipt(row["document"])
    kept = KeptLoad(receipt, account_from(row), sums=sums)
    if row["holdings"] is None:
        return kept
    read = decode_holdings(row["holdings"], moment(row["at"]))
    return replace(kept, snapshot=snapshot_from(row), complete=row["kind"] == "own", read=read)
