"""The promise of the signature: what says something else than what was signed is not accepted.

Two requests that share a signed text are accepted under one signature. So wherever two texts are equal, the
path and the decoded parameters have to be equal too. Looked for in three ways: every short request there is,
random requests that were bent, and bent requests over the wire.

1,000 of the bent ones say something else than was signed; 100,000 in `make fuzz` (TAMPERED says how many).
"""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cambist.api.signing import signed_texts
from cambist.api.values import UnsupportedMediaType, read_values
from cambist.core.errors import InvalidInput
from tests.api.requests import FORM, JSON, Ask, ask
from tests.worlds import World, world

CHANGES = int(os.environ.get("TAMPERED", "1000"))
BATCH = min(CHANGES, 5_000)  # Hypothesis remembers what it tried: more in one go would need gigabytes
PATH = b"/public/api/ver1/accounts/1/rename"
TYPES = ("", FORM, JSON, "application/json; charset=utf-8", "text/plain")
# What cannot be in a request target: HTTP itself refuses it (test_errors shows it).
NOT_IN_A_TARGET = b" \t\r\n\x0b\x0c"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as far as a signature binds it, and its content type, which no signature binds."""

    path: bytes
    query: bytes = b""
    body: bytes = b""
    content_type: str = ""

    @property
    def values(self) -> str | None:
        """Its parameters, types told apart; None for one that is answered 400 or 415."""
        try:
            values = read_values(self.query, self.body, self.content_type)
        except (InvalidInput, UnsupportedMediaType):
            return None
        return json.dumps(values, sort_keys=True)

    @property
    def texts(self) -> set[bytes]:
        try:
            return set(signed_texts(self.path, self.query, self.body, self.content_type)[0])
        except UnsupportedMediaType:
            return set()

    @property
    def meaning(self) -> tuple[bytes, str | None]:
        return self.path, self.values


def can_be_sent(sent: Sent) -> bool:
    if b"?" in sent.path:
        return False  # the first question mark ends the path
    target = sent.path + sent.query
    return not any(byte in NOT_IN_A_TARGET or byte >= 0x80 for byte in target) and b"#" not in target


SHORT_TOKENS = (
    *(b"a=1", b"a=2", b"&", b"=", b"?", b"+", b"%20", b"%7B", b"\n"),
    *(b"{}", b'{"a":1}', b'{"a":"2"}', b"{", b"}", b"[]"),
)


def _short_requests() -> Iterator[Sent]:
    """All splits of up to three tokens over path, query and body, with each content type."""
    for length in range(4):
        for tokens in product(SHORT_TOKENS, repeat=length):
            for first in range(length + 1):
                for second in range(first, length + 1):
                    parts = tokens[:first], tokens[first:second], tokens[second:]
                    extra, query, body = (b"".join(part) for part in parts)
                    if b"?" in extra:
                        continue
                    for content_type in ("", FORM, JSON) if body else ("",):
                        yield Sent(PATH + extra, query, body, content_type)


def test_no_two_of_all_short_requests_share_a_signed_text_unless_they_say_the_same() -> None:
    said: dict[bytes, Sent] = {}
    requests = 0
    for sent in _short_requests():
        if not can_be_sent(sent) or sent.values is None:
            continue
        requests += 1
        for text in sent.texts:
            other = said.setdefault(text, sent)
            assert other.meaning == sent.meaning, (text, other, sent)
    assert requests > 8_000
    assert len(said) > 3_000


# ── random requests, bent ────────────────────────────────────────────────────────────────────────────

names = st.sampled_from(["name", "api_key", "a", "b", "", "ä", "{", "a b", "ключ", "a\0"])
texts = st.sampled_from(
    ["", "1", "x y", "a+b", "a&b=c", "{}", '{"a":1}', "ü", "!'()*~", "\0", "%20", ";", "\n"]
)
json_values = st.one_of(texts, st.integers(-1, 2**70), st.none(), st.booleans(), st.just(1.0), st.just([]))
BLANKS = ("", "\n", " ", "\t", "\r\n")


def _spelled(text: str, how: str) -> str:
    """A name or value as one of the encoders that clients use would write it."""
    if how == "plus":
        return quote(text, safe="").replace("%20", "+")
    if how == "lower":
        return "".join(f"%{byte:02x}" for byte in text.encode())
    return quote(text, safe="!'()*;:@/?$," if how == "loose" else "")


@st.composite
def encoded(draw: st.DrawFn) -> bytes:
    """Pairs as a query or form writes them, oddities included."""
    pairs = draw(st.lists(st.tuples(names, texts), max_size=4))
    how = st.sampled_from(["strict", "plus", "lower", "loose"])
    written = [
        _spelled(name, draw(how)) + draw(st.sampled_from(["=", "=", "=", ""] if not value else ["="])) + value
        for name, value in ((name, _spelled(value, draw(how))) for name, value in pairs)
    ]
    return draw(st.sampled_from(["&", "&", "&", "&&"])).join(written).encode()


@st.composite
def json_text(draw: st.DrawFn) -> bytes:
    given = draw(st.dictionaries(names, json_values, max_size=3))
    tight = draw(st.booleans())
    text = json.dumps(given, ensure_ascii=draw(st.booleans()), separators=(",", ":") if tight else None)
    return text.encode()


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """A request that a client might sign."""
    query = draw(st.one_of(st.just(b""), encoded(), json_text().filter(lambda text: b" " not in text)))
    blank = st.sampled_from(BLANKS).map(str.encode)
    body, content_type = draw(
        st.one_of(
            st.tuples(blank, st.sampled_from(TYPES)),
            st.tuples(encoded(), st.just(FORM)),
            st.tuples(st.tuples(blank, json_text(), blank).map(b"".join), st.sampled_from(["", JSON])),
        )
    )
    return Sent(PATH, query, body, content_type)


SNIPPETS = st.sampled_from(
    [
        *(b"&", b"=", b"?", b"+", b"%20", b"%26", b"%00", b"%7B", b"{", b"}", b"{}", b"[]", b";", b"#", b" "),
        *(
            b"\n",
            b"\t",
            b"&&",
            b"name=Evil",
            b"&name=Evil",
            b'{"name":"Evil"}',
            b"\xc3\xa4",
            b"%ff",
            b"0",
            b"/",
        ),
    ]
)


@st.composite
def bent(draw: st.DrawFn, sent: Sent) -> Sent:
    """A request with bytes moved between its parts, or changed."""
    for _ in range(draw(st.integers(1, 3))):
        sent = draw(st.sampled_from(_BENDS))(draw, sent)
    return sent


def _resplit(draw: st.DrawFn, sent: Sent) -> Sent:
    """The very bytes of one signed text, cut elsewhere: the forger's best chance."""
    text = draw(st.sampled_from(sorted(sent.texts or {sent.path})))
    whole = text[len(sent.path) :]
    first = draw(st.integers(0, len(whole)))
    second = draw(st.integers(first, len(whole)))
    extra, query, body = whole[:first], whole[first:second], whole[second:]
    if b"?" in extra:
        extra, _, rest = extra.partition(b"?")
        query = rest + query
    strip = draw(st.sampled_from([b"", b"&", b"?", b"&?"]))
    return replace(sent, path=sent.path + extra, query=query.lstrip(strip or None), body=body.lstrip(strip))


