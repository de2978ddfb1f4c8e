"""Host names: a page whose own name was turned to our address (DNS rebinding) asks in vain, everywhere."""

from pathlib import Path
from typing import Any

import pytest

from cambist.api.routes import ENDPOINTS
from cambist.web.sessions import ROUTES
from tests.api.requests import Ask, answer_of, ask, on_the_wire
from tests.worlds import API, Answer, World, world

pytestmark = pytest.mark.asyncio
PING = f"{API}/ping".encode()
EVERYWHERE = [
    *((endpoint.method, path) for endpoint in ENDPOINTS for path in endpoint.paths),
    *((method, path) for method, path, _ in ROUTES),
    *(
        ("GET", path)
        for path in ("/docs", "/openapi.json", "/static/markets/binance_us.svg", "/nothing", "/")
    ),
    ("DELETE", PING.decode()),
]
SAID = {
    "error": "host_not_allowed",
    "error_description": "This server does not go by the name in Host: CAMBIST_PUBLIC_URL and "
    "CAMBIST_ALLOWED_HOSTS say its names",
}


async def asked(made: World, host: str) -> Answer:
    return await ask(made, Ask("GET", PING, headers={"Host": host}))


async def test_another_host_is_refused_on_every_route_signed_or_not(world: World) -> None:
    for method, path in EVERYWHERE:
        target = path.replace("{id}", "1").encode()
        answer = await ask(world, Ask(method, target, headers={"Host": "evil.example"}), target)
        assert (answer.status, answer.json) == (421, SAID), (method, path)
        assert answer.headers["Content-Type"] == "application/json"
        assert len(answer.headers["X-Request-Id"]) == 16


async def test_our_names_are_let_in_with_any_port_or_none(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "public_url": "https://Cambist.Example:8443/",
        "allowed_hosts": ["vault.lan", "[fd00::1]", "10.0.0.5"],
    }
    async with world(tmp_path, **settings) as made:
        for name in (
            "cambist.example",
            "CAMBIST.example.",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "vault.lan",
            "[FD00::1]",
            "10.0.0.5",
        ):
            for host in (name, f"{name}:1", f"{name}:65535"):
                assert (await asked(made, host)).status == 200, host


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8600",
        "127.0.0.1@evil.example",
        "evil.example/127.0.0.1",
        "127.0.0.1, evil.example",
        "localhost localhost",
        "xlocalhost",
        "localhost:",
        "localhost:80:80",
        "127.0.0.2",
        "::1",
        "[::1",
        "0x7f.1",
        "lоcalhost".encode().decode("latin-1"),
    ],
)
async def test_what_only_looks_like_our_name_is_refused(world: World, host: str) -> None:
    raw = f"GET {PING.decode()} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1")
    assert answer_of(await on_the_wire(world, raw)).status == 421


async def test_no_host_or_two_are_refused_and_a_forwarded_one_does_not_count(tmp_path: Path) -> None:
    async with world(tmp_path, trusted_proxies=["127.0.0.0/8"]) as made:
        for hosts in (
            b"",
            b"Host: localhost\r\nHost: evil.example\r\n",
            b"Host: evil.example\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\n",
        ):
            raw = b"GET " + PING + b" HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n"
            assert answer_of(await on_the_wire(made, raw)).status == 421, hosts


async def test_only_the_limit_of_an_address_comes_before(tmp_path: Path) -> None:
    async with world(tmp_path, requests_a_minute=2) as made:
        seen = [(await asked(made, "evil.example")).status for _ in range(3)]
        assert seen == [421, 421, 429]
        assert (await asked(made, "localhost")).status == 429


async def test_each_request_counts_once_for_its_address(tmp_path: Path) -> None:
    async with world(tmp_path, requests_a_minute=4) as made:
        hosts = ("localhost", "evil.example", "localhost", "evil.example", "localhost")
        assert [(await asked(made, host)).status for host in hosts] == [200, 421, 200, 421, 429]
