"""The simulator: one or several exchanges on a loopback port; calls are listed, scenarios can change."""

import asyncio
import ipaddress
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from aiohttp import web
from msgspec import json

from cambist.simulator.bending import bend
from cambist.simulator.exchanges import play
from cambist.simulator.faults import LANDING, LONGEST_WAIT_S, FaultScript, Met, ResetFault, TimeoutFault
from cambist.simulator.protocol import Answer, Ask
from cambist.simulator.scenario import (
    CCXT_IDS,
    PRICED_BY,
    Scenario,
    ScenarioError,
    load_scenario,
    patch_scenario,
)
from cambist.simulator.weights import WeightWindow
from cambist.simulator.wire import deliver

MOST_CALLS = 100_000
BODY_WAIT_S = 30


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the exchange saw it, without secrets and query; status 0 means that it got no answer.

    remote: the address that it came from.
    """

    exchange: str
    method: str
    path: str
    status: int
    weight: int
    api_key_present: bool
    fault: str | None
    remote: str


class _Stage:
    """One exchange in play: its scenario, and what has happened so far."""

    def __init__(self, scenario: Scenario) -> None:
        self.windows: dict[tuple[str, str], WeightWindow] = {}
        self.play(scenario, FaultScript(scenario.faults))

    def play(self, scenario: Scenario, script: FaultScript) -> None:
        self.scenario = scenario
        self.exchange = play(scenario)
        self.script = script

    def change(self, scenario: Scenario) -> None:
        """Faults that stay keep their count of hits; weights used stay used."""
        kept = scenario.faults is self.scenario.faults
        self.play(scenario, self.script if kept else FaultScript(scenario.faults))

    def answer(self, ask: Ask, now: datetime, home: str) -> tuple[Answer, Met, int]:
        """The answer, what was met on the way, and the call's weight."""
        if ask.path == LANDING:
            return Answer(200, b"{}"), Met(None), 0
        weight = self.exchange.weight(ask)
        name = self.exchange.window(ask)
        window = self.windows.setdefault((ask.remote, name), WeightWindow())
        verdict = window.charge(weight, now, self.scenario.weight_limit) if weight else None
        met = self.script.meet(ask.path, ask.api_key, now)
        if met.banned_until is not None:
            answer = self.exchange.banned(met.banned_until, now)
        elif met.fault is None and verdict is not None and verdict.refused_until is not None:
            refuse = self.exchange.banned if verdict.ban else self.exchange.limited
            answer = refuse(verdict.refused_until, now)
        elif met.fault is None and (refusal := self._by_own_limit(ask, now)) is not None:
            answer = refusal
        else:
            answer = bend(met.fault, self.exchange.answer(ask, now + met.skew), self.exchange, home)
        if verdict is None:
            return answer, met, weight
        return answer.with_headers(self.exchange.used(name, verdict.used)), met, weight

    def _by_own_limit(self, ask: Ask, now: datetime) -> Answer | None:
        """The refusal of a call over its path's own limit; None for one that is let through and counted."""
        limit = self.exchange.own_limit(ask) if self.scenario.path_limits else None
        if limit is None:
            return None
        window = self.windows.setdefault(("", limit.name), WeightWindow(limit.length, bans=False))
        until = window.charge(1, now, limit.calls).refused_until
        return None if until is None else limit.refuse(until, now)


