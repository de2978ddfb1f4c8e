"""Strict keys: each part of a request that they sign, changed, is refused; each request is good once."""

import asyncio
from base64 import b64encode
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from cambist.core.audit import Event
from cambist.core.terms import Permission
from tests.api.requests import FORM, JSON, Ask, answer_of, ask, on_the_wire
from tests.api.strict_keys import (
    Strict,
    StrictKey,
    digest,
    ed25519_strict_key,
    hmac_key,
    hmac_with,
    rename,
    rsa_strict_keys,
    strict_keys,
    validate,
)
from tests.api.test_audit import told
from tests.worlds import API, Answer, FixedClock, World
from tests.worlds import world as world_in

REFUSED = (401, "signature_invalid")
NONCE = "n" * 16


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json.get("error", "")


async def name_of(made: World, account_id: int) -> str:
    return str((await made.call("GET", f"/accounts/{account_id}")).json["name"])


@pytest.mark.asyncio
async def test_each_kind_of_strict_key_reads_and_writes(world: World) -> None:
    account_id = await world.connected()
    for key in (await strict_keys(world))[:3]:
        read = await Strict("GET", f"{API}/accounts?per_page=5&page=1").ask(world, key)
        assert (read.status, [each["id"] for each in read.json]) == (200, [account_id])
        written = await rename(account_id, key.algorithm).ask(world, key)
        assert (written.status, written.json["name"]) == (201, key.algorithm)
        form = Strict("POST", f"{API}/accounts/{account_id}/rename?a=1", b"name=By+form", FORM)
        assert (await form.ask(world, key)).json["name"] == "By form"
        loaded = await Strict("POST", f"{API}/accounts/{account_id}/load_balances").ask(world, key)
        assert (loaded.status, loaded.json["id"]) == (201, account_id)


@pytest.mark.asyncio
async def test_the_algorithm_may_be_named_where_it_is_the_keys_own(world: World) -> None:
    for key in await strict_keys(world):
        usual = validate().usual(world, key)
        named = replace(validate(), parameters=f'{usual};alg="{key.algorithm}"')
        assert (await named.ask(world, key)).status == 200, key.algorithm
        for other in ("hmac-sha256", "ed25519", "rsa-v1_5-sha256", "rsa-pss-sha512", "none", ""):
            if other != key.algorithm:
                usual = validate().usual(world, key)
                wrong = replace(validate(), parameters=f'{usual};alg="{other}"')
                assert refusal(await wrong.ask(world, key)) == REFUSED, (key.algorithm, other)


@pytest.mark.asyncio
async def test_without_a_name_an_rsa_key_signs_by_pss(world: World) -> None:
    pss, pkcs1 = await rsa_strict_keys(world)
    assert (await validate().ask(world, pss)).status == 200
    assert refusal(await validate().ask(world, pkcs1)) == REFUSED


def changed(asked: Ask, **headers: str | None) -> Ask:
    """The request with headers replaced, or left out where they are None; _ stands for a dash."""
    given = {name.replace("_", "-").title(): value for name, value in headers.items()}
    kept = {name: value for name, value in {**asked.headers, **given}.items() if value is not None}
    return replace(asked, headers=kept)


