"""Flows: entries of ledgers, what loads found changed, and how far each source has told."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from sqlite3 import Row

import msgspec

from cambist.actions.facts import Due, Noted
from cambist.actions.flow_facts import Candidate, FlowStanding, Place, SourceState, Unexplained
from cambist.core.changes import Totals, totals_of, unexplained
from cambist.core.flows import GRACE, Change, NetFlows, net, tellable_until, times
from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Booked, EntryKind, Page, is_net_flow
from cambist.store.booking import book, booked_from, change_from
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import decode_holdings, encode_resting
from cambist.store.events import tell_unexplained_change
from cambist.store.matching import matched
from cambist.store.memo import remember

MOST_KNOWN = 1_000
PAGE_EXTENDS = timedelta(minutes=3)


class FlowStore:
    """Fits the port `Flows`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._net: dict[int, tuple[int, NetFlows]] = {}
        self._totals: dict[int, Totals] = {}

    async def due(self, now: datetime, resting: Sequence[tuple[str, str | None]], most: int) -> list[Due]:
        rows = queries.due_flows(
            self._database.reader, now=milliseconds(now), resting=encode_resting(resting), most=most
        )
        return [
            Due(row["user_id"], row["id"], row["market"], egress=row["egress"], flows=True) for row in rows
        ]

    async def claim(
        self, user_id: int, account_id: int, now: datetime, lease: timedelta
    ) -> Sequence[SourceState] | None:
        def work(connection: Connection) -> Sequence[SourceState] | None:
            claimed = queries.claim_flows(
                connection,
                account_id=account_id,
                user_id=user_id,
                now=milliseconds(now),
                until=milliseconds(now + lease),
            )
            return _sources(connection, account_id) if claimed else None

        return await self._database.write(work)

    async def keep_page(
        self, account_id: int, source: str, page: Page, booked: Sequence[Booked], now: datetime
    ) -> None:
        def work(connection: Connection) -> None:
            book(connection, account_id, booked, [(source, name) for name in page.void])
            queries.keep_flow_source(
                connection,
                account_id=account_id,
                source=source,
                cursor=page.cursor,
                known_from=milliseconds(page.known_from),
                until=milliseconds(page.until),
            )
            until = milliseconds(now + PAGE_EXTENDS)
            queries.extend_flows(connection, account_id=account_id, until=until)

        await self._database.write(work)

    async def fail(self, account_id: int, source: str, why: str, at: datetime) -> None:
        await self._database.write(
            lambda connection: queries.fail_flow_source(
                connection, account_id=account_id, source=source, failure=why, at=milliseconds(at)
            )
        )

    async def end(self, account_id: int, next_at: datetime, known_from: datetime | None) -> None:
        await self._database.write(
            lambda connection: queries.end_flows(
                connection,
                account_id=account_id,
                next_at=milliseconds(next_at),
                known_from=None if known_from is None else milliseconds(known_from),
            )
        )
        await self.net(account_id)  # read here, so that no load has to

    async def soon(self, account_id: int, now: datetime) -> None:
        await self._database.write(
            lambda connection: queries.want_flows(connection, account_id=account_id, at=milliseconds(now))
        )

    async def book(self, account_id: int, booked: Sequence[Booked]) -> None:
        await self._database.write(lambda connection: book(connection, account_id, booked))

    async def booked(
        self,
        account_id: int,
        since: datetime,
        until: datetime,
        kinds: Collection[EntryKind] = frozenset(EntryKind),
        most: int = 1_000,
        after: Booked | None = None,
    ) -> list[Booked]:
        rows = queries.booked_entries(
            self._database.reader,
            account_id=account_id,
            since=milliseconds(since),
            until=milliseconds(until),
            kinds=msgspec.json.encode(sorted(kinds)).decode(),
            after_at=milliseconds(since if after is None else after.entry.at),
            after_source="" if after is None else after.source,
            after_id="" if after is None else after.entry.id,
            most=most,
        )
        return [booked_from(row) for row in rows]

    async def changes(
        self, account_id: int, since: datetime, until: datetime, *, open_only: bool = False
    ) -> list[Change]:
        rows = queries.changes_of(
            self._database.reader,
            account_id=account_id,
            since=milliseconds(since),
            until=milliseconds(until),
            open_only=open_only,
        )
        return [change_from(row) for row in rows]

    async def net(self, account_id: int, version: int | None = None) -> NetFlows:
        known = self._net.get(account_id)
        if version is not None and known is not None and known[0] == version:
            return known[1]
        reader = self._database.reader
        standing = queries.flow_standing(reader, account_id=account_id)
        if standing is None:
            return NetFlows()
        if known is None or known[0] != standing["version"]:
            # What is read may be newer than the version it is remembered by: then it is read again.
            known = standing["version"], _net_flows(reader, account_id, _when(standing["known_from"]))
            remember(self._net, account_id, known, MOST_KNOWN)
        return known[1]

    async def standing(self, account_id: int) -> FlowStanding:
        row = queries.flow_standing(self._database.reader, account_id=account_id)
        if row is None:
            return FlowStanding()
        return FlowStanding(
            version=row["version"],
            next_at=_when(row["next_at"]),
            known_from=_when(row["known_from"]),
            changes_from=_when(row["changes_from"]),
            latest=_when(row["latest"] or None),
            sources=tuple(_sources(self._database.reader, account_id)),
        )

    async def candidates_to_match(self, user_id: int, tx: Collection[str]) -> list[Candidate]:
        rows = queries.entries_of_tx(
            self._database.reader, user_id=user_id, tx=msgspec.json.encode(sorted(tx)).decode()
        )
        return [Candidate(row["account_id"], booked_from(row)) for row in rows]

    async def match(self, left: Place, arrived: Place) -> bool:
        return await self._database.write(lambda connection: matched(connection, left, arrived))

    async def unexplained(self, now: datetime, most: int) -> list[Unexplained]:
        reader = self._database.reader
        accounts = list(queries.accounts_with_untold_changes(reader, before=milliseconds(now - GRACE)))
        found = (one for row in accounts for one in _unexplained(reader, row, now))
        return list(islice(found, most))

    async def told(self, unexplained: Sequence[Unexplained]) -> None:
        def work(connection: Connection) -> None:
            for one in unexplained:
                newly = queries.mark_told(
                    connection,
                    account_id=one.account_id,
                    asset=one.asset,
                    since=milliseconds(one.since),
                    until=milliseconds(one.at),
                )
                if newly:
                    tell_unexplained_change(connection, one)

        await self._database.write(work)

    async def totals(
        self, account_id: int, at: datetime, positions: frozenset[str] = frozenset()
    ) -> Totals | None:
        known = self._totals.get(account_id)
        if known is not None and known.at == at:
            return known
        row = queries.own_holdings(self._database.reader, account_id=account_id, at=milliseconds(at))
        if row is None:
            return None
        read = decode_holdings(row["holdings"], at)
        return totals_of(at, read.wallets, read.routes, positions)

    def remember(self, account_id: int, noted: Noted) -> None:
        remember(self._totals, account_id, noted.totals, MOST_KNOWN)
        if noted.net is not None:
            remember(self._net, account_id, (noted.version, noted.net), MOST_KNOWN)


