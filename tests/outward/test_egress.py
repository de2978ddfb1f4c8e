"""From which address requests leave: one of this machine's, or that of a proxy, which decides nothing."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from cambist.core.egress import Egress
from cambist.core.terms import Secret
from cambist.outward.failures import NotAllowed, NotInTime, RequestFailed
from cambist.outward.session import Session
from tests.outward.proxies import Proxied, proxying
from tests.outward.worlds import NAME, PUBLIC, Authority, ScriptedNetwork, Served, serving

HTTPS = f"https://{NAME}/api?b=2&a=%2F%7E+x&signature=00"
OTHER = "8.8.8.8"


@asynccontextmanager
async def out(
    egress: Egress, *urls: str, network: ScriptedNetwork | None = None, timeout_s: float = 5
) -> AsyncIterator[Session]:
    session = Session(timeout_s, urls, network, egress)
    try:
        yield session
    finally:
        await session.close()


def by(proxied: Proxied, url: str | None = None) -> Egress:
    return Egress("b", "198.51.100.4", "", Secret(url or proxied.url))


async def failure(session: Session, url: str) -> str:
    with pytest.raises(RequestFailed) as failed:
        await session.send("GET", url, {"X-Key": "of-the-account"}, None)
    return str(failed.value)


@pytest.fixture(name="authority")
def _authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that the way out trusts, and no other."""
    made = Authority.made(tmp_path)
    monkeypatch.setattr("certifi.where", lambda: str(made.file))
    return made


@asynccontextmanager
async def tunnelled(tls: ssl.SSLContext) -> AsyncIterator[tuple[Served, Proxied, Session]]:
    """An exchange behind a proxy, which alone is connected to."""
    async with serving(tls=tls) as served, proxying() as proxied:
        proxied.leads |= {f"{PUBLIC}:443": served.port, f"{NAME}:443": served.port}
        network = ScriptedNetwork({NAME: [[PUBLIC]]}, proxied.port)
        async with out(by(proxied), network=network) as session:
            yield served, proxied, session
        assert set(network.connected) == {("127.0.0.1", proxied.port)}


@pytest.mark.asyncio
async def test_each_session_leaves_from_its_own_address() -> None:
    async with serving() as served:
        for here in ("127.0.0.2", "127.0.0.3"):
            async with out(Egress("a", here, here), served.url) as session:
                assert (await session.send("GET", served.url, {}, None)).body == b"{}"
        assert served.peers == ["127.0.0.2", "127.0.0.3"]


@pytest.mark.asyncio
@pytest.mark.parametrize("here", ["192.0.2.7", "2001:db8::7"])
async def test_an_address_that_is_not_this_machines_lets_nothing_out(here: str) -> None:
    async with serving() as served, out(Egress("a", here, here), served.url) as session:
        told = await failure(session, served.url)
        assert (served.connections, told.startswith("could not be reached")) == (0, True)
    if ":" not in here:
        assert told == f"could not be reached: {here} of the egress a is not this machine's"


@pytest.mark.asyncio
async def test_a_tunnel_leads_to_the_address_that_was_checked_and_tls_is_spoken_with_the_name(
    authority: Authority,
) -> None:
    async with tunnelled(authority.vouches_for(x509.DNSName(NAME))) as (served, proxied, session):
        for _ in range(2):
            answer = await session.send("GET", HTTPS, {"X-Key": "of-the-account"}, None)
            assert (answer.status, answer.body) == (200, b"{}")
        assert set(proxied.asked_for) == {f"CONNECT {PUBLIC}:443"}
        assert not any(b"of-the-account" in head or b"/api" in head for head in proxied.heads)
        head = served.heads[0]
        assert head.startswith(b"GET /api?b=2&a=%2F%7E+x&signature=00 HTTP/1.1\r\n")
        assert head.count(f"\r\nHost: {NAME}\r\n".encode()) == head.lower().count(b"\r\nhost:") == 1
        assert b"\r\nX-Key: of-the-account\r\n" in head
        assert b"proxy-" not in head.lower()


