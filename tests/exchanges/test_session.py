"""The way out to exchanges, against a real server: sizes, packed answers, redirects."""

import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from cambist.core.errors import ExchangeUnavailable
from cambist.exchanges.session import MAX_ANSWER_BYTES, Session

MOST = 1_000
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(*routes: tuple[str, Answering]) -> AsyncIterator[tuple[Session, str]]:
    """(a session, the address of a server with these routes)."""
    app = web.Application()
    app.add_routes([web.get(path, handler) for path, handler in routes])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    session = Session(10)
    try:
        yield session, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await session.close()
        await runner.cleanup()


def told(body: bytes, encoding: str | None = None, in_pieces: bool = False) -> Answering:
    async def handler(request: web.Request) -> web.StreamResponse:
        headers = {} if encoding is None else {"Content-Encoding": encoding}
        answer = web.StreamResponse(headers=headers)
        if not in_pieces:
            answer.content_length = len(body)
        await answer.prepare(request)
        await answer.write(body)
        return answer

    return handler


def packed(body: bytes) -> bytes:
    packing = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return packing.compress(body) + packing.flush()


@pytest.mark.asyncio
@pytest.mark.parametrize("in_pieces", [False, True])
async def test_an_answer_over_the_limit_is_refused_and_one_at_it_is_read(in_pieces: bool) -> None:
    fits, over = b"x" * MOST, b"x" * (MOST + 1)
    routes = {
        "/fits": told(fits, None, in_pieces),
        "/over": told(over, None, in_pieces),
        "/fits-packed": told(packed(fits), "gzip", in_pieces),
        "/over-packed": told(packed(over), "gzip", in_pieces),
    }
    async with answering(*routes.items()) as (session, address):
        for path in ("/fits", "/fits-packed"):
            assert (await session.send("GET", address + path, {}, None, MOST)).body == fits
        for path in ("/over", "/over-packed"):
            with pytest.raises(ExchangeUnavailable, match="larger than"):
                await session.send("GET", address + path, {}, None, MOST)


@pytest.mark.asyncio
async def test_a_small_answer_that_unpacks_into_a_huge_one_takes_no_memory() -> None:
    bomb = packed(bytes(100_000_000))
    assert len(bomb) < 100_000
    async with answering(("/bomb", told(bomb, "gzip")), ("/small", told(b"{}"))) as (session, address):
        await session.send("GET", f"{address}/small", {}, None)
        tracemalloc.start()
        try:
            with pytest.raises(ExchangeUnavailable, match="larger than 2 MiB"):
                await session.send("GET", f"{address}/bomb", {}, None)
            assert tracemalloc.get_traced_memory()[1] < 4 * MAX_ANSWER_BYTES
        finally:
            tracemalloc.stop()


@pytest.mark.asyncio
async def test_a_redirect_is_an_error_and_nobody_goes_where_it_leads() -> None:
    followed: list[str] = []

    async def landing(request: web.Request) -> web.StreamResponse:
        followed.append(request.headers.get("X-Key", ""))
        return web.Response(text="{}")

    def leading(status: int) -> Answering:
        async def handler(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": "/landing"})

        return handler

    statuses = (301, 302, 303, 307, 308)
    routes = [("/landing", landing), *((f"/{status}", leading(status)) for status in statuses)]
    async with answering(*routes) as (session, address):
        for status in statuses:
            with pytest.raises(ExchangeUnavailable, match="redirect"):
                await session.send("GET", f"{address}/{status}", {"X-Key": "k"}, None)
    assert followed == []