def _sources(connection: Connection, account_id: int) -> list[SourceState]:
    return [
        SourceState(
            row["source"],
            row["cursor"],
            _when(row["known_from"]),
            _when(row["until"]),
            row["failure"],
            _when(row["failed_at"]),
        )
        for row in queries.flow_sources_of(connection, account_id=account_id)
    ]


def _net_flows(connection: Connection, account_id: int, known_from: datetime | None) -> NetFlows:
    entries = [
        (booked.entry.at, net(booked.worth))
        for booked in map(booked_from, queries.net_entries(connection, account_id=account_id))
        if booked.worth is not None and is_net_flow(booked, known_from)
    ]
    since = None if known_from is None else milliseconds(known_from)
    left = queries.open_changes(connection, account_id=account_id, known_from=since)
    return NetFlows.of(entries, map(change_from, left), known_from)


def _unexplained(connection: Connection, account: Row, now: datetime) -> Iterator[Unexplained]:
    rows = queries.open_changes(
        connection, account_id=account["account_id"], known_from=account["whole_from"]
    )
    noted = ((change_from(row), bool(row["told"])) for row in rows)
    sources = _sources(connection, account["account_id"])
    for one in unexplained(noted, tellable_until(now, [each.until for each in sources])):
        worth = None if one.price is None else times(one.residual, one.price)
        yield Unexplained(
            account["user_id"], account["account_id"], one.asset, one.since, one.at, one.residual, worth
        )


def _when(stored_ms: int | None) -> datetime | None:
    return None if stored_ms is None else moment(stored_ms)
