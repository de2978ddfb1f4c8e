"""Worlds for tests: a fixed clock, a simulated exchange, an installation, its server, a client that signs."""

import asyncio
import atexit
import hashlib
import hmac
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from cambist.actions.create_api_key import DEFAULT_PERMISSIONS, create_api_key
from cambist.actions.facts import Caller, Due, User
from cambist.actions.refresh_accounts import RefreshAccounts
from cambist.api.server import bound, serving
from cambist.core.audit import AuditEntry
from cambist.core.terms import Permission, Secret
from cambist.settings import Settings
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.store.refusals import RefusalLog
from cambist.wiring import Cambist, WallClock, initialise, running

GOLDEN = Path(__file__).parent / "golden"
API = "/public/api/ver1"
EXCHANGE_KEY = "exchange-key-of-the-test"
EXCHANGE_SECRET = "exchange-secret-of-the-test"
START = datetime(2023, 6, 19, 16, 50, 57, 303_000, UTC)


class FixedClock:
    """Stands still until it is told to step; sleeping steps it."""

    def __init__(self, at: datetime = START) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def step(self, by: timedelta) -> None:
        self._at += by

    def set(self, at: datetime) -> None:
        self._at = at

    async def sleep(self, seconds: int | float) -> None:
        self.step(timedelta(seconds=seconds))


class PassingClock(FixedClock):
    """Steps as if the time had passed: what clients have measured of an exchange's clock stays right.

    Else the first signed call after a step is refused, counted, and made again once the clock is measured:
    a call that a minute has room for once only would never be answered.
    """

    gateway: Any = None

    def step(self, by: timedelta) -> None:
        super().step(by)
        for exchange in self.gateway._exchanges.values() if self.gateway else ():
            exchange.pool.clock_offset_ms -= by // timedelta(milliseconds=1)

    def set(self, at: datetime) -> None:
        self.step(at - self.now())


