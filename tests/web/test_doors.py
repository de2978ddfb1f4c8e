"""The doors for browsers: pages that may post, where they lead on, cookies and headers to the letter."""

from pathlib import Path

import pytest

from cambist.web.sessions import ROUTES
from tests.web.browsers import FORM, Browser, give_password
from tests.web.reading import said, signed_in
from tests.worlds import World, world

pytestmark = pytest.mark.asyncio
POSTS = [path.replace("{id}", "1") for method, path, _ in ROUTES if method == "POST"]
PUBLIC = "http://cambist.example"
BY_NAME: dict[str, str] = {"Host": "cambist.example", "Origin": PUBLIC}


async def test_the_cookie_is_held_to_this_host_to_tls_and_to_our_own_pages(world: World) -> None:
    await give_password(world)
    browser = Browser(world)
    answer = await browser.sign_in()
    assert answer.headers.getall("Set-Cookie") == [
        f"__Host-cambist={browser.token}; HttpOnly; Path=/; SameSite=lax; Secure"
    ]
    out = await browser.post("/sign-out")
    [cleared] = out.headers.getall("Set-Cookie")
    assert cleared.startswith('__Host-cambist=""; expires=')
    assert cleared.endswith("; HttpOnly; Max-Age=0; Path=/; SameSite=lax; Secure")


