"""API keys by pages: a secret is shown once, a key works, and does not any more once it is revoked."""

import asyncio
import re
from datetime import timedelta
from html import unescape

import pytest

from cambist.core.addresses import network
from cambist.core.signing import KeyKind
from cambist.core.terms import Permission
from tests.api.requests import ed25519_key, public_pem
from tests.web.browsers import Browser
from tests.web.reading import page, said, signed_in
from tests.worlds import Answer, Key, World

pytestmark = pytest.mark.asyncio
READ, WRITE = "permission.ACCOUNTS_READ", "permission.ACCOUNTS_WRITE"
SYSTEM = {"for": "3commas", "kind": "system", "name": "Tax <program>", READ: "on"}


def shown(answer: Answer, of: str) -> str:
    """What is shown to be copied; nothing where it is not."""
    found = re.search(rf'<code class="copied" id="{of}"[^>]*>([^<]*)<', answer.raw.decode())
    return unescape(found[1]) if found else ""


async def made_by(browser: Browser, **form: str) -> Key:
    answer = await browser.post("/keys", **form)
    assert answer.status == 200, answer.raw
    return Key(shown(answer, "api_key"), shown(answer, "secret"))


async def test_a_key_is_made_shown_once_used_and_revoked(world: World) -> None:
    browser = await signed_in(world)
    assert "For a 3Commas client" in await page(browser, "/keys/new")
    assert 'name="unsigned_body"' in await page(browser, "/keys/new?for=3commas")
    key = await made_by(browser, **SYSTEM)
    assert (len(key.api_key), len(key.secret)) == (64, 64)
    assert (await world.call("GET", "/accounts", key=key)).status == 200
    assert (await world.call("POST", "/accounts/1/load_balances", key=key)).status == 403
    stored = (await world.cambist.outside.keys.listed(1))[-1]
    async with asyncio.timeout(10):
        while (await world.cambist.outside.keys.listed(1))[-1].used_at != world.clock.now():
            await asyncio.sleep(0.005)
    world.clock.step(timedelta(minutes=3))
    listed, asked = await page(browser, "/keys"), f"/keys/{stored.id}/revoke"
    assert re.findall(r"3 min ago|never", listed) == ["3 min ago", "never"]
    assert ("Tax <program>" in listed, stored.short in listed, "3Commas client, secret" in listed) == (
        True,
    ) * 3
    assert "Tax &lt;program&gt;" in (await browser.ask("GET", "/keys")).raw.decode()
    assert key.secret not in listed + await page(browser, asked)
    assert key.api_key not in listed
    done = await browser.post(asked)
    assert (done.status, done.headers["Location"]) == (303, f"/keys?range=30d&unit=USD&revoked={stored.id}")
    assert (await world.call("GET", "/accounts", key=key)).status == 401
    assert "The key Tax <program> is revoked" in await page(browser, done.headers["Location"])
    assert (await browser.ask("GET", asked)).status == 303
    events = [
        (each.event, each.by, each.about) for each in await world.audited() if stored.short in each.about
    ]
    assert [(event, by) for event, by, _ in events if event != "API key opened"][:2] == [
        ("API key created", "session 1"),
        ("request refused", "address 127.0.0.1"),
    ]
    assert ("API key revoked", "session 1", stored.short) in events


@pytest.mark.parametrize(
    ("whom", "kind", "public"),
    [
        ("3commas", KeyKind.RSA, "rsa"),
        ("cambist", KeyKind.STRICT, ""),
        ("cambist", KeyKind.STRICT_ED25519, "ed25519"),
        ("cambist", KeyKind.STRICT_RSA, "rsa"),
    ],
)
async def test_each_kind_of_key_is_kept_as_it_was_asked_for(
    world: World, whom: str, kind: KeyKind, public: str
) -> None:
    pem = {"rsa": public_pem(), "ed25519": public_pem(ed25519_key()), "": ""}[public]
    asked = {
        "allow": "10.0.0.0/8, 192.0.2.7\n2001:db8::/32",
        "expires": "2030-01-02T03:04",
        READ: "",
        WRITE: "",
    }
    key = await made_by(await signed_in(world), **{"for": whom, "kind": kind, "public_key": pem, **asked})
    stored = await world.cambist.outside.keys.find(key.api_key)
    assert stored is not None
    assert (stored.kind, stored.public_key or "", bool(key.secret)) == (kind, pem, not pem)
    assert stored.allow == tuple(map(network, ("10.0.0.0/8", "192.0.2.7", "2001:db8::/32")))
    assert stored.permissions == {Permission.ACCOUNTS_READ, Permission.ACCOUNTS_WRITE}
    assert str(stored.expires_at) == "2030-01-02 03:04:00+00:00"
    assert not stored.unsigned_body


async def test_a_key_that_has_ended_is_told_so_and_one_may_leave_the_body_unsigned(world: World) -> None:
    browser = await signed_in(world)
    until = (world.clock.now() + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")
    key = await made_by(browser, **SYSTEM, unsigned_body="on", expires=until)
    assert "body may be unsigned" in await page(browser, "/keys")
    assert "ended <time" not in await page(browser, "/keys")
    world.clock.step(timedelta(minutes=6))
    assert "ended <time" in await page(browser, "/keys")
    assert (await world.call("GET", "/accounts", key=key)).status == 401


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "strict"}, "must be chosen"),
        ({READ: None}, "choose one at least"),
        ({"kind": "rsa"}, "can't be blank"),
        ({"kind": "rsa", "public_key": "nonsense"}, "is not an RSA public key of 2048 to 4096 bits"),
        (
            {"kind": "rsa", "public_key": "PRIVATE KEY\nMIIabc"},
            "is a private key: register the",
        ),
        ({"expires": "2020-01-01T00:00"}, "is in the past"),
        ({"expires": "soon"}, "is not an ISO 8601 time"),
        ({"allow": "10.0.0.1/8"}, "is not an address or a network"),
        ({"name": "x" * 121}, "is too long (maximum is 120 characters)"),
        ({"for": "cambist", "kind": "strict", "unsigned_body": "on"}, "is not for a strict key"),
    ],
)
async def test_what_cannot_be_a_key_is_told_at_its_field_and_what_was_typed_stays(
    world: World, changes: dict[str, str | None], told: str
) -> None:
    browser = await signed_in(world)
    before = len(await world.cambist.outside.keys.listed(1))
    form = {name: text for name, text in {**SYSTEM, "allow": "192.0.2.0/24", **changes}.items() if text}
    answer = await browser.post("/keys", **form)
    text = said(answer)
    assert (answer.status, told in text, form["allow"] in text, form["name"] in text) == (
        200,
        True,
        True,
        True,
    )
    assert ("nonsense" in text, "MIIabc" in text) == (changes.get("public_key") == "nonsense", False)
    assert len(await world.cambist.outside.keys.listed(1)) == before


async def test_a_key_of_another_is_not_found_listed_or_revoked(world: World) -> None:
    key = await made_by(await signed_in(world), **SYSTEM)
    stored = await world.cambist.outside.keys.find(key.api_key)
    assert stored is not None
    other = await signed_in(world, "Ada")
    assert "There is no API key that works" in await page(other, f"/keys?revoked={stored.id}")
    for path in (f"/keys/{stored.id}/revoke", "/keys/999/revoke", "/keys/x/revoke"):
        assert [(await other.ask("GET", path)).status, (await other.post(path)).status] == [404, 404]
    assert (await other.post("/keys", **{**SYSTEM, "for": "nobody"})).status == 404
    assert (await world.call("GET", "/accounts", key=key)).status == 200