@pytest.mark.asyncio
@pytest.mark.parametrize("name", [x509.DNSName("another.test"), x509.IPAddress(ip_address(PUBLIC))])
async def test_a_certificate_that_is_not_the_names_ends_all_before_a_word(
    authority: Authority, name: x509.GeneralName
) -> None:
    async with tunnelled(authority.vouches_for(name)) as (served, _, session):
        assert await failure(session, HTTPS) == "could not be reached (ClientConnectorCertificateError)"
        assert served.heads == []


@pytest.mark.asyncio
async def test_a_certificate_that_nobody_vouches_for_is_not_taken_from_a_proxy_either(tmp_path: Path) -> None:
    tls = Authority.made(tmp_path).vouches_for(x509.DNSName(NAME))
    async with tunnelled(tls) as (served, _, session):
        assert await failure(session, HTTPS) == "could not be reached (ClientConnectorCertificateError)"
        assert served.heads == []


@pytest.mark.asyncio
@pytest.mark.parametrize("places", [("127.0.0.1",), (PUBLIC, "10.0.0.7"), ("fd00::1", PUBLIC)])
async def test_a_name_that_leads_to_a_private_place_is_refused_and_the_proxy_not_asked(
    places: tuple[str, ...],
) -> None:
    async with proxying() as proxied:
        network = ScriptedNetwork({NAME: [places]}, proxied.port)
        async with out(by(proxied), network=network) as session:
            told = await failure(session, HTTPS)
            assert told.endswith("the name does not lead to public addresses only")
            for url in ("https://10.0.0.7/", f"http://{NAME}/", f"https://{NAME}:8443/"):
                with pytest.raises(NotAllowed):
                    await session.send("GET", url, {}, None)
        assert (proxied.heads, network.connected) == ([], [])


@pytest.mark.asyncio
async def test_a_name_that_leads_nowhere_is_told_as_such() -> None:
    async with proxying() as proxied:
        network = ScriptedNetwork({}, proxied.port)
        async with out(by(proxied), network=network) as session:
            assert await failure(session, HTTPS) == "could not be reached: its name leads nowhere"
        assert proxied.heads == []


@pytest.mark.asyncio
async def test_a_name_is_looked_up_once_a_minute_and_another_of_its_addresses_tried_after_a_failure(
    authority: Authority,
) -> None:
    tls = authority.vouches_for(x509.DNSName(NAME))
    async with serving(tls=tls) as served, proxying() as proxied:
        proxied.leads[f"{PUBLIC}:443"] = served.port
        network = ScriptedNetwork({NAME: [("2606:4700::1111", OTHER, PUBLIC)]}, proxied.port)
        async with out(by(proxied), network=network) as session:
            assert "the proxy of the egress b answered 502" in await failure(session, HTTPS)
            assert (await session.send("GET", HTTPS, {}, None)).status == 200
        assert proxied.asked_for == [f"CONNECT {OTHER}:443", f"CONNECT {PUBLIC}:443"]
        assert network.looked_up == [NAME]


@pytest.mark.asyncio
async def test_what_is_named_goes_by_the_proxy_too_and_never_round_it() -> None:
    async with serving() as served, proxying("127.0.0.3") as proxied:
        async with out(by(proxied), served.url) as session:
            assert (await session.send("GET", f"{served.url}/api?x=%2F", {}, None)).body == b"{}"
        assert (served.peers, proxied.asked_for) == (["127.0.0.3"], [f"GET {served.url}/api?x=%2F"])

        proxied.silent = True
        async with out(by(proxied), served.url, timeout_s=0.2) as session:
            with pytest.raises(NotInTime):
                await session.send("GET", served.url, {}, None)
        assert served.connections == 1


