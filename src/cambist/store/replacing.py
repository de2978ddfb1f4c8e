"""New keys or wallets of an account that is kept already: whether they are its own, and their keeping."""

from collections.abc import Callable
from sqlite3 import Row

from cambist.actions.facts import TriedKeys
from cambist.core.audit import AuditEntry, Event
from cambist.core.coverage import check_counted_once
from cambist.core.errors import InvalidInput, LoadInterrupted
from cambist.core.history import milliseconds
from cambist.store.answers import AnswerStore
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.coverage import coverages_beside
from cambist.store.documents import (
    decode_coverage,
    encode_coverage,
    encode_failure,
    encode_figures,
    encode_flows,
    encode_gaps,
)
from cambist.store.events import telling_load
from cambist.store.loads import snapshot_and_receipt
from cambist.store.noting import begin_anew, note
from cambist.store.rights import keep_rights_of_new_keys
from cambist.store.users import data_key_of


def replacing(tried: TriedKeys, audit: AuditStore, answers: AnswerStore) -> Callable[[Connection, Row], None]:
    """Encodes what the load that tried the keys brought; the result writes keys and load to an account's row.

    That raises InvalidInput on `api_key` where the keys are not this account's, on `wallets` where another
    account covers one of them, and LoadInterrupted where the account is not what it was when they were tried.
    """
    write, figures = snapshot_and_receipt(tried.load), encode_figures(tried.load.figures)
    keep_answers = answers.keeping(tried.load.receipt.load_id, tried.load.snapshot.at, tried.load.answers)
    tell, coverage = telling_load(tried.load), encode_coverage(tried.load.coverage)

    def work(connection: Connection, row: Row) -> None:
        load = tried.load
        at, load_id = milliseconds(load.snapshot.at), load.receipt.load_id
        is_same = _keep_keys(connection, row, tried)
        _end_running(connection, row["id"], at)
        queries.record_attempt(
            connection,
            load_id=load_id,
            user_id=row["user_id"],
            account_id=row["id"],
            cause=load.receipt.cause,
            at=at,
            failure=None,
        )
        by = load.receipt.cause, row["user_id"], row["id"], load_id
        for event in _events(tried):
            audit.append(connection, AuditEntry(load.snapshot.at, event, *by))
        keep_rights_of_new_keys(connection, row["id"], tried.rights, load.snapshot.at)
        if queries.unlock_for_new_keys(connection, id=row["id"]):
            audit.append(connection, AuditEntry(load.snapshot.at, Event.ACCOUNT_UNLOCKED, *by))
        queries.set_coverage(connection, id=row["id"], coverage=coverage)
        write(connection, row["id"])
        keep_answers(connection, row["id"])
        if not is_same:
            queries.mark_break(connection, account_id=row["id"], at=at)
        tell(connection, row["id"], None)
        now = queries.set_loaded(
            connection,
            id=row["id"],
            figures=figures,
            load_id=load_id,
            complete=load.complete,
            gaps=encode_gaps(load.gaps),
            flows=encode_flows(load.flows),
            egress=load.egress.name or None,
            worked_from=load.egress.shows or None,
            at=at,
            fresh_until=0,
        )
        if is_same:
            note(connection, row["id"], load, now["latest_entry"])
        else:
            begin_anew(connection, row["id"], at)

    return work


def _keep_keys(connection: Connection, row: Row, tried: TriedKeys) -> bool:
    """Keeps new keys; whether they are known to be the same exchange account's.

    Its own stay as they are kept: what has been replaced or erased meanwhile does not come back.
    """
    if decode_coverage(row["coverage"]) != tried.before:
        raise LoadInterrupted("What the account covers was changed meanwhile; try again.")
    if tried.own is not None:
        kept = (row["api_key"], row["secret"], row["passphrase"])
        if kept != (tried.own.api_key, tried.own.secret, tried.own.passphrase):
            raise LoadInterrupted("The account's keys were changed meanwhile; try again.")
        return _check_same(connection, row, tried, row["api_key"])
    sealed = tried.seal(data_key_of(connection, row["user_id"]))
    is_same = _check_same(connection, row, tried, sealed.api_key)
    queries.replace_keys(
        connection,
        api_key=sealed.api_key,
        uid=tried.load.uid,
        secret=sealed.secret,
        passphrase=sealed.passphrase,
        customer_id=sealed.customer_id,
        id=row["id"],
    )
    return is_same


def _check_same(connection: Connection, row: Row, tried: TriedKeys, api_key: str) -> bool:
    """Whether the keys are known to be the same exchange account's; not known where no uid is told."""
    uid = tried.load.uid
    if uid is not None and row["uid"] is not None and uid != row["uid"]:
        raise InvalidInput({"api_key": ["belongs to another exchange account"]})
    others = coverages_beside(connection, row["user_id"], tried.markets, api_key, uid, beside=row["id"])
    check_counted_once(tried.load.coverage.wallets, others)
    return api_key == row["api_key"] or (uid is not None and uid == row["uid"])


def _events(tried: TriedKeys) -> list[Event]:
    """What of the account becomes another."""
    found = [Event.KEYS_REPLACED] if tried.own is None else []
    found += [Event.KEYS_MOVED] if tried.moved else []
    return found + ([Event.COVERAGE_CHANGED] if tried.load.coverage != tried.before else [])


def _end_running(connection: Connection, account_id: int, at: int) -> None:
    """Ends a load that runs by the old keys: neither its data nor its failure is the new keys'."""
    running = queries.running_attempt(connection, account_id=account_id)
    if running is not None:
        replaced = LoadInterrupted("The account's keys were replaced meanwhile; load it again.")
        queries.end_attempt(connection, load_id=running["load_id"], at=at, failure=encode_failure(replaced))
