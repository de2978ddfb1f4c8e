"""A source of an account's ledger read page by page, through the gateway, from a simulated exchange."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cambist.core.ledger import Asked, Entry, Page
from cambist.core.terms import Credentials, Market, Secret
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.worlds import FixedClock

MOST_PAGES = 40
A_MINUTE = timedelta(minutes=1)


@dataclass
class Paged:
    """asked: of the first page; the clock moves by a minute with each, so that no limit is met."""

    gateway: Gateway
    market: Market
    keys: Credentials
    simulator: Simulator
    clock: FixedClock
    asked: Asked

    async def page(self, source: str, cursor: str = "", **changes: Any) -> Page:
        asked = replace(self.asked, cursor=cursor, now=self.clock.now(), **changes)
        told = await self.gateway.page(self.market, self.keys, source, asked)
        self.clock.step(A_MINUTE)
        return told

    async def pages(self, source: str, cursor: str = "", **changes: Any) -> list[Page]:
        """Up to the one that has no more."""
        told = [await self.page(source, cursor, **changes)]
        while told[-1].more:
            assert len(told) < MOST_PAGES
            told.append(await self.page(source, told[-1].cursor, **changes))
        return told

    def patch(self, **changes: Any) -> None:
        self.simulator.patch(self.market.code, json.dumps(changes).encode())


@asynccontextmanager
async def paged(
    scenario: dict[str, Any], since: datetime, clock: FixedClock, **changes: Any
) -> AsyncIterator[Paged]:
    made = load_scenario(json.dumps({**scenario, **changes}).encode())
    key = made.keys[0]
    keys = Credentials(key.api_key, Secret(key.secret))
    async with Simulator([made], now=clock.now) as simulator:
        gateway = Gateway(clock.now, WaitsAlone({}), 5, simulator.exchange_urls, "last")
        try:
            asked = Asked("", since, clock.now())
            yield Paged(gateway, gateway.market(made.exchange), keys, simulator, clock, asked)
        finally:
            await gateway.close()


def booked(pages: list[Page]) -> dict[str, Entry]:
    """What is kept of them: by id, the last told of each, without those that came to nothing."""
    kept: dict[str, Entry] = {}
    for page in pages:
        kept |= {entry.id: entry for entry in page.entries}
        kept = {name: entry for name, entry in kept.items() if name not in page.void}
    return kept


def sums(pages: list[Page]) -> dict[str, Decimal]:
    """How much each asset has changed by."""
    found: dict[str, Decimal] = {}
    for entry in booked(pages).values():
        found[entry.asset] = found.get(entry.asset, Decimal()) + entry.amount
    return {asset: total for asset, total in found.items() if total}
