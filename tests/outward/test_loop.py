"""The event loop: what is cut short leaves nothing that is closed twice."""

import asyncio
import socket
from pathlib import Path

import pytest

from cambist.outward.failures import RequestFailed
from cambist.outward.loop import Loop
from cambist.outward.network import SystemNetwork
from cambist.outward.session import Session
from tests.outward.worlds import own_certificate, serving


class Noting(SystemNetwork):
    """Keeps the sockets that it makes."""

    def __init__(self) -> None:
        self.made: list[socket.socket] = []

    def new_socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        self.made.append(super().new_socket(family, kind, protocol))
        return self.made[-1]


def test_a_connection_cut_short_while_it_is_made_leaves_no_socket_that_closes_what_others_opened() -> None:
    async def cut_short() -> int:
        async with serving() as served:
            own = socket.create_connection(("127.0.0.1", served.port))
            loop = asyncio.get_running_loop()
            making = asyncio.create_task(loop.create_connection(asyncio.Protocol, sock=own))
            await asyncio.sleep(0)
            making.cancel()
            await asyncio.wait([making])
            return own.fileno()

    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(cut_short()) == -1


def test_a_connection_that_is_not_trusted_leaves_none_either(tmp_path: Path) -> None:
    async def not_trusted() -> list[int]:
        network = Noting()
        async with serving(tls=own_certificate(tmp_path, "localhost")) as served:
            url = f"https://127.0.0.1:{served.port}"
            session = Session(10, [url], network)
            with pytest.raises(RequestFailed):
                await session.send("GET", f"{url}/", {}, None)
            await session.close()
        return [each.fileno() for each in network.made]

    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(not_trusted()) == [-1]
