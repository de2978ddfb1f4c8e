"""How long a request may take and how large its answer may be, whatever the other side does."""

import asyncio
import gzip
import tracemalloc
import zlib

import pytest

from cambist.outward.failures import NotInTime, RequestFailed
from cambist.outward.session import MAX_ANSWER_BYTES, Answer, Session
from tests.outward.worlds import NAME, PUBLIC, WHOLE, ScriptedNetwork, Write, serving

TIMEOUT_S = 0.3
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def ask(answer: bytes | Write, timeout_s: float = TIMEOUT_S, most: int = MAX_ANSWER_BYTES) -> Answer:
    async with serving(answer) as served:
        session = Session(timeout_s, [served.url])
        try:
            return await session.send("GET", f"{served.url}/", {}, None, most)
        finally:
            await session.close()


def dripping(start: bytes, drop: bytes) -> Write:
    """Writes the start, then a drop often enough that no wait for one is long."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return write


def pouring(start: bytes, drop: bytes) -> Write:
    """Writes without end, as fast as it is taken."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(drop)
            await writer.drain()

    return write


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [
        dripping(b"HTTP/1.1 200 O", b"K"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"{"),
        dripping(CHUNKED, b"1\r\n{\r\n"),
        dripping(CHUNKED + b"0\r\n", b"X-A: b\r\n"),
        dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["status line", "headers", "body", "chunks", "trailers", "early hints"],
)
async def test_an_answer_that_drips_ends_with_the_time_for_all_of_it(answer: Write) -> None:
    async with asyncio.timeout(10):
        with pytest.raises(NotInTime):
            await ask(answer)


@pytest.mark.asyncio
async def test_a_look_up_that_hangs_ends_with_the_time_for_all_of_it() -> None:
    network = ScriptedNetwork({NAME: [[PUBLIC]]}, delay_s=60)
    session = Session(TIMEOUT_S, (), network)
    async with asyncio.timeout(10):
        with pytest.raises(NotInTime, match="did not answer in time"):
            await session.send("GET", f"https://{NAME}/", {}, None)
    await session.close()
    assert (network.looked_up, network.connected) == ([NAME], [])


@pytest.mark.asyncio
async def test_a_name_that_leads_nowhere_is_not_reached() -> None:
    for network in (ScriptedNetwork({}), ScriptedNetwork({NAME: [[]]})):
        session = Session(5, (), network)
        with pytest.raises(RequestFailed, match="could not be reached"):
            await session.send("GET", f"https://{NAME}/", {}, None)
        await session.close()
        assert network.connected == []


def headers(count: int, size: int) -> bytes:
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"a" * size) for number in range(count))
    return b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 2\r\n\r\n{}"


@pytest.mark.asyncio
async def test_headers_are_limited_in_number_and_size_and_within_the_limits_are_taken() -> None:
    assert len((await ask(headers(90, 80), 5)).headers) == 91
    assert (await ask(headers(1, 8_000), 5)).body == b"{}"
    for answer in (headers(120, 10), headers(1, 9_000), b"HTTP/1.1 200 " + b"O" * 9_000 + b"\r\n\r\n"):
        with pytest.raises(RequestFailed, match="could not be reached"):
            await ask(answer, 5)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [
        pouring(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1_000),
        pouring(b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 8_000),
        pouring(b"HTTP/1.1 200 OK\r\n\r\n", b"{" * 65_536),
        pouring(CHUNKED, b"10000\r\n" + b"{" * 65_536 + b"\r\n"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"{" * 3_000_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(3_000_000)),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + zlib.compress(bytes(3_000_000)),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\n" + gzip.compress(gzip.compress(b"{}")),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n{}",
    ],
    ids=["headers", "header", "body", "chunks", "length", "gzip", "deflate", "gzip twice", "brotli"],
)
async def test_an_answer_without_end_or_larger_than_it_may_be_is_left(answer: bytes | Write) -> None:
    async with asyncio.timeout(30):
        with pytest.raises(RequestFailed) as failed:
            await ask(answer, 20)
    assert not isinstance(failed.value, NotInTime)


@pytest.mark.asyncio
async def test_an_answer_may_be_exactly_as_large_as_the_limit() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + b" " * 1024
    assert len((await ask(whole, 5, most=1024)).body) == 1024
    with pytest.raises(RequestFailed, match="larger than"):
        await ask(whole, 5, most=1023)
    assert (await ask(WHOLE, 5)).body == b"{}"


@pytest.mark.asyncio
async def test_a_small_answer_that_unpacks_into_a_huge_one_takes_no_memory() -> None:
    bomb = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(100_000_000))
    await ask(WHOLE, 5)
    tracemalloc.start()
    try:
        with pytest.raises(RequestFailed, match="larger than 2 MiB"):
            await ask(bomb, 5, most=2 * 1024 * 1024)
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()
