"""The network as the way out sees it: what names lead to, and sockets. Tests script it."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Protocol


class Network(Protocol):
    async def lookup(self, host: str, port: int) -> Sequence[str]:
        """The addresses that a name leads to, as text; raises OSError where it leads nowhere."""
        ...

    def new_socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        """A socket that is not connected yet."""
        ...


class SystemNetwork:
    """The operating system's."""

    async def lookup(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        return [str(place[0]) for *_, place in found]

    def new_socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        return socket.socket(family, kind, protocol)
