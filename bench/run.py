"""`make bench`: the speed table of the design, floor and load interleaved in one run, medians."""

import asyncio
import hashlib
import hmac
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from bench import flows, pages
from bench.guarding import guarding_ms
from bench.stages import AT_ONCE, stages_ms

RESULTS = Path(__file__).parent / "results" / "latest.json"
ROUNDS = 5
FRESH_S = 1.05
ACCOUNTS = {50: 400, 700: 160}
EXCHANGES = ("binance", "bybit", "okex", "kraken")
ROUNDS_OF_EACH = 4  # a Kraken key may be used 15 times in a minute
ACCOUNTS_OF_EACH = 160
READS = 2_000
ONE_BY_ONE = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the table; a smaller value is better."""

    name: str
    value: float
    target: float
    unit: str
    met: bool


def row(name: str, value: float, target: float, unit: str) -> Row:
    return Row(name, round(value, 3), target, unit, value <= target)


class Driven:
    """A running server and a client that asks it."""

    def __init__(self, ready: dict[str, Any], http: aiohttp.ClientSession) -> None:
        self.accounts: list[int] = ready["accounts"]
        self.pid: int = ready["pid"]
        self._address, self._key, self._secret = ready["address"], ready["api_key"], ready["secret"]
        self._strict = ready["strict_api_key"], ready["strict_secret"].encode(), ready["public_url"]
        self._http = http

    async def signed(self, method: str, path: str, expected: int) -> float:
        """The milliseconds of a signed request."""
        signature = hmac.new(self._secret.encode(), path.encode(), hashlib.sha256).hexdigest()
        return await self._asked(method, path, expected, {"Apikey": self._key, "Signature": signature})

    async def strictly_signed(self, path: str) -> float:
        """The milliseconds of a GET that is signed by RFC 9421."""
        api_key, secret, public_url = self._strict
        given = (
            f'("@method" "@target-uri");created={int(time.time())};nonce="{token_hex(16)}";keyid="{api_key}"'
        )
        text = f'"@method": GET\n"@target-uri": {public_url}{path}\n"@signature-params": {given}'
        signature = b64encode(hmac.digest(secret, text.encode(), hashlib.sha256)).decode()
        headers = {"Signature-Input": f"sig={given}", "Signature": f"sig=:{signature}:"}
        return await self._asked("GET", path, 200, headers)

    async def _asked(self, method: str, path: str, expected: int, headers: dict[str, str]) -> float:
        started = time.perf_counter()
        async with self._http.request(method, self._address + path, headers=headers) as answer:
            body = await answer.read()
            if answer.status != expected:
                raise RuntimeError(f"{path} was answered with {answer.status}: {body.decode()}")
        return (time.perf_counter() - started) * 1000

    async def load(self, number: int) -> float:
        return await self.signed("POST", f"/ver1/accounts/{self.accounts[number]}/load_balances", 201)

    async def read(self, number: int) -> float:
        return await self.signed("GET", f"/ver1/accounts/{self.accounts[number]}", 200)

    async def strict_read(self, number: int) -> float:
        return await self.strictly_signed(f"/ver1/accounts/{self.accounts[number]}")

    async def listed(self, _: int) -> float:
        """The first page: 100 accounts."""
        return await self.signed("GET", "/ver1/accounts", 200)

    async def empty(self, _: int) -> float:
        return await self.signed("GET", "/ver1/ping", 200)

    async def floor(self, number: int) -> float:
        return await self.signed("GET", f"/bench/floor/{number}", 200)

    async def sync(self, state: str) -> None:
        """Begins a sync of the first account's flows, "on", or cuts it short, "off"."""
        async with self._http.get(f"{self._address}/bench/sync/{self.accounts[0]}/{state}") as answer:
            if answer.status != 200:
                raise RuntimeError(f"the sync was answered with {answer.status}: {await answer.text()}")

    async def cpu_ms(self) -> float:
        async with self._http.get(f"{self._address}/bench/cpu") as answer:
            return float(await answer.text()) * 1000

    async def cpu_of(self, ask: Callable[[int], Awaitable[float]], times: int) -> float:
        """CPU milliseconds of the server for one request, `times` of them, 16 at once."""
        numbers = iter(range(times))

        async def work() -> None:
            for number in numbers:
                await ask(number % len(self.accounts))

        before = await self.cpu_ms()
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return (await self.cpu_ms() - before) / times

    async def cpu_of_loads(self, times: int) -> float:
        """As `cpu_of`, once the accounts' last loads are a second old and are not answered again."""
        await asyncio.sleep(FRESH_S)
        return await self.cpu_of(self.load, times)


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=pipe, stdout=pipe)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def line(started: asyncio.subprocess.Process) -> str:
    if started.stdout is None:
        raise RuntimeError("the process has no output")
    return (await asyncio.wait_for(started.stdout.readline(), 300)).decode()


