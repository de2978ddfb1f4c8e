"""What a request says: its named values, from query, form body and JSON body; the query string wins."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from cambist.core.errors import InvalidInput

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MAX_FIELDS = 1_000

# Texts from query and form, any JSON value from a JSON body.
Values = Mapping[str, Any]


class UnsupportedMediaType(Exception):
    """A body that is neither form nor JSON."""


def read_values(query: bytes, body: bytes, content_type: str) -> Values:
    """The named values of a request. Raises InvalidInput on `body`, UnsupportedMediaType."""
    from_query = json_query(query)
    if from_query is None:
        from_query = _first_wins(decoded_pairs(query))
    if not body.strip():
        return from_query
    if body_kind(body, content_type) == JSON:
        return {**_json_object(body), **from_query}
    if b"{" in body:
        # Signed with the path it would read like a JSON body: two meanings under one signature.
        raise InvalidInput({"body": ["is invalid"]})
    return {**_first_wins(decoded_pairs(body)), **from_query}


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