class Simulator:
    """Serves the scenarios' exchanges until stopped; `now` is the only clock it reads.

    One exchange answers at / and at /{ccxt id}, several only at /{ccxt id}; no signature covers that prefix.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        *,
        now: Callable[[], datetime],
        host: str = "127.0.0.1",
        port: int = 0,
        latency_ms: int = 0,
    ) -> None:
        codes = [scenario.exchange for scenario in scenarios]
        if not codes or len(set(codes)) < len(codes):
            raise ValueError("The simulator plays one scenario or several, each of another exchange.")
        if host != "localhost" and not _is_loopback(host):
            raise ValueError(
                f"The simulator listens on loopback only, and {host!r} is not a loopback address."
            )
        if not 0 <= latency_ms <= LONGEST_WAIT_S * 1000:
            raise ValueError(f"The latency must be 0 to {LONGEST_WAIT_S * 1000} ms, not {latency_ms}.")
        self._stages: dict[str, _Stage] = {scenario.exchange: _Stage(scenario) for scenario in scenarios}
        self._now, self._host, self._port, self._latency_s = now, host, port, latency_ms / 1000
        self._calls: deque[Call] = deque(maxlen=MOST_CALLS)
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner, self._port = runner, runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def base_url(self) -> str:
        if self._runner is None:
            raise RuntimeError("The simulator is not started.")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def exchange_urls(self) -> dict[str, str]:
        """For CAMBIST_EXCHANGE_URLS: the base URL of each exchange by its ccxt id."""
        urls = {CCXT_IDS[code]: f"{self.base_url}/{CCXT_IDS[code]}" for code in self._stages}
        priced = {PRICED_BY[code]: urls[CCXT_IDS[code]] for code in self._stages if code in PRICED_BY}
        return priced | urls

    @property
    def calls(self) -> list[Call]:
        return list(self._calls)

    def scenario(self, exchange: str) -> Scenario:
        return self._stage(exchange).scenario

    def replace(self, scenario: Scenario) -> None:
        """Starts that exchange afresh: faults, weights and bans begin anew; the list of calls stays."""
        self._stage(scenario.exchange)
        self._stages[scenario.exchange] = _Stage(scenario)

    def patch(self, exchange: str, document: bytes) -> None:
        """Changes the top-level fields given; what has happened so far stays so."""
        stage = self._stage(exchange)
        stage.change(patch_scenario(stage.scenario, document))

    def _stage(self, exchange: str) -> _Stage:
        if exchange not in self._stages:
            raise ScenarioError(
                f"This simulator does not play {exchange!r}; it plays {', '.join(self._stages)}."
            )
        return self._stages[exchange]

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        try:
            async with asyncio.timeout(BODY_WAIT_S):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        if path in _ADMIN:
            return self._administer(request, path, body)
        code, inner = self._place(path)
        if code is None:
            return _refused(404, f"No exchange answers at {path}; this simulator plays {self._places()}.")
        stage = self._stages[code]
        raw_query = query.encode(errors="surrogateescape")
        remote = request.remote or self._host
        ask = Ask.read(
            request.method, inner, raw_query, body, request.headers, stage.exchange.key_header, remote
        )
        now = self._now()
        answer, met, weight = stage.answer(ask, now, path.removesuffix(inner))
        status = 0 if isinstance(met.fault, TimeoutFault | ResetFault) else answer.status
        has_key = ask.api_key is not None
        self._calls.append(Call(code, ask.method, inner, status, weight, has_key, met.kind, remote))
        await asyncio.sleep(self._latency_s)
        date = format_datetime(now.astimezone(UTC), usegmt=True)
        return await deliver(request, answer.with_headers({"Date": date, "Server": "nginx"}), met.fault)

    def _place(self, path: str) -> tuple[str | None, str]:
        """The market code served at this path, and the path without its prefix."""
        for code in self._stages:
            prefix = f"/{CCXT_IDS[code]}"
            if path.startswith(prefix + "/"):
                return code, path.removeprefix(prefix)
        return (next(iter(self._stages)), path) if len(self._stages) == 1 else (None, path)

    def _places(self) -> str:
        return ", ".join(f"{code} at /{CCXT_IDS[code]}" for code in self._stages)

    def _administer(self, request: web.BaseRequest, path: str, body: bytes) -> web.Response:
        act = _ADMIN[path].get(request.method)
        if act is None:
            return _refused(405, f"{path} takes {' or '.join(_ADMIN[path])}.")
        try:
            return act(self, request, body)
        except ScenarioError as error:
            return _refused(400, str(error))

    def _put_scenario(self, _: web.BaseRequest, body: bytes) -> web.Response:
        scenario = load_scenario(body)
        self.replace(scenario)
        return _json({"exchange": scenario.exchange})

    def _patch_scenario(self, request: web.BaseRequest, body: bytes) -> web.Response:
        exchange = request.query.get("exchange") or (
            next(iter(self._stages)) if len(self._stages) == 1 else None
        )
        if exchange is None:
            raise ScenarioError(
                f"Say which exchange to change with ?exchange=CODE: {', '.join(self._stages)}."
            )
        self.patch(exchange, body)
        return _json({"exchange": exchange})

    def _get_calls(self, _: web.BaseRequest, __: bytes) -> web.Response:
        return _json([asdict(call) for call in self._calls])

    def _delete_calls(self, _: web.BaseRequest, __: bytes) -> web.Response:
        self._calls.clear()
        return web.Response(status=204)


_ADMIN: Mapping[str, Mapping[str, Callable[[Simulator, web.BaseRequest, bytes], web.Response]]] = {
    "/__scenario": {"PUT": Simulator._put_scenario, "PATCH": Simulator._patch_scenario},
    "/__calls": {"GET": Simulator._get_calls, "DELETE": Simulator._delete_calls},
}


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=json.encode(body), content_type="application/json")


def _refused(status: int, sentence: str) -> web.Response:
    return _json({"error": sentence}, status)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
