"""Entries kept, and what of loads' changes they leave unexplained kept true to them: within one transaction.

Where no change is kept of a stretch of time between two loads, its entries explain all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from sqlite3 import Row

from cambist.core.flows import Change
from cambist.core.history import milliseconds, moment
from cambist.core.ledger import NET_FLOWS, OF_POSITIONS, Booked, Entry, EntryKind
from cambist.core.money import ZERO, amount, exact
from cambist.core.terms import Worth
from cambist.store.connection import Connection, queries

# {(asset, ms): an entry of then}: where entries came, went or became others.
_Touched = Mapping[tuple[str, int], Booked]


def book(
    connection: Connection,
    account_id: int,
    booked: Iterable[Booked],
    void: Iterable[tuple[str, str]] = (),
) -> None:
    """Keeps entries, takes those that are void, by (source, id), away; residuals follow."""
    named: list[tuple[Booked | None, str, str]] = [(each, each.source, each.entry.id) for each in booked]
    named += [(None, source, name) for source, name in void]
    pairs = [(new, kept_entry(connection, account_id, *place)) for new, *place in named]
    pairs = [(new, old) for new, old in pairs if new != old and not (new and old and _stays(old, new))]
    if not pairs:
        return
    queries.begin_standing(connection, account_id=account_id)
    either = [each for pair in pairs for each in pair if each is not None]
    either.sort(key=lambda each: each.entry.kind in OF_POSITIONS)  # the last of an asset and a time stands
    touched = {(e.entry.asset, milliseconds(e.entry.at)): e for e in either if e.entry.amount}
    changes = _changes_at(connection, account_id, touched)
    for new, old in pairs:
        if new is not None:
            keep_entry(connection, account_id, new)
        elif old is not None:
            queries.drop_entry(connection, account_id=account_id, source=old.source, id=old.entry.id)
    is_other = settle(connection, account_id, changes) or any(e.entry.kind in NET_FLOWS for e in either)
    grew(connection, account_id, [new for new, _ in pairs if new is not None], is_other=is_other)


def grew(connection: Connection, account_id: int, came: Sequence[Booked], *, is_other: bool) -> None:
    """Notes how late the latest entry is; is_other: net flows are not what they were."""
    latest = max((milliseconds(each.entry.at) for each in came), default=0)
    queries.flows_grew(connection, account_id=account_id, is_other=is_other, latest=latest)


def settle(connection: Connection, account_id: int, changes: Iterable[Change]) -> bool:
    """Works out again what entries leave of changes; whether any is another."""
    found = [(each, residual_now(connection, account_id, each)) for each in changes]
    others = [(each, left) for each, left in found if left != each.residual]
    for each, left in others:
        queries.set_residual(
            connection,
            account_id=account_id,
            asset=each.asset,
            at=milliseconds(each.at),
            residual=_residual_text(left),
        )
    return bool(others)


def residual_now(connection: Connection, account_id: int, change: Change) -> Decimal:
    if change.marked_to_market:
        return ZERO
    explained = _sum_of_entries(
        connection, account_id, change.asset, milliseconds(change.since), milliseconds(change.at)
    )
    with exact():
        return change.amount - explained


def keep_change(connection: Connection, account_id: int, change: Change) -> None:
    price = change.price
    queries.keep_change(
        connection,
        account_id=account_id,
        asset=change.asset,
        at=milliseconds(change.at),
        since=milliseconds(change.since),
        amount=str(change.amount),
        btc=None if price is None else str(price.btc),
        usd=None if price is None else str(price.usd),
        rate=None if price is None else str(price.rate),
        marked_to_market=change.marked_to_market,
        residual=_residual_text(change.residual),
    )


def change_from(row: Row) -> Change:
    return Change(
        row["asset"],
        moment(row["since"]),
        moment(row["at"]),
        Decimal(row["amount"]),
        worth_from(row),
        bool(row["marked_to_market"]),
        Decimal(row["residual"]),
    )


def keep_entry(connection: Connection, account_id: int, booked: Booked) -> None:
    entry, worth = booked.entry, booked.worth
    queries.keep_entry(
        connection,
        account_id=account_id,
        source=booked.source,
        id=entry.id,
        at=milliseconds(entry.at),
        kind=entry.kind,
        asset=entry.asset,
        amount=str(entry.amount),
        wallet=entry.wallet,
        grp=entry.group,
        tx=entry.tx,
        is_quote=entry.quote,
        btc=None if worth is None else str(worth.btc),
        usd=None if worth is None else str(worth.usd),
        rate=None if worth is None else str(worth.rate),
        estimated=booked.estimated,
        matched=booked.matched,
    )


def kept_entry(connection: Connection, account_id: int, source: str, name: str) -> Booked | None:
    row = queries.entry(connection, account_id=account_id, source=source, id=name)
    return None if row is None else booked_from(row)


def booked_from(row: Row) -> Booked:
    entry = Entry(
        id=row["id"],
        at=moment(row["at"]),
        kind=EntryKind(row["kind"]),
        asset=row["asset"],
        amount=Decimal(row["amount"]),
        wallet=row["wallet"],
        group=row["grp"],
        tx=row["tx"],
        quote=bool(row["is_quote"]),
    )
    return Booked(row["source"], entry, worth_from(row), bool(row["estimated"]), bool(row["matched"]))


def worth_from(row: Row) -> Worth | None:
    if row["usd"] is None:
        return None
    return Worth(Decimal(row["btc"]), Decimal(row["usd"]), Decimal(row["rate"]))


def unit_price(booked: Booked) -> Worth | None:
    """What one unit was worth; None without a price, or of nothing."""
    worth, units = booked.worth, booked.entry.amount
    if worth is None or not units:
        return None
    size = units.copy_abs()
    sign = -1 if units < 0 else 1
    with exact():
        btc, usd = sign * worth.btc, sign * worth.usd
    return Worth(amount(btc, size), amount(usd, size), worth.rate)


def _stays(old: Booked, new: Booked) -> bool:
    """Whether an entry told again stays as it is kept: it is the same, but for what we made of it ourselves.

    That is its being matched, which makes it a transfer, and a worth that is better than the new one.
    """
    same = replace(new.entry, kind=old.entry.kind) == old.entry
    if not same or new.entry.kind not in (old.entry.kind, *_ENDS):
        return False
    is_matched = new.entry.kind != old.entry.kind and old.entry.kind is EntryKind.TRANSFER
    return is_matched or (new.entry.kind is old.entry.kind and old.worth is not None and not old.estimated)


_ENDS = frozenset({EntryKind.DEPOSIT, EntryKind.WITHDRAWAL})


def _changes_at(connection: Connection, account_id: int, touched: _Touched) -> list[Change]:
    """The changes whose stretches of time hold what is touched; one is made where none is kept.

    Of an amount that the entries explain as they are now, for so it was until now.
    """
    standing = queries.flow_standing(connection, account_id=account_id)
    noted_from = standing["changes_from"]
    found: dict[tuple[str, int], Change] = {}
    for (asset, at), by in touched.items():
        row = queries.change_at_or_after(connection, account_id=account_id, asset=asset, at=at)
        if row is not None and row["since"] < at:
            found[asset, row["at"]] = change_from(row)
        elif noted_from is not None and at > noted_from:
            made = _made(connection, account_id, by, noted_from)
            if made is not None:
                keep_change(connection, account_id, made)
                found[asset, milliseconds(made.at)] = made
    return list(found.values())


def _made(connection: Connection, account_id: int, by: Booked, noted_from: int) -> Change | None:
    asset, at = by.entry.asset, milliseconds(by.entry.at)
    around = queries.stretch_around(connection, account_id=account_id, asset=asset, at=at)
    if around["until"] is None:
        return None  # the next load will see
    since, next_since = max(around["since"], noted_from), around["next_since"]
    until = around["until"] if next_since is None else min(around["until"], next_since)
    explained = _sum_of_entries(connection, account_id, asset, since, until)
    settled = by.entry.kind in OF_POSITIONS
    return Change(asset, moment(since), moment(until), explained, unit_price(by), marked_to_market=settled)


def _sum_of_entries(connection: Connection, account_id: int, asset: str, since: int, until: int) -> Decimal:
    rows = queries.entries_of_asset(connection, account_id=account_id, asset=asset, since=since, until=until)
    with exact():
        return sum((Decimal(row["amount"]) for row in rows), ZERO)


def _residual_text(residual: Decimal) -> str:
    """'0' for nothing, however many digits it has: the queries look for that."""
    return str(residual) if residual else "0"