def _swapped(_: st.DrawFn, sent: Sent) -> Sent:
    return replace(sent, query=sent.body, body=sent.query)


def _retyped(draw: st.DrawFn, sent: Sent) -> Sent:
    return replace(sent, content_type=draw(st.sampled_from(TYPES)))


def _rebodied(draw: st.DrawFn, sent: Sent) -> Sent:
    return replace(
        sent, body=draw(st.sampled_from([b"", b"{}", b" {}\n", b"{ }", b"\n", b" ", b"[]", b"null"]))
    )


def _inserted(draw: st.DrawFn, sent: Sent) -> Sent:
    part = draw(st.sampled_from(["query", "body", "path"]))
    old: bytes = getattr(sent, part)
    at = draw(st.integers(len(sent.path) if part == "path" else 0, len(old)))
    new = old[:at] + draw(SNIPPETS) + old[at:]
    return Sent(**{**_fields(sent), part: new})


def _deleted(draw: st.DrawFn, sent: Sent) -> Sent:
    part = draw(st.sampled_from(["query", "body"]))
    old: bytes = getattr(sent, part)
    at = draw(st.integers(0, len(old)))
    return Sent(**{**_fields(sent), part: old[:at] + old[at + draw(st.integers(1, 3)) :]})


def _reordered(draw: st.DrawFn, sent: Sent) -> Sent:
    part = draw(st.sampled_from(["query", "body"]))
    pairs = draw(st.permutations(getattr(sent, part).split(b"&")))
    return Sent(**{**_fields(sent), part: b"&".join(pairs)})


def _doubled(draw: st.DrawFn, sent: Sent) -> Sent:
    pairs = sent.query.split(b"&")
    pairs.insert(draw(st.integers(0, len(pairs))), draw(st.sampled_from([*pairs, *sent.body.split(b"&")])))
    return replace(sent, query=b"&".join(pairs))


def _respelled(draw: st.DrawFn, sent: Sent) -> Sent:
    old, new = draw(
        st.sampled_from(
            [
                *((b"+", b"%20"), (b"%20", b"+"), (b"%2B", b"+"), (b"%26", b"&"), (b"%3D", b"=")),
                *(
                    (b"%7B", b"{"),
                    (b"%22", b'"'),
                    (b"&", b";"),
                    (b"&", b"%26"),
                    (b"%0A", b"\n"),
                    (b"\n", b"%0A"),
                ),
            ]
        )
    )
    return replace(sent, query=sent.query.replace(old, new), body=sent.body.replace(old, new))


def _fields(sent: Sent) -> dict[str, Any]:
    return {name: getattr(sent, name) for name in ("path", "query", "body", "content_type")}


