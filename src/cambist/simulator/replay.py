"""Replays what an exchange once answered: a recorded answer under all its paths; keys are not checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web

from cambist.simulator.protocol import JSON
from cambist.simulator.scenario import ScenarioError


@dataclass(frozen=True, slots=True)
class Recording:
    """What an exchange answered, byte for byte.

    routes: {part of a request: the answer to it}, the first that fits; any other has the answer itself.
    A request is its path, query and body, as in "/accounts?type=main". statuses: likewise; 200 of any other.
    """

    answer: bytes
    routes: Mapping[str, bytes] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)

    def to(self, request: str) -> bytes:
        return next((told for part, told in self.routes.items() if part in request), self.answer)

    def status_of(self, request: str) -> int:
        return next((status for part, status in self.statuses.items() if part in request), 200)


class _Case(msgspec.Struct):
    answer: msgspec.Raw = msgspec.field(name="httpResponse")
    routes: list[tuple[str, msgspec.Raw]] = []


_document = msgspec.json.Decoder(dict[str, msgspec.Raw])
_case = msgspec.json.Decoder(_Case)
_cases = msgspec.json.Decoder(list[_Case])


def read_recording(document: bytes, case: int = 1) -> Recording:
    """A recording out of a file: an answer as it came; or one with its `routes` as an object with
    `httpResponse`; or several such as `cases`, of which `case` (from 1) is played. Raises ScenarioError.
    """
    try:
        msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise ScenarioError(f"The recording is not valid JSON: {wrong}.") from wrong
    try:
        fields = _document.decode(document)
    except msgspec.DecodeError:
        fields = {}  # a list, which is an answer as it came
    try:
        if "cases" in fields:
            cases = _cases.decode(fields["cases"])
            if not 1 <= case <= len(cases):
                raise ScenarioError(f"The recording has cases 1 to {len(cases)}, and no {case}.")
            return _recording(cases[case - 1])
        return _recording(_case.decode(document)) if "httpResponse" in fields else Recording(document)
    except msgspec.DecodeError as wrong:
        raise ScenarioError(f"The recording has not the form of one: {wrong}.") from wrong


def _recording(case: _Case) -> Recording:
    return Recording(bytes(case.answer), {part: bytes(told) for part, told in case.routes})


class Replay:
    """Serves a recording, which may change, on loopback, at / and /{ccxt id}. paths: what was asked for."""

    def __init__(self, ccxt_id: str, recording: Recording, port: int = 0) -> None:
        self.ccxt_id = ccxt_id
        self.paths: list[str] = []
        self.recording = recording
        self._port = port
        self._runner: web.ServerRunner | None = None

    @property
    def exchange_urls(self) -> dict[str, str]:
        """For CAMBIST_EXCHANGE_URLS."""
        return {self.ccxt_id: f"{self.base_url}/{self.ccxt_id}"}

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self._port = runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        path = request.path.removeprefix(f"/{self.ccxt_id}")
        self.paths.append(path)
        asked = f"{path}?{request.query_string}{await request.text()}"
        status, body = self.recording.status_of(asked), self.recording.to(asked)
        return web.Response(status=status, body=body, headers={"Content-Type": JSON})
