"""The text that a strict signature is made over: the RFC's own vectors, and headers of any bytes."""

import hmac
from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cambist.api.strict import signature_base, strict_request
from cambist.core.errors import SignatureInvalid
from cambist.core.signing import Stamp
from cambist.vault.signatures import public_key_matches
from tests.api.requests import Ask, ask
from tests.api.strict_keys import digest, hmac_key, validate
from tests.worlds import API, World

# RFC 9421, B.1 and B.2.
DATE = ("date", b"Tue, 20 Apr 2021 02:07:55 GMT")
AUTHORITY = ("@authority", b"example.com")
CONTENT_TYPE = ("content-type", b"application/json")
BODY = b'{"hello": "world"}'
SHARED_SECRET = b64decode(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)
ED25519_PEM = (
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
    "-----END PUBLIC KEY-----\n"
)


def test_the_hmac_vector_of_the_rfc_is_made_over_our_text() -> None:
    parameters = b'("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
    text = signature_base([DATE, AUTHORITY, CONTENT_TYPE], parameters)
    made = hmac.digest(SHARED_SECRET, text, "sha256")
    assert made == b64decode("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=")


def test_the_ed25519_vector_of_the_rfc_matches_our_text() -> None:
    covered = [
        DATE,
        ("@method", b"POST"),
        ("@path", b"/foo"),
        AUTHORITY,
        CONTENT_TYPE,
        ("content-length", b"18"),
    ]
    listed = " ".join(f'"{name}"' for name, _ in covered)
    text = signature_base(covered, f'({listed});created=1618884473;keyid="test-key-ed25519"'.encode())
    signature = b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    assert public_key_matches("ed25519", ED25519_PEM, signature, [text])
    assert not public_key_matches("ed25519", ED25519_PEM, signature, [text + b"\n"])


GIVEN = b'("@method" "@target-uri" "content-digest");created=1618884473;nonce="0123456789abcdef";keyid="key"'
URI = b"https://example.com/foo?param=Value&Pet=dog"
SIGNATURE = b"sig=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"
SHA512 = b"sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"


def test_a_request_becomes_the_text_line_by_line() -> None:
    headers = [
        (b"signature-input", b"sig=" + GIVEN),
        (b"signature", SIGNATURE),
        (b"content-digest", SHA512),
        (b"date", DATE[1]),
    ]
    asked = strict_request("POST", URI, headers, BODY)
    assert (asked.api_key, asked.stamp) == ("key", Stamp(1618884473, "0123456789abcdef"))
    assert asked.texts == [
        b'"@method": POST\n"@target-uri": %s\n"content-digest": %s\n"@signature-params": %s'
        % (URI, SHA512, GIVEN)
    ]
    assert digest(BODY, "sha-512").encode() == SHA512


@pytest.mark.parametrize("value", [b"a\nb", b"a\rb", b'GET\n"@target-uri": x'])
def test_no_value_breaks_out_of_its_line(value: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        signature_base([("@method", b"GET"), ("@target-uri", value)], b"()")


PIECES = st.sampled_from(
    [
        *(b'"', b"(", b")", b";", b",", b"=", b":", b" ", b"\t", b"\\", b"?1", b"@1", b"%", b"\xff", b"\0"),
        *(b"sig", b"created=", b"nonce=", b"keyid=", b"alg=", b'"@method"', b'"@query-param";name="x"'),
        *(b"9" * 15, b"9" * 16, b"-1", b"1.5", b"1e9", b":AAAA:", b"()", b"(" * 20, b"x" * 100),
    ]
)


@st.composite
def bent(draw: st.DrawFn, sound: bytes) -> bytes:
    """A header with pieces put in and cut out; now and then any bytes."""
    made = sound
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(made)))
        end = draw(st.integers(start, min(len(made), start + 12)))
        made = made[:start] + draw(PIECES) + made[end:]
    return draw(st.binary(max_size=60)) if draw(st.integers(0, 9)) == 0 else made


@settings(max_examples=2_000)
@given(bent(b"sig=" + GIVEN), bent(SIGNATURE), bent(SHA512), st.booleans())
def test_headers_of_any_bytes_are_read_or_refused(
    given_input: bytes, signature: bytes, digests: bytes, twice: bool
) -> None:
    headers = [(b"signature-input", given_input), (b"signature", signature), (b"content-digest", digests)]
    try:
        asked = strict_request("POST", URI, headers * (1 + twice), BODY)
    except SignatureInvalid:
        return
    assert not twice
    assert asked.stamp is not None
    assert (type(asked.api_key), type(asked.stamp.created)) == (str, int)
    assert 16 <= len(asked.stamp.nonce) <= 64
    assert len(asked.signature) in {32, 64, *range(256, 513)}
    assert asked.texts[0].count(b"\n") == 3


NASTY = [
    "",
    "sig",
    "sig=",
    "sig=()",
    "sig=1",
    "sig=:AAAA:",
    "sig=(1 2)",
    "sig=(:AAAA: ?1 @1 1.5 token)",
    'sig=("@method" "@target-uri")',
    'sig=("@method"',
    'sig=("\\',
    "=()",
    "SIG=()",
    "sig=()" + ";a" * 500,
    "sig=(" + '"@method" ' * 500 + ")",
    "sig=" + "(" * 5_000,
    'sig=("@method" "@target-uri");created=9999999999999999999;nonce="0123456789abcdef";keyid="x"',
    'sig=("@method" "@target-uri");created=1;nonce="0123456789abcdef";keyid="ü"',
    "ÿþ",
    '%"',
]


@pytest.mark.asyncio
@pytest.mark.parametrize("nasty", NASTY)
async def test_a_server_answers_401_to_any_header_that_is_no_signature(world: World, nasty: str) -> None:
    asked = validate().signed(world, await hmac_key(world)).headers
    for name in ("Signature-Input", "Signature"):
        headers = {**asked, name: nasty}
        answer = await ask(world, Ask("GET", f"{API}/validate".encode(), headers=headers))
        assert (answer.status, answer.json["error"]) == (401, "signature_invalid")
    headers = {"Signature-Input": nasty, "Signature": nasty, "Apikey": world.key.api_key}
    answer = await ask(world, Ask("GET", f"{API}/ping".encode(), headers=headers))
    assert answer.status == 200  # what asks for no signature looks at none
