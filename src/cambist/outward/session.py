"""The one way out: requests with limits on where they go, how long they take and how much comes back."""

import time
import zlib
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cambist.core.egress import UNNAMED, Egress
from cambist.outward.failures import NotInTime, RequestFailed
from cambist.outward.network import Network, SystemNetwork

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL

    from cambist.outward.connecting import Origin
    from cambist.outward.proxy import Proxy

MAX_ANSWER_BYTES = 2 * 1024 * 1024
MAX_LIST_BYTES = 32 * 1024 * 1024
_ENCODINGS = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers, the decoded body, and how long it took."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    ms: int


class Session:
    """Goes by https to public addresses, and to the origins (scheme, host, port) of the URLs named.

    It follows no redirect. timeout_s: for the whole of a request, from the look-up of the name to the last
    byte. egress: the one way by which all of it goes. under_way: the requests that have no answer yet.
    aiohttp is imported with the first call: a server at rest does without its 9 MB.
    """

    def __init__(
        self,
        timeout_s: int | float,
        urls: Collection[str] = (),
        network: Network | None = None,
        egress: Egress = UNNAMED,
    ) -> None:
        self.egress = egress
        self._timeout_s = timeout_s
        self._urls = urls
        self._network = network or SystemNetwork()
        self._named: frozenset[Origin] | None = None
        self._proxy: Proxy | None = None
        self._clients: dict[bool, aiohttp.ClientSession] = {}
        self.under_way: list[str] = []

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        most_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """Raises NotAllowed before anything is sent; NotInTime; RequestFailed where no whole answer comes."""
        import aiohttp  # noqa: PLC0415

        from cambist.outward.connecting import destination, origin, why_not_reached  # noqa: PLC0415

        if self._named is None:
            self._named = frozenset(map(origin, self._urls))
        goal, is_named = destination(url, self._named)
        started = time.perf_counter()
        what = f"{method} {goal.path} at {goal.host}"
        self.under_way.append(what)
        try:
            async with self._request(method, goal, is_named, headers, body) as response:
                decoded = await _read(response, most_bytes)
        except TimeoutError:
            raise NotInTime from None
        except aiohttp.ClientError as failed:
            raise RequestFailed(why_not_reached(failed, self.egress)) from None
        finally:
            self.under_way.remove(what)
        if 300 <= response.status < 400:
            raise RequestFailed("answered with a redirect, which is not followed")
        ms = round((time.perf_counter() - started) * 1000)
        return Answer(response.status, response.reason or "", response.headers, decoded, ms)

    async def close(self) -> None:
        for client in (*self._clients.values(), self._proxy):
            if client is not None:
                await client.close()

    def _request(
        self, method: str, goal: "URL", is_named: bool, headers: Mapping[str, str], body: bytes | None
    ) -> "AbstractAsyncContextManager[aiohttp.ClientResponse]":
        if self.egress.proxy is None:
            client = self._client(is_named)
            return client.request(method, goal, data=body, headers=headers, allow_redirects=False)
        if self._proxy is None:
            from cambist.outward.proxy import Proxy  # noqa: PLC0415

            self._proxy = Proxy(self.egress, self.egress.proxy, self._network, self._timeout_s)
        return self._proxy.request(method, goal, is_named, headers, body)

    def _client(self, is_named: bool) -> "aiohttp.ClientSession":
        if is_named not in self._clients:
            from cambist.outward.connecting import new_client  # noqa: PLC0415

            self._clients[is_named] = new_client(
                self._network, self._timeout_s, is_named=is_named, here=self.egress.address
            )
        return self._clients[is_named]


async def _read(response: "aiohttp.ClientResponse", most: int) -> bytes:
    """The decoded body; a small answer that unpacks into a huge one stops at the limit."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding != "identity" and encoding not in _ENCODINGS:
        raise RequestFailed("sent an answer in an encoding that was not asked for")
    unpack = zlib.decompressobj(_ENCODINGS[encoding]) if encoding in _ENCODINGS else None
    decoded = bytearray()
    while chunk := await response.content.readany():
        try:
            decoded += chunk if unpack is None else unpack.decompress(chunk, most + 1 - len(decoded))
        except zlib.error:
            raise RequestFailed("sent an answer that does not unpack") from None
        if len(decoded) > most:
            raise RequestFailed(f"sent an answer larger than {most >> 20} MiB")
    if unpack is not None and not unpack.eof:
        raise RequestFailed("sent an answer that was cut short")
    return bytes(decoded)
