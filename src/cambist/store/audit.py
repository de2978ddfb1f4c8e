"""The audit log: entries are only ever added, each chained to the one before by a key kept sealed."""

import hmac
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from sqlite3 import Row

from cambist.actions.facts import ChainBroken, ChainWhole, Head, Logged, LogPage
from cambist.core.audit import FIRST_LINK, AuditEntry, Event, chained
from cambist.core.history import milliseconds, moment
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import decode_failure

_READ_AT_ONCE = 10_000
_SOUGHT_AT_ONCE = 20_000


class AuditStore:
    """Fits the port `Audit`, and is the log that other stores write to within their own transactions.

    link: what makes an entry's link of its text, by a key that is not in the database.
    """

    def __init__(self, database: Database, link: Callable[[bytes], bytes]) -> None:
        self._database = database
        self._link = link

    def append(self, connection: Connection, entry: AuditEntry) -> None:
        """Adds an entry within the caller's transaction, whose lock makes it the only one to."""
        last = queries.last_audit_entry(connection)
        number, before = (last["id"] + 1, last["link"]) if last else (1, FIRST_LINK)
        queries.add_audit_entry(
            connection,
            id=number,
            at=milliseconds(entry.at),
            event=entry.event,
            by=entry.by,
            user_id=entry.user_id,
            account_id=entry.account_id,
            about=entry.about,
            link=self._link(chained(before, number, entry)),
        )

    async def record(self, entry: AuditEntry) -> None:
        await self._database.write(lambda connection: self.append(connection, entry))

    async def entries(
        self,
        user_id: int | None = None,
        account_id: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[AuditEntry]:
        rows = queries.audit_entries(
            self._database.reader,
            user_id=user_id,
            account_id=account_id,
            since=None if since is None else milliseconds(since),
            until=None if until is None else milliseconds(until),
        )
        return map(_entry_from, rows)

    async def latest(
        self, user_id: int | None, most: int, before: int | None = None, left_out: Event | None = None
    ) -> LogPage:
        reader = self._database.reader
        if before is None:
            last = queries.last_audit_entry(reader)
            before = 1 if last is None else last["id"] + 1
        start = max(1, before - _SOUGHT_AT_ONCE)
        rows = queries.latest_audit(
            reader, user_id=user_id, event_left_out=left_out, start=start, before=before, most=most
        )
        found = tuple(map(_logged_from, rows))
        reached = found[-1].number if len(found) == most else start
        return LogPage(found, reached if reached > 1 else None)

    async def verify(
        self, progress: Callable[[int], None], noted: Head | None = None
    ) -> ChainWhole | ChainBroken:
        rows = iter(queries.whole_audit(self._database.reader))
        number, link = 0, FIRST_LINK
        while some := list(islice(rows, _READ_AT_ONCE)):
            for row in some:
                number += 1
                if row["id"] != number:
                    return ChainBroken(number, "is missing")
                expected = self._expected(link, number, row)
                if expected is None or not hmac.compare_digest(expected, row["link"]):
                    return ChainBroken(number, "was changed")
                link = expected
                if noted is not None and noted.number == number and noted.link != link:
                    return ChainBroken(number, "is not the one that was noted")
            progress(number)
        if noted is not None and noted.number > number:
            return ChainBroken(number + 1, "is missing")
        return ChainWhole(Head(number, link))

    def _expected(self, before: bytes, number: int, row: Row) -> bytes | None:
        """The link that the row's entry must have; None where it is no entry."""
        try:
            return self._link(chained(before, number, _entry_from(row)))
        except (ValueError, TypeError, OverflowError):
            return None


def _logged_from(row: Row) -> Logged:
    failure = row["failure"]
    return Logged(row["id"], _entry_from(row), None if failure is None else decode_failure(failure))


def _entry_from(row: Row) -> AuditEntry:
    return AuditEntry(
        moment(row["at"]), Event(row["event"]), row["by"], row["user_id"], row["account_id"], row["about"]
    )
