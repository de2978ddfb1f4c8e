"""`python -m bench.soak [MINUTES]`: loads without end while a fifth of the accounts get bad answers.

Watched: wrong balances (none), how much slower the others get (p99), the server's memory (flat).
"""

import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from tests.faults.grounds import ACCOUNT, BTC_USD, amount_of, api_key_of, keys_in, secret_of
from tests.faults.processes import ROOT, Client, Serving, client, environment, serving
from tests.worlds import Key, settings_in

from cambist.settings import Settings

ACCOUNTS = 40
TROUBLED = 8
IDLE_SHARE = 0.2
ROUND_S = 1.2  # a little more than the second in which the last answer is repeated
MOST_SLOWER_MS = 300
MOST_GROWTH_MB = 30
READY_WITHIN_S = 60

# What each troubled account gets, in turn: (fault, the status that its loads end with).
TROUBLES: tuple[tuple[dict[str, Any], int], ...] = (
    ({"kind": "slow", "delay_ms": 2_000}, 201),
    ({"kind": "html"}, 503),
    ({"kind": "gzip_bomb"}, 503),
    ({"kind": "bad_number", "value": "1e20000000"}, 503),
    ({"kind": "slow", "delay_ms": 200, "drip": 100}, 201),
    ({"kind": "truncated"}, 503),
    ({"kind": "bad_number", "value": "9" * 50_000}, 503),
    ({"kind": "bad_number", "value": "1e20000000", "bare": True}, 503),
)


@dataclass(slots=True)
class Soaked:
    """What a soak measured."""

    idle_ms: list[float] = field(default_factory=list)
    busy_ms: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    troubled: Counter[int] = field(default_factory=Counter)

    @property
    def slower_ms(self) -> float:
        return p99(self.busy_ms) - p99(self.idle_ms)

    @property
    def growth_mb(self) -> float:
        """How much more memory in the last quarter than in the first, medians."""
        quarter = len(self.memory_mb) // 4
        return statistics.median(self.memory_mb[-quarter:]) - statistics.median(self.memory_mb[:quarter])

    def table(self) -> Table:
        table = Table("figure", "value", "promise", "kept", box=None)
        rows = (
            (
                "loads of sound accounts",
                f"{sum(self.statuses.values())}",
                "all 201",
                set(self.statuses) == {201},
            ),
            (
                "loads of troubled accounts",
                " ".join(f"{n} × {s}" for s, n in self.troubled.items()),
                "",
                True,
            ),
            ("wrong balances", f"{len(self.wrong)}", "0", not self.wrong),
            ("p99 idle", f"{p99(self.idle_ms):.0f} ms", "", True),
            (
                "p99 beside the troubled",
                f"{p99(self.busy_ms):.0f} ms",
                f"≤ idle + {MOST_SLOWER_MS} ms",
                self.slower_ms <= MOST_SLOWER_MS,
            ),
            (
                "memory, last quarter against first",
                f"{self.growth_mb:+.1f} MB of {self.memory_mb[-1]:.0f}",
                f"≤ +{MOST_GROWTH_MB} MB",
                self.growth_mb <= MOST_GROWTH_MB,
            ),
        )
        for name, value, promise, kept in rows:
            table.add_row(name, value, promise, "yes" if kept else "NO")
        return table


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


