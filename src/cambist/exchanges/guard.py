"""What an exchange's answer must be before anything parses it for its meaning.

ccxt turns an empty, cut or HTML answer into an empty wallet, and stalls for seconds on 1e20000000; so JSON
is parsed here, with numbers kept as text, and refused where it could mislead or stall.
"""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from cambist.core.money import exchange_number, exchange_numbers

T = TypeVar("T")

MAX_DEPTH = 64
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_LONG_EXPONENT = re.compile(rb'"[-+]?[0-9][0-9.]*[eE][-+]?[0-9]{3,}"')
_LONG_DIGITS = re.compile(rb'"[-+]?[0-9.]{105,}')
_LENIENT = re.compile(
    r"\s*[-+]?(?:\d+(?:_\d+)+(?:\.\d+)?|(?=.*[^\x00-\x7f])[\d.]+|inf(?:inity)?|nan)\s*", re.IGNORECASE
)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


class Unusable(ValueError):
    """An answer that cannot be what the exchange means; the sentence says why and quotes nothing of it."""


def checked_json(raw: bytes) -> Any:
    """The answer's JSON; fractions as text. Raises Unusable.

    Refused: no JSON, a cut one, duplicate keys, NaN and Infinity, nesting over 64, numbers outside the
    accepted grammar (also where they are written as strings).
    """
    if not raw.strip():
        raise Unusable("the answer is empty")
    _check_depth(raw)
    if _LONG_EXPONENT.search(raw) or _LONG_DIGITS.search(raw):
        raise Unusable("the answer has a number outside the accepted form")
    try:
        return json.loads(
            raw,
            parse_float=_number_text,
            parse_int=_whole_number,
            parse_constant=_refused_constant,
            object_pairs_hook=_without_duplicates,
        )
    except Unusable:
        raise
    except (ValueError, RecursionError) as broken:
        raise Unusable("the answer is not whole JSON") from broken


def shaped(decoder: msgspec.json.Decoder[T], raw: bytes, shape: str) -> T:
    """The typed answer. Raises Unusable where it has not the shape named."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        checked_json(raw)
        raise Unusable(f"the answer has not the shape of {shape}") from wrong


def told_once(raw: bytes, **times: int) -> None:
    """Raises Unusable where an object of the answer has a key twice.

    times: how often each key that is read stands in an answer of this shape that has none twice. Counting
    them tells it; where a count is off, or a key may be written otherwise, the slow and exact check does.
    """
    if b"\\" in raw or any(raw.count(f'"{key}"'.encode()) != count for key, count in times.items()):
        checked_json(raw)


def all_differ(names: Sequence[str], what: str) -> None:
    """Raises Unusable where a name comes twice."""
    if len(set(names)) != len(names):
        raise Unusable(f"the answer has {what} twice")


def number(text: str) -> Decimal:
    """The Decimal of an exchange's numeric text. Raises Unusable."""
    try:
        return exchange_number(text)
    except ValueError as wrong:
        raise Unusable("the answer has a number outside the accepted form") from wrong


def numbers(texts: Sequence[str]) -> list[Decimal]:
    """The Decimals of an exchange's numeric texts. Raises Unusable."""
    try:
        return exchange_numbers(texts)
    except ValueError as wrong:
        raise Unusable("the answer has a number outside the accepted form") from wrong


def figures(parts: Sequence[msgspec.Raw]) -> list[Decimal]:
    """The numbers in values that may be written as JSON numbers or as text. Raises Unusable.

    Neither can have an end of a line in it; what can, a list or an object, has a bracket that is refused.
    """
    lines = b"\n".join(parts).decode(errors="replace").replace('"', "")
    return numbers(lines.split("\n") if parts else [])


def refuse_lenient_numbers(parsed: Any) -> None:
    """Raises Unusable where a text in parsed JSON is a number to Python alone: 1_000, Infinity, ١٢."""
    if isinstance(parsed, str):
        if _LENIENT.fullmatch(parsed):
            raise Unusable("the answer has a number outside the accepted form")
    elif isinstance(parsed, dict | list):
        for inner in parsed.values() if isinstance(parsed, dict) else parsed:
            refuse_lenient_numbers(inner)


def _check_depth(raw: bytes) -> None:
    depth = 0
    for bracket in _STRING.sub(b"", raw).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Unusable("the answer is nested too deeply")


def _number_text(text: str) -> str:
    number(text)
    return text


def _whole_number(text: str) -> int:
    number(text)
    return int(text)


def _refused_constant(text: str) -> Any:
    raise Unusable(f"the answer has {text}, which is no number")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unusable("the answer has a key twice")
    return made
