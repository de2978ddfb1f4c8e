"""Bad input gets the statuses and bodies of the specification's API page: JSON, with an id, never a 500."""

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from cambist.api.endpoint import Endpoint
from cambist.api.routes import ENDPOINTS
from cambist.core.terms import Permission
from tests.api.requests import FORM, JSON, Ask, answer_of, ask, on_the_wire, rsa_key
from tests.worlds import API, EXCHANGE_KEY, EXCHANGE_SECRET, Answer, Key, World

GIVEN = {
    "type": "binance_us",
    "name": "My Binance US",
    "api_key": EXCHANGE_KEY,
    "secret": EXCHANGE_SECRET,
}
DESCRIPTIONS = {
    "signature_invalid": "Provided signature is invalid",
    "api_key_invalid_or_expired": "Unauthorized. Invalid or expired api key.",
    "access_denied": "Api key not authorized for this action",
    "not_found": "Not Found",
    "method_not_allowed": "Method Not Allowed",
    "payload_too_large": "The request body is larger than 256 KiB",
    "unsupported_media_type": "The request body is neither form nor JSON",
    "record_invalid": "Invalid parameters",
}
WRONG_TYPES: tuple[object, ...] = (1, 1.5, True, [], {}, ["binance_us"])


def assert_error(
    answer: Answer, status: int, error: str, attributes: dict[str, list[str]] | None = None
) -> None:
    """The whole answer: status, body to the last key, content type, and the id that names it in the log."""
    expected: dict[str, Any] = {"error_description": DESCRIPTIONS[error], "error": error}
    if attributes is not None:
        expected["error_attributes"] = attributes
    assert (answer.status, answer.json) == (status, expected)
    assert answer.headers["Content-Type"] == "application/json"
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])


async def post(made: World, path: str, body: bytes, content_type: str | None = JSON) -> Answer:
    """A POST signed over path, question mark and body."""
    text = f"{API}{path}?".encode() + body
    return await ask(made, Ask("POST", (API + path).encode(), body, content_type), text)


def path_of(endpoint: Endpoint, account_id: str) -> str:
    return endpoint.paths[0].replace("{id}", account_id).replace("{load_id}", "0")


# ── parameters ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_each_field_at_fault_is_named_when_an_account_is_connected(world: World) -> None:
    too_short = "is too short (minimum is 5 characters)"
    faults: list[tuple[str, object, str]] = [
        *((name, None, "is missing") for name in GIVEN),
        *((name, wrong, "is invalid") for name in GIVEN for wrong in WRONG_TYPES),
        *(
            ("type", wrong, "does not have a valid value")
            for wrong in ("no_such", "", "\0", "BINANCE", "__init__")
        ),
        ("name", "x", "is too short (minimum is 2 characters)"),
        ("name", "  x ", "is too short (minimum is 2 characters)"),
        ("name", "x" * 121, "is too long (maximum is 120 characters)"),
        ("api_key", "", too_short),
        ("api_key", "1234", too_short),
        ("secret", "1234", too_short),
        ("api_key", "key\nwith line end", "is invalid"),
        ("api_key", "key\0with nul", "is invalid"),
        ("api_key", "schlüssel", "is invalid"),
        ("api_key", "k" * 8_193, "is too long (maximum is 8192 characters)"),
    ]
    for name, value, message in faults:
        assert_error(await world.connect(**{name: value}), 400, "record_invalid", {name: [message]})
    for name in GIVEN:
        left = {other: value for other, value in GIVEN.items() if other != name}
        answer = await world.call("POST", "/accounts/new", left)
        assert_error(answer, 400, "record_invalid", {name: ["is missing"]})
    assert world.exchange_calls("/api/v3/account") == 0
    assert (await world.call("GET", "/accounts")).json == []


@pytest.mark.asyncio
async def test_a_body_that_does_not_parse_is_the_fault_of_the_body(world: World) -> None:
    broken = {
        "cut short": b'{"name":',
        "an array": b'["name"]',
        "a number": b"7",
        "a text": b'"name"',
        "null": b"null",
        "two objects": b"{}{}",
        "a lone surrogate": b'{"name":"\\ud800x"}',
        "a lone surrogate in UTF-8": b'{"name":"\xed\xa0\x80"}',
        "bytes that are not UTF-8": b'{"name":"\xff\xfe"}',
        "a name that is not UTF-8": b'{"\xff":"name"}',
        "a byte order mark": b'\xef\xbb\xbf{"name":"ab"}',
        "UTF-16": '{"name":"ab"}'.encode("utf-16"),
        "NaN": b'{"name":NaN}',
        "a number without end": b'{"page":' + b"9" * 10_000 + b"}",
        "a number too large": b'{"page":1e400}',
        "depth": b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "a raw NUL": b'{"name":"a\0b"}',
    }
    for how, body in broken.items():
        answer = await post(world, "/accounts/new", body)
        assert_error(answer, 400, "record_invalid", {"body": ["is invalid"]})
        assert b"Traceback" not in answer.raw, how
    for form in (b"name=%ff", b"name=%ed%a0%80", b"name=\xff", "name=ä".encode(), b"a&" * 1_001):
        answer = await post(world, "/accounts/new", form, FORM)
        assert_error(answer, 400, "record_invalid", {"body": ["is invalid"]})
    answer = await world.call("GET", "/accounts?name=%ff")
    assert_error(answer, 400, "record_invalid", {"body": ["is invalid"]})


