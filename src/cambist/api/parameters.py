"""A request's parameters, from query, form body and JSON body; on a conflict the query string wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from cambist.core.errors import InvalidInput

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MAX_FIELDS = 1_000

T = TypeVar("T")


class UnsupportedMediaType(Exception):
    """A body that is neither form nor JSON."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Named values: texts from query and form, any JSON value from a JSON body. Unknown names are ignored.

    Every getter raises InvalidInput naming the field.
    """

    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A text that has to be there."""
        value = self.optional_text(name)
        if value is None:
            raise InvalidInput({name: ["is missing"]})
        return value

    def optional_text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise InvalidInput({name: ["is invalid"]})
        return value

    def integer(self, name: str, default: int, allowed: range) -> int:
        value = self.values.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidInput({name: ["is invalid"]})
        if value not in allowed:
            raise InvalidInput({name: ["does not have a valid value"]})
        return value


def read_parameters(query: bytes, body: bytes, content_type: str) -> Parameters:
    """The parameters of a request. Raises InvalidInput on `body`, UnsupportedMediaType."""
    from_query = json_query(query)
    if from_query is None:
        from_query = _first_wins(decoded_pairs(query))
    if not body.strip():
        return Parameters(from_query)
    if body_kind(body, content_type) == JSON:
        return Parameters({**_json_object(body), **from_query})
    if b"{" in body:
        # Signed with the path it would read like a JSON body: two meanings under one signature.
        raise InvalidInput({"body": ["is invalid"]})
    return Parameters({**_first_wins(decoded_pairs(body)), **from_query})


def body_kind(body: bytes, content_type: str) -> str:
    """FORM or JSON: as the content type says, or where it says nothing, as the body looks."""
    named = content_type.partition(";")[0].strip().lower()
    if named in (FORM, JSON):
        return named
    if named:
        raise UnsupportedMediaType(named)
    return JSON if body.lstrip()[:1] in (b"{", b"[") else FORM


def json_query(query: bytes) -> Mapping[str, Any] | None:
    """The parameters of a query that is one JSON object as a whole; None for any other query."""
    if not query.startswith(b"{"):
        return None
    try:
        return _json_object(query)
    except InvalidInput:
        return None


def decoded_pairs(encoded: bytes) -> Sequence[tuple[str, str]]:
    """The pairs of a query or form. Raises InvalidInput where they are not UTF-8 or too many."""
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except (ValueError, UnicodeError) as broken:
        raise InvalidInput({"body": ["is invalid"]}) from broken


def _first_wins(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    return dict(reversed(pairs))


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(text)
    except (ValueError, RecursionError) as broken:  # msgspec's own, and broken UTF-8
        raise InvalidInput({"body": ["is invalid"]}) from broken
    if not isinstance(value, dict):
        raise InvalidInput({"body": ["is invalid"]})
    return value