@pytest.mark.asyncio
@pytest.mark.parametrize("algorithm", ["hmac-sha256", "ed25519", "rsa-pss-sha512"])
async def test_a_request_of_which_any_signed_part_was_changed_is_refused_and_not_run(
    world: World, algorithm: str
) -> None:
    account_id = await world.connected()
    (key,) = [each for each in await strict_keys(world) if each.algorithm == algorithm]
    asked = rename(account_id, "Mallory").signed(world, key)
    signed_input, signature = asked.headers["Signature-Input"], asked.headers["Signature"]
    flipped = signature[:10] + ("B" if signature[10] == "A" else "A") + signature[11:]
    body = asked.body.replace(b"Mallory", b"Trudy")
    now = int(world.clock.now().timestamp())
    created = f"created={now}"
    bent = {
        "signature": changed(asked, Signature=flipped),
        "no signature": changed(asked, Signature=None),
        "nonce": changed(asked, Signature_Input=signed_input.replace('nonce="', 'nonce="0')),
        "created": changed(asked, Signature_Input=signed_input.replace(created, f"created={now + 1}")),
        "algorithm": changed(asked, Signature_Input=f'{signed_input};alg="{key.algorithm}"'),
        "order": changed(
            asked, Signature_Input=signed_input.replace('"@method" "@target-uri"', '"@target-uri" "@method"')
        ),
        "target": replace(asked, target=asked.target + b"?name=Trudy"),
        "base path": replace(asked, target=asked.target.removeprefix(b"/public/api")),
        "method": replace(asked, method="GET"),
        "body": replace(asked, body=body),
        "body and digest": changed(replace(asked, body=body), Content_Digest=digest(body)),
        "no digest": changed(asked, Content_Digest=None),
        "another digest of the same body": changed(asked, Content_Digest=digest(asked.body, "sha-512")),
        "content type": replace(asked, content_type=JSON + ";charset=utf-8"),
        "no content type": replace(asked, content_type=None),
    }
    for what, request in bent.items():
        expected = (405, "method_not_allowed") if what == "method" else REFUSED
        assert refusal(await ask(world, request)) == expected, what
    assert await name_of(world, account_id) == "My Binance US"
    assert (await ask(world, asked)).status == 201  # nothing of this has spent the nonce
    assert await name_of(world, account_id) == "Mallory"


@pytest.mark.asyncio
async def test_the_method_is_signed(world: World) -> None:
    key = await hmac_key(world)
    path = f"{API}/accounts/types_to_connect"
    asked = Strict("GET", path).signed(world, key)
    assert refusal(await ask(world, replace(asked, method="POST"))) == REFUSED
    assert (await ask(world, asked)).status == 200


@pytest.mark.asyncio
async def test_a_signature_has_to_cover_all_that_is_sent_and_nothing_else(world: World) -> None:
    account_id = await world.connected()
    key = await hmac_key(world)
    whole = ["@method", "@target-uri", "content-digest", "content-type"]
    asked = rename(account_id)
    for left_out in whole:
        covered = [name for name in whole if name != left_out]
        assert refusal(await replace(asked, covered=covered).ask(world, key)) == REFUSED, left_out
    for added in (
        "@authority",
        "@path",
        "@query",
        "@status",
        "@signature-params",
        "@unknown",
        "host",
        "date",
        "@method",
    ):
        assert refusal(await replace(asked, covered=[*whole, added]).ask(world, key)) == REFUSED, added
    for spelled in ("@METHOD", "@method ", "Content-Type"):
        covered = [spelled if name == spelled.strip().lower() else name for name in whole]
        assert refusal(await replace(asked, covered=covered).ask(world, key)) == REFUSED, spelled
    for order in (whole[::-1], [*whole[2:], *whole[:2]]):
        assert (await replace(asked, covered=order).ask(world, key)).status == 201


@pytest.mark.asyncio
@pytest.mark.parametrize("given", [";req", ";sf", ';key="a"', ";bs", ";tr", ';name="a"'])
async def test_a_component_with_a_parameter_is_refused(world: World, given: str) -> None:
    key = await hmac_key(world)
    asked = validate().signed(world, key)
    usual = validate().usual(world, key)
    signed = f'("@method"{given} "@target-uri"){usual}'
    uri = f"{world.address}{API}/validate"
    for spelled in ("", given):
        lines = f'"@method"{spelled}: GET\n"@target-uri": {uri}\n"@signature-params": {signed}'
        bent = changed(asked, Signature_Input=f"sig={signed}", Signature=sealed(key, lines))
        assert refusal(await ask(world, bent)) == REFUSED


def sealed(key: StrictKey, text: str) -> str:
    return f"sig=:{b64encode(key.sign(text.encode())).decode()}:"