@pytest.mark.asyncio
async def test_a_page_that_is_not_a_number_in_range_is_named(world: World) -> None:
    for name, value, message in [
        *(
            ("per_page", value, "is invalid")
            for value in ("abc", "", "1.0", "-1", "1e1", "+1", "１", "9" * 11)
        ),
        *(("per_page", value, "does not have a valid value") for value in ("0", "101", "9999999999")),
        *(("page", value, "is invalid") for value in ("x", "0x1", " 1", "1%00")),
        *(("page", value, "does not have a valid value") for value in ("0", "1000001")),
    ]:
        written = value.replace(" ", "%20").replace("+", "%2B").replace("１", "%EF%BC%91")
        answer = await world.call("GET", f"/accounts?{name}={written}")
        assert_error(answer, 400, "record_invalid", {name: [message]})
    assert (await world.call("GET", "/accounts?per_page=100&page=1000000")).json == []


@pytest.mark.asyncio
async def test_a_number_where_a_text_belongs_is_invalid_and_a_missing_name_is_missing(world: World) -> None:
    path = f"/accounts/{await world.connected()}/rename"
    for given, message in (
        ({"name": 12}, "is invalid"),
        ({"name": ["ab"]}, "is invalid"),
        ({"name": None}, "is missing"),
        ({}, "is missing"),
        ({"name": "x"}, "is too short (minimum is 2 characters)"),
        ({"name": ""}, "is too short (minimum is 2 characters)"),
    ):
        answer = await world.call("POST", path, given)
        assert_error(answer, 400, "record_invalid", {"name": [message]})
    assert (await world.call("GET", "/accounts")).json[0]["name"] == "My Binance US"


@pytest.mark.asyncio
async def test_a_body_that_is_neither_form_nor_json_is_refused(world: World) -> None:
    body = json.dumps(GIVEN).encode()
    for content_type in ("text/plain", "multipart/form-data; boundary=x", "application/xml", "json", "*/*"):
        answer = await post(world, "/accounts/new", body, content_type)
        assert_error(answer, 415, "unsupported_media_type")
    for encoding in ("gzip", "br", "deflate, identity"):
        asked = Ask("POST", f"{API}/accounts/new".encode(), body, JSON, {"Content-Encoding": encoding})
        assert_error(await ask(world, asked, asked.target), 415, "unsupported_media_type")
    empty = Ask("GET", f"{API}/accounts".encode(), content_type="text/plain")
    assert (await ask(world, empty, empty.target)).status == 200


@pytest.mark.asyncio
async def test_a_body_over_256_kib_is_refused_before_it_is_whole(world: World) -> None:
    limit = 256 * 1024
    whole = await world.send("POST", f"{API}/accounts/new", b"x" * (limit + 1), {"Content-Type": FORM})
    assert_error(whole, 413, "payload_too_large")
    head = f"POST {API}/accounts/new HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n".encode()
    announced = head + b"Content-Length: 10485760\r\n\r\n" + b" " * (limit + 1)
    assert_error(answer_of(await on_the_wire(world, announced)), 413, "payload_too_large")
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 8 + b"1\r\n \r\n"
    assert_error(answer_of(await on_the_wire(world, chunked)), 413, "payload_too_large")
    fits = await world.send("POST", f"{API}/accounts/new", b"x" * limit, {"Content-Type": FORM})
    assert_error(fits, 401, "signature_invalid")


