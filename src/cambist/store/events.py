"""Events, told in the transaction of what they tell, so that neither is there without the other."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from sqlite3 import Row

import msgspec

from cambist.actions.facts import Load
from cambist.actions.flow_facts import Unexplained
from cambist.core.control import Control, State
from cambist.core.errors import LoadFailed
from cambist.core.events import (
    KEPT_FOR,
    LOADS_KEPT_FOR,
    MOST_LOADS_KEPT,
    MOST_OTHERS_KEPT,
    Event,
    Events,
    Kind,
    document,
    loaded,
    unexplained_change,
)
from cambist.core.history import milliseconds, moment
from cambist.core.money import plain_text
from cambist.core.terms import Figures, KeyState
from cambist.core.thresholds import Threshold
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import decode_figures
from cambist.store.thresholds import threshold_from

_MOST_DROPPED = 500


class EventStore:
    """Fits the port `Events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        return self._database.version()

    async def newest(self, user_id: int) -> int:
        return int(queries.newest_event(self._database.reader, user_id=user_id)["id"])

    async def after(
        self,
        user_id: int,
        after: int,
        most: int,
        kinds: Collection[Kind] = (),
        account_id: int | None = None,
    ) -> Events:
        reader = self._database.reader
        until = max(await self.newest(user_id), after)
        rows = queries.events_after(
            reader,
            user_id=user_id,
            after=after,
            until=until,
            kinds=msgspec.json.encode(sorted(kinds)).decode() if kinds else None,
            account_id=account_id,
            most=most,
        )
        found = tuple(map(event_from, rows))
        gone = queries.events_gone(reader, user_id=user_id)
        which = "others_gone" if kinds and Kind.LOADED not in kinds else "events_gone"
        return Events(
            found,
            found[-1].id if len(found) == most else until,
            gone is not None and after < gone[which],
        )

    async def prune(self, now: datetime) -> int:
        """Some rows a transaction. Each person's newest stays, for its id."""
        dropped = 0
        for row in list(queries.all_users(self._database.reader)):
            for is_load, until in self._limits(row["id"], now):
                dropped += await self._drop(row["id"], is_load, until)
                await asyncio.sleep(0)
        return dropped

    def _limits(self, user_id: int, now: datetime) -> list[tuple[bool | None, int]]:
        """(of plain loads, of others, or None for both; the last id of them to drop)."""
        reader = self._database.reader
        found: list[tuple[bool | None, int]] = []
        for is_load, kept_for in ((None, KEPT_FOR), (True, LOADS_KEPT_FOR)):
            young = queries.first_young_event(reader, user_id=user_id, before=milliseconds(now - kept_for))
            first = young or queries.newest_event(reader, user_id=user_id)
            found.append((is_load, first["id"] - 1))
        for is_load, most in ((True, MOST_LOADS_KEPT), (False, MOST_OTHERS_KEPT)):
            over = queries.last_event_too_many(reader, user_id=user_id, is_load=is_load, most=most)
            found.append((is_load, 0 if over is None else over["id"]))
        return found

    async def _drop(self, user_id: int, is_load: bool | None, until: int) -> int:
        def work(connection: Connection) -> int:
            dropped: int = queries.drop_events(
                connection, user_id=user_id, is_load=is_load, until=until, most=_MOST_DROPPED
            )
            if dropped:
                queries.note_events_gone(connection, user_id=user_id, is_load=is_load, until=until)
            return dropped

        total, last = 0, _MOST_DROPPED
        while last == _MOST_DROPPED:
            last = await self._database.write(work)
            total += last
        return total


def tell(
    connection: Connection, user_id: int, account_id: int | None, at: int, kind: Kind, text: str
) -> None:
    """Adds an event within the caller's transaction. at: milliseconds since 1970. text: its document."""
    queries.add_event(
        connection, user_id=user_id, account_id=account_id, at=at, kind=kind.value, document=text
    )


def tell_unexplained_change(connection: Connection, one: Unexplained) -> None:
    """Tells of a change that nothing explains, at the time that it was noted; who calls marks it as told."""
    usd, btc = (None, None) if one.worth is None else (one.worth.usd, one.worth.btc)
    text = unexplained_change(one.asset, one.residual, usd, btc, one.since, one.at)
    tell(connection, one.user_id, one.account_id, milliseconds(one.at), Kind.UNEXPLAINED_CHANGE, text)


def telling_load(load: Load) -> Callable[[Connection, int, Row | None], None]:
    """Encodes the event of a load that brought data; the result writes it, and what has changed with it.

    That is done while the account's row still says what was before, which may be handed over.
    """
    at, load_id = milliseconds(load.snapshot.at), load.receipt.load_id
    text = loaded(load_id, load.complete, load.figures.usd, load.figures.btc)

    def write(connection: Connection, account_id: int, as_it_was: Row | None) -> None:
        before = as_it_was or queries.account_as_it_was(connection, id=account_id)
        if before is None:
            return  # removed meanwhile: nothing of the load is kept
        user_id = before["user_id"]
        tell(connection, user_id, account_id, at, Kind.LOADED, text)
        if before["key_state"] != "ok" or before["complete"] != load.complete or before["is_watched"]:
            _tell_changed(connection, partial(tell, connection, user_id, account_id, at), before, load)

    return write


def tell_first_load(connection: Connection, user_id: int, account_id: int, load: Load) -> None:
    """Tells of the load that an account was connected with."""
    at = milliseconds(load.snapshot.at)
    text = loaded(load.receipt.load_id, load.complete, load.figures.usd, load.figures.btc)
    tell(connection, user_id, account_id, at, Kind.LOADED, text)
    if not load.complete:
        tell(connection, user_id, account_id, at, Kind.PARTIAL, _partial(load))


def tell_failure(connection: Connection, account_id: int, at: int, failure: LoadFailed) -> None:
    """Tells that an account's keys have come to be refused, where a load's failure says so."""
    if failure.key_state is None or failure.key_state == KeyState.OK:
        return
    before = queries.account_as_it_was(connection, id=account_id)
    if before is not None and before["key_state"] == KeyState.OK:
        text = document(Kind.KEY_INVALID, failure.key_state, str(failure))
        tell(connection, before["user_id"], account_id, at, Kind.KEY_INVALID, text)


def tell_control(connection: Connection, account_id: int, control: Control) -> bool:
    """Tells of a control that says other than the last one that said anything; whether the last said off.

    An unknown one says nothing.
    """
    before = queries.control_as_it_was(connection, account_id=account_id)
    if before is None or control.state is State.UNKNOWN or control.at is None:
        return before is not None and bool(before["told_off"])
    is_off = control.state is State.UNRECONCILED
    if is_off != bool(before["told_off"]):
        text = (
            document(Kind.UNRECONCILED, control.load_id, control.reason)
            if is_off
            else document(Kind.RECONCILED, control.load_id)
        )
        kind = Kind.UNRECONCILED if is_off else Kind.RECONCILED
        tell(connection, before["user_id"], account_id, milliseconds(control.at), kind, text)
    return is_off


def event_from(row: Row) -> Event:
    return Event(
        row["id"], moment(row["at"]), row["user_id"], row["account_id"], Kind(row["kind"]), row["document"]
    )


def _partial(load: Load) -> str:
    missing = [gone.wallet for gone in load.gaps.missing]
    return document(Kind.PARTIAL, load.receipt.load_id, missing)


def _tell_changed(connection: Connection, told: Callable[[Kind, str], None], before: Row, load: Load) -> None:
    load_id = load.receipt.load_id
    if before["key_state"] != KeyState.OK:
        told(Kind.KEY_OK, document(Kind.KEY_OK, load_id))
    if load.complete and not before["complete"]:
        told(Kind.COMPLETE, document(Kind.COMPLETE, load_id))
    if not load.complete and before["complete"]:
        told(Kind.PARTIAL, _partial(load))
    if not before["is_watched"]:
        return
    earlier = decode_figures(before["figures"])
    rows = queries.thresholds_of_account(connection, user_id=before["user_id"], account_id=before["id"])
    for threshold in map(threshold_from, rows):
        if threshold.is_crossed(earlier, load.figures):
            told(Kind.THRESHOLD_CROSSED, _crossed(threshold, earlier, load))


def _crossed(threshold: Threshold, earlier: Figures, load: Load) -> str:
    return document(
        Kind.THRESHOLD_CROSSED,
        threshold.id,
        threshold.measure.value,
        threshold.side.value,
        plain_text(threshold.value),
        plain_text(threshold.figure(earlier)),
        plain_text(threshold.figure(load.figures)),
        load.receipt.load_id,
        load.complete,
    )
