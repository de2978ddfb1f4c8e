"""When the client asks again: GETs that may have met bad luck, and nothing else; each time signed anew."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from cambist.client import (
    AnswerUnreadable,
    ApiError,
    AsyncClient,
    Client,
    Patience,
    StrictAuth,
    Unreachable,
)
from cambist.client.asking import MOST_BYTES

EMPTY_LIST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"
CUT = b""


def refusal(status: int, *headers: bytes) -> bytes:
    body = b'{"error_description": "As it says.", "error": "code"}'
    lines = b"".join(header + b"\r\n" for header in (b"Content-Length: %d" % len(body), *headers))
    return b"HTTP/1.1 %d -\r\nConnection: close\r\n%s\r\n%s" % (status, lines, body)


@dataclass(slots=True)
class Luck:
    """A server that gives these answers one after another, the last one for ever, and what it was asked."""

    answers: list[bytes]
    asked: list[bytes] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        writer.write(answer)
        writer.close()


@asynccontextmanager
async def luck(*answers: bytes) -> AsyncIterator[Luck]:
    made = Luck([*answers])
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made


@dataclass(slots=True)
class Waiting:
    """A clock that only waiting moves, and what was waited."""

    at: float = 0.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds


def client_of(made: Luck, waiting: Waiting, drawn: Callable[[], float] = lambda: 0.5) -> AsyncClient:
    patience = Patience(now=waiting.now, drawn=drawn)
    return AsyncClient(made.url, StrictAuth("key", "secret"), patience=patience, sleep=waiting.sleep)


@pytest.mark.asyncio
@pytest.mark.parametrize("bad", [refusal(429), refusal(502), refusal(503), refusal(504), CUT])
async def test_a_get_is_asked_three_times_with_growing_waits(bad: bytes) -> None:
    waiting = Waiting()
    async with luck(bad, bad, EMPTY_LIST) as made, client_of(made, waiting) as client:
        assert await client.accounts() == []
        assert (len(made.asked), waiting.waits) == (3, [0.25, 0.5])
    waiting = Waiting()
    async with luck(bad) as made, client_of(made, waiting) as client:
        with pytest.raises(ApiError if bad else Unreachable):
            await client.accounts()
        assert (len(made.asked), waiting.waits) == (3, [0.25, 0.5])


@pytest.mark.asyncio
async def test_each_try_is_signed_anew() -> None:
    async with luck(CUT) as made, client_of(made, Waiting()) as client:
        with pytest.raises(Unreachable):
            await client.summary()
    nonces = {raw.split(b'nonce="')[1].split(b'"')[0] for raw in made.asked}
    assert len(nonces) == len(made.asked) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 422, 500])
async def test_a_final_refusal_is_not_asked_again(status: int) -> None:
    waiting = Waiting()
    async with luck(refusal(status)) as made, client_of(made, waiting) as client:
        with pytest.raises(ApiError, match=f"{status} code: As it says."):
            await client.accounts()
        assert (len(made.asked), waiting.waits) == (1, [])


@pytest.mark.asyncio
@pytest.mark.parametrize("bad", [refusal(429), refusal(503, b"Retry-After: 1"), CUT])
async def test_a_post_is_never_asked_again(bad: bytes) -> None:
    waiting = Waiting()
    async with luck(bad) as made, client_of(made, waiting) as client:
        with pytest.raises((ApiError, Unreachable)):
            await client.load_balances(1)
        assert (len(made.asked), waiting.waits) == (1, [])


@pytest.mark.asyncio
async def test_the_server_says_how_long_to_wait_and_jitter_comes_on_top() -> None:
    waiting = Waiting()
    asked_for = refusal(429, b"Retry-After: 7")
    async with luck(asked_for, EMPTY_LIST) as made, client_of(made, waiting) as client:
        assert await client.accounts() == []
    assert waiting.waits == [7.25]


@pytest.mark.asyncio
@pytest.mark.parametrize("told", [b"30", b"300"])
async def test_what_would_take_too_long_in_all_is_not_waited_for(told: bytes) -> None:
    waiting = Waiting()
    async with luck(refusal(429, b"Retry-After: " + told)) as made, client_of(made, waiting) as client:
        with pytest.raises(ApiError) as refused:
            await client.accounts()
        assert (len(made.asked), waiting.waits) == (1, [])
        assert refused.value.retry_after_s == int(told)


@pytest.mark.asyncio
async def test_an_answer_that_is_not_cambists_is_an_error_of_its_own() -> None:
    answers = {
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>": "with status 200, is not one of Cambist's",
        b"HTTP/1.1 502 -\r\nConnection: close\r\n\r\n<html>": "with status 502, is not one of Cambist's",
        b"HTTP/1.1 302 -\r\nLocation: /elsewhere\r\nConnection: close\r\n\r\n": "with status 302",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}": "with status 200",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b" " * (MOST_BYTES + 1): "larger than any",
    }
    for answer, told in answers.items():
        async with luck(answer) as made, client_of(made, Waiting()) as client:
            with pytest.raises(AnswerUnreadable, match=told):
                await client.accounts()
            assert len(made.asked) == (3 if b"502" in answer else 1)


@pytest.mark.asyncio
async def test_the_blocking_client_waits_and_asks_again_alike() -> None:
    waits: list[float] = []

    def ask(url: str) -> list[object]:
        patience = Patience(drawn=lambda: 0.5)
        with Client(url, StrictAuth("key", "secret"), patience=patience, sleep=waits.append) as client:
            return [*client.accounts()]

    async with luck(refusal(503), CUT, EMPTY_LIST) as made:
        assert await asyncio.to_thread(ask, made.url) == []
    assert (len(made.asked), waits) == (3, [0.25, 0.5])
    async with luck(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b" " * (MOST_BYTES + 1)) as made:
        with pytest.raises(AnswerUnreadable, match="larger than any"):
            await asyncio.to_thread(ask, made.url)


@pytest.mark.asyncio
async def test_a_server_that_is_not_there_is_unreachable() -> None:
    async with luck(CUT) as made:
        pass
    waiting = Waiting()
    async with client_of(made, waiting) as client:
        with pytest.raises(Unreachable, match="The server did not answer: ConnectError"):
            await client.accounts()
    assert waiting.waits == [0.25, 0.5]


def test_a_wait_is_drawn_from_nothing_up_to_the_whole() -> None:
    for drawn in (0.0, 0.3, 1.0):
        patience = Patience(drawn=lambda drawn=drawn: drawn)  # type: ignore[misc]
        assert patience.wait_s(1, 0, None) == drawn * 0.5
        assert patience.wait_s(2, 0, None) == drawn * 1.0
        assert patience.wait_s(3, 0, None) is None
        assert patience.wait_s(1, 30, None) is None
