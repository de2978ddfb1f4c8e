"""Requests counted by this process and by the others on the same file, and who is held back."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

import msgspec
import structlog

from cambist.core.history import EPOCH, milliseconds, moment
from cambist.core.limits import BANS_REMEMBERED, Restriction
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.memo import Memo

MOST_COUNTED = 10_000
MOST_HELD_BACK = 100_000
WRITTEN_WITHIN_S = 0.9
_SECOND_MS = 1_000

log = structlog.get_logger(__name__)
_by_second = msgspec.json.Decoder(dict[int, int])


@dataclass(slots=True)
class _Counted:
    """A subject's requests by second since 1970, in their order. until: when the last counts no more."""

    until_ms: int = 0
    by_second: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the file says of a subject. others: what other processes counted, (second, requests)."""

    restriction: Restriction | None
    others: Sequence[tuple[int, int]]


class TrafficStore:
    """Fits the port `Traffic`. What was counted is written once in 0.9 s and only where there was something;
    restrictions are written at once. What cannot be written is tried again, and holds in this process.

    At most 10,000 subjects are counted: of more, those forgotten have not asked for longest.
    """

    def __init__(self, database: Database, process: str) -> None:
        self._database = database
        self._process = process
        self._counted: OrderedDict[str, _Counted] = OrderedDict()
        self._changed: set[str] = set()
        self._held: OrderedDict[str, Restriction] = OrderedDict()
        self._now_ms = 0
        self._shared = Memo(database, self._read_shared)
        self._at_once = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    def count(self, subject: str, now: datetime, window: timedelta) -> int:
        self._now_ms = milliseconds(now)
        second = self._now_ms // _SECOND_MS
        since = second - -(-window // timedelta(seconds=1))
        counted = self._counted.get(subject)
        if counted is None:
            counted = self._counted[subject] = _Counted()
            if len(self._counted) > MOST_COUNTED:
                self._changed.discard(self._counted.popitem(last=False)[0])
        else:
            self._counted.move_to_end(subject)
        by_second = counted.by_second
        while by_second and (oldest := next(iter(by_second))) <= since:
            del by_second[oldest]
        by_second[second] = by_second.get(second, 0) + 1
        counted.until_ms = self._now_ms + window // timedelta(milliseconds=1)
        self._changed.add(subject)
        self._write_soon()
        others = self._shared.still(subject).others  # whoever counts has just looked for a restriction
        return sum(by_second.values()) + sum(count for at, count in others if at > since)

    def restriction(self, subject: str) -> Restriction | None:
        written = self._shared.get(subject).restriction
        return self._held.get(subject) or written

    def hold_back(self, restriction: Restriction, now: datetime) -> None:
        self._now_ms = milliseconds(now)
        self._held[restriction.subject] = restriction
        if len(self._held) > MOST_COUNTED:
            self._held.popitem(last=False)
        log.warning(
            "held back",
            subject=restriction.subject,
            until=restriction.until.isoformat(),
            banned=restriction.is_banned(now),
        )
        self._at_once.set()
        self._write_soon()

    async def finish(self) -> None:
        """Writes what is not written yet."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
            await self._write()

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_while_changed())

    async def _write_while_changed(self) -> None:
        while self._changed or self._held:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._at_once.wait(), WRITTEN_WITHIN_S)
            self._at_once.clear()
            await self._write()

    async def _write(self) -> None:
        changed, self._changed = self._changed, set()
        held, now_ms = list(self._held.values()), self._now_ms
        counted = [self._traffic_row(subject) for subject in changed if subject in self._counted]

        def work(connection: Connection) -> None:
            _forget(connection, now_ms)
            queries.keep_traffic(connection, counted)
            queries.keep_restriction(connection, [_restriction_row(each, now_ms) for each in held])

        try:
            await self._database.write(work)
        except asyncio.CancelledError:
            self._changed |= changed
            raise
        except Exception:
            log.exception("requests counted here could not be told to other processes; tried again soon")
            self._changed |= changed & self._counted.keys()
            held = [each for each in held if milliseconds(each.until) <= now_ms]
        for each in held:
            if self._held.get(each.subject) is each:
                del self._held[each.subject]

    def _traffic_row(self, subject: str) -> dict[str, object]:
        counted = self._counted[subject]
        by_second = msgspec.json.encode(counted.by_second)
        return {
            "subject": subject,
            "process": self._process,
            "until": counted.until_ms,
            "by_second": by_second,
        }

    def _read_shared(self, subject: str) -> _Shared:
        return _Shared(self._read_restriction(subject), self._read_others(subject))

    def _read_others(self, subject: str) -> Sequence[tuple[int, int]]:
        rows = queries.traffic_of_others(self._database.reader, subject=subject, process=self._process)
        return [*chain.from_iterable(_by_second.decode(row["by_second"]).items() for row in rows)]

    def _read_restriction(self, subject: str) -> Restriction | None:
        row = queries.restriction(self._database.reader, subject=subject)
        if row is None:
            return None
        banned_until = row["banned_until"]
        return Restriction(
            subject,
            moment(row["until"]),
            row["bans"],
            None if banned_until is None else moment(banned_until),
        )


def _restriction_row(held: Restriction, now_ms: int) -> dict[str, object]:
    banned_until = None if held.banned_until is None else milliseconds(held.banned_until)
    until = milliseconds(held.until)
    return {
        "subject": held.subject,
        "until": until,
        "bans": held.bans,
        "banned_until": banned_until,
        "at": now_ms,
    }


def _forget(connection: Connection, now_ms: int) -> None:
    queries.forget_traffic(connection, now=now_ms)
    before = now_ms - milliseconds(EPOCH + BANS_REMEMBERED)
    queries.forget_restrictions(connection, before=before, most=MOST_HELD_BACK)