async def test_every_answer_carries_the_headers_that_keep_browsers_in_bounds(world: World) -> None:
    await give_password(world)
    browser = Browser(world)
    answers = [
        await browser.sign_in("nobody"),
        await browser.post("/sign-in"),
        await browser.sign_in(),
        await browser.ask("GET", "/sessions"),
        await browser.post("/sessions/9/end"),
        await browser.ask("POST", "/sign-in", b"x" * (256 * 1024 + 1), **{"Content-Type": FORM}),
        await browser.post("/sign-out"),
    ]
    assert [each.status for each in answers] == [401, 400, 303, 200, 404, 413, 303]
    for each in answers:
        policy = dict(part.split(" ", 1) for part in each.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert "unsafe" not in each.headers["Content-Security-Policy"]
        assert each.headers["Cache-Control"] == "no-store"
        assert each.headers["X-Content-Type-Options"] == "nosniff"
        assert each.headers["Referrer-Policy"] == "same-origin"
        assert len(each.headers["X-Request-Id"]) == 16


@pytest.mark.parametrize("path", POSTS)
async def test_a_post_that_no_page_of_ours_sent_does_nothing(world: World, path: str) -> None:
    await give_password(world)
    browser = await Browser(world).signed_in()
    port = world.address.rpartition(":")[2]
    for origin, headers in (
        (None, {}),
        ("null", {}),
        ("https://evil.example", {}),
        ("http://127.0.0.1", {}),
        (f"https://127.0.0.1:{port}", {}),
        (f"http://localhost:{port}", {}),
        (f"{world.address}.evil.example", {}),
        (f"{world.address}/", {}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
        (None, {"Sec-Fetch-Site": "same-site"}),
        (None, {"Sec-Fetch-Site": "none"}),
        ("null", {"Sec-Fetch-Site": "same-origin"}),
    ):
        browser.origin, browser.headers = origin, headers
        answer = await browser.post(path, name="owner", password="correct horse battery staple", token="x")
        assert answer.status == 403, (origin, headers)
        assert "Set-Cookie" not in answer.headers
        said = f"This was not sent by a page of {world.address}: open that and try again."
        assert answer.raw.decode() == said
    assert len(await browser.sessions()) == 1


async def test_a_post_without_an_origin_is_ours_where_the_browser_says_same_origin(world: World) -> None:
    await give_password(world)
    browser = Browser(world, origin=None, headers={"Sec-Fetch-Site": "same-origin"})
    assert (await browser.sign_in()).status == 303


@pytest.mark.parametrize(
    "next_path",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/é",
        "/x\r\nSet-Cookie: a=b",
        "/" + "x" * 2_048,
    ],
)
async def test_after_a_post_a_browser_is_led_to_no_other_place(world: World, next_path: str) -> None:
    await give_password(world)
    browser = Browser(world)
    assert (await browser.sign_in(next=next_path)).headers["Location"] == "/"
    out = await browser.post("/sign-out", next=next_path)
    assert (out.headers["Location"], "a" in browser.cookies) == ("/sign-in", False)


async def test_what_is_no_form_of_ours_is_refused_in_a_sentence(world: World) -> None:
    await give_password(world)
    browser = Browser(world)
    for body, kind, status, told in (
        (b"{}", "application/json", 415, f"The request body is no form ({FORM})."),
        (b"name=a", "", 415, f"The request body is no form ({FORM})."),
        (b"name=a&name=b", FORM, 400, "The form says a field twice."),
        (b"name=%ff", FORM, 400, "The form cannot be read."),
        (b"name=\xff", FORM, 400, "The form cannot be read."),
        (b"&".join(b"f%d=1" % number for number in range(33)), FORM, 400, "The form cannot be read."),
        (b"name=owner", FORM, 400, "password can't be blank"),
        (b"", FORM, 400, "name can't be blank"),
        (b"x" * (256 * 1024 + 1), FORM, 413, "The form is larger than 256 KiB."),
    ):
        answer = await browser.ask("POST", "/sign-in", body, **{"Content-Type": kind})
        assert (answer.status, answer.raw.decode()) == (status, told)
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


async def test_without_a_session_nothing_is_listed_or_ended(world: World) -> None:
    for browser in (Browser(world), Browser(world, cookies={"__Host-cambist": "0" * 64})):
        for method, path in (("GET", "/sessions"), ("POST", "/sign-out"), ("POST", "/sessions/1/end")):
            answer = await browser.ask(method, path, b"" if method == "POST" else None)
            assert (answer.status, answer.raw) == (401, b"Nobody is signed in here: sign in first.")


async def test_over_plain_http_from_another_machine_nobody_signs_in(tmp_path: Path) -> None:
    async with world(tmp_path, public_url=PUBLIC) as made:
        await give_password(made)
        browser = Browser(made, headers=BY_NAME, origin=None)
        for answer in (
            await browser.sign_in(),
            await browser.post("/first-run", token="x", name="a", password="long enough to be one"),
        ):
            assert answer.status == 403
            assert answer.raw.startswith(b"Signing in over plain HTTP would show the password")


async def test_a_setting_lets_it_and_then_the_cookie_is_one_that_plain_http_can_carry(tmp_path: Path) -> None:
    async with world(tmp_path, public_url=PUBLIC, allow_plain_http=True) as made:
        await give_password(made)
        browser = Browser(made, headers=BY_NAME, origin=None)
        answer = await browser.sign_in()
        token = browser.cookies["cambist"]
        assert answer.headers.getall("Set-Cookie") == [f"cambist={token}; HttpOnly; Path=/; SameSite=lax"]
        assert len(await browser.sessions()) == 1
        browser.cookies = {"__Host-cambist": token}
        assert await browser.sessions() == 401


async def test_behind_a_proxy_with_tls_the_setting_changes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, public_url="https://cambist.example/", allow_plain_http=True) as made:
        await give_password(made)
        browser = Browser(
            made, headers={"Host": "cambist.example", "Origin": "https://cambist.example"}, origin=None
        )
        assert (await browser.sign_in()).status == 303
        assert list(browser.cookies) == ["__Host-cambist"]


async def test_a_browser_at_no_page_is_told_so_on_one_and_a_program_in_json(world: World) -> None:
    stranger = Browser(world, headers={"Accept": "text/html,*/*"})
    led = await stranger.ask("GET", "/nowhere/at?all=1")
    assert (led.status, led.headers["Location"]) == (303, "/sign-in?next=%2Fnowhere%2Fat%3Fall%3D1")
    browser = await signed_in(world)
    lost = await browser.ask("GET", "/nowhere/at?all=1")
    assert (lost.status, "There is no page at this address." in said(lost)) == (404, True)
    for method, path, accept in (
        ("GET", "/nowhere", "*/*"),
        ("GET", "/ver1/nowhere", "application/json"),
        ("POST", "/nowhere", "text/html"),
    ):
        answer = await browser.ask(method, path, Accept=accept)
        assert (answer.status, answer.json["error"]) == (404, "not_found")
    assert (await browser.ask("GET", "/ver1/accounts/1/load_balances", Accept="*/*")).status == 405
