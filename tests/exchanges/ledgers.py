"""An account's ledger, read by the real gateway and client from the simulator's socket."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.errors import ExchangeLimiting
from cambist.core.ledger import Asked, Entry, EntryKind, Page
from cambist.core.terms import Credentials, Market, Secret
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.worlds import START, FixedClock

MOST_PAGES = 200
A_MINUTE = timedelta(seconds=61)


@dataclass
class Ledger:
    """An account whose sources are read. Times are days before the clock's start."""

    gateway: Gateway
    market: Market
    credentials: Credentials
    simulator: Simulator
    clock: FixedClock

    async def page(
        self, source: str, cursor: str = "", *, days: float = 365, assets: Iterable[str] = ()
    ) -> Page:
        """The next page, from so many days before the start on."""
        asked = Asked(cursor, ago(days), self.clock.now(), frozenset(assets))
        return await self.gateway.page(self.market, self.credentials, source, asked)

    async def pages(
        self, source: str, cursor: str = "", *, days: float = 365, assets: Iterable[str] = ()
    ) -> list[Page]:
        """All pages to the end of a sync; where our own limit is reached a minute passes."""
        found: list[Page] = []
        for _ in range(MOST_PAGES):
            try:
                found.append(await self.page(source, cursor, days=days, assets=assets))
            except ExchangeLimiting:
                await self.wait(A_MINUTE)
                continue
            cursor = found[-1].cursor
            if not found[-1].more:
                return found
        raise AssertionError("the pages have no end")

    async def entries(self, source: str, **more: Any) -> list[Entry]:
        """What a sync from the beginning tells, oldest first."""
        told = {each.id: each for page in await self.pages(source, **more) for each in page.entries}
        return sorted(told.values(), key=lambda each: (each.at, each.id))

    async def wait(self, by: timedelta) -> None:
        """Time passes. Signatures go by the machine's clock, so the way to ours is measured anew."""
        self.clock.step(by)
        await self.gateway.uid(self.market, self.credentials)

    def change(self, **fields: Any) -> None:
        self.simulator.patch(self.market.code.partition("_futures")[0], msgspec.json.encode(fields))

    def asked(self, end: str = "") -> int:
        """How many calls whose path ends so were answered."""
        return sum(call.path.endswith(end) and call.status == 200 for call in self.simulator.calls)


@asynccontextmanager
async def ledger(code: str, scenario: dict[str, Any]) -> AsyncIterator[Ledger]:
    clock = FixedClock()
    key = scenario["keys"][0]
    passphrase = key.get("passphrase")
    credentials = Credentials(
        key["api_key"], Secret(key["secret"]), Secret(passphrase) if passphrase else None
    )
    async with Simulator([load_scenario(msgspec.json.encode(scenario))], now=clock.now) as simulator:
        gateway = Gateway(clock.now, WaitsAlone({}), 5, simulator.exchange_urls, "last")
        try:
            made = Ledger(gateway, gateway.market(code), credentials, simulator, clock)
            await made.wait(timedelta(0))
            yield made
        finally:
            await gateway.close()


def ago(days: float) -> datetime:
    return START - timedelta(days=days)


def flow(kind: str, asset: str, amount: str, days: float, **more: str) -> dict[str, str]:
    return {"kind": kind, "asset": asset, "amount": amount, "time": ago(days).isoformat(), **more}


def trade(symbol: str, side: str, price: str, quantity: str, days: float, **more: str) -> dict[str, str]:
    at = ago(days).isoformat()
    return {"symbol": symbol, "side": side, "price": price, "quantity": quantity, "time": at, **more}


def told(entries: Iterable[Entry]) -> list[tuple[EntryKind, str, Decimal, str]]:
    """What each entry comes to: kind, asset, amount, wallet."""
    return [(each.kind, each.asset, each.amount, each.wallet) for each in entries]


def brief(entries: Iterable[Entry]) -> list[tuple[str, EntryKind, str, str, str]]:
    """Id, kind, asset, amount and wallet of each."""
    return [(each.id, each.kind, each.asset, f"{each.amount:f}", each.wallet) for each in entries]
