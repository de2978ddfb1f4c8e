"""Note what a complete load found changed since the one before, and book what only seems to have changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from cambist.actions.facts import LastRead, Noted
from cambist.actions.ports import Outside
from cambist.core.changes import Totals, came_and_went, moved, totals_of
from cambist.core.flows import Change, NetFlows, net, residual, times
from cambist.core.history import Baselines, milliseconds
from cambist.core.ledger import Booked, Entry, EntryKind
from cambist.core.money import ZERO
from cambist.core.terms import Market, WalletBalances, Worth

COVERAGE = "coverage"
MOST_ENTRIES = 10_000
_LESS = Decimal(-1)


@dataclass(frozen=True, slots=True)
class Stock:
    """What a complete load found. priced: the assets it valued. price: of one unit, where it can tell any."""

    at: datetime
    wallets: Sequence[WalletBalances]
    priced: Mapping[str, object]
    price: Callable[[str], Worth | None]


async def note_changes(
    outside: Outside, account_id: int | None, market: Market, past: Baselines, stock: Stock
) -> Noted | None:
    """What is to be kept with the load; None where the exchange tells no ledger."""
    sources = outside.ledgers.sources(market)
    if not sources:
        return None
    totals = totals_of(stock.at, stock.wallets, stock.priced, market.positions)
    if account_id is None or past.last is None or past.flows is None or not past.flows.noted:
        return Noted(totals)
    last = await outside.flows.totals(account_id, past.last, market.positions)
    if last is None:
        return Noted(totals)
    by = moved(last, totals)
    if not by and past.flows.latest <= last.at and _counted_alike(last, totals):
        return Noted(totals, last.at)
    coverage: tuple[Booked, ...] = ()
    if not _counted_alike(last, totals):
        coverage = await _coverage(outside, account_id, market, last, totals, stock)
    told = await outside.flows.booked(account_id, last.at, stock.at, most=MOST_ENTRIES)
    changes = _changes(last, totals, by, [each.entry for each in (*told, *coverage)], stock.price)
    in_part = any(terms.leaves_out for terms in sources)
    return Noted(totals, last.at, changes, coverage, in_part=in_part)


def with_noted(flows: NetFlows, past: Baselines, noted: Noted | None) -> tuple[NetFlows, Noted | None]:
    """An account's net flows with those that a load has found itself; and what it has found, with them."""
    if noted is None or past.flows is None or not (noted.changes or noted.coverage):
        return flows, noted
    booked = [(each.entry.at, net(each.worth)) for each in noted.coverage if each.worth is not None]
    joined = flows.followed_by(booked, noted.changes)
    if noted.coverage:
        return joined, noted
    return joined, replace(noted, net=joined, version=past.flows.version + 1)


def _counted_alike(last: Totals, now: Totals) -> bool:
    return last.wallets == now.wallets and last.unpriced == now.unpriced


def _changes(
    last: Totals,
    now: Totals,
    by: Mapping[str, Decimal],
    entries: Sequence[Entry],
    price: Callable[[str], Worth | None],
) -> tuple[Change, ...]:
    """Of each asset whose total is another, or of which entries tell what its total does not."""
    marked = last.marked_to_market | now.marked_to_market
    found = []
    for asset in sorted({*by, *(entry.asset for entry in entries)}):
        amount = by.get(asset, ZERO)
        change = Change(asset, last.at, now.at, amount, price(asset), asset in marked)
        left = residual(change, entries)
        if amount or left:
            found.append(replace(change, residual=left))
    return tuple(found)


async def _coverage(
    outside: Outside, account_id: int, market: Market, last: Totals, now: Totals, stock: Stock
) -> tuple[Booked, ...]:
    """Wallets that came or went, with what they hold, and assets that found or lost their price."""
    read = await outside.history.complete_read(account_id, last.at) or LastRead()
    came = came_and_went(read.wallets, stock.wallets, market.mirrors)
    found = [
        _booked(stock.at, asset, amount, _worth(amount, stock.price(asset)), wallet)
        for (wallet, asset), amount in came.items()
    ]
    for asset in sorted(last.unpriced - now.unpriced):
        worth = _worth(last.amounts[asset], stock.price(asset))
        found += [] if worth is None else [_booked(stock.at, asset, ZERO, worth)]
    lost = sorted(asset for asset in now.unpriced - last.unpriced if last.amounts.get(asset))
    worths = await outside.history.worths_by_asset(account_id, last.at) if lost else None
    for asset in lost:
        _, worth = (ZERO, None) if worths is None else worths[1][asset]
        found += [] if worth is None else [_booked(stock.at, asset, ZERO, times(_LESS, worth))]
    return tuple(found)


def _worth(amount: Decimal, price: Worth | None) -> Worth | None:
    return None if price is None else times(amount, price)


def _booked(at: datetime, asset: str, amount: Decimal, worth: Worth | None, wallet: str = "") -> Booked:
    name = f"{milliseconds(at)}:{wallet or 'price'}:{asset}"
    return Booked(COVERAGE, Entry(name, at, EntryKind.COVERAGE, asset, amount, wallet), worth)
