"""An exchange's answer fit to be kept: its bytes, without the secrets and signatures that it may repeat."""

import html
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from cambist.core.receipts import RawAnswer
from cambist.core.terms import Call

GONE = "…".encode()
MOST = 20_000  # escapes or places to remove: beyond it a body is no answer, and would take seconds
_DEPTH = 3  # escapes within escapes

# One character as a URL, a JSON text or a page writes it.
_ESCAPE = re.compile(
    rb"%[0-9A-Fa-f]{2}"
    rb"|\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[\"\\/bfnrt]"
    rb"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);"
)
_MARKS = (b"%", b"\\", b"&")
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_SHORTEST_READ = 5

# In an address whatever is called so; elsewhere what is called so and is neither a word nor a number: it has
# letters and, as one base64 in 600 has none, a digit or the sign that base64 ends with.
_SIGNATURE = re.compile(
    rb"(?i:signature)=([^\s\"'&<]+)"
    rb"|(?i:sig(?:n|nature)?)[\"'\s]{0,3}[=:][\"'\s]{0,3}"
    rb"(?=[0-9+/_-]*[A-Za-z])(?=[A-Za-z+/_-]*[0-9=])([A-Za-z0-9+/_-]{16,}={0,2})"
)
_TOKEN = re.compile(r"(?=[A-Za-z+/_.~-]*[0-9=])[A-Za-z0-9+/_.~-]{20,}={0,2}")


def without_secrets(call: Call, body: bytes, secrets: Iterable[str]) -> RawAnswer:
    """The answer without these texts, as they are or as URLs, JSON and HTML write them, and signatures.

    A body with more escapes, or more to remove, than can be looked through is removed whole.
    """
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    try:
        gone = sorted(_spans(body, forms))
    except _TooMany:
        return RawAnswer(call, True, GONE)
    return RawAnswer(call, True, _without(body, gone)) if gone else RawAnswer(call, False, body)


def sent_tokens(url: str, headers: Mapping[str, str], body: str | None) -> set[str]:
    """Signatures and tokens of a request, whatever an exchange calls them.

    They are long, and have a digit or end as base64 does.
    """
    said = [*headers.values(), unquote(urlsplit(url).query), unquote(body or "")]
    return {token for text in said for token in _TOKEN.findall(text)}


class _TooMany(ValueError):
    """More than can be looked through."""


def _forms(secret: str) -> Iterator[bytes]:
    """A secret's bytes, also with the spaces of a form, and as reading makes of them what reading changes."""
    for text in {secret, secret.replace(" ", "+")}:
        for number, (read, _) in enumerate(_readings(text.encode())):
            if number == 0 or len(read) >= _SHORTEST_READ:
                yield read


def _spans(body: bytes, forms: set[bytes]) -> Iterator[tuple[int, int]]:
    """Where the body, in any of its readings, has one of these texts or a signature."""
    left = MOST
    for text, places in _readings(body):
        for start, end in _found(text, forms):
            if not left:
                raise _TooMany
            left -= 1
            yield (places[start], places[end]) if places else (start, end)


def _found(text: bytes, forms: set[bytes]) -> Iterator[tuple[int, int]]:
    for form in forms:
        at = text.find(form)
        while at >= 0:
            yield at, at + len(form)
            at = text.find(form, at + len(form))
    if b"sig" in text.lower():
        for told in _SIGNATURE.finditer(text):
            yield told.span(told.lastindex or 0)


def _readings(raw: bytes) -> Iterator[tuple[bytes, "array[int] | None"]]:
    """The bytes as they are, then with their escapes read, then with those that this has made read, …

    With each: where every byte of it begins in the raw ones, and at last where these end; None: as they are.
    """
    text, places = raw, None
    yield text, places
    for _ in range(_DEPTH):
        if not any(mark in text for mark in _MARKS):
            return
        text, places = _read(text, places or array("I", range(len(raw) + 1)))
        yield text, places


def _read(text: bytes, places: "array[int]") -> tuple[bytes, "array[int]"]:
    made, at, done = bytearray(), array("I"), 0
    for number, escape in enumerate(_ESCAPE.finditer(text)):
        if number == MOST:
            raise _TooMany
        start, end = escape.span()
        plain = _plain(escape[0])
        made += text[done:start] + plain
        at += places[done:start]
        at.extend([places[start]] * len(plain))
        done = end
    made += text[done:]
    at += places[done:]
    return bytes(made), at


def _plain(escape: bytes) -> bytes:
    kind, told = escape[:1], escape[1:]
    if kind == b"%":
        return bytes.fromhex(told.decode())
    if kind == b"&":
        return html.unescape(escape.decode()).encode()
    if not told.startswith(b"u"):
        return _CONTROLS.get(told, told)
    units = b"".join(bytes.fromhex(unit.decode()) for unit in escape.split(rb"\u")[1:])
    return units.decode("utf-16-be", errors="replace").encode()


def _without(body: bytes, gone: Iterable[tuple[int, int]]) -> bytes:
    """gone: in their order; those that meet or overlap become one."""
    kept, until = bytearray(), -1
    for start, end in gone:
        if start > until:
            kept += body[max(until, 0) : start] + GONE
        until = max(until, end)
    return bytes(kept + body[until:])