@pytest.mark.asyncio
async def test_a_body_without_a_digest_is_refused(world: World) -> None:
    account_id = await world.connected()
    covered = ["@method", "@target-uri", "content-type"]
    asked = replace(rename(account_id), covered=covered).signed(world, await hmac_key(world))
    assert refusal(await ask(world, changed(asked, Content_Digest=None))) == REFUSED
    assert await name_of(world, account_id) == "My Binance US"


@pytest.mark.asyncio
async def test_a_parameter_that_is_given_twice_is_refused_though_it_says_the_same(world: World) -> None:
    asked = validate().signed(world, await hmac_key(world))
    (created,) = (each for each in asked.headers["Signature-Input"].split(";") if each.startswith("created"))
    twice = asked.headers["Signature-Input"].replace(created, f"{created};{created}")
    assert refusal(await ask(world, changed(asked, Signature_Input=twice))) == REFUSED
    assert (await ask(world, asked)).status == 200


@pytest.mark.asyncio
async def test_a_digest_counts_where_it_is_one_that_is_known_and_every_one_is_right(world: World) -> None:
    account_id = await world.connected()
    key = await hmac_key(world)
    body = rename(account_id).body
    right = (
        digest(body, "sha-512"),
        f"{digest(body)}, {digest(body, 'sha-512')}",
        f"md5=:AAAA:, {digest(body)}",
    )
    wrong = (
        "md5=:AAAA:",
        f"{digest(body)}, {digest(b'', 'sha-512')}",
        f"{digest(b'')}, {digest(body)}",
        "sha-256=1",
        "sha-256",
        "sha-256=()",
        "sha-256=::",
        digest(body).replace(":", ""),
        digest(body)[:-1],
        "",
        "ü",
    )
    for each in right:
        asked = replace(rename(account_id), headers={"Content-Digest": each})
        assert (await asked.ask(world, key)).status == 201, each
    for each in wrong:
        asked = replace(rename(account_id), headers={"Content-Digest": each})
        assert refusal(await asked.ask(world, key)) == REFUSED, each


@pytest.mark.asyncio
async def test_a_digest_or_a_content_type_without_a_body_is_signed_too(world: World) -> None:
    key = await hmac_key(world)
    sent = {"Content-Digest": digest(b""), "Content-Type": JSON}
    assert (await replace(validate(), headers=sent).ask(world, key)).status == 200
    for name in ("content-digest", "content-type"):
        covered = ["@method", "@target-uri", *(each.lower() for each in sent if each.lower() != name)]
        unsigned = replace(validate(), headers=sent, covered=covered)
        assert refusal(await unsigned.ask(world, key)) == REFUSED, name
    wrong = {"Content-Digest": digest(b"another")}
    assert refusal(await replace(validate(), headers=wrong).ask(world, key)) == REFUSED


@pytest.mark.asyncio
async def test_a_signature_holds_for_60_seconds_and_5_of_a_clock_ahead(world: World) -> None:
    key = await hmac_key(world)
    clock = world.clock
    assert isinstance(clock, FixedClock)
    clock.set(clock.now().replace(microsecond=0))
    for ms, is_good in ((60_000, True), (60_001, False), (-5_000, True), (-5_001, False)):
        asked = validate().signed(world, key)
        clock.step(timedelta(milliseconds=ms))
        answer = await ask(world, asked)
        assert (answer.status == 200) is is_good, ms
        assert is_good or refusal(answer) == REFUSED
        clock.step(timedelta(milliseconds=-ms))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "parameters",
    [
        ';nonce="{nonce}";keyid="{key}"',
        ';created={now};keyid="{key}"',
        ';created={now};nonce="{nonce}"',
        ';created="{now}";nonce="{nonce}";keyid="{key}"',
        ';created=@{now};nonce="{nonce}";keyid="{key}"',
        ';created={now}.0;nonce="{nonce}";keyid="{key}"',
        ';created;nonce="{nonce}";keyid="{key}"',
        ";created={now};nonce={nonce};keyid={key}",
        ';created={now};nonce=:AAAAAAAAAAAAAAAAAAAAAAAA:;keyid="{key}"',
        ';created={now};nonce="{nonce}";keyid="{key}";expires={now}',
        ';created={now};nonce="{nonce}";keyid="{key}";tag="x"',
        ';created={now};nonce="{nonce}";keyid="{key}";alg=hmac-sha256',
        ';created={now};created={now};nonce="{nonce}";keyid="{key}"',
        ';created=999999999999999;nonce="{nonce}";keyid="{key}"',
        ';created=-999999999999999;nonce="{nonce}";keyid="{key}"',
        ';created={now};nonce="123456789012345";keyid="{key}"',
        ';created={now};nonce="' + "x" * 65 + '";keyid="{key}"',
        ';created={now};nonce="";keyid="{key}"',
        "",
    ],
)
async def test_parameters_that_are_not_just_what_they_must_be_are_refused(
    world: World, parameters: str
) -> None:
    key = await hmac_key(world)
    now = int(world.clock.now().timestamp())
    bent = replace(validate(), parameters=parameters.format(now=now, nonce=NONCE, key=key.api_key))
    assert refusal(await bent.ask(world, key)) == REFUSED
    usual = validate().usual(world, key, NONCE)
    assert (await replace(validate(), parameters=usual).ask(world, key)).status == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("length", [16, 64])