# ── routes and ids ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_an_unknown_route_is_not_found_and_a_wrong_method_not_allowed(world: World) -> None:
    for path in (
        "/ver1",
        "/public/api",
        f"{API}/nothing",
        f"{API}/accounts/",
        f"{API}/accounts/1/load",
        "/ver2/ping",
    ):
        assert_error(await world.send("GET", path), 404, "not_found")
    for path in ("/sell_all_to_usd", "/sell_all_to_btc", "/convert_dust_to_bnb", "/transfer"):
        assert_error(await world.call("POST", f"/accounts/1{path}"), 404, "not_found")
    for endpoint in ENDPOINTS:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - {endpoint.method}:
            target = path_of(endpoint, "1")
            taken = any(
                re.fullmatch(re.sub(r"\{\w+}", "[^/]+", each.paths[0]), target)
                for each in ENDPOINTS
                if each.method == method
            )
            if not taken:
                answer = await world.send(method, target)
                assert_error(answer, 405, "method_not_allowed")
                assert set(answer.headers["Allow"].split(", ")) in ({"POST"}, {"DELETE"}, {"GET", "HEAD"})


@pytest.mark.asyncio
async def test_static_files_that_do_not_exist_are_not_found_in_json(world: World) -> None:
    for path in (
        "/static/none.svg",
        "/static/",
        "/static/markets",
        "/static/../settings.py",
        "/static/%2e%2e/%2e%2e",
    ):
        answer = answer_of(await on_the_wire(world, Ask("GET", path.encode()).raw))
        assert_error(answer, 404, "not_found")


# ── keys and permissions ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_a_missing_malformed_or_wrong_signature_is_invalid(world: World) -> None:
    target = f"{API}/accounts"
    right = world.key.sign(target)
    wrong = [
        "",
        right[:-1],
        right + "0",
        right[:-1] + "g",
        " ".join([right[:32], right[32:]]),
        "é",
        "a" * 10_000,
    ]
    wrong += [world.key.sign(target + "?page=1"), "0" * 64, "A" * 344, "sig1=:AAAA:", "null", f'"{right}"']
    for signature in wrong:
        headers = {"Apikey": world.key.api_key, "Signature": signature}
        raw = Ask("GET", target.encode(), headers=headers).raw
        assert_error(answer_of(await on_the_wire(world, raw)), 401, "signature_invalid")
    for headers in ({}, {"Apikey": world.key.api_key}):
        assert_error(await world.send("GET", target, headers=headers), 401, "signature_invalid")
    in_the_query = f"{target}?apikey={world.key.api_key}&signature={right}"
    assert_error(await world.send("GET", in_the_query), 401, "signature_invalid")


@pytest.mark.asyncio
async def test_an_unknown_key_is_invalid_where_its_signature_is_well_formed(world: World) -> None:
    target = f"{API}/accounts"
    for api_key in ("", "unknown", world.key.api_key[:-1], world.key.api_key.upper() + "x", "' OR 1=1 --"):
        answer = await world.send("GET", target, headers={"Apikey": api_key, "Signature": "0" * 64})
        assert_error(answer, 401, "api_key_invalid_or_expired")
        answer = await world.send("GET", target, headers={"Apikey": api_key, "Signature": "0"})
        assert_error(answer, 401, "signature_invalid")
    answer = await world.send("GET", target, headers={"Signature": "0" * 64})
    assert_error(answer, 401, "api_key_invalid_or_expired")


@pytest.mark.asyncio
async def test_an_expired_key_works_until_it_ends_and_never_after(world: World) -> None:
    key = await world.new_key(expires_at=world.clock.now() + timedelta(minutes=1))
    world.clock.step(timedelta(seconds=59.999))
    assert (await world.call("GET", "/accounts", key=key)).status == 200
    world.clock.step(timedelta(milliseconds=1))
    assert_error(await world.call("GET", "/accounts", key=key), 401, "api_key_invalid_or_expired")
    forged = Key(key.api_key, "not the secret")
    assert_error(await world.call("GET", "/accounts", key=forged), 401, "signature_invalid")


@pytest.mark.asyncio
async def test_a_revoked_key_works_and_then_does_not(world: World) -> None:
    target = f"{API}/accounts".encode()
    for key in (await world.new_key(), await rsa_key(world)):
        asked = Ask("GET", target)
        assert (await ask(world, asked, target, key)).status == 200
        owner = await world.owner()
        await world.cambist.outside.keys.revoke(owner.id, key.api_key, "test", world.clock.now())
        assert (await ask(world, asked, target, key)).status == 401
    assert (await world.call("GET", "/accounts")).status == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["a%00b", "a%0Ab", "%C2%85name"])
async def test_a_name_with_characters_that_do_not_print_is_refused(world: World, name: str) -> None:
    account_id = await world.connected()
    target = f"{API}/accounts/{account_id}/rename?name={name}"
    signed = {"Apikey": world.key.api_key, "Signature": world.key.sign(target)}
    answer = await world.send("POST", target, headers=signed)
    assert_error(answer, 400, "record_invalid", {"name": ["is invalid"]})