@asynccontextmanager
async def driven(
    code: str, assets: int, accounts: int, latency_ms: int = 0
) -> AsyncIterator[tuple[Driven, str]]:
    """A server with its exchange, each in a process of its own."""
    playing = process("-m", "bench.exchange", code, str(assets), str(accounts), str(latency_ms))
    async with playing as exchange:
        urls = await line(exchange)
        async with process("-m", "bench.server", code, str(accounts), urls) as server:
            ready = json.loads(await line(server))
            connector = aiohttp.TCPConnector(limit=AT_ONCE)
            async with aiohttp.ClientSession(connector=connector) as http:
                yield Driven(ready, http), urls


async def cpu_rows(assets: int, target: float) -> tuple[list[Row], dict[str, float]]:
    """CPU of a load against the floor; with few assets also the signed read, and the peers."""
    accounts = ACCOUNTS[assets]
    async with driven("binance_us", assets, accounts) as (server, urls):
        floors, loads, reads, stricts, lists, empties = [], [], [], [], [], []
        for _ in range(ROUNDS):
            floors.append(await server.cpu_of(server.floor, accounts))
            loads.append(await server.cpu_of_loads(accounts))
            if assets == min(ACCOUNTS):
                empties.append(await server.cpu_of(server.empty, READS))
                reads.append(await server.cpu_of(server.read, READS))
                stricts.append(await server.cpu_of(server.strict_read, READS))
                lists.append(await server.cpu_of(server.listed, accounts))
        floor, load = statistics.median(floors[1:]), statistics.median(loads[1:])
        rows = [row(f"CPU of a load, {assets} assets", load / floor, target, "× floor")]
        figures = {f"floor_{assets}_ms": floor, f"load_{assets}_ms": load}
        if reads:
            read, empty = statistics.median(reads[1:]), statistics.median(empties[1:])
            rows.append(row("signed read of an account", read / empty, 1.8, "× empty route"))
            strict = statistics.median(stricts[1:]) - read
            rows.append(row("strict signature of a read, over a compat one", strict, 0.3, "ms"))
            listed = statistics.median(lists[1:])
            rows.append(row("signed list of 100 accounts", listed / read, 4, "× signed read"))
            figures |= {"empty_ms": empty, "read_ms": read, "strict_ms": strict, "list_ms": listed}
            async with process("-m", "bench.peers", urls) as peers:
                figures |= json.loads(await line(peers))
    return rows, figures


async def exchange_rows() -> tuple[list[Row], dict[str, float]]:
    """CPU of a load of 50 assets in all wallets of a market, against the bare calls of as many wallets."""
    rows: list[Row] = []
    figures: dict[str, float] = {}
    for code in EXCHANGES:
        async with driven(code, 50, ACCOUNTS_OF_EACH) as (server, _):
            floors, loads = [], []
            for _ in range(ROUNDS_OF_EACH):
                floors.append(await server.cpu_of(server.floor, ACCOUNTS_OF_EACH))
                loads.append(await server.cpu_of_loads(ACCOUNTS_OF_EACH))
        floor, load = statistics.median(floors[1:]), statistics.median(loads[1:])
        rows.append(row(f"CPU of a load, {code}, all wallets", load / floor, 3.0, "× floor"))
        figures |= {f"floor_{code}_ms": floor, f"load_{code}_ms": load}
    return rows, figures


async def latency_row() -> tuple[Row, dict[str, float]]:
    """The median of a load, one by one, when the exchange takes 20 ms, beside that of the floor."""
    async with driven("binance_us", 50, ONE_BY_ONE, latency_ms=20) as (server, _):
        await asyncio.sleep(FRESH_S)
        floors, loads = [], []
        for number in range(ONE_BY_ONE):
            floors.append(await server.floor(number))
            loads.append(await server.load(number))
        floor, load = statistics.median(floors), statistics.median(loads)
    name = "p50 of a load, exchange 20 ms"
    return row(name, load / floor, 1.05, "× floor"), {"floor_p50_ms": floor, "load_p50_ms": load}


async def flows_row() -> tuple[Row, dict[str, float]]:
    """The median of a load while 10,000 trades of another account are synced, beside that of loads alone."""
    async with process("-m", "bench.flows", "50", str(ONE_BY_ONE)) as exchange:
        urls = await line(exchange)
        async with process("-m", "bench.server", flows.CODE, str(ONE_BY_ONE), urls) as started:
            ready = json.loads(await line(started))
            connected = datetime.now(UTC)
            async with aiohttp.ClientSession() as http:
                server = Driven(ready, http)
                await asyncio.sleep(FRESH_S)
                if exchange.stdin is None:
                    raise RuntimeError("the process has no input")
                exchange.stdin.write(json.dumps(connected.isoformat()).encode() + b"\n")
                await line(exchange)
                await server.load(0)
                alone, beside = [], []
                for _ in range(ROUNDS):
                    alone += [await server.load(number) for number in range(1, ONE_BY_ONE)]
                    await server.sync("on")
                    beside += [await server.load(number) for number in range(1, ONE_BY_ONE)]
                    await server.sync("off")
    loads, syncing = statistics.median(alone), statistics.median(beside)
    figures = {"loads_alone_p50_ms": loads, "loads_beside_a_sync_p50_ms": syncing}
    return row("p50 of a load beside a sync of 10,000 trades", syncing / loads, 1.1, "× alone"), figures