def scenario(**changes: Any) -> dict[str, Any]:
    """A Binance US account with half a bitcoin and 100 USDT; any top-level field can be replaced."""
    made: dict[str, Any] = {
        "exchange": "binance_us",
        "keys": [{"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "uid": "1001"}],
        "wallets": {"spot": {"BTC": {"free": "0.5", "locked": "0"}, "USDT": {"free": "100", "locked": "0"}}},
        "prices": {"BTCUSD": "63722.1", "BTCUSDT": "63656.71", "ETHBTC": "0.04085"},
    }
    return {**made, **changes}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Any
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of ours as its holder has it."""

    api_key: str
    secret: str

    def sign(self, text: str | bytes) -> str:
        raw = text if isinstance(text, bytes) else text.encode()
        return hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class World:
    """A running server over an installation whose exchanges are simulated."""

    clock: Any
    simulator: Simulator
    cambist: Cambist
    address: str
    http: aiohttp.ClientSession
    key: Key

    async def send(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """One request as written: the target's bytes are not touched."""
        url = URL(self.address + target, encoded=True)
        async with self.http.request(method, url, data=body or None, headers=headers) as answer:
            goes_on = answer.content_type == "text/event-stream" and method != "HEAD"
            raw = await (answer.content.readuntil(b"\n\n") if goes_on else answer.read())
            return Answer(answer.status, answer.headers.copy(), raw)

    async def call(
        self, method: str, path: str, given: dict[str, Any] | None = None, key: Key | None = None
    ) -> Answer:
        """A signed request; parameters go as JSON (POST) or query (GET). path: whole, or from /ver1 on."""
        is_whole = path.startswith(("/public/", "/cambist/"))
        target, body, headers = path if is_whole else API + path, b"", {}
        if given is not None and method == "GET":
            target += "?" + "&".join(f"{name}={value}" for name, value in given.items())
        elif given is not None:
            body, headers = json.dumps(given).encode(), {"Content-Type": "application/json"}
        signer = key or self.key
        signed = target.encode() + (b"?" + body if body else b"")
        headers |= {"Apikey": signer.api_key, "Signature": signer.sign(signed)}
        return await self.send(method, target, body, headers)

    async def connect(self, **given: Any) -> Answer:
        """Connects the simulated account; any field can be replaced."""
        account = {
            "type": "binance_us",
            "name": "My Binance US",
            "api_key": EXCHANGE_KEY,
            "secret": EXCHANGE_SECRET,
        }
        return await self.call("POST", "/accounts/new", {**account, **given})

    async def connected(self, **given: Any) -> int:
        """The id of the account just connected; on a fixed clock, its one fresh second over."""
        answer = await self.connect(**given)
        assert answer.status == 201, answer.raw
        if isinstance(self.clock, FixedClock):
            self.clock.step(timedelta(seconds=2))
        return int(answer.json["id"])

    async def load(self, account_id: int) -> Answer:
        return await self.call("POST", f"/accounts/{account_id}/load_balances")

    async def audited(self) -> list[AuditEntry]:
        """The audit log, with the refusals that nobody has waited for."""
        refusals = self.cambist.outside.refusals
        assert isinstance(refusals, RefusalLog)
        await refusals.finish()
        return list(await self.cambist.outside.audit.entries())

    async def owner(self) -> User:
        return await self.cambist.outside.users.owner()

    async def me(self) -> Caller:
        return Caller((await self.owner()).id, "test")

    async def new_key(self, *permissions: Permission, user: User | None = None, **given: Any) -> Key:
        key, secret = await create_api_key(
            self.cambist.outside,
            user or await self.owner(),
            "test",
            permissions=permissions or DEFAULT_PERMISSIONS,
            **given,
        )
        return Key(key.api_key, "" if secret is None else secret.reveal())

    async def by_command(self, *words: str) -> tuple[int, Any]:
        """(exit code, JSON) of the command `cambist` in a process of its own, on the same installation."""
        code, out = await self.printed_by_command(*words, "--json")
        return code, json.loads(out)

    async def printed_by_command(self, *words: str) -> tuple[int, str]:
        """(exit code, what is printed) of it."""
        settings = self.cambist.settings
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "cambist", *words),
            env={
                **os.environ,
                "CAMBIST_DATA_DIR": settings.data_dir,
                "CAMBIST_MASTER_KEY_FILE": settings.master_key_file,
                "CAMBIST_EXCHANGE_URLS": json.dumps(settings.exchange_urls),
                "CAMBIST_PUBLIC_URL": settings.public_url,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, out.decode()

    def patch(self, exchange: str = "binance_us", **changes: Any) -> None:
        """Changes the exchange's scenario: faults, wallets, prices."""
        self.simulator.patch(exchange, json.dumps(changes).encode())

    def exchange_calls(self, path: str) -> int:
        """How often the exchange was asked for this path."""
        return sum(call.path == path for call in self.simulator.calls)

    def stored_ids_start_at(self, account_id: int) -> None:
        """The next account gets this id."""
        with connect(self.cambist.settings.database) as database:
            database.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES ('accounts', ?)", (account_id - 1,)
            )
            database.commit()


@asynccontextmanager
async def world(
    folder: Path,
    *scenarios: dict[str, Any],
    clock: FixedClock | WallClock | None = None,
    bank: str = "",
    **settings: Any,
) -> AsyncIterator[World]:
    """A world in a folder; without a scenario, the one above. bank: the URL of who tells daily rates."""
    clock = clock or FixedClock()
    plays = [load_scenario(msgspec.json.encode(each)) for each in scenarios or (scenario(),)]
    listening = bound("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with Simulator(plays, now=clock.now) as simulator:
        settings = {"public_url": address, **settings}
        urls = simulator.exchange_urls | ({"ecb": bank} if bank else {})
        in_force = settings_in(folder, exchange_urls=urls, **settings)
        await install(folder)
        async with (
            running(in_force, clock) as cambist,
            serving(cambist.app(), listening),
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http,
        ):
            if isinstance(clock, PassingClock):
                clock.gateway = cambist.outside.exchanges
            made = World(clock, simulator, cambist, address, http, Key("", ""))
            made.key = await made.new_key()
            yield made


async def due_but_flows(refresh: RefreshAccounts) -> list[Due]:
    """What is due but the syncs of flows, whose waits move a clock that stands still."""
    return [each for each in await refresh.due() if not each.flows]


async def install(folder: Path) -> None:
    """A fresh installation in a folder: made once in the test run, then copied."""
    if not _template.exists():
        await initialise(settings_in(_template))
    for part in ("data", "key"):
        shutil.copytree(_template / part, folder / part)


_template = Path(tempfile.mkdtemp(prefix="cambist-tests-")) / "installation"
atexit.register(shutil.rmtree, _template.parent, ignore_errors=True)


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings of an installation in a folder; a limit on requests that no test but those of limits meets."""
    given = {
        "requests_a_minute": 1_000_000,
        "data_dir": str(folder / "data"),
        "master_key_file": str(folder / "key" / "master.key"),
        **changes,
    }
    return msgspec.convert(given, Settings, dec_hook=lambda _, text: Secret(text))
