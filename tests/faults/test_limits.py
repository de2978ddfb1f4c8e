"""Two servers on one file: what one counts, restricts, bans or revokes, the other knows within a second."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cambist.actions.create_api_key import create_api_key
from cambist.wiring import running
from tests.faults.grounds import Ground, ground
from tests.faults.processes import Serving, serving, started
from tests.worlds import API, Key

pytestmark = pytest.mark.asyncio
PROXY: dict[str, Any] = {"trusted_proxies": ["127.0.0.1"], "refresh_every_s": 0}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two servers, and a client that asks either of them for the address that it names."""

    here: Ground
    servers: tuple[Serving, Serving]
    http: aiohttp.ClientSession

    async def ask(
        self, server: int, via: str = "192.0.2.1", key: Key | None = None
    ) -> tuple[int, int | None]:
        """(status, Retry-After); a signed read where there is a key."""
        target = f"{API}/ping" if key is None else f"{API}/validate"
        headers = {"X-Forwarded-For": via}
        if key is not None:
            headers |= {"Apikey": key.api_key, "Signature": key.sign(target)}
        async with self.http.get(self.servers[server].address + target, headers=headers) as answer:
            wait = answer.headers.get("Retry-After")
            return answer.status, None if wait is None else int(wait)

    async def statuses(self, count: int, *given: Any, **more: Any) -> list[int]:
        return [(await self.ask(*given, **more))[0] for _ in range(count)]

    async def until(self, status: int, *given: Any, **more: Any) -> float:
        """Seconds until a server answers so; asked seldom."""
        began = time.monotonic()
        while (await self.ask(*given, **more))[0] != status:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.05)
        return time.monotonic() - began


@asynccontextmanager
async def pair(folder: Path, **settings: Any) -> AsyncIterator[Pair]:
    async with (
        ground(folder, 0, **PROXY, **settings) as here,
        serving(here.settings) as one,
        serving(here.settings) as other,
        aiohttp.ClientSession() as http,
    ):
        yield Pair(here, (one, other), http)


@pytest.mark.alone
async def test_counts_restrictions_and_bans_are_shared_and_outlive_a_server(tmp_path: Path) -> None:
    async with pair(tmp_path, requests_a_minute=40) as both:
        assert await both.statuses(25, 0) == [200] * 25
        await asyncio.sleep(1)
        assert await both.statuses(15, 1) == [200] * 15
        assert await both.ask(1) == (429, 300)
        assert await both.until(429, 0) < 0.5
        status, wait = await both.ask(0)
        assert status == 429
        assert 297 <= (wait or 0) <= 300

        # The one above, these, and those of the other server: the twentieth is banned.
        await both.statuses(6, 0)
        await asyncio.sleep(1)
        told = [await both.ask(1) for _ in range(13)]
        first = [status for status, _ in told].index(418)
        assert 8 <= first <= 12
        assert told[first][1] == 120
        assert await both.until(418, 0) < 0.5
        assert await both.statuses(2, 0, via="192.0.2.2") == [200, 200]

        both.servers[0].kill()
        both.servers[1].kill()
        async with serving(both.here.settings) as third:
            again = Pair(both.here, (third, third), both.http)
            status, wait = await again.ask(0)
            assert status == 418
            assert 100 <= (wait or 0) <= 120


@pytest.mark.alone
async def test_a_limit_is_exact_within_one_second_over_processes(tmp_path: Path) -> None:
    """Both are asked evenly: more than the limit pass only in the second that telling each other may take."""
    limit, pause_s = 100, 0.02
    async with pair(tmp_path, requests_a_minute=limit) as both:
        passed, last_s, began = 0, 0.0, time.monotonic()
        due_s = None
        while time.monotonic() - began < 6:
            for server in (0, 1):
                if (await both.ask(server))[0] == 200:
                    passed += 1
                    last_s = time.monotonic() - began
                    due_s = last_s if passed == limit else due_s
            await asyncio.sleep(pause_s)
        assert passed >= limit
        assert due_s is not None
        assert last_s - due_s <= 1


@pytest.mark.alone
async def test_a_keys_requests_are_counted_together_whichever_server_is_asked(tmp_path: Path) -> None:
    async with pair(tmp_path, requests_a_minute=20) as both:
        key = both.here.key
        seen = [(await both.ask(0, f"192.0.2.{n}", key))[0] for n in range(12)]
        await asyncio.sleep(1)
        seen += [(await both.ask(1, f"198.51.100.{n}", key))[0] for n in range(8)]
        assert seen == [200] * 20
        assert await both.ask(1, "203.0.113.1", key) == (429, 300)
        assert await both.until(429, 0, "203.0.113.2", key) < 0.5
        assert (await both.ask(0, "203.0.113.2"))[0] == 200


async def test_a_revoked_or_ended_key_works_in_no_process_a_second_later(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        async with running(both.here.settings) as cambist:
            owner = await cambist.outside.users.owner()
            ends_at = datetime.now(UTC) + timedelta(seconds=3)
            made, secret = await create_api_key(cambist.outside, owner, "test", expires_at=ends_at)
            assert secret is not None
            ending = Key(made.api_key, secret.reveal())
        for server in (0, 1):  # both have opened both secrets
            assert (await both.ask(server, key=both.here.key))[0] == 200
            assert (await both.ask(server, key=ending))[0] == 200
        await asyncio.sleep((ends_at - datetime.now(UTC)).total_seconds())
        assert [(await both.ask(server, key=ending))[0] for server in (0, 1)] == [401, 401]

        revoke = await started(both.here.settings, ("keys", "revoke", both.here.key.api_key))
        out, err = await asyncio.wait_for(revoke.communicate(), 60)
        assert (out, revoke.returncode) == (b"Revoked.\n", 0), err
        assert [(await both.ask(server, key=both.here.key))[0] for server in (0, 1)] == [401, 401]
