"""A small HTTP proxy on loopback: it tunnels, or hands on what is no https, from an address of its own."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from yarl import URL

NAME, PASSWORD = "someone", "p@ss:word"


@dataclass
class Proxied:
    """leads: {authority asked for: port on loopback where it stands}. silent: it never answers at all.

    heads: what it was asked, as raw heads.
    """

    leaves_from: str
    wants_password: bool
    port: int = 0
    silent: bool = False
    leads: dict[str, int] = field(default_factory=dict)
    heads: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """With the name and password that it wants, as a URL has them."""
        return f"http://{NAME}:{PASSWORD.replace('@', '%40')}@127.0.0.1:{self.port}"

    @property
    def asked_for(self) -> list[str]:
        """The method and target of each request."""
        return [" ".join(head.decode().split(" ", 2)[:2]) for head in self.heads]


@asynccontextmanager
async def proxying(
    leaves_from: str = "127.0.0.1", *, wants_password: bool = True, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Proxied]:
    """The proxy, whose connections leave from an address of loopback."""
    proxied = Proxied(leaves_from, wants_password)
    handling: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handling.add(task)
        try:
            await _serve(proxied, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # one of the sides went away, or the test is over
        finally:
            handling.discard(task)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    proxied.port = server.sockets[0].getsockname()[1]
    try:
        yield proxied
    finally:
        server.close()
        for task in [*handling]:
            task.cancel()


async def _serve(proxied: Proxied, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    proxied.heads.append(head)
    if proxied.silent:
        await asyncio.Event().wait()
    method, target, _ = head.decode().split(" ", 2)
    if proxied.wants_password and _authorization() not in head.splitlines():
        writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
        return
    if method == "CONNECT":
        port, first = proxied.leads.get(target), b""
    else:
        url = URL(target, encoded=True)
        port, first = url.port, head.replace(target.encode(), url.raw_path_qs.encode(), 1)
        first = first.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)  # each request is looked at anew
    if port is None:
        writer.write(b"HTTP/1.1 502 Leads nowhere\r\nContent-Length: 0\r\n\r\n")
        return
    there, out = await asyncio.open_connection("127.0.0.1", port, local_addr=(proxied.leaves_from, 0))
    if first:
        out.write(first)
    else:
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
    try:
        await asyncio.wait(
            [asyncio.create_task(_pump(reader, out)), asyncio.create_task(_pump(there, writer))],
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        out.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
        await writer.drain()


def _authorization() -> bytes:
    return b"Proxy-Authorization: Basic " + b64encode(f"{NAME}:{PASSWORD}".encode())
