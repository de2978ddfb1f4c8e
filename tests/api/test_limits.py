"""Limits to the request and to the second: who is let in, restricted, banned, and for how long."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cambist.core.terms import Permission
from cambist.store.traffic import TrafficStore
from tests.api.requests import rsa_key
from tests.worlds import API, EXCHANGE_KEY, Answer, Key, World, world

PROXY: dict[str, Any] = {"trusted_proxies": ["127.0.0.0/8", "10.0.0.0/8"]}
LIMITED: dict[str, Any] = {"requests_a_minute": 100}
PING = f"{API}/ping"
SECOND = timedelta(seconds=1)
MS = timedelta(milliseconds=1)


async def ask(
    made: World, target: str = PING, key: Key | None = None, via: str | None = None, method: str = "GET"
) -> Answer:
    """A request, signed where there is a key, through a proxy that says whom it is for."""
    headers = {} if key is None else {"Apikey": key.api_key, "Signature": key.sign(target)}
    if via is not None:
        headers["X-Forwarded-For"] = via
    return await made.send(method, target, headers=headers)


async def statuses(made: World, count: int, *given: Any, **more: Any) -> list[int]:
    return [(await ask(made, *given, **more)).status for _ in range(count)]


def assert_limited(answer: Answer, status: int, error: str, wait_s: int) -> None:
    assert (answer.status, answer.json.get("error")) == (status, error)
    assert list(answer.json) == ["error_description", "error"]
    assert answer.headers["Retry-After"] == str(wait_s)
    assert answer.headers["Content-Type"] == "application/json"
    assert len(answer.headers["X-Request-Id"]) == 16


@pytest.mark.asyncio
async def test_the_100th_request_of_an_address_passes_the_101st_does_not_and_after_300_s_it_does(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, **LIMITED) as made:
        assert await statuses(made, 100) == [200] * 100
        assert_limited(await ask(made), 429, "rate_limited", 300)
        made.clock.step(timedelta(seconds=299.999))
        assert_limited(await ask(made), 429, "rate_limited", 1)
        made.clock.step(MS)
        assert await statuses(made, 100) == [200] * 100
        assert_limited(await ask(made), 429, "rate_limited", 300)


@pytest.mark.asyncio
async def test_the_minute_slides(tmp_path: Path) -> None:
    async with world(tmp_path, **LIMITED) as made:
        assert await statuses(made, 60) == [200] * 60
        made.clock.step(30 * SECOND)
        assert await statuses(made, 40) == [200] * 40
        made.clock.step(30 * SECOND)  # the sixty are a minute old, the forty are not
        assert await statuses(made, 60) == [200] * 60
        assert_limited(await ask(made), 429, "rate_limited", 300)


@pytest.mark.asyncio
async def test_the_20th_request_while_restricted_is_banned_and_each_ban_is_twice_the_last(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, requests_a_minute=3) as made:
        for ban_s in (120, 240, 480, 960):
            assert await statuses(made, 4) == [200] * 3 + [429]
            assert await statuses(made, 19) == [429] * 19
            assert_limited(await ask(made), 418, "ip_banned", ban_s)
            made.clock.step(timedelta(seconds=ban_s) - MS)
            assert_limited(await ask(made), 418, "ip_banned", 1)
            made.clock.step(MS)
            left = 300 - ban_s
            if left > 0:  # the ban has not made the restriction any shorter
                assert_limited(await ask(made), 429, "rate_limited", left)
                made.clock.step(timedelta(seconds=left))


@pytest.mark.asyncio
async def test_whoever_asks_on_after_a_ban_in_the_same_restriction_is_banned_again(tmp_path: Path) -> None:
    async with world(tmp_path, requests_a_minute=3) as made:
        assert await statuses(made, 24) == [200] * 3 + [429] * 20 + [418]
        made.clock.step(120 * SECOND)
        assert await statuses(made, 20) == [429] * 19 + [418]
        assert_limited(await ask(made), 418, "ip_banned", 240)


@pytest.mark.asyncio
async def test_bans_double_up_to_three_days_and_are_forgotten_three_days_after(tmp_path: Path) -> None:
    async with world(tmp_path, requests_a_minute=1, requests_until_banned=1) as made:
        waits = []
        for _ in range(14):
            assert await statuses(made, 2) == [200, 429]
            banned = await ask(made)
            assert banned.json["error"] == "ip_banned"
            waits.append(int(banned.headers["Retry-After"]) // 60)
            made.clock.step(timedelta(minutes=max(waits[-1], 5)))
        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 4320, 4320]
        made.clock.step(timedelta(days=3))
        assert await statuses(made, 2) == [200, 429]
        assert_limited(await ask(made), 418, "ip_banned", 120)


@pytest.mark.asyncio
async def test_a_key_is_limited_wherever_it_is_used_from_and_its_address_goes_on(tmp_path: Path) -> None:
    async with world(tmp_path, **LIMITED, **PROXY) as made:
        for number in range(100):
            answer = await ask(made, f"{API}/validate", made.key, via=f"203.0.113.{number}")
            assert answer.status == 200
        over = await ask(made, f"{API}/validate", made.key, via="198.51.100.1")
        assert_limited(over, 429, "rate_limited", 300)
        other = await made.new_key()
        assert (await ask(made, f"{API}/validate", other, via="198.51.100.1")).status == 200
        for _ in range(30):  # a key is never banned, only addresses are
            assert (await ask(made, f"{API}/validate", made.key, via="198.51.100.2")).status == 429
        made.clock.step(300 * SECOND)
        assert (await ask(made, f"{API}/validate", made.key, via="198.51.100.1")).status == 200


@pytest.mark.asyncio
async def test_what_a_key_has_not_signed_counts_against_the_address_only(tmp_path: Path) -> None:
    async with world(tmp_path, **PROXY, requests_a_minute=10) as made:
        forged = Key(made.key.api_key, "not the secret")
        for number in range(3):
            via = f"203.0.113.{number}"
            assert await statuses(made, 11, f"{API}/validate", forged, via) == [401] * 10 + [429]
        assert await statuses(made, 10, f"{API}/validate", made.key, "198.51.100.1") == [200] * 10


@pytest.mark.asyncio
async def test_unknown_keys_leave_nothing_and_of_many_addresses_the_oldest_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cambist.store.traffic.MOST_COUNTED", 50)
    async with world(tmp_path, **PROXY, requests_a_minute=2) as made:
        traffic = made.cambist.outside.traffic
        assert isinstance(traffic, TrafficStore)
        for number in range(200):
            unknown = Key(f"unknown-{number}", "a secret")
            answer = await ask(made, f"{API}/validate", unknown, via=f"203.0.113.{number}")
            assert answer.json["error"] == "api_key_invalid_or_expired"
        counted = list(traffic._counted)
        assert counted == [f"address 203.0.113.{number}" for number in range(150, 200)]
        assert len(traffic._changed) <= 50
        assert await statuses(made, 2, via="203.0.113.199") == [200, 429]


@pytest.mark.asyncio
async def test_a_host_cannot_pass_by_the_addresses_of_its_ipv6_network(tmp_path: Path) -> None:
    async with world(tmp_path, **PROXY, requests_a_minute=5) as made:
        seen = [(await ask(made, via=f"2001:db8::{number}")).status for number in range(1, 7)]
        assert seen == [200] * 5 + [429]
        assert (await ask(made, via="2001:db8:0:1::1")).status == 200
        assert await statuses(made, 3, via="::ffff:192.0.2.1") == [200] * 3
        assert await statuses(made, 3, via="192.0.2.1") == [200, 200, 429]


@pytest.mark.asyncio
async def test_unknown_paths_and_wrong_methods_count_too_and_static_files_do_not(tmp_path: Path) -> None:
    async with world(tmp_path, requests_a_minute=4) as made:
        assert await statuses(made, 10, "/static/markets/binance_us.svg") == [200] * 10
        assert await statuses(made, 2, "/nothing") == [404] * 2
        assert await statuses(made, 2, PING, method="DELETE") == [405] * 2
        assert_limited(await ask(made, "/nothing"), 429, "rate_limited", 300)
        assert_limited(await ask(made), 429, "rate_limited", 300)


@pytest.mark.asyncio
async def test_the_limit_comes_before_the_body_is_read_and_before_all_else(tmp_path: Path) -> None:
    async with world(tmp_path, requests_a_minute=2) as made:
        target = f"{API}/accounts/new"
        assert (await made.send("POST", target, b"x" * (256 * 1024 + 1))).status == 413
        assert await statuses(made, 2) == [200, 429]
        half = f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\nhalf".encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(made.address.rpartition(":")[2]))
        writer.write(half)
        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 429 ")
        writer.close()
        for body, content_type in ((b"{", "application/json"), (b"x", "text/plain"), (b"x" * 200_000, "")):
            answer = await made.send("POST", target, body, {"Content-Type": content_type})
            assert_limited(answer, 429, "rate_limited", 300)


@pytest.mark.asyncio
async def test_a_limit_of_none_lets_everything_in(tmp_path: Path) -> None:
    async with world(tmp_path, requests_a_minute=0) as made:
        assert await statuses(made, 120) == [200] * 120
    with made.cambist.settings.database.open("rb") as file:
        assert b"address 127.0.0.1" not in file.read()


# ── where a key may be used from ─────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_a_key_with_networks_works_from_these_only(tmp_path: Path) -> None:
    async with world(tmp_path, **PROXY) as made:
        key = await made.new_key(allow=("192.0.2.0/24", "203.0.113.7", "2001:db8::/32"))
        target = f"{API}/accounts"
        for via in ("192.0.2.0", "192.0.2.255", "203.0.113.7", "2001:db8:1::1", "::ffff:192.0.2.9"):
            assert (await ask(made, target, key, via)).status == 200, via
        for outside in ("192.0.3.0", "203.0.113.8", "2001:db9::1", "::1", None):
            refused = await ask(made, target, key, outside)
            assert (refused.status, refused.json) == (
                401,
                {
                    "error_description": "Unauthorized. Invalid or expired api key.",
                    "error": "api_key_invalid_or_expired",
                },
            )
        forged = await ask(made, target, Key(key.api_key, "wrong"), "192.0.3.0")
        assert forged.json["error"] == "signature_invalid"
        assert (await made.call("GET", "/accounts")).status == 200


@pytest.mark.asyncio
async def test_the_network_is_looked_at_after_the_keys_limit_and_before_its_permission(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, **PROXY, requests_a_minute=2) as made:
        key = await made.new_key(Permission.ACCOUNTS_READ, allow=("192.0.2.0/24",))
        rename = f"{API}/accounts/1/rename"
        inside = await ask(made, rename, key, "192.0.2.1", method="POST")
        assert inside.json["error"] == "access_denied"
        outside = await ask(made, rename, key, "198.51.100.1", method="POST")
        assert outside.json["error"] == "api_key_invalid_or_expired"
        over = await ask(made, rename, key, "198.51.100.2", method="POST")
        assert over.json["error"] == "rate_limited"


@pytest.mark.asyncio
async def test_a_forged_header_changes_nothing_where_the_connection_is_not_from_a_trusted_proxy(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, requests_a_minute=10, trusted_proxies=["10.0.0.0/8"]) as made:
        key = await made.new_key(allow=("192.0.2.0/24",))
        assert (await ask(made, f"{API}/validate", key, "192.0.2.1")).status == 401
        seen = [(await ask(made, via=f"192.0.2.{number}")).status for number in range(10)]
        assert seen == [200] * 9 + [429]


@pytest.mark.asyncio
async def test_behind_trusted_proxies_the_rightmost_hop_that_is_none_of_them_counts(tmp_path: Path) -> None:
    async with world(tmp_path, **PROXY) as made:
        key = await made.new_key(allow=("192.0.2.1",))
        target = f"{API}/validate"
        theirs = [
            "192.0.2.1",
            "198.51.100.1, 192.0.2.1",
            "nonsense, 192.0.2.1 , 10.1.2.3",
            "192.0.2.1,127.0.0.9,10.255.0.1",
        ]
        not_theirs = [
            "192.0.2.1, 198.51.100.1",
            "192.0.2.1, 10.0.0.1, nonsense",
            "192.0.2.1, , 10.0.0.1",
            "192.0.2.1:80",
            "",
            "10.0.0.1, 127.0.0.1",
        ]
        assert [(await ask(made, target, key, via)).status for via in theirs] == [200] * 4
        assert [(await ask(made, target, key, via)).status for via in not_theirs] == [401] * 6


@pytest.mark.asyncio
async def test_a_registered_key_is_bound_and_counted_like_any(tmp_path: Path) -> None:
    async with world(tmp_path, **PROXY, requests_a_minute=1) as made:
        key = await rsa_key(made)
        target = f"{API}/validate".encode()
        headers = {"Apikey": key.api_key, "Signature": key.sign(target)}
        for number, status in ((1, 200), (2, 429)):
            answer = await made.send(
                "GET", target.decode(), headers={**headers, "X-Forwarded-For": f"192.0.2.{number}"}
            )
            assert answer.status == status


# ── what it costs ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_counting_a_request_costs_microseconds(world: World) -> None:
    from cambist.core.addresses import address

    limit, place, rounds = world.cambist.limit_requests, address("192.0.2.1"), 5_000
    started = time.process_time()
    for _ in range(rounds):
        limit.of_address(place)
    assert (time.process_time() - started) / rounds < 100e-6
    assert EXCHANGE_KEY not in repr(limit)
