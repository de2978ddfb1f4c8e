"""An exchange whose words are scripted, statuses too, behind the real gateway and the real client."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web

from cambist.actions.facts import Reading
from cambist.core import ledger
from cambist.core.errors import LoadFailed
from cambist.core.terms import Balance, Credentials, Market, Stablecoins
from cambist.core.valuation import Valuation, value
from cambist.exchanges import tries
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from tests.exchanges.recordings import KEYS
from tests.worlds import FixedClock

# What no exchange means by its ledger.
NO_LEDGER = ("", "{}", "null", "[[]]", "<html>sign in</html>")
MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Says:
    """An answer with its status; a text is sent as it is."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """An account behind the gateway. requests: path, query and body of each that arrived."""

    gateway: Gateway
    market: Market
    credentials: Credentials
    requests: list[str] = field(default_factory=list)

    async def read(self, *wallets: str) -> Reading:
        names = wallets or self.market.wallets
        return await self.gateway.read_wallets(self.market, self.credentials, names)

    async def balances(self, wallet: str) -> tuple[Balance, ...]:
        return (await self.read(wallet)).answered[0].balances

    async def failure(self, wallet: str) -> LoadFailed:
        with pytest.raises(LoadFailed) as failed:
            await self.read(wallet)
        return failed.value

    async def price(self, base: str, quote: str) -> Decimal | None:
        listed = await self.gateway.price_list(self.market)
        return listed._prices.get((base, quote))

    async def pages(
        self,
        source: str,
        since: datetime,
        now: datetime,
        cursor: str = "",
        assets: Iterable[str] = (),
        symbols: Mapping[tuple[str, str], str] | None = None,
    ) -> list[ledger.Page]:
        """All pages of a source of the ledger, to the end of a sync that goes on from a cursor."""

        async def page(asked: ledger.Asked) -> ledger.Page:
            return await self.gateway.page(self.market, self.credentials, source, asked)

        return await synced(page, ledger.Asked(cursor, since, now, frozenset(assets), symbols or {}))

    async def valued(self) -> Valuation:
        """All wallets at the prices there are."""
        reading = await self.read()
        assert not reading.failures, reading.failures
        listed = await self.gateway.price_list(self.market)
        return value(reading.answered, listed.priced(self.market, Stablecoins.REFERENCE))


async def synced(
    page: Callable[[ledger.Asked], Awaitable[ledger.Page]], asked: ledger.Asked
) -> list[ledger.Page]:
    """All pages from the one that is asked for to the end of its sync."""
    found: list[ledger.Page] = []
    while len(found) < MOST_PAGES:
        found.append(await page(asked))
        if not found[-1].more:
            return found
        asked = replace(asked, cursor=found[-1].cursor)
    raise AssertionError("the pages have no end")


def without(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


@asynccontextmanager
async def answering(
    code: str, answers: Mapping[str, Any], credentials: Credentials = KEYS, price: str = "last"
) -> AsyncIterator[Asked]:
    """answers: {part of a request (path?query and body): its answer}, the first that fits.

    Pauses before another try are none to speak of.
    """
    asked: Asked

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        seen = f"{request.path_qs}{await request.text()}"
        asked.requests.append(seen)
        told = next((told for part, told in answers.items() if part in seen), Says(404, "nothing here"))
        says = told if isinstance(told, Says) else Says(200, json.dumps(told))
        body = says.body if isinstance(says.body, str) else json.dumps(says.body)
        return web.Response(
            status=says.status, text=body, content_type="application/json", headers=says.headers
        )

    runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    clock = FixedClock()
    gateway = Gateway(clock.now, WaitsAlone({}), 5, _Everywhere(url), price)
    asked = Asked(gateway, gateway.market(code), credentials)
    try:
        with patch.object(tries, "_FIRST_PAUSE_S", 0.001):
            yield asked
    finally:
        await gateway.close()
        await runner.cleanup()


class _Everywhere(dict[str, str]):
    """The one address for each exchange that is asked, under its id; none of those that tell dollars."""

    def __init__(self, url: str) -> None:
        super().__init__({"": url})
        self._url = url

    def get(self, name: str, default: Any = None) -> Any:
        return f"{self._url}/{name}"
