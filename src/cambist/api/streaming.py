"""Answers that go on: so many at a time, little that waits to be read, and an end with the server."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from cambist.core.errors import RateLimited

EVENT_STREAM = "text/event-stream"
# What the server hands over for who must be cut off: the connection is closed without a farewell.
ABORT = "cambist.abort"
MOST_OF_A_USER, MOST_OF_ALL = 8, 256
READ_WITHIN_S = 20
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Streams:
    """The streams that are open in this process. ended: the server stops, and so do they."""

    def __init__(self) -> None:
        self.ended = False
        self._open: Counter[int] = Counter()

    def open(self, user_id: int) -> Callable[[], None]:
        """Takes a place; the result gives it back. Raises RateLimited where none is free."""
        if self._open[user_id] >= MOST_OF_A_USER or self._open.total() >= MOST_OF_ALL:
            raise RateLimited(
                f"Too many event streams are open (at most {MOST_OF_A_USER} of a user): end one", 5
            )
        self._open[user_id] += 1

        def close() -> None:
            self._open -= Counter({user_id: 1})

        return close

    def end(self) -> None:
        self.ended = True


@dataclass(frozen=True, slots=True)
class Streamed:
    """The body of an answer that goes on: chunks, some of them empty, and what to do when it is over."""

    chunks: AsyncGenerator[bytes, None]
    close: Callable[[], None]


class EventStream(StreamingResponse):
    """Sends chunks as they come; who does not read what was sent within 20 s is cut off, and may resume."""

    def __init__(self, streamed: Streamed, read_within_s: int | float = READ_WITHIN_S) -> None:
        super().__init__(streamed.chunks, headers=_HEADERS, media_type=EVENT_STREAM)
        self._streamed = streamed
        self._read_within_s = read_within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            if scope["method"] != "HEAD":
                await self._send_chunks(send, gone)
            await self._send(send, b"", more=False)
        except TimeoutError:
            scope["extensions"][ABORT]["abort"]()
            await gone
        finally:
            gone.cancel()
            self._streamed.close()
            await self._streamed.chunks.aclose()

    async def _send_chunks(self, send: Send, gone: "asyncio.Task[None]") -> None:
        async for chunk in self._streamed.chunks:
            if gone.done():
                return
            if chunk:
                await self._send(send, chunk, more=True)

    async def _send(self, send: Send, chunk: bytes, *, more: bool) -> None:
        """Raises TimeoutError where what was sent before is not read in time."""
        message: Message = {"type": "http.response.body", "body": chunk, "more_body": more}
        async with asyncio.timeout(self._read_within_s):
            await send(message)


async def _gone(receive: Receive) -> None:
    """Ends when whoever asked has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