class Soak:
    def __init__(self, server: Serving, asking: Client, simulator: str, ids: list[int]) -> None:
        self._server, self._asking, self._simulator, self._ids = server, asking, simulator, ids
        self._answered: dict[int, float] = {}
        self.found = Soaked()

    async def run(self, seconds: float, tell: Callable[[float], None]) -> Soaked:
        await asyncio.sleep(ROUND_S)
        await self._rounds(seconds * IDLE_SHARE, self.found.idle_ms, tell)
        faults = [
            {"path": ACCOUNT, "api_key": api_key_of(number), **TROUBLES[number % len(TROUBLES)][0]}
            for number in range(TROUBLED)
        ]
        await self._patch(faults=faults)
        troubles = [asyncio.create_task(self._trouble(number)) for number in range(TROUBLED)]
        watching = asyncio.create_task(self._watch())
        try:
            await self._rounds(seconds * (1 - IDLE_SHARE), self.found.busy_ms, tell)
        finally:
            for task in (watching, *troubles):
                task.cancel()
            ended = await asyncio.gather(watching, *troubles, return_exceptions=True)
        for result in ended:
            if isinstance(result, Exception):
                raise result
        return self.found

    async def _rounds(self, seconds: float, spent_ms: list[float], tell: Callable[[float], None]) -> None:
        """Sound accounts hold something new each round, so that an old answer is a wrong one."""
        until = time.monotonic() + seconds
        began = 0.0
        round_ = 0 if spent_ms is self.found.idle_ms else 100_000

        async def load(number: int) -> None:
            place = began + ROUND_S * number / ACCOUNTS
            may_ask = max(place, self._answered.get(number, 0) + ROUND_S * 0.9)
            await asyncio.sleep(max(0, may_ask - time.monotonic()))
            spent_ms.append(await self._load(number, round_, self.found.statuses))
            self._answered[number] = time.monotonic()

        while (began := time.monotonic()) < until:
            round_ += 1
            sound = keys_in(round_, ACCOUNTS)[TROUBLED:]
            await self._patch(keys=[*keys_in(0, TROUBLED), *sound])
            await asyncio.gather(*(load(number) for number in range(TROUBLED, ACCOUNTS)))
            tell(time.monotonic() - began)
            await asyncio.sleep(max(0, began + ROUND_S - time.monotonic()))

    async def _trouble(self, number: int) -> None:
        expected = TROUBLES[number % len(TROUBLES)][1]
        await asyncio.sleep(ROUND_S)  # the last answer of before is repeated for a second
        while True:
            answered: Counter[int] = Counter()
            await self._load(number, 0, answered)
            self.found.troubled += answered
            if set(answered) != {expected}:
                self.found.wrong.append(f"account {number} was answered with {set(answered)}, not {expected}")
            await asyncio.sleep(ROUND_S)

    async def _load(self, number: int, round_: int, statuses: Counter[int]) -> float:
        began = time.monotonic()
        answer = await self._asking.load(self._ids[number])
        spent_ms = (time.monotonic() - began) * 1000
        statuses[answer.status] += 1
        if answer.status == 201:
            told = (Decimal(answer.json["btc_amount"]), Decimal(answer.json["usd_amount"]))
            held = Decimal(amount_of(number, round_))
            if told != (held, held * BTC_USD):
                self.found.wrong.append(f"account {number}: {told} where {held} is held")
        return spent_ms

    async def _watch(self) -> None:
        while True:
            status = Path(f"/proc/{self._server.pid}/status").read_text()  # noqa: ASYNC240
            self.found.memory_mb.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
            await asyncio.sleep(0.25)

    async def _patch(self, **changes: Any) -> None:
        body = msgspec.json.encode(changes)
        async with self._asking.http.patch(f"{self._simulator}/__scenario", data=body) as answer:
            if answer.status != 200:
                raise RuntimeError(await answer.text())


@asynccontextmanager
async def simulating(folder: Path) -> AsyncIterator[str]:
    """The base URL of a simulator in its own process."""
    scenario = {
        "exchange": "binance_us",
        "keys": keys_in(0, ACCOUNTS),
        "prices": {"BTCUSD": str(BTC_USD), "BTCUSDT": str(BTC_USD)},
        "symbols": 2_400,
        "weight_limit": 100_000_000,
    }
    file = folder / "scenario.json"
    file.write_bytes(msgspec.json.encode(scenario))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cambist", "simulate", "--port", "0", "--scenario", str(file)),
        cwd=ROOT,
        env=environment(settings_in(folder)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the simulator has no output")
        told = await asyncio.wait_for(process.stdout.readuntil(b"}"), READY_WITHIN_S)
        yield re.findall(r"http://[0-9.:]+", told.decode())[-1]
    finally:
        process.kill()
        await process.wait()


async def soak(folder: Path, seconds: float, tell: Callable[[float], None] = lambda _: None) -> Soaked:
    async with simulating(folder) as simulator:
        settings = settings_in(
            folder, exchange_urls={"binanceus": f"{simulator}/binanceus"}, log_level="WARNING"
        )
        key = await _installed(settings)
        async with serving(settings) as server, client(server.address, key) as asking:
            ids = [await _connected(asking, number) for number in range(ACCOUNTS)]
            return await Soak(server, asking, simulator, ids).run(seconds, tell)


async def _connected(asking: Client, number: int) -> int:
    given = {"type": "binance_us", "name": f"account {number}", "api_key": api_key_of(number)}
    answer = await asking.call("POST", "/accounts/new", {**given, "secret": secret_of(number)})
    if answer.status != 201:
        raise RuntimeError(answer.raw.decode())
    return int(answer.json["id"])


async def _installed(settings: Settings) -> Key:
    made = b""
    for command in (("init",), ("keys", "create", "--json")):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "cambist", *command),
            cwd=ROOT,
            env=environment(settings),
            stdout=asyncio.subprocess.PIPE,
        )
        made, _ = await asyncio.wait_for(process.communicate(), READY_WITHIN_S)
    key = json.loads(made)
    return Key(key["api_key"], key["secret"])


def main() -> int:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    screen = Console()
    began, slowest = time.monotonic(), 0.0

    def tell(round_s: float) -> None:
        nonlocal slowest
        slowest = max(slowest, round_s)
        status.update(
            f"{(time.monotonic() - began) / 60:.1f} of {minutes:g} min; slowest round {slowest * 1000:.0f} ms"
        )

    with tempfile.TemporaryDirectory(prefix="cambist-soak-") as folder, screen.status("starting …") as status:
        try:
            found = asyncio.run(soak(Path(folder), minutes * 60, tell))
        except KeyboardInterrupt:
            screen.print("Stopped.")
            return 130
    screen.print(found.table())
    for each in found.wrong[:10]:
        screen.print(each)
    kept = not found.wrong and found.slower_ms <= MOST_SLOWER_MS and found.growth_mb <= MOST_GROWTH_MB
    return 0 if kept and set(found.statuses) == {201} else 1


if __name__ == "__main__":
    sys.exit(main())