_BENDS = (
    *(_resplit, _resplit, _resplit, _swapped, _retyped, _rebodied),
    *(_inserted, _deleted, _reordered, _doubled, _respelled),
)

signed_and_bent = requests().flatmap(lambda sent: st.tuples(st.just(sent), bent(sent)))


def accepted_under_its_signature(signed: Sent, other: Sent) -> bool:
    """Whether a signature of the one, in any dialect, passes for the other."""
    return other.values is not None and bool(signed.texts & other.texts)


def says_something_else(pair: tuple[Sent, Sent]) -> bool:
    """Whether two requests that can be sent differ in route or decoded parameters."""
    signed, other = pair
    sendable = signed.values is not None and can_be_sent(signed) and can_be_sent(other)
    return sendable and other.meaning != signed.meaning


@pytest.mark.parametrize("batch", range(-(-CHANGES // BATCH)))
@settings(max_examples=BATCH, suppress_health_check=list(HealthCheck))
@given(pair=signed_and_bent.filter(says_something_else))
@example(pair=(Sent(PATH, b"", b"name=x\n", FORM), Sent(PATH, b"name=x", b"\n", JSON)))
@example(pair=(Sent(PATH, b"name=x", b"", ""), Sent(PATH, b"name=x", b"&name=Evil", FORM)))
@example(pair=(Sent(PATH, b"", b'{"name":"x"}', JSON), Sent(PATH, b"", b'{"name":"x"}', FORM)))
@example(pair=(Sent(PATH, b"a=1&a=2", b"", ""), Sent(PATH, b"a=2&a=1", b"", "")))
@example(pair=(Sent(PATH, b"a=1", b"a=2", FORM), Sent(PATH, b"a=2", b"a=1", FORM)))
@example(pair=(Sent(PATH, b"a=b%26c", b"", ""), Sent(PATH, b"a=b&c", b"", "")))
@example(pair=(Sent(PATH, b"", b"", ""), Sent(PATH + b"?", b"", b"", "")))
@example(pair=(Sent(PATH, b"a=1", b"{}", JSON), Sent(PATH, b"a=1{}", b"", "")))
@example(pair=(Sent(PATH, b'{"a":1}', b'{"b":2}', JSON), Sent(PATH, b"", b'{"a":1}{"b":2}', JSON)))
def test_a_bent_request_that_says_something_else_does_not_pass(batch: int, pair: tuple[Sent, Sent]) -> None:
    if says_something_else(pair):
        assert not accepted_under_its_signature(*pair)


@settings(suppress_health_check=list(HealthCheck))
@given(requests(), st.data())
def test_every_readable_request_can_be_signed_and_its_own_signature_passes(
    sent: Sent, data: st.DataObject
) -> None:
    if sent.values is None or (b"{" in sent.query and not sent.query.startswith(b"{")):
        return
    assert sent.texts
    moved = replace(
        sent, content_type=data.draw(st.sampled_from([sent.content_type, sent.content_type.upper()]))
    )
    assert moved.texts == sent.texts
    assert moved.meaning == sent.meaning


# ── over the wire ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Running:
    """A world that lives as long as this module, and the loop that it lives on."""

    runner: asyncio.Runner
    world: World
    account_id: int

    def send(self, sent: Sent, text: bytes) -> tuple[int, str]:
        """The status, and the account's name where it is a success."""
        target = sent.path + (b"?" + sent.query if sent.query else b"")
        asked = Ask("POST", target, sent.body, sent.content_type or None)
        answer = self.runner.run(ask(self.world, asked, text))
        return answer.status, answer.json["name"] if answer.status == 201 else ""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        made = runner.run(opened.enter_async_context(world(tmp_path_factory.mktemp("tampering"))))
        yield Running(runner, made, runner.run(made.connected()))
        runner.run(opened.aclose())


@settings(suppress_health_check=list(HealthCheck))
@given(pair=signed_and_bent, data=st.data())
def test_over_the_wire_a_success_does_what_was_signed(
    running: Running, pair: tuple[Sent, Sent], data: st.DataObject
) -> None:
    path = PATH.replace(b"/1/", f"/{running.account_id}/".encode())
    signed, other = (replace(each, path=each.path.replace(PATH, path)) for each in pair)
    if signed.values is None or not signed.texts or not (can_be_sent(signed) and can_be_sent(other)):
        return
    text = data.draw(st.sampled_from(sorted(signed.texts)))
    status, name = running.send(other, text)
    assert status in {201, 400, 401, 404, 415}
    if status == 201:
        assert other.meaning == signed.meaning
        assert name == json.loads(signed.values)["name"]


def test_blank_bytes_cut_off_a_signed_value_are_missed(running: Running) -> None:
    """A form signed with a blank at its end: the same bytes as query and blank body say another name."""
    path = f"/public/api/ver1/accounts/{running.account_id}/rename".encode()
    text = path + b"?name=abc "
    assert running.send(Sent(path, b"", b"name=abc ", FORM), text) == (201, "abc ")
    for content_type in ("", FORM, JSON):
        assert running.send(Sent(path, b"name=abc", b" ", content_type), text) == (401, "")
