"""Every way in which clients of the wire format sign, accepted; everything near it, refused."""

import json
from base64 import b64decode
from dataclasses import dataclass

import pytest

from cambist.api.signing import signed_texts
from cambist.core.errors import InvalidInput
from cambist.core.terms import Secret
from cambist.vault.signatures import hmac_matches
from tests.api.requests import FORM, JSON, Ask, Signer, UpperCaseKey, ask, public_pem, rsa_key
from tests.worlds import EXCHANGE_KEY, World

BASES = ("/public/api/ver1", "/ver1")
NAME = "Käse & Brot (2)!"
ENCODED = "K%C3%A4se%20%26%20Brot%20(2)!"
STRICT = "K%C3%A4se%20%26%20Brot%20%282%29%21"
AS_FORM = "K%c3%a4se+%26+Brot+%282%29%21"
JSON_BODY = json.dumps({"name": NAME}).encode()
RAW_JSON_BODY = json.dumps({"name": NAME}, ensure_ascii=False, separators=(",", ":")).encode()

VECTOR_SECRET = Secret("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")
VECTOR_PATH = b"/public/api/ver1/users/change_mode"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is sent after the path, and what of it is signed after the path."""

    sent: str
    body: bytes
    content_type: str | None
    signed: bytes


RENAMES = {
    "D1, the target": Dialect(f"?name={ENCODED}", b"", None, f"?name={ENCODED}".encode()),
    "D1 with an empty JSON body": Dialect(f"?name={ENCODED}", b"", JSON, f"?name={ENCODED}".encode()),
    "D1 with an empty form body": Dialect(f"?name={ENCODED}", b"", FORM, f"?name={ENCODED}".encode()),
    "D1 with {}": Dialect(f"?name={ENCODED}", b"{}", JSON, f"?name={ENCODED}".encode()),
    "D1 with {} and no content type": Dialect(f"?name={ENCODED}", b"{}", None, f"?name={ENCODED}".encode()),
    "D3, a question mark and JSON": Dialect("", JSON_BODY, JSON, b"?" + JSON_BODY),
    "D3 with raw UTF-8": Dialect("", RAW_JSON_BODY, JSON + "; charset=utf-8", b"?" + RAW_JSON_BODY),
    "D3 with a bare question mark sent": Dialect("?", JSON_BODY, JSON, b"?" + JSON_BODY),
    "D4, JSON alone": Dialect("", JSON_BODY, JSON, JSON_BODY),
    "D4 without a content type": Dialect("", JSON_BODY, None, JSON_BODY),
    "D5, a question mark and a form": Dialect(
        "", f"name={AS_FORM}".encode(), FORM, f"?name={AS_FORM}".encode()
    ),
    "D6, the query encoded strictly": Dialect(f"?name={AS_FORM}", b"", None, f"?name={STRICT}".encode()),
    "D7, as D6 but keeping !'()*": Dialect(f"?name={AS_FORM}", b"", None, f"?name={ENCODED}".encode()),
    "D8, the query sorted": Dialect(
        f"?z=2&name={ENCODED}&a=1", b"", None, f"?a=1&name={ENCODED}&z=2".encode()
    ),
    "mixed with a form": Dialect("?z=2", f"name={AS_FORM}".encode(), FORM, f"?z=2&name={AS_FORM}".encode()),
    "mixed with JSON": Dialect("?z=2", JSON_BODY, JSON, b"?z=2" + JSON_BODY),
    "mixed, with {} signed": Dialect(f"?name={ENCODED}", b"{}", JSON, f"?name={ENCODED}{{}}".encode()),
}

LOADS = {
    "D1, the path": Dialect("", b"", None, b""),
    "D1 with {}": Dialect("", b"{}", JSON, b""),
    "D1 over a path whose bare question mark was sent": Dialect("?", b"", None, b""),
    "D2, the bare question mark that was sent": Dialect("?", b"", None, b"?"),
    "D3 with {}": Dialect("", b"{}", JSON, b"?{}"),
    "D4 with {}": Dialect("", b"{}", JSON, b"{}"),
    "D9, a question mark that was not sent": Dialect("", b"", None, b"?"),
    "D9 with {}": Dialect("", b"{}", JSON, b"?"),
}

LISTS = {
    "D1": ("per_page=5&api_key={}&page=1", "per_page=5&api_key={}&page=1"),
    "D6": ("per_page=%35&api_key={}&note=a+b:c", "per_page=5&api_key={}&note=a%20b%3Ac"),
    "D7": ("api_key={}&note=(a)%21", "api_key={}&note=(a)!"),
    "D8": ("per_page=5&page=1&api_key={}", "api_key={}&page=1&per_page=5"),
}


async def _signers(made: World) -> list[Signer]:
    return [made.key, UpperCaseKey(made.key), await rsa_key(made)]


@pytest.mark.asyncio
@pytest.mark.parametrize("dialect", RENAMES)
async def test_a_rename_is_accepted_in_each_dialect_by_each_kind_of_key_under_both_base_paths(
    world: World, dialect: str
) -> None:
    account_id = await world.connected()
    case = RENAMES[dialect]
    for base in BASES:
        for signer in await _signers(world):
            path = f"{base}/accounts/{account_id}/rename"
            asked = Ask("POST", (path + case.sent).encode(), case.body, case.content_type)
            answer = await ask(world, asked, path.encode() + case.signed, signer)
            assert (answer.status, answer.json.get("name")) == (201, NAME), (base, signer)


@pytest.mark.asyncio
@pytest.mark.parametrize("dialect", LOADS)
async def test_a_load_is_accepted_in_each_dialect_by_each_kind_of_key_under_both_base_paths(
    world: World, dialect: str
) -> None:
    account_id = await world.connected()
    case = LOADS[dialect]
    for base in BASES:
        for signer in await _signers(world):
            path = f"{base}/accounts/{account_id}/load_balances"
            asked = Ask("POST", (path + case.sent).encode(), case.body, case.content_type)
            answer = await ask(world, asked, path.encode() + case.signed, signer)
            assert (answer.status, answer.json.get("id")) == (201, account_id), (base, signer)


@pytest.mark.asyncio
@pytest.mark.parametrize("dialect", LISTS)
async def test_a_filtered_list_is_accepted_in_each_dialect_of_a_get(world: World, dialect: str) -> None:
    account_id = await world.connected()
    sent, signed = (f"{BASES[0]}/accounts?{each}".format(EXCHANGE_KEY) for each in LISTS[dialect])
    for signer in await _signers(world):
        answer = await ask(world, Ask("GET", sent.encode()), signed.encode(), signer)
        assert answer.status == 200
        assert [account["id"] for account in answer.json] == [account_id]
    other = sent.replace(EXCHANGE_KEY, "no-such-key")
    answer = await ask(world, Ask("GET", other.encode()), other.encode())
    assert (answer.status, answer.json) == (200, [])


@pytest.mark.parametrize(
    ("query", "body", "signature"),
    [
        (b"mode=paper", b"", "bca8d8c10acfbe8e76c5335d3efbe0a550487170a8bb7aaea0a13efabab55316"),
        (b"", b'{"mode": "paper"}', "0475b407ba6f2388d213134e478b330f74073388a232737837f79018694ae373"),
        (b'{"mode": "paper"}', b"", "0475b407ba6f2388d213134e478b330f74073388a232737837f79018694ae373"),
    ],
)
def test_the_published_signatures_match(query: bytes, body: bytes, signature: str) -> None:
    texts, _ = signed_texts(VECTOR_PATH, query, body, JSON if body else "")
    assert hmac_matches(VECTOR_SECRET, bytes.fromhex(signature), texts)
    tampered, _ = signed_texts(
        VECTOR_PATH, query.replace(b"paper", b"real"), body.replace(b"paper", b"real"), ""
    )
    assert not hmac_matches(VECTOR_SECRET, bytes.fromhex(signature), tampered)


@pytest.mark.asyncio
@pytest.mark.parametrize("signed_over", ["path", "path and query"])
@pytest.mark.parametrize(("body", "content_type"), [(JSON_BODY, JSON), (f"name={AS_FORM}".encode(), FORM)])
async def test_a_body_may_stay_unsigned_only_for_a_key_that_opted_in(
    world: World, body: bytes, content_type: str, signed_over: str
) -> None:
    account_id = await world.connected()
    path = f"{BASES[0]}/accounts/{account_id}/rename"
    target = (path + ("?z=2" if signed_over == "path and query" else "")).encode()
    asked = Ask("POST", target, body, content_type)
    opted_in: list[Signer] = [
        await world.new_key(unsigned_body=True),
        await rsa_key(world, unsigned_body=True),
    ]
    for signer in opted_in:
        answer = await ask(world, asked, target, signer)
        assert (answer.status, answer.json.get("name")) == (201, NAME)
    for signer in await _signers(world):
        answer = await ask(world, asked, target, signer)
        assert (answer.status, answer.json.get("error")) == (401, "signature_invalid")


@pytest.mark.asyncio
async def test_a_signature_for_one_form_of_the_path_is_not_valid_for_the_other(world: World) -> None:
    account_id = await world.connected()
    long, short = (f"{base}/accounts/{account_id}/load_balances".encode() for base in BASES)
    for sent, signed, status in (
        (long, long, 201),
        (short, short, 201),
        (long, short, 401),
        (short, long, 401),
    ):
        answer = await ask(world, Ask("POST", sent), signed)
        assert answer.status == status
        if status == 401:
            assert answer.json["error"] == "signature_invalid"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "signed"),
    [
        ("name=%7Bx}", "name={x}"),
        ("name={x}", "name={x}"),
        ('name={"a":1}', 'name={"a":1}'),
        ('{"name":"Other"}&z=1', '{"name":"Other"}&z=1'),
        ('{"name":"Other"', '{"name":"Other"'),
        ('z=1{"name":"Other"}', 'z=1{"name":"Other"}'),
        ('z=1{"name":"Other"}', "z=1"),
    ],
)
async def test_a_query_with_a_brace_is_refused_unless_it_is_json_as_a_whole(
    world: World, query: str, signed: str
) -> None:
    account_id = await world.connected()
    path = f"{BASES[0]}/accounts/{account_id}/rename"
    answer = await ask(world, Ask("POST", f"{path}?{query}".encode()), f"{path}?{signed}".encode())
    assert (answer.status, answer.json.get("error")) == (401, "signature_invalid")


@pytest.mark.asyncio
async def test_a_query_that_is_json_as_a_whole_is_read_as_parameters(world: World) -> None:
    account_id = await world.connected()
    target = f'{BASES[0]}/accounts/{account_id}/rename?{{"name":"By-JSON"}}'.encode()
    answer = await ask(world, Ask("POST", target), target)
    assert (answer.status, answer.json["name"]) == (201, "By-JSON")


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"{}", b'{"name":"Other"}', b"name={x}", b"name=Other&{}"])
async def test_a_form_body_with_a_brace_is_refused(world: World, body: bytes) -> None:
    account_id = await world.connected()
    path = f"{BASES[0]}/accounts/{account_id}/rename".encode()
    for text in (path + b"?" + body, path + body, path):
        answer = await ask(world, Ask("POST", path, body, FORM), text)
        assert (answer.status, answer.json["error_attributes"]) == (400, {"body": ["is invalid"]})


@pytest.mark.asyncio
async def test_only_the_canonical_form_of_a_base64_signature_is_taken(world: World) -> None:
    account_id = await world.connected()
    path = f"{BASES[0]}/accounts/{account_id}/load_balances"
    signer = await rsa_key(world)
    right = signer.sign(path.encode())
    assert right.endswith("==")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    loose_bits = alphabet[alphabet.index(right[-3]) | 1]
    wrong = {
        "without padding": right.rstrip("="),
        "with too much padding": right + "==",
        "with loose bits at the end": right[:-3] + loose_bits + "==",
        "with a blank inside": right[:10] + " " + right[10:],
        "with a foreign character inside": right[:10] + "-" + right[10:],
        "twice": right + right,
        "in hex": b64decode(right).hex(),
    }
    for how, signature in wrong.items():
        headers = {"Apikey": signer.api_key, "Signature": signature}
        answer = await ask(world, Ask("POST", path.encode(), headers=headers))
        assert (answer.status, answer.json.get("error")) == (401, "signature_invalid"), how
    headers = {"Apikey": signer.api_key, "Signature": right}
    assert (await ask(world, Ask("POST", path.encode(), headers=headers))).status == 201


@pytest.mark.asyncio
async def test_a_key_of_one_kind_does_not_take_a_signature_of_the_other(world: World) -> None:
    account_id = await world.connected()
    path = f"{BASES[0]}/accounts/{account_id}/load_balances".encode()
    rsa = await rsa_key(world)
    for api_key, signature in ((world.key.api_key, rsa.sign(path)), (rsa.api_key, world.key.sign(path))):
        answer = await ask(world, Ask("POST", path, headers={"Apikey": api_key, "Signature": signature}))
        assert (answer.status, answer.json.get("error")) == (401, "signature_invalid")


@pytest.mark.asyncio
async def test_the_names_of_the_headers_may_be_written_in_any_case(world: World) -> None:
    account_id = await world.connected()
    path = f"{BASES[0]}/accounts/{account_id}/load_balances".encode()
    for apikey, signature in (("APIKEY", "SIGNATURE"), ("apikey", "signature"), ("ApiKey", "SigNature")):
        headers = {apikey: world.key.api_key, signature: world.key.sign(path)}
        assert (await ask(world, Ask("POST", path, headers=headers))).status == 201


@pytest.mark.asyncio
async def test_only_an_rsa_public_key_can_be_registered(world: World) -> None:
    private_words = public_pem().replace("PUBLIC", "PRIVATE")
    with pytest.raises(InvalidInput, match="is a private key"):
        await world.new_key(rsa_public_key=private_words)
    with pytest.raises(InvalidInput, match="is not an RSA public key of 2048 to 4096 bits"):
        await world.new_key(rsa_public_key="-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