async def test_the_shortest_and_the_longest_nonce_are_taken(world: World, length: int) -> None:
    key = await hmac_key(world)
    usual = validate().usual(world, key, "x" * length)
    assert (await replace(validate(), parameters=usual).ask(world, key)).status == 200


@pytest.mark.asyncio
async def test_just_one_signature_is_taken(world: World) -> None:
    key = await hmac_key(world)
    asked = validate().signed(world, key)
    given, signature = asked.headers["Signature-Input"], asked.headers["Signature"]
    other_input, other = given.replace("sig=", "other="), signature.replace("sig=", "other=")
    for headers in (
        {"Signature_Input": f"{given}, {other_input}"},
        {"Signature": f"{signature}, {other}"},
        {"Signature_Input": f"{given}, {other_input}", "Signature": f"{signature}, {other}"},
        {"Signature_Input": f"{given}, {given}", "Signature": f"{signature}, {signature}"},
    ):
        assert refusal(await ask(world, changed(asked, **headers))) == REFUSED
    twice = asked.raw.replace(b"\r\n\r\n", b"\r\nSignature-Input: " + given.encode() + b"\r\n\r\n")
    assert refusal(answer_of(await on_the_wire(world, twice))) == REFUSED
    assert refusal(await ask(world, changed(asked, Signature=signature.replace("sig=", "other=")))) == REFUSED
    assert (await ask(world, asked)).status == 200


@pytest.mark.asyncio
async def test_a_strict_key_takes_no_other_signature_and_no_other_key_a_strict_one(world: World) -> None:
    strict, compat = await world.new_key(strict=True), await world.new_key()
    target = f"{API}/validate"
    as_compat = {"Apikey": strict.api_key, "Signature": strict.sign(target)}
    assert refusal(await ask(world, Ask("GET", target.encode(), headers=as_compat))) == REFUSED
    as_strict = StrictKey(compat.api_key, "hmac-sha256", hmac_with(compat.secret))
    assert refusal(await validate().ask(world, as_strict)) == REFUSED


@pytest.mark.asyncio
async def test_a_request_with_a_signature_input_is_strict_or_nothing(world: World) -> None:
    target = f"{API}/validate"
    compat = {"Apikey": world.key.api_key, "Signature": world.key.sign(target)}
    assert (await ask(world, Ask("GET", target.encode(), headers=compat))).status == 200
    for given in ("", "sig=()", "sig=1"):
        headers = {**compat, "Signature-Input": given}
        assert refusal(await ask(world, Ask("GET", target.encode(), headers=headers))) == REFUSED


@pytest.mark.asyncio
async def test_an_unknown_key_and_a_revoked_one_are_refused_as_ever(world: World) -> None:
    unknown = ("api_key_invalid_or_expired", 401)
    for key in (await strict_keys(world))[:3]:
        answer = await validate().ask(world, replace(key, api_key="unknown"))
        assert (answer.json["error"], answer.status) == unknown
        asked = validate().signed(world, key)
        me = await world.me()
        await world.cambist.outside.keys.revoke(me.user_id, key.api_key, me.via, world.clock.now())
        answer = await ask(world, asked)
        assert (answer.json["error"], answer.status) == unknown


