"""Transfers between accounts: two entries become the ends of one."""

from dataclasses import replace

from cambist.actions.flow_facts import Place
from cambist.core.ledger import Booked, EntryKind
from cambist.core.money import amount, exact
from cambist.core.terms import Worth
from cambist.store.booking import grew, keep_entry, kept_entry
from cambist.store.connection import Connection

_ENDS = frozenset({EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.TRANSFER})


def matched(connection: Connection, left: Place, arrived: Place) -> bool:
    """Whether the entries are the ends of a transfer; what arrived is then worth what of it had left."""
    out = kept_entry(connection, left.account_id, left.source, left.id)
    into = kept_entry(connection, arrived.account_id, arrived.source, arrived.id)
    if out is None or into is None or not _are_ends(out, into):
        return False
    for place, old, new in ((left, out, _end(out, out.worth)), (arrived, into, _arrived(out, into))):
        keep_entry(connection, place.account_id, new)
        grew(connection, place.account_id, (), is_other=new != old)
    return True


def _are_ends(out: Booked, into: Booked) -> bool:
    return (
        out.entry.asset == into.entry.asset
        and out.entry.amount < 0 < into.entry.amount
        and {out.entry.kind, into.entry.kind} <= _ENDS
    )


def _arrived(out: Booked, into: Booked) -> Booked:
    """As a part of what left: worth × amount in / amount out, a fraction rounded once."""
    if out.worth is None:
        return _end(into, None)
    size = -out.entry.amount
    with exact():
        btc, usd = (-each * into.entry.amount for each in (out.worth.btc, out.worth.usd))
    worth = Worth(amount(btc, size), amount(usd, size), out.worth.rate)
    return replace(_end(into, worth), estimated=out.estimated)


def _end(booked: Booked, worth: Worth | None) -> Booked:
    entry = replace(booked.entry, kind=EntryKind.TRANSFER)
    return replace(booked, entry=entry, worth=worth, matched=True)