async def page_rows() -> tuple[list[Row], dict[str, float]]:
    """The overview of 100 accounts: until it is answered, and, where there is a browser, until it is seen."""
    async with process("-m", "bench.pages") as exchange:
        urls = await line(exchange)
        async with process("-m", "bench.server", pages.CODE, str(pages.ACCOUNTS), urls) as server:
            figures = await pages.measured(json.loads(await line(server)))
    rows = [row("overview, 100 accounts and 1,000 assets", figures["overview_ms"], 150, "ms")]
    if "overview_bytes" in figures:
        rows.append(row("its largest paint, cold", figures["overview_paint_ms"], 500, "ms"))
        rows.append(row("all of it as sent, cold", figures["overview_bytes"] / 1000, 100, "KB"))
    return rows, figures


async def rest_rows() -> list[Row]:
    """A server at rest: until it answers, and its memory before the first load."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            CAMBIST_DATA_DIR=f"{folder}/data", CAMBIST_MASTER_KEY_FILE=f"{folder}/key/master.key"
        )
        async with process("-m", "cambist", "init") as made:
            await made.wait()
        readies, memories = [], []
        async with aiohttp.ClientSession() as http:
            for _ in range(5):
                started = time.perf_counter()
                async with process("-m", "cambist", "serve", "--port", "8699") as server:
                    while not await _answers(http):
                        await asyncio.sleep(0.01)
                    readies.append(time.perf_counter() - started)
                    memories.append(_memory_mb(server.pid))
    return [
        row("server ready", statistics.median(readies), 1.0, "s"),
        row("server at rest", statistics.median(memories), 70, "MB"),
    ]


async def _answers(http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get("http://127.0.0.1:8699/ver1/ping") as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def memory_rows() -> list[Row]:
    """A process that has asked 40 exchanges for their lists, and after nobody has asked them for a while."""
    async with process("-m", "bench.memory") as measuring:
        told = json.loads(await line(measuring))
    return [
        row("40 exchanges loaded", told["loaded"], 600, "MB"),
        row("40 exchanges, idle", told["idle"], told["loaded"] * 0.75, "MB"),
    ]


async def main() -> None:
    screen = Console()
    rows: list[Row] = []
    figures: dict[str, float] = {}
    for assets, target in ((50, 3.0), (700, 10.0)):
        screen.print(f"loads of {assets} assets …")
        more, measured = await cpu_rows(assets, target)
        rows += more
        figures |= measured
    screen.print("loads of each exchange …")
    more, measured = await exchange_rows()
    rows += more
    figures |= measured
    screen.print("pure stages …")
    for assets, target in ((50, 0.15), (700, 1.2)):
        stages = stages_ms(assets)
        rows.append(row(f"pure stages, {assets} assets", sum(stages.values()), target, "ms"))
        figures |= {f"{name}_{assets}_ms": value for name, value in stages.items()}
    guarding = guarding_ms()
    overhead = guarding["open keys"] + guarding["audit entry"]
    rows.append(row("encryption and audit of a load", overhead, 0.1, "ms"))
    figures |= {f"{name}_ms": value for name, value in guarding.items()}
    screen.print("latency, and a server at rest …")
    latency, measured = await latency_row()
    figures |= measured
    syncing, measured = await flows_row()
    screen.print("pages …")
    seen, measured = await page_rows()
    figures |= measured
    rows = [*rows, latency, syncing, *seen, *await rest_rows(), *await memory_rows()]
    figures |= measured

    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}
    names = ("naive_ms", "careful_ms")
    document = {
        "rows": [asdict(each) for each in rows],
        "peers": {name: round(figures[name], 3) for name in names},
        "figures": {name: round(value, 4) for name, value in figures.items() if name not in names},
        "machine": machine,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(document, indent=2))
    table = Table("figure", "value", "target", "unit", "met", box=None)
    for each in rows:
        table.add_row(
            each.name, f"{each.value:g}", f"≤ {each.target:g}", each.unit, "yes" if each.met else "NO"
        )
    screen.print(table)
    careful, naive, load = figures["careful_ms"], figures["naive_ms"], figures["load_50_ms"]
    screen.print(
        f"CPU of one result: Cambist {load:.2f} ms, careful ccxt {careful:.2f} ms, naive ccxt {naive:.0f} ms"
    )
    screen.print(f"All figures: {RESULTS}")


if __name__ == "__main__":
    asyncio.run(main())
