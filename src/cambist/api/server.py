"""The HTTP server around an application: uvicorn, with limits on headers and on slow requests."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from ssl import SSLContext

from starlette.applications import Starlette
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cambist.api.streaming import ABORT
from cambist.core.errors import SetupError

MAX_HEADER_BYTES = 16 * 1024
WHOLE_REQUEST_WITHIN_S = 30
KEEP_ALIVE_S = 15
FINISH_WITHIN_S = 40
_MOMENT_S = 0.001


class LimitedProtocol(HttpToolsProtocol):
    """Refuses headers over 16 KiB, and closes a connection whose request is not whole within 30 s."""

    _header_bytes = 0
    _unparsed_bytes = 0
    _in_headers = True
    _deadline: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        self._start_waiting()
        super().data_received(data)
        if self._in_headers:
            # A header without an end calls nothing below: its bytes are counted as they come.
            self._unparsed_bytes += len(data)
            if self._unparsed_bytes > 2 * MAX_HEADER_BYTES:
                self._close()

    def on_message_begin(self) -> None:
        self._in_headers, self._header_bytes, self._unparsed_bytes = True, 0, 0
        self._start_waiting()  # again: a request may begin in the bytes that ended the one before
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: {"abort": self.transport.abort}}

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > MAX_HEADER_BYTES:
            raise ValueError("headers too large")  # becomes the parser's 400

    def _start_waiting(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(WHOLE_REQUEST_WITHIN_S, self._close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


class _Server(Server):
    """Leaves signals to whoever runs the event loop, and stops at once where nothing is under way."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self.should_exit = True
        self._stopped.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        """Renews the header Date each second, where uvicorn looks ten times whether it is to stop."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, but for its waits of a tenth of a second, where no request is under way."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(_MOMENT_S)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)


@asynccontextmanager
async def serving(
    app: Starlette, listening: socket.socket, tls: SSLContext | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Serves an application on a bound socket; the task handed over ends when the server does."""
    config = Config(
        app,
        http=LimitedProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=FINISH_WITHIN_S,
        ssl_context_factory=None if tls is None else lambda *_: tls,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield task
    finally:
        app.state.streams.end()
        server.stop()
        await task


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. Raises SetupError where the address is taken or is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
        # Taken over by each connection: asyncio, unlike uvloop, would leave an answer waiting for 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as refused:
        raise SetupError(f"The server cannot listen on {host}:{port}: {refused.strerror}.") from refused