@pytest.mark.asyncio
async def test_a_named_origin_by_https_is_asked_for_by_its_own_name_and_verified(
    authority: Authority,
) -> None:
    tls = authority.vouches_for(x509.DNSName("localhost"))
    async with serving(tls=tls) as served, proxying() as proxied:
        goal = f"localhost:{served.port}"
        proxied.leads[goal] = served.port
        async with out(by(proxied), f"https://{goal}") as session:
            assert (await session.send("GET", f"https://{goal}/api", {}, None)).status == 200
        assert proxied.asked_for == [f"CONNECT {goal}"]


@pytest.mark.asyncio
async def test_a_proxy_that_fails_is_told_by_the_name_of_its_egress_and_never_by_its_password() -> None:
    async with proxying() as proxied:
        told = []
        network = ScriptedNetwork({NAME: [[PUBLIC]]}, proxied.port)
        for url in (proxied.url.replace("p%40ss", "wrong"), f"http://127.0.0.1:{proxied.port}"):
            async with out(by(proxied, url), network=network) as session:
                told.append(await failure(session, HTTPS))
        async with serving() as served, out(by(proxied, url), served.url) as session:
            told.append(await failure(session, served.url))
            assert served.connections == 0
    async with out(by(proxied), network=network) as session:
        told.append(await failure(session, HTTPS))
    assert told == [
        "could not be reached: the proxy of the egress b answered 407",
        "could not be reached: the proxy of the egress b answered 407",
        "could not be reached: the proxy of the egress b answered 407",
        "could not be reached: the proxy of the egress b cannot be reached itself",
    ]


@pytest.mark.asyncio
async def test_a_proxy_that_keeps_silent_costs_no_more_than_the_time_of_the_request() -> None:
    async with proxying() as proxied:
        proxied.silent = True
        network = ScriptedNetwork({NAME: [[PUBLIC]]}, proxied.port)
        async with out(by(proxied), network=network, timeout_s=0.2) as session:
            with pytest.raises(NotInTime):
                await session.send("GET", HTTPS, {}, None)
        slow = ScriptedNetwork({NAME: [[PUBLIC]]}, proxied.port, delay_s=5)
        async with out(by(proxied), network=slow, timeout_s=0.1) as session:
            with pytest.raises(NotInTime):
                await session.send("GET", HTTPS, {}, None)
        assert len(proxied.heads) == 1


@pytest.mark.asyncio
async def test_a_proxy_that_is_asked_by_https_is_verified_and_tunnels_all_the_same(
    authority: Authority,
) -> None:
    tls = authority.vouches_for(x509.DNSName(NAME))
    async with serving(tls=tls) as served:
        for name, is_taken in (("localhost", True), ("another.test", False)):
            of_proxy = authority.vouches_for(x509.DNSName(name))
            async with proxying(wants_password=False, tls=of_proxy) as proxied:
                proxied.leads[f"{PUBLIC}:443"] = served.port
                network = ScriptedNetwork({NAME: [[PUBLIC]], "localhost": [["127.0.0.1"]]}, proxied.port)
                egress = by(proxied, f"https://localhost:{proxied.port}")
                async with out(egress, network=network) as session:
                    if is_taken:
                        assert (await session.send("GET", HTTPS, {}, None)).body == b"{}"
                    else:
                        assert "ClientConnectorCertificateError" in await failure(session, HTTPS)
                assert len(proxied.heads) == is_taken


@pytest.mark.asyncio
async def test_redirects_and_sizes_are_refused_behind_a_proxy_too(authority: Authority) -> None:
    tls = authority.vouches_for(x509.DNSName(NAME))
    redirect = b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{ }"
    for answer, told in ((redirect, "a redirect"), (large, "larger than")):
        async with serving(answer, tls) as served, proxying() as proxied:
            proxied.leads[f"{PUBLIC}:443"] = served.port
            network = ScriptedNetwork({NAME: [[PUBLIC]]}, proxied.port)
            async with out(by(proxied), network=network) as session:
                with pytest.raises(RequestFailed, match=told):
                    await session.send("GET", HTTPS, {}, None, most_bytes=2)
