"""Syncs of a ledger at an exchange whose limits are tight, and what is kept of the pages they tell."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cambist.core.ledger import Entry, Page
from tests.exchanges.ledgers import MOST_PAGES, Ledger, ago
from tests.exchanges.ledgers import flow as flow_by_days


def flow(kind: str, asset: str, amount: str, hours: float, **more: str) -> dict[str, str]:
    """One of so many hours before the clock's start."""
    return flow_by_days(kind, asset, amount, hours / 24, **more)


def trade(symbol: str, side: str, quantity: str, price: str, hours: float, **more: str) -> dict[str, str]:
    """One of so many hours before the clock's start."""
    time = ago(hours / 24).isoformat()
    return {"symbol": symbol, "side": side, "quantity": quantity, "price": price, "time": time, **more}


async def stepped(read: Ledger, source: str, cursor: str = "", **more: Any) -> list[Page]:
    """All pages to the end of a sync; the clock moves by a minute with each but the last."""
    found: list[Page] = []
    while len(found) < MOST_PAGES:
        found.append(await read.page(source, cursor, **more))
        if not found[-1].more:
            return found
        cursor = found[-1].cursor
        read.clock.step(timedelta(minutes=1))
    raise AssertionError("the pages have no end")


def booked(pages: Iterable[Page]) -> dict[str, Entry]:
    """What is kept of them: by id, the last told of each, without those that came to nothing."""
    kept: dict[str, Entry] = {}
    for page in pages:
        kept |= {entry.id: entry for entry in page.entries}
        kept = {name: entry for name, entry in kept.items() if name not in page.void}
    return kept


def sums(pages: Iterable[Page]) -> dict[str, Decimal]:
    """How much each asset has changed by."""
    found: dict[str, Decimal] = {}
    for entry in booked(pages).values():
        found[entry.asset] = found.get(entry.asset, Decimal()) + entry.amount
    return {asset: total for asset, total in found.items() if total}
