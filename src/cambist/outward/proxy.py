"""How requests go by a proxy: to addresses that were looked up and checked here, as without one."""

import asyncio
import time
from base64 import b64encode
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from cambist.core.egress import Egress
from cambist.core.terms import Secret
from cambist.outward.connecting import (
    LOOKUP_SERVES_S,
    MOST_LOOKUPS_KEPT,
    looked_up,
    new_client,
    refused_by_proxy,
)
from cambist.outward.failures import RequestFailed
from cambist.outward.network import Network

PROXY_AUTHENTICATION_REQUIRED = 407


class Proxy:
    """An HTTP proxy that the settings name.

    By https it makes a tunnel (CONNECT) to an address of the name's, and TLS is spoken through it with the
    name's own host: it sees nothing of what is sent, and does not decide where to. Origins that are named
    it is asked for as they are written. timeout_s: for the whole of a request, the look-up included.
    """

    def __init__(self, egress: Egress, url: Secret, network: Network, timeout_s: int | float) -> None:
        self._egress = egress
        read = URL(url.reveal())
        told = f"{read.user or ''}:{read.password or ''}".encode()
        self._credentials = (
            {"Proxy-Authorization": f"Basic {b64encode(told).decode()}"} if told != b":" else {}
        )
        self._network = network
        self._timeout_s = timeout_s
        self._client = new_client(network, timeout_s, is_named=True, proxy=read.with_user(None))
        self._found: dict[str, tuple[float, deque[str]]] = {}

    @asynccontextmanager
    async def request(
        self, method: str, goal: URL, is_named: bool, headers: Mapping[str, str], body: bytes | None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer as it begins. Raises NotAllowed, RequestFailed; what aiohttp raises; TimeoutError."""
        async with asyncio.timeout(self._timeout_s):
            places = deque() if is_named else await self._places(goal.raw_host or "")
            url, options = self._asked(goal, headers, places)
            try:
                async with self._client.request(
                    method, url, data=body, allow_redirects=False, **options
                ) as response:
                    if response.status == PROXY_AUTHENTICATION_REQUIRED:
                        raise RequestFailed(refused_by_proxy(self._egress, response.status))
                    yield response
            except (aiohttp.ClientError, TimeoutError):
                places.rotate(-1)  # the next one tries another of the addresses, where there are several
                raise

    async def close(self) -> None:
        await self._client.close()

    def _asked(self, goal: URL, headers: Mapping[str, str], places: deque[str]) -> tuple[URL, dict[str, Any]]:
        """The URL that the proxy is asked for, and the request's options; without places, as it is written.

        What is not https goes to the proxy as it is, and so the proxy's credentials go with it.
        """
        if goal.scheme != "https":
            return goal, {"headers": {**headers, **self._credentials}}
        if not places:
            return goal, {"headers": headers, "proxy_headers": self._credentials}
        own = {"headers": {**headers, "Host": goal.host_subcomponent}, "server_hostname": goal.raw_host}
        return goal.with_host(places[0]), {**own, "proxy_headers": self._credentials}

    async def _places(self, name: str) -> deque[str]:
        """The addresses of a name, the old kind before the new: not every proxy has both."""
        until, places = self._found.get(name, (0, deque()))
        if time.monotonic() < until:
            return places
        try:
            found = await looked_up(self._network, name, 443, is_named=False)
        except TimeoutError:
            raise
        except OSError:
            raise RequestFailed("could not be reached: its name leads nowhere") from None
        if len(self._found) >= MOST_LOOKUPS_KEPT:
            self._found.clear()
        places = deque(sorted(found, key=lambda place: ":" in place))
        self._found[name] = (time.monotonic() + LOOKUP_SERVES_S, places)
        return places
