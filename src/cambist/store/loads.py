"""Loads: whose turn it is, and what a load leaves behind, whole or not at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Row

from cambist.actions.attempt_facts import Attempt, Failing
from cambist.actions.facts import Due, Fresh, Held, Load, Outcome, Turn
from cambist.core.audit import AuditEntry, Event
from cambist.core.errors import AccountLocked, LoadFailed, LoadInterrupted, NotFound
from cambist.core.history import milliseconds, moment
from cambist.core.profit import counts_as_start
from cambist.core.receipts import RawAnswer
from cambist.core.terms import Account
from cambist.store.answers import AnswerStore
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import (
    decode_coverage,
    decode_failure,
    encode_failure,
    encode_figures,
    encode_flows,
    encode_gaps,
    encode_holdings,
    encode_resting,
)
from cambist.store.events import tell_failure, telling_load
from cambist.store.memo import remember
from cambist.store.noting import note
from cambist.store.receipts import encode_receipt
from cambist.store.rows import account_from, chosen_from, sealed_from

# Whose account's row as it was is kept in memory; others' is read again.
MOST_TURNS = 1_000
# Refreshes that were due together drift apart: each account is late by its own part of this.
_LATE_BY = 0.05


class LoadStore:
    """Fits the port `Loads`. A running attempt's row is the account's turn: an index allows only one."""

    def __init__(self, database: Database, audit: AuditStore, answers: AnswerStore) -> None:
        self._database = database
        self._audit = audit
        self._answers = answers
        self._as_it_was: dict[str, Row] = {}  # by load, from its turn on: nobody else changes an account then

    async def take_turn(
        self, user_id: int, account_id: int, load_id: str, cause: str, now: datetime, lease: timedelta
    ) -> Turn | Held | Fresh:
        def work(connection: Connection) -> Turn | Held | Fresh:
            row = queries.turn_credentials(connection, id=account_id, user_id=user_id)
            ready = _state_of_turn(connection, row, now)
            if ready is not None:
                return ready
            queries.begin_attempt(
                connection,
                load_id=load_id,
                user_id=user_id,
                account_id=account_id,
                cause=cause,
                at=milliseconds(now),
                lease_until=milliseconds(now + lease),
            )
            used = AuditEntry(now, Event.KEYS_USED, cause, user_id, account_id, load_id)
            self._audit.append(connection, used)
            coverage = decode_coverage(row["coverage"])
            remember(self._as_it_was, load_id, row, MOST_TURNS)
            return Turn(
                load_id,
                account_id,
                user_id,
                row["market"],
                coverage,
                row["data_key"],
                sealed_from(row),
                chosen_from(row),
            )

        return await self._database.write_briefly(work)

    async def extend_turn(self, load_id: str, until: datetime) -> None:
        await self._database.write_briefly(
            lambda connection: queries.extend_attempt(connection, load_id=load_id, until=milliseconds(until))
        )

    async def keep(self, account_id: int, load: Load) -> Account:
        write, figures, gaps = (
            snapshot_and_receipt(load),
            encode_figures(load.figures),
            encode_gaps(load.gaps),
        )
        keep_answers = self._answers.keeping(load.receipt.load_id, load.snapshot.at, load.answers)
        tell, as_it_was = telling_load(load), self._as_it_was.pop(load.receipt.load_id, None)

        def work(connection: Connection) -> Account:
            at = milliseconds(load.snapshot.at)
            load_id = load.receipt.load_id
            if not queries.end_attempt(connection, load_id=load_id, at=at, failure=None):
                raise LoadInterrupted("The load took longer than its turn; nothing was changed.")
            write(connection, account_id)
            keep_answers(connection, account_id)
            tell(connection, account_id, as_it_was)
            row = queries.set_loaded(
                connection,
                id=account_id,
                figures=figures,
                load_id=load_id,
                complete=load.complete,
                gaps=gaps,
                flows=encode_flows(load.flows),
                egress=load.egress.name or None,
                worked_from=load.egress.shows or None,
                at=at,
                fresh_until=milliseconds(load.fresh_until),
            )
            if row is None:
                raise NotFound("Not Found")
            note(connection, account_id, load, row["latest_entry"])
            return account_from(row, load.figures)

        return await self._database.write_briefly(work)

    async def fail(
        self, load_id: str, at: datetime, failure: LoadFailed, answers: Sequence[RawAnswer] | None = None
    ) -> None:
        keep_answers = self._answers.keeping(load_id, at, answers)
        self._as_it_was.pop(load_id, None)

        def work(connection: Connection) -> None:
            attempt = queries.attempt(connection, load_id=load_id)
            _end(connection, load_id, attempt["account_id"], at, failure)
            keep_answers(connection, attempt["account_id"])

        await self._database.write_briefly(work)

    async def outcome(self, load_id: str) -> Outcome | None:
        attempt = queries.attempt(self._database.reader, load_id=load_id)
        if attempt is None or attempt["ended_at"] is None:
            return None
        return Outcome(None if attempt["failure"] is None else decode_failure(attempt["failure"]))

    async def attempts(self, account_id: int, most: int) -> list[Attempt]:
        rows = queries.attempts_of_account(self._database.reader, account_id=account_id, most=most)
        return [*map(_attempt, rows)]

    async def failing(self, user_id: int) -> Mapping[int, Failing]:
        rows = queries.failing_accounts(self._database.reader, user_id=user_id)
        return {row["id"]: Failing(decode_failure(row["failure"]), moment(row["since"])) for row in rows}

    async def due(
        self,
        now: datetime,
        every: timedelta,
        keys_retried: timedelta,
        resting: Sequence[tuple[str, str | None]],
        most: int,
    ) -> list[Due]:
        rows = queries.due_accounts(
            self._database.reader,
            before=milliseconds(now - every),
            keys_before=milliseconds(now - keys_retried),
            late_by=round(every * _LATE_BY / timedelta(milliseconds=1)),
            resting=encode_resting(resting),
            most=most,
        )
        return [Due(row["user_id"], row["id"], row["market"], egress=row["egress"]) for row in rows]

    async def record_refusal(
        self,
        user_id: int,
        load_id: str,
        cause: str,
        at: datetime,
        failure: LoadFailed,
        account_id: int | None = None,
    ) -> None:
        def work(connection: Connection) -> None:
            queries.record_attempt(
                connection,
                load_id=load_id,
                user_id=user_id,
                account_id=account_id,
                cause=cause,
                at=milliseconds(at),
                failure=encode_failure(failure),
            )
            refused = AuditEntry(at, Event.KEYS_REFUSED, cause, user_id, account_id, load_id)
            self._audit.append(connection, refused)

        await self._database.write_briefly(work)


def snapshot_and_receipt(load: Load) -> Callable[[Connection, int], None]:
    """Encodes a load's snapshot, marked where it is partial, and its receipt; the result writes them.

    So that the writer's thread has no more to do than to write.
    """
    snapshot = load.snapshot
    at = milliseconds(snapshot.at)
    row = {
        "kind": "own" if load.complete else "partial",
        "usd": str(snapshot.worth.usd),
        "btc": str(snapshot.worth.btc),
        "rate": str(snapshot.worth.rate),
        "btc_usd": str(snapshot.btc_usd),
        "currency": snapshot.currency,
        "counts_as_start": load.complete and counts_as_start(snapshot.worth),
        "holdings": encode_holdings(load.wallets, load.routes, load.receipt.numeraire),
    }
    load_id, document = load.receipt.load_id, encode_receipt(load.receipt)

    def write(connection: Connection, account_id: int) -> None:
        queries.keep_snapshot(connection, account_id=account_id, at=at, **row)
        queries.add_receipt(connection, load_id=load_id, account_id=account_id, at=at, document=document)

    return write


def _attempt(row: Row) -> Attempt:
    return Attempt(
        row["load_id"],
        row["cause"],
        moment(row["started_at"]),
        None if row["ended_at"] is None else moment(row["ended_at"]),
        None if row["failure"] is None else decode_failure(row["failure"]),
        None if row["kind"] is None else row["kind"] != "partial",
        row["is_digest"] is not None and not row["is_digest"],
    )


def _state_of_turn(connection: Connection, row: Row | None, now: datetime) -> Held | Fresh | None:
    """Why the turn is not to be taken; None where it is free (a dead load's expired turn is ended here)."""
    if row is None:
        raise NotFound("Not Found")
    if row["lock_reason"] is not None:
        raise AccountLocked(row["lock_reason"])
    at = milliseconds(now)
    if at < row["fresh_until"]:
        return Fresh(account_from(queries.account(connection, id=row["id"], user_id=row["user_id"])))
    if row["running"] is None:
        return None
    if at < row["lease_until"]:
        return Held(row["running"])
    dead = LoadInterrupted("The load died before it was done; nothing was changed.")
    _end(connection, row["running"], row["id"], now, dead)
    return None


def _end(connection: Connection, load_id: str, account_id: int, at: datetime, failure: LoadFailed) -> None:
    ended = queries.end_attempt(
        connection, load_id=load_id, at=milliseconds(at), failure=encode_failure(failure)
    )
    if ended:
        tell_failure(connection, account_id, milliseconds(at), failure)
        queries.set_failed(connection, id=account_id, key_state=failure.key_state, at=milliseconds(at))