@pytest.mark.asyncio
async def test_a_request_is_good_once_and_its_replays_are_in_the_audit_log(world: World) -> None:
    account_id = await world.connected()
    keys = [await hmac_key(world), await ed25519_strict_key(world)]
    for key in keys:
        asked = rename(account_id, key.algorithm).signed(world, key)
        answers = await asyncio.gather(*(ask(world, asked) for _ in range(20)))
        assert sorted(answer.status for answer in answers) == [201, *[401] * 19]
        assert refusal(await ask(world, asked)) == REFUSED
    refused = [about for event, _, _, about in await told(world) if event == Event.REQUEST_REFUSED]
    assert refused == [
        *(f"{key.api_key[:8]}…: Replayed" for key in keys),
        *(f"{key.api_key[:8]}…: Replayed (19 more times)" for key in keys),
    ]


@pytest.mark.asyncio
async def test_a_nonce_is_a_keys_own(world: World) -> None:
    for key in [await hmac_key(world), await hmac_key(world)]:
        usual = validate().usual(world, key, NONCE)
        asked = replace(validate(), parameters=usual)
        assert (await asked.ask(world, key)).status == 200
        assert refusal(await asked.ask(world, key)) == REFUSED


@pytest.mark.asyncio
async def test_blanks_between_the_items_of_a_header_are_no_part_of_what_is_signed(world: World) -> None:
    key = await hmac_key(world)
    asked = validate().signed(world, key)
    spaced = asked.headers["Signature-Input"].replace("(", "(  ").replace('" "', '"   "').replace(";", "; ")
    assert (await ask(world, changed(asked, Signature_Input=f" {spaced} "))).status == 200


@pytest.mark.asyncio
async def test_a_nonce_that_cannot_be_kept_lets_nothing_through(world: World) -> None:
    account_id = await world.connected()
    key = await hmac_key(world)
    (file,) = Path(world.cambist.settings.data_dir).glob("nonces-*.sqlite3")
    asked = rename(account_id, "Unkept").signed(world, key)
    with closing(connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = await ask(world, asked)
        assert (answer.status, answer.json["error"]) == (503, "database_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert await name_of(world, account_id) == "My Binance US"
        other.execute("ROLLBACK")
    assert (await ask(world, asked)).json["name"] == "Unkept"


@pytest.mark.asyncio
async def test_replays_do_not_count_against_the_key_and_requests_do(tmp_path: Path) -> None:
    async with world_in(tmp_path, requests_a_minute=20, trusted_proxies=("127.0.0.1/32",)) as made:
        key, addresses = await hmac_key(made), (f"10.0.0.{number}" for number in range(100))

        async def from_elsewhere(asked: Ask) -> Answer:
            return await ask(made, changed(asked, X_Forwarded_For=next(addresses)))

        first = validate().signed(made, key)
        assert (await from_elsewhere(first)).status == 200
        for _ in range(30):
            assert refusal(await from_elsewhere(first)) == REFUSED
        for _ in range(19):
            assert (await from_elsewhere(validate().signed(made, key))).status == 200
        assert refusal(await from_elsewhere(validate().signed(made, key))) == (429, "rate_limited")


@pytest.mark.asyncio
async def test_a_strict_key_keeps_to_its_addresses_and_permissions(world: World) -> None:
    account_id = await world.connected()
    elsewhere = await hmac_key(world, allow=["10.0.0.0/8"])
    answer = await validate().ask(world, elsewhere)
    assert (answer.status, answer.json["error"]) == (401, "api_key_invalid_or_expired")
    made = await world.new_key(Permission.ACCOUNTS_READ, strict=True)
    reader = StrictKey(made.api_key, "hmac-sha256", hmac_with(made.secret))
    assert refusal(await rename(account_id).ask(world, reader)) == (403, "access_denied")