@pytest.mark.asyncio
async def test_a_revoked_system_key_is_told_so(world: World) -> None:
    key = await world.new_key()
    await world.cambist.outside.keys.revoke((await world.owner()).id, key.api_key, "test", world.clock.now())
    assert_error(await world.call("GET", "/accounts", key=key), 401, "api_key_invalid_or_expired")


@pytest.mark.asyncio
async def test_a_revoked_registered_key_is_told_so(world: World) -> None:
    key, target = await rsa_key(world), f"{API}/accounts".encode()
    await world.cambist.outside.keys.revoke((await world.owner()).id, key.api_key, "test", world.clock.now())
    answer = await ask(world, Ask("GET", target), target, key)
    assert_error(answer, 401, "api_key_invalid_or_expired")


@pytest.mark.asyncio
async def test_reading_does_not_let_write_nor_writing_read(world: World) -> None:
    account_id = await world.connected()
    reader = await world.new_key(Permission.ACCOUNTS_READ)
    writer = await world.new_key(Permission.ACCOUNTS_WRITE)
    one, load = f"/accounts/{account_id}", f"/accounts/{account_id}/load_balances"
    assert (await world.call("GET", one, key=reader)).status == 200
    assert (await world.call("POST", load, key=writer)).status == 201
    assert_error(await world.call("GET", one, key=writer), 403, "access_denied")
    assert_error(await world.call("POST", load, key=reader), 403, "access_denied")
    assert_error(await world.call("POST", f"{one}/remove", key=reader), 403, "access_denied")


# ── the connection ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_headers_over_16_kib_are_refused_and_the_server_goes_on(world: World) -> None:
    ping = f"GET {API}/ping".encode()
    fits = ping + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + b"a" * 15_000 + b"\r\n\r\n"
    assert answer_of(await on_the_wire(world, fits)).status == 200
    too_large = {
        "one header": ping + b" HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 17_000 + b"\r\n\r\n",
        "many headers": ping + b" HTTP/1.1\r\n" + b"X: a\r\n" * 4_000 + b"\r\n",
        "the target": ping + b"?" + b"a" * 17_000 + b" HTTP/1.1\r\n\r\n",
    }
    for how, raw in too_large.items():
        refused = await on_the_wire(world, raw)
        assert refused.startswith(b"HTTP/1.1 400 ") or not refused, how
        assert b"pong" not in refused
    endless = ping + b" HTTP/1.1\r\nX: " + b"a" * 60_000
    assert b"pong" not in await on_the_wire(world, endless)
    assert (await world.send("GET", f"{API}/ping")).json == {"pong": "pong"}


@pytest.mark.asyncio
async def test_bytes_that_cannot_be_in_a_target_are_refused_by_http_itself(world: World) -> None:
    """The signature's promise leans on it: a blank may end a signed value and not be a query's last byte."""
    for wrong in (b"\t", b"\x0b", b"\x0c", b" ", b"\r", b"\xc3\xa4", b"\xff", b"\0"):
        target = f"{API}/accounts?name=a".encode() + wrong
        raw = Ask("GET", target, headers={"Apikey": "x", "Signature": "0" * 64}).raw
        answer = answer_of(await on_the_wire(world, raw))
        if wrong == b" ":
            assert_error(answer, 401, "api_key_invalid_or_expired")
        else:
            assert answer.status == 400, wrong


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "half",
    [
        b"G",
        b"\r\n",
        b"GET /ver1/ping HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /ver1/accounts/new HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab",
        b"POST /ver1/accounts/new HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET /ver1/ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
        b"POST /ver1/accounts/new HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na",
    ],
)
async def test_a_half_sent_request_is_closed_also_behind_a_whole_one(
    world: World, half: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cambist.api.server.WHOLE_REQUEST_WITHIN_S", 0.3)
    loop = asyncio.get_running_loop()
    started = loop.time()
    received = await on_the_wire(world, half)
    assert 0.2 < loop.time() - started < 5
    assert received.count(b"HTTP/1.1 ") == half.count(b"ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await world.send("GET", f"{API}/ping")).json == {"pong": "pong"}


@pytest.mark.asyncio
async def test_whoever_hangs_up_in_the_middle_is_not_an_error_of_ours(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(world.address.rpartition(":")[2]))
    writer.write(b"POST /ver1/accounts/new HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab")
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.sleep(0.05)
    assert (await world.send("GET", f"{API}/ping")).status == 200
    said = capsys.readouterr()
    assert "request broke" not in said.out + said.err
