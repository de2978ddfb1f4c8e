"""A ledger of an exchange that limits calls by the second: its clock steps after each page."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import timedelta
from typing import Any

from cambist.core.ledger import Page
from tests.exchanges.ledgers import Ledger, ledger


class Paced(Ledger):
    pace = timedelta(0)

    async def page(
        self, source: str, cursor: str = "", *, days: float = 365, assets: Iterable[str] = ()
    ) -> Page:
        try:
            return await super().page(source, cursor, days=days, assets=assets)
        finally:
            self.clock.step(self.pace)


@asynccontextmanager
async def paced(code: str, scenario: dict[str, Any], first: str, pace: timedelta) -> AsyncIterator[Paced]:
    """first: the source by which the client learns the exchange's time, which takes it a call more."""
    async with ledger(code, scenario) as made:
        slower = Paced(*(getattr(made, each.name) for each in fields(made)))
        await slower.page(first, days=1)
        slower.pace = pace
        yield slower
