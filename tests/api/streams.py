"""A reader of server-sent events: signed, over a real socket, as it comes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from tests.worlds import Key, World


@dataclass(slots=True)
class Stream:
    """An open stream. id: the last that it has told, to resume from."""

    answer: aiohttp.ClientResponse
    id: int = 0

    async def next(self) -> dict[str, Any]:
        """The next event, whatever else the stream says before it; EOFError where the stream ends instead."""
        while True:
            fields = await self._block()
            self.id = int(fields.get("id", self.id))
            if "data" in fields:
                return {"event": fields["event"], **json.loads(fields["data"])}

    async def over(self, within_s: float = 2) -> None:
        """Waits for the end; nothing may be told before it."""
        told: Any = "silence"
        try:
            async with asyncio.timeout(within_s):
                told = await self.next()
        except EOFError:
            return
        except TimeoutError:
            pass
        raise AssertionError(f"the stream goes on: {told}")

    async def _block(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        while line := (await self.answer.content.readline()).decode():
            if line == "\n":
                return fields
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        raise EOFError


@asynccontextmanager
async def stream(
    made: World,
    query: str = "",
    *,
    last: int | str | None = None,
    key: Key | None = None,
    address: str | None = None,
) -> AsyncIterator[Stream]:
    """last: what the header Last-Event-ID says. The stream is open when this is entered."""
    target, signer = "/cambist/v1/events" + query, key or made.key
    headers = {"Apikey": signer.api_key, "Signature": signer.sign(target)}
    headers |= {} if last is None else {"Last-Event-ID": str(last)}
    url = URL((address or made.address) + target, encoded=True)
    async with made.http.get(url, headers=headers, timeout=aiohttp.ClientTimeout(total=20)) as answer:
        assert answer.status == 200, await answer.read()
        assert answer.content_type == "text/event-stream"
        opened = Stream(answer)
        fields = await opened._block()
        assert fields["retry"] == "2000"
        opened.id = int(fields.get("id", 0))
        yield opened
