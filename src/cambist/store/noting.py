"""What a complete load has found changed, kept in the load's own transaction."""

from dataclasses import replace

from cambist.actions.facts import Load, Noted
from cambist.core.flows import Change
from cambist.core.history import milliseconds
from cambist.core.money import ZERO
from cambist.store.booking import book, booked_from, keep_change, residual_now, unit_price
from cambist.store.connection import Connection, queries


def note(connection: Connection, account_id: int, load: Load, latest_entry: int | None) -> None:
    """Keeps what a load noted; the first that notes anything says from when on all do.

    latest_entry: the time of the latest entry kept by now: some may have come since the load looked. The
    version grows by one where all is as the load itself has reckoned, so that it knows the new one's flows.
    """
    noted, at = load.noted, milliseconds(load.snapshot.at)
    if noted is None:
        return
    if noted.since is None:
        queries.begin_changes(connection, account_id=account_id, at=at)
        return
    if not noted.changes and not noted.coverage and (latest_entry or 0) <= milliseconds(noted.since):
        return
    book(connection, account_id, noted.coverage)
    changes = [*noted.changes, *_told_alone(connection, account_id, noted, load)]
    left = [replace(each, residual=residual_now(connection, account_id, each)) for each in changes]
    for change in left:
        keep_change(connection, account_id, change)
    queries.changes_noted(
        connection,
        account_id=account_id,
        versions=1 if tuple(left) == noted.changes else 2,
        is_open=any(change.residual for change in left),
        in_part=noted.in_part,
        at=at,
    )


def begin_anew(connection: Connection, account_id: int, at: int) -> None:
    """From here on it may be another exchange account: what its ledger told is not told of this one."""
    queries.break_flows(connection, account_id=account_id, at=at)
    queries.forget_flow_sources(connection, account_id=account_id)


def _told_alone(connection: Connection, account_id: int, noted: Noted, load: Load) -> list[Change]:
    """Changes of nothing, of assets that entries tell of and the load did not find changed."""
    since, at = noted.since or load.snapshot.at, load.snapshot.at
    rows = queries.entries_between(
        connection, account_id=account_id, since=milliseconds(since), until=milliseconds(at)
    )
    known = {change.asset for change in noted.changes}
    told = (booked_from(row) for row in rows if row["asset"] not in known)
    prices = {each.entry.asset: unit_price(each) for each in told if each.entry.amount}
    marked = noted.totals.marked_to_market
    found = [Change(asset, since, at, ZERO, price, asset in marked) for asset, price in prices.items()]
    return [each for each in found if residual_now(connection, account_id, each)]
