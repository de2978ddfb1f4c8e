"""Where requests may go: public addresses by https, each connected to as it was checked, or what is named."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from cambist.outward.connecting import new_client
from cambist.outward.failures import NotAllowed, RequestFailed
from cambist.outward.session import Session
from tests.outward.worlds import NAME, PUBLIC, ScriptedNetwork, own_certificate, serving

HTTPS = f"https://{NAME}/api"
NOT_PUBLIC = f"may not be asked at {NAME}: the name does not lead to public addresses only"


@asynccontextmanager
async def out(network: ScriptedNetwork, *urls: str, timeout_s: float = 5) -> AsyncIterator[Session]:
    session = Session(timeout_s, urls, network)
    try:
        yield session
    finally:
        await session.close()


async def refusal(session: Session, url: str) -> str:
    with pytest.raises(NotAllowed) as refused:
        await session.send("GET", url, {}, None)
    return str(refused.value)


@pytest.fixture(name="network")
def _network() -> ScriptedNetwork:
    return ScriptedNetwork({NAME: [[PUBLIC]]})


@pytest.mark.asyncio
async def test_a_name_that_leads_to_a_public_address_is_connected_to_at_that_very_address(
    network: ScriptedNetwork,
) -> None:
    async with serving() as served, out(network) as session:
        network.port = served.port
        with pytest.raises(RequestFailed, match="could not be reached"):  # it speaks no TLS
            await session.send("GET", HTTPS, {}, None)
        assert set(network.connected) == {(PUBLIC, 443)}
        assert network.looked_up == [NAME]
        assert served.heads == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["fe80::1%1"],
        ["::ffff:192.168.0.1"],
        ["64:ff9b::a00:1"],
        [PUBLIC, "10.0.0.7"],
        ["10.0.0.7", PUBLIC],
        [PUBLIC, "8.8.8.8", "fd00::1"],
    ],
)
async def test_a_name_with_a_single_address_that_is_not_public_is_refused_whole(answer: list[str]) -> None:
    network = ScriptedNetwork({NAME: [answer]})
    async with out(network) as session:
        assert await refusal(session, HTTPS) == NOT_PUBLIC
        assert await refusal(session, f"https://{NAME}:443/") == NOT_PUBLIC
    assert network.connected == []


@pytest.mark.asyncio
async def test_a_name_that_turns_private_after_the_check_is_not_looked_up_again_for_the_connection() -> None:
    network = ScriptedNetwork({NAME: [[PUBLIC], ["127.0.0.1"]]})
    async with serving() as served:
        network.port = served.port
        async with out(network) as session:
            for _ in range(2):
                with pytest.raises(RequestFailed, match="could not be reached"):
                    await session.send("GET", HTTPS, {}, None)
        assert (set(network.connected), network.looked_up) == ({(PUBLIC, 443)}, [NAME])

        network.connected.clear()
        async with out(network) as later:
            assert await refusal(later, HTTPS) == NOT_PUBLIC
        assert (network.connected, network.looked_up) == ([], [NAME, NAME])


@pytest.mark.asyncio
async def test_the_socket_refuses_what_went_past_the_look_up(network: ScriptedNetwork) -> None:
    async with serving() as served, new_client(network, 5, is_named=False) as client:
        for host in ("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"):
            with pytest.raises(aiohttp.ClientConnectorError):
                await client.get(f"http://{host}:{served.port}/")
        assert (network.connected, network.looked_up, served.connections) == ([], [], 0)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1%251]",
        "[::]",
        "0.0.0.0",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "",
    ],
)
async def test_however_a_private_address_is_written_nothing_is_sent_there(host: str) -> None:
    network = ScriptedNetwork({"localhost": [["127.0.0.1"]], "localhost.": [["127.0.0.1"]]})
    async with serving() as served, out(network) as session:
        network.port = served.port
        for url in (f"https://{host}/", f"https://{host}:443/", f"http://{host}:{served.port}/"):
            assert (await refusal(session, url)).startswith("may not be asked at ")
        assert (network.connected, served.connections) == ([], 0)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "url",
    [
        f"http://{NAME}/",
        f"http://{NAME}:443/",
        f"https://{NAME}:8443/",
        f"https://user:word@{NAME}/",
        f"ws://{NAME}/",
        f"file://{NAME}/etc/passwd",
        f"//{NAME}/",
        NAME,
        f"https://{NAME}:99999/",
        "https://[::1/",
    ],
)
async def test_anything_but_https_on_its_own_port_is_refused_before_a_name_is_looked_up(
    network: ScriptedNetwork, url: str
) -> None:
    async with out(network) as session:
        told = await refusal(session, url)
    assert told.startswith("may not be asked at ")
    assert "word" not in told
    assert (network.looked_up, network.connected) == ([], [])


@pytest.mark.asyncio
async def test_a_url_that_is_named_is_allowed_and_no_other_scheme_host_or_port() -> None:
    network = ScriptedNetwork({"localhost": [["127.0.0.1"]], NAME: [["127.0.0.1"]]})
    async with serving() as served, serving() as other:
        network.port = served.port
        async with out(network, f"{served.url}/base", f"http://localhost:{served.port}") as session:
            for url in (f"{served.url}/base/api", f"http://LOCALHOST:{served.port}/api"):
                assert (await session.send("GET", url, {}, None)).body == b"{}"
            reached = [("127.0.0.1", served.port)] * 2
            assert network.connected == reached
            for url in (
                other.url,
                f"https://127.0.0.1:{served.port}/base",
                f"http://127.0.0.2:{served.port}/base",
                f"http://[::1]:{served.port}/base",
                f"http://{NAME}:{served.port}/base",
                f"http://localhost:{other.port}/",
                "https://localhost/",
                "http://localhost/",
                HTTPS,
                f"http://127.0.0.1:{served.port}@{NAME}/",
            ):
                assert (await refusal(session, url)).startswith("may not be asked at ")
        assert (network.connected, len(served.heads), other.heads) == (reached, 2, [])


@pytest.mark.asyncio
async def test_an_address_that_is_named_does_not_let_a_name_lead_to_it() -> None:
    network = ScriptedNetwork({NAME: [["127.0.0.1"]]})
    async with out(network, "https://127.0.0.1:443", "http://127.0.0.1:443") as session:
        assert await refusal(session, HTTPS) == NOT_PUBLIC
    assert network.connected == []


@pytest.mark.asyncio
async def test_a_certificate_that_nobody_vouches_for_ends_all_before_a_word(
    tmp_path: Path,
) -> None:
    network = ScriptedNetwork({NAME: [[PUBLIC]]})
    async with serving(tls=own_certificate(tmp_path, NAME)) as served:
        network.port = served.port
        async with out(network, f"https://127.0.0.1:{served.port}") as session:
            for url in (HTTPS, f"https://127.0.0.1:{served.port}/"):
                with pytest.raises(RequestFailed, match="ClientConnectorCertificateError"):
                    await session.send("GET", url, {"X-Key": "secret"}, None)
        assert len(network.connected) == 2
        assert served.heads == []


@pytest.mark.asyncio
async def test_proxies_of_the_environment_are_never_called(
    network: ScriptedNetwork, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password from-netrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    async with serving() as proxy, serving() as served:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        network.port = served.port
        async with out(network, served.url) as session:
            assert (await session.send("GET", f"{served.url}/api", {}, None)).status == 200
            with pytest.raises(RequestFailed, match="could not be reached"):
                await session.send("GET", HTTPS, {}, None)
        assert proxy.connections == 0
        assert b"authorization" not in served.heads[0].lower()
        async with aiohttp.ClientSession(trust_env=True) as trusting:
            await trusting.get(f"{served.url}/api")
        assert proxy.connections == 1  # so the environment would have been heard


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(status: int) -> None:
    async with serving() as private:
        answer = f"HTTP/1.1 {status} Go\r\nLocation: {private.url}/\r\nContent-Length: 0\r\n\r\n".encode()
        async with serving(answer) as served:
            network = ScriptedNetwork({}, served.port)
            async with out(network, served.url, private.url) as session:
                with pytest.raises(RequestFailed, match="answered with a redirect, which is not followed"):
                    await session.send("GET", served.url, {"X-Key": "secret"}, None)
        assert private.connections == 0
