"""Of an answer that is kept every byte stays but the secrets, however the exchange writes them."""

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.terms import Call
from cambist.exchanges.redaction import MOST, sent_tokens, without_secrets

CALL = Call("GET", "/api/v3/account", 200, 0, 1)
KEY, SECRET, PASSPHRASE = "Kx7/+api=key%2f", 'q"secret\\with/all&<its> é😀 signs%41', "pass phrase of 3"
ALL = (KEY, SECRET, PASSPHRASE)
SIGNATURE = "8f3a0c" * 10 + "9b1e"
BASE64 = base64.b64encode(bytes(each * 91 % 256 | 62 for each in range(32))).decode()  # with + and /
WITHOUT_DIGIT = base64.b64encode(b"\x00\x10\x83" * 10 + b"\x00\x10").decode()  # as one in 600 is

Write = Callable[[str], str]


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


WRITTEN: dict[str, Write] = {
    "as it is": lambda text: text,
    "in JSON": in_json,
    "in JSON as it is but for what must be escaped": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in JSON with its slashes escaped": lambda text: in_json(text).replace("/", "\\/"),
    "in JSON, every character escaped": lambda text: "".join(
        f"\\u{unit:04X}" for unit in memoryview(text.encode("utf-16-le")).cast("H")
    ),
    "in an address": lambda text: quote(text, safe=""),
    "in an address with its slashes": quote,
    "in an address, in small letters": lambda text: re.sub(
        "%..", lambda escape: escape[0].lower(), quote(text, safe="")
    ),
    "in a form": quote_plus,
    "in an address, every byte escaped": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "on a page": html.escape,
    "on a page, by numbers": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "on a page, by hexadecimal numbers": lambda text: "".join(f"&#x{ord(each):x};" for each in text),
    "in an address in JSON": lambda text: in_json(quote(text, safe="")),
    "in JSON in an address": lambda text: quote(in_json(text)),
    "in JSON in JSON": lambda text: in_json(in_json(text)),
    "in JSON on a page in an address": lambda text: quote(html.escape(in_json(text))),
}


def kept(body: str | bytes, *secrets: str) -> tuple[bool, bytes | None]:
    raw = body.encode() if isinstance(body, str) else body
    answer = without_secrets(CALL, raw, secrets or ALL)
    assert answer.call is CALL
    return answer.redacted, answer.body


@pytest.mark.parametrize("secret", ALL, ids=("key", "secret", "passphrase"))
@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_secret_that_is_echoed_goes_and_nothing_else_does(written: Write, secret: str) -> None:
    around = '{{"msg":"é \\u00e9 %zz &nope; 100% \\\\ no {} is known","balances":[{{"free":"0.1"}}]}}'
    assert kept(around.format(written(secret))) == (True, around.format("…").encode())


AROUND = "klmnop ,:{}[]"
SECRETS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=AROUND),
    min_size=8,
    max_size=40,
)


@given(
    secret=SECRETS,
    before=st.text(AROUND, max_size=20),
    after=st.text(AROUND, max_size=20),
    write=st.sampled_from(list(WRITTEN)),
)
def test_any_secret_goes_in_any_writing(secret: str, before: str, after: str, write: str) -> None:
    told = WRITTEN[write](secret)
    assert kept(f"{before} {told} {after}", secret) == (True, f"{before} … {after}".encode())


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f"refused: signature={SIGNATURE} at 7", "refused: signature=… at 7"),
        ("refused: SIGNATURE=0a1b at 7", "refused: SIGNATURE=… at 7"),
        (f"/api?timestamp=1&signature={SIGNATURE}&x=1", "/api?timestamp=1&signature=…"),
        (f'{{"signature":"{SIGNATURE}","free":"1"}}', '{"signature":"…","free":"1"}'),
        (f"X-BAPI-SIGN: {SIGNATURE}\nX: 1", "X-BAPI-SIGN: …\nX: 1"),
        (f'{{"API-Sign": "{BASE64}"}}', '{"API-Sign": "…"}'),
        (f'{{"API-Sign": "{WITHOUT_DIGIT}"}}', '{"API-Sign": "…"}'),
        (f'{{\\"sign\\":\\"{SIGNATURE}\\"}}', '{\\"sign\\":\\"…\\"}'),
        (f"sign%3D{SIGNATURE}%26a", "sign%3D…%26a"),
        (f"signature%3D{quote(BASE64, safe='')}", "signature%3D…"),
    ],
)
def test_what_is_called_a_signature_goes(body: str, left: str) -> None:
    redacted, made = kept(body)
    assert redacted
    assert made is not None
    assert made.decode().startswith(left)
    assert SIGNATURE.encode() not in made


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"uid":1001,"balances":[{"asset":"SIGN","free":"12345678901234567890.123","locked":"0"}]}',
        b'{"result":{"SIGN":"1234567890123456.1234567890","ZUSD":"1.5"}}',
        b'{"msg":"Signature for this request is not valid.","sign":"missing","sig":1655971450123456789}',
        b"signature: see the documentation",
        b"\xff\xfe\x00 100% \\ \\u00zz %e &amp; &#99999999; \\ud83d",
        '{"msg":"größer"}'.encode("latin-1"),
    ],
)
def test_an_answer_without_secrets_stays_as_it_is(body: bytes) -> None:
    assert kept(body) == (False, body)


def test_secrets_that_meet_or_lie_in_each_other_leave_one_mark() -> None:
    assert kept("a secretsecret b", "secret", "tsec") == (True, "a … b".encode())
    assert kept("a secret-key b", "secret-key", "secret") == (True, "a … b".encode())
    assert kept("secret", "secret") == (True, "…".encode())
    assert kept("no secret, no secret.", "secret") == (True, "no …, no ….".encode())


def test_no_secret_is_nothing_to_look_for() -> None:
    assert without_secrets(CALL, b"any", ("",)).body == b"any"


@pytest.mark.parametrize("body", [b"%41" * (MOST + 1), b"secret" * (MOST + 1)], ids=("escapes", "secrets"))
def test_a_body_that_would_take_seconds_to_look_through_goes_whole(body: bytes) -> None:
    assert kept(body, "secret") == (True, "…".encode())
    assert kept(body[: len(body) // 2] + b"0", "secret") != (True, "…".encode())


def test_what_was_sent_as_a_signature_or_token_is_known_whatever_it_is_called() -> None:
    url = f"https://x.example/api?omitZeroBalances=true&timestamp=1655971450123&s={quote(BASE64, safe='')}"
    headers = {
        "X-Anything": SIGNATURE,
        "X-Another": WITHOUT_DIGIT,
        "Authorization": f"Bearer eyJ0eXAi.{SIGNATURE}.Qx-_1",
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "anything/4.5 (+https://x.example/anything/anything)",
    }
    body = f"nonce=1655971450123456789&otp={'9z' * 12}"
    assert sent_tokens(url, headers, body) == {
        BASE64,
        SIGNATURE,
        WITHOUT_DIGIT,
        f"eyJ0eXAi.{SIGNATURE}.Qx-_1",
        "9z" * 12,
    }
    assert sent_tokens("https://x.example/api", {}, None) == set()
    assert sent_tokens("https://x.example/api", {}, f'{{"sign":"{BASE64}"}}') == {BASE64}
