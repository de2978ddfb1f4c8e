"""Strict requests replayed at two server processes and after a restart: none is taken twice."""

import asyncio
import json
import os
import secrets
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest

from cambist.actions.create_api_key import create_api_key
from cambist.wiring import WallClock, running
from tests.api.strict_keys import StrictKey, hmac_with
from tests.faults.processes import Serving, serving
from tests.worlds import API, install, settings_in

# `make fuzz` takes 10,000.
REPLAYS = int(os.environ.get("REPLAYS", "1000"))
AT_ONCE = 32
TARGET = f"{API}/validate"
PUBLIC_URL = "http://cambist.test"


def signed(key: StrictKey) -> dict[str, str]:
    """The headers of a request that was not sent yet."""
    given = f'("@method" "@target-uri");created={int(time.time())};nonce="{secrets.token_hex(16)}"'
    given += f';keyid="{key.api_key}"'
    text = f'"@method": GET\n"@target-uri": {PUBLIC_URL}{TARGET}\n"@signature-params": {given}'
    signature = b64encode(key.sign(text.encode())).decode()
    return {"Signature-Input": f"sig={given}", "Signature": f"sig=:{signature}:"}


async def statuses(requests: Sequence[dict[str, str]], *servers: Serving) -> list[Counter[int]]:
    """What the servers answered to each request, sent to all of them at the same time."""
    answered: list[Counter[int]] = [Counter() for _ in requests]
    numbers = iter(range(len(requests)))

    async def send(http: aiohttp.ClientSession, server: Serving, number: int) -> None:
        url = server.address + TARGET
        async with http.get(url, headers=requests[number]) as answer:
            answered[number][answer.status] += 1
            if answer.status == 401:
                assert json.loads(await answer.read())["error"] == "signature_invalid"

    async def work(http: aiohttp.ClientSession) -> None:
        for number in numbers:
            await asyncio.gather(*(send(http, server, number) for server in servers))

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        await asyncio.gather(*(work(http) for _ in range(AT_ONCE)))
    return answered


@pytest.mark.asyncio
async def test_no_replay_is_taken_by_two_processes_and_after_a_restart(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, public_url=PUBLIC_URL, requests_a_minute=0, refresh_every_s=0)
    await install(tmp_path)
    async with running(settings, WallClock()) as cambist:
        owner = await cambist.outside.users.owner()
        made, secret = await create_api_key(cambist.outside, owner, "test", strict=True)
    assert secret is not None
    key = StrictKey(made.api_key, "hmac-sha256", hmac_with(secret.reveal()))
    async with serving(settings) as first:
        async with serving(settings) as second:
            replayed = 0
            while replayed < REPLAYS:
                # Each is sent to both at the same time, and then once more: a request and two replays of it.
                some = [signed(key) for _ in range(min(500, -(-(REPLAYS - replayed) // 2)))]
                taken = await statuses(some, first, second)
                assert Counter(map(frozenset, map(Counter.items, taken))) == {
                    frozenset({(200, 1), (401, 1)}): len(some)
                }
                assert await statuses(some, second) == [Counter({401: 1})] * len(some)
                replayed += 2 * len(some)
            assert await second.stop() == 0
        last = [signed(key) for _ in range(100)]
        assert await statuses(last, first) == [Counter({200: 1})] * len(last)
        first.kill()
        await first.process.wait()
    async with serving(settings) as third:
        assert await statuses(last + some[:100], third) == [Counter({401: 1})] * (len(last) + len(some[:100]))
        assert await statuses([signed(key)], third) == [Counter({200: 1})]
