"""An exchange whose true answers are bent on their way: a proxy before the simulator, and one wallet read."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import aiohttp
from aiohttp import web
from msgspec import json as msgspec_json
from yarl import URL

from cambist.core.ledger import Asked, Page
from cambist.core.terms import Balance, Credentials, Secret
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialects.htx.accounts import forget_all_accounts
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.speaking import dialect_of
from cambist.exchanges.tries import WaitsAlone
from cambist.outward.session import Session
from cambist.simulator.replay import Replay
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock
from tests.exchanges.recordings import Recorded

Change = Callable[[bytes], bytes]
Place = tuple[str | int, ...]
AT_MOST_S = 20


class OpenGate:
    """Fits the client's `Gate`: every call may leave, so that no limit hides what an answer does."""

    async def before(self, path: str, deadline: float) -> None: ...

    def after(self, path: str, headers: Mapping[str, str]) -> None: ...


@dataclass
class Bent:
    """Reads one wallet of a market. bending: {path: what becomes of its answer}; told: the true answers,
    the last of each path; longest: the longest of each.
    """

    code: str
    wallet: str
    exchange: Exchange
    credentials: Credentials
    bending: dict[str, Change] = field(default_factory=dict)
    told: dict[str, bytes] = field(default_factory=dict)
    longest: dict[str, bytes] = field(default_factory=dict)

    async def read(self, bending: Mapping[str, Change] | None = None) -> tuple[Balance, ...]:
        """The wallet by its own reader, in one try, as if it were the first. Raises LoadFailed."""
        self.bending = dict(bending or {})
        forget_all_accounts()
        reader = self.exchange.dialect.wallets[self.wallet]
        async with self.exchange.pool.borrow(self.credentials) as client:
            client.gate, client.deadline = OpenGate(), 0
            return (await reader(client, CATALOGUE[self.code])).balances

    async def page(self, asked: Asked, bending: Mapping[str, Change] | None = None) -> Page:
        """A page of the source of the ledger that stands in for the wallet, in one try. Raises LoadFailed."""
        self.bending = dict(bending or {})
        reader = next(each.read for each in self.exchange.dialect.ledger if each.terms.name == self.wallet)
        async with self.exchange.pool.borrow(self.credentials) as client:
            client.gate, client.deadline = OpenGate(), 0
            return await reader(client, CATALOGUE[self.code], asked)


@asynccontextmanager
async def bent(code: str, wallet: str, played: dict[str, Any] | Recorded) -> AsyncIterator[Bent]:
    """A wallet of a simulated exchange, or of one whose answers are recorded."""
    clock, market = WallClock(), CATALOGUE[code]
    simulator: Simulator | Replay
    if isinstance(played, Recorded):
        credentials = played.credentials
        simulator = Replay(market.ccxt_id, played.recording)
    else:
        key = played["keys"][0]
        credentials = Credentials(key["api_key"], Secret(key["secret"]), _secret(key.get("passphrase")))
        simulator = Simulator([load_scenario(msgspec_json.encode(played))], now=clock.now)
    async with simulator, aiohttp.ClientSession() as http:
        made: Bent

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            target = URL(simulator.base_url + request.raw_path, encoded=True)
            sent = {name: text for name, text in request.headers.items() if name.lower() not in _HOP}
            async with http.request(
                request.method, target, headers=sent, data=await request.read()
            ) as answer:
                body, path = await answer.read(), target.path
                made.told[path] = body
                made.longest[path] = max(made.longest.get(path, b""), body, key=len)
                bend = made.bending.get(path)
                return web.Response(status=answer.status, body=bend(body) if bend else body)

        runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/{market.ccxt_id}"
        session = Session(AT_MOST_S, [base_url])
        dialect = dialect_of(market.ccxt_id)
        exchange = Exchange(market, dialect, session, clock.now, WaitsAlone({}), base_url)
        made = Bent(code, wallet, exchange, credentials)
        try:
            yield made
        finally:
            await session.close()
            await runner.cleanup()


_HOP = ("host", "content-length", "transfer-encoding", "connection", "accept-encoding")


def _secret(text: str | None) -> Secret | None:
    return Secret(text) if text else None


def places(document: Any, here: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every leaf of a JSON document with the way to it, outermost first."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    for name, value in inner:
        if isinstance(value, dict | list):
            yield from places(value, (*here, name))
        else:
            yield (*here, name), value


def is_amount(value: Any) -> bool:
    """Whether a leaf is a number, as text or bare."""
    if isinstance(value, bool | None):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except ArithmeticError:
        return False


def with_leaf(raw: bytes, place: Place, text: str) -> bytes:
    """The answer with one leaf written so: within quotes where the leaf is a text, bare where it is none."""
    document = json.loads(raw, parse_float=_Bare, parse_int=_Bare)
    inner = document
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = _Bare(text) if isinstance(inner[place[-1]], _Bare) else text
    return written(document)


class _Bare(str):
    """A number as it is written."""

    __slots__ = ()


def written(value: Any) -> bytes:
    """JSON in which numbers stand as they were read."""
    return _written(value).encode()


def _written(value: Any) -> str:
    if isinstance(value, _Bare):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_written(v)}" for name, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return json.dumps(value)


def parsed(raw: bytes) -> Any:
    return json.loads(raw, parse_float=_Bare, parse_int=_Bare)
