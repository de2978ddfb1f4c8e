"""The one way out to exchanges: a shared HTTP session with limits on size, time and where it goes."""

import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cambist.core.errors import ExchangeTimedOut, ExchangeUnavailable

if TYPE_CHECKING:
    import aiohttp

MAX_ANSWER_BYTES = 2 * 1024 * 1024
MAX_LIST_BYTES = 32 * 1024 * 1024
_CHUNK = 64 * 1024
_CONNECTIONS = 200
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
    """Follows no redirect, keeps no cookie, takes no proxy from the environment, verifies TLS.

    aiohttp is imported with the first call: a server at rest does without its 9 MB.
    """

    def __init__(self, timeout_s: int | float) -> None:
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        most_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """Raises ExchangeTimedOut; ExchangeUnavailable where no whole answer comes within the limits."""
        import aiohttp  # noqa: PLC0415
        from yarl import URL  # noqa: PLC0415

        started = time.perf_counter()
        try:
            async with self._opened().request(
                method, URL(url, encoded=True), data=body, headers=headers, allow_redirects=False
            ) as response:
                decoded = await _read(response, most_bytes)
        except TimeoutError:
            raise ExchangeTimedOut("The exchange did not answer in time.") from None
        except aiohttp.ClientError as failed:
            kind = type(failed).__name__
            raise ExchangeUnavailable(f"The exchange could not be reached ({kind}).") from None
        if 300 <= response.status < 400:
            raise ExchangeUnavailable("The exchange answered with a redirect, which is not followed.")
        ms = round((time.perf_counter() - started) * 1000)
        return Answer(response.status, response.reason or "", response.headers, decoded, ms)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> "aiohttp.ClientSession":
        if self._session is None:
            import aiohttp  # noqa: PLC0415
            import certifi  # noqa: PLC0415

            tls = ssl.create_default_context(cafile=certifi.where())
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=tls, limit=_CONNECTIONS),
                timeout=aiohttp.ClientTimeout(
                    total=self._timeout_s, sock_connect=self._timeout_s, sock_read=self._timeout_s
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


async def _read(response: "aiohttp.ClientResponse", most: int) -> bytes:
    """The decoded body; a small answer that unpacks into a huge one stops at the limit."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding != "identity" and encoding not in _ENCODINGS:
        raise ExchangeUnavailable("The exchange's answer is in an encoding that was not asked for.")
    unpack = zlib.decompressobj(_ENCODINGS[encoding]) if encoding in _ENCODINGS else None
    decoded = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        try:
            decoded += chunk if unpack is None else unpack.decompress(chunk, most + 1 - len(decoded))
        except zlib.error:
            raise ExchangeUnavailable("The exchange's answer does not unpack.") from None
        if len(decoded) > most:
            raise ExchangeUnavailable(f"The exchange's answer is larger than {most >> 20} MiB.")
    if unpack is not None and not unpack.eof:
        raise ExchangeUnavailable("The exchange's answer was cut short.")
    return bytes(decoded)
