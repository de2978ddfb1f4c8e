"""A ledger of an exchange that limits calls by the second: its clock may step after each page."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import timedelta
from typing import Any

from cambist.core.ledger import Asked, Page
from tests.exchanges.bent import OpenGate
from tests.exchanges.ledgers import Ledger, ago, ledger

# A row that comes twice, one that has a key twice, and what is no answer at all.
BROKEN: tuple[dict[str, Any], ...] = (
    {"kind": "duplicate_asset"},
    {"kind": "duplicate_asset", "key": True},
    {"kind": "empty"},
    {"kind": "truncated"},
    {"kind": "html"},
    {"kind": "status", "status": 200, "body": "{}"},
    {"kind": "status", "status": 200, "body": "null"},
    {"kind": "status", "status": 200, "body": "[]"},
    {"kind": "error", "code": "1", "msg": "words of the exchange", "status": 200},
)


class Paced(Ledger):
    pace = timedelta(0)

    async def page(
        self, source: str, cursor: str = "", *, days: float = 365, assets: Iterable[str] = ()
    ) -> Page:
        try:
            return await super().page(source, cursor, days=days, assets=assets)
        finally:
            self.clock.step(self.pace)

    async def once(self, source: str, *, days: float = 6) -> Page:
        """The first page, in one try and whatever limits say. Raises LoadFailed."""
        exchange = self.gateway._exchange(self.market)
        read = next(each.read for each in exchange.dialect.ledger if each.terms.name == source)
        async with exchange.pool.borrow(self.credentials) as client:
            client.gate, client.deadline = OpenGate(), 0
            return await read(client, self.market, Asked("", ago(days), self.clock.now()))


@asynccontextmanager
async def paced(code: str, scenario: dict[str, Any], first: str, pace: timedelta) -> AsyncIterator[Paced]:
    """first: the source by which the client learns the exchange's time, which takes it a call more."""
    async with ledger(code, scenario) as made:
        slower = Paced(*(getattr(made, each.name) for each in fields(made)))
        await slower.page(first, days=1)
        slower.pace = pace
        yield slower
