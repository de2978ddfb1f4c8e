"""What the simulator's tests share: a scripted clock, a scenario, a signer written apart from the product."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import yarl

from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator

START = datetime(2024, 9, 18, 12, 0, 0, 123_000, tzinfo=UTC)
START_MS = 1_726_660_800_123
ACCOUNT = "/api/v3/account"
PRICES = "/api/v3/ticker/price"

WORLD: dict[str, Any] = {
    "exchange": "binance_us",
    "keys": [{"api_key": "demo-key", "secret": "demo-secret", "permissions": ["read"], "uid": "1001"}],
    "wallets": {
        "spot": {
            "BTC": {"free": "0.123456789012345678901234567890", "locked": "0.1"},
            "USDT": {"free": "24.00000000", "locked": "0.00000000"},
            "DOGE": {"free": "0.00000000"},
        },
        "funding": {"ETH": {"free": "1.5", "freeze": "0.25"}, "XRP": {"free": "0"}},
    },
    "prices": {"BTCUSD": "63722.1", "BTCUSDT": "63656.710", "ETHBTC": "0.04085"},
}


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Seen:
    """An answer as it came: status, headers, the raw bytes."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class World:
    """A running simulator, its clock, and a plain client."""

    simulator: Simulator
    clock: Clock
    session: aiohttp.ClientSession

    async def get(self, path: str, *, method: str = "GET", data: Any = None, **options: Any) -> Seen:
        url = yarl.URL(self.simulator.base_url + path, encoded=True)
        async with self.session.request(method, url, data=data, allow_redirects=False, **options) as answer:
            return Seen(answer.status, answer.headers, await answer.read())

    async def signed(self, path: str = ACCOUNT, *, prefix: str = "", **changes: Any) -> Seen:
        """A signed GET as the demo key; `changes` are parameters, and key and secret."""
        key, secret = changes.pop("key", "demo-key"), changes.pop("secret", "demo-secret")
        query = urlencode({"timestamp": START_MS, **changes})
        headers = {} if key is None else {"X-MBX-APIKEY": key}
        return await self.get(f"{prefix}{path}?{query}&signature={sign(query, secret)}", headers=headers)


def sign(text: str, secret: str = "demo-secret") -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


@asynccontextmanager
async def play(*worlds: dict[str, Any], **options: Any) -> AsyncIterator[World]:
    """Plays the worlds given (each over WORLD) on a free port."""
    clock = Clock()
    scenarios = [load_scenario(json.dumps(WORLD | world).encode()) for world in worlds or ({},)]
    async with (
        Simulator(scenarios, now=clock, **options) as simulator,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
    ):
        yield World(simulator, clock, session)
