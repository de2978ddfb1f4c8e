"""The reference for readers at /docs and for programs at /openapi.json, both from the table of endpoints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cambist.api import openapi

# Nothing but our own style sheet: no script, no other host, no frame around it.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A named value as the page shows it; of: the type of the reference that it is made of, if any."""

    name: str
    type: str
    of: str
    about: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An endpoint as the page shows it."""

    anchor: str
    method: str
    path: str
    about: str
    permission: str
    parameters: tuple[Field, ...]
    answer: Field
    headers: tuple[Field, ...]
    refusals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Type:
    """A type of answers as the page shows it; example: JSON, or nothing."""

    name: str
    about: str
    fields: tuple[Field, ...]
    example: str


def reference_routes(public_url: str) -> list[Route]:
    """The two routes; public, and made when they are first asked for."""

    async def document(_: Request) -> Response:
        return Response(openapi.document(public_url), media_type="application/json")

    async def page(_: Request) -> Response:
        return Response(reference_page(public_url), headers=_PAGE_HEADERS, media_type="text/html")

    return [Route("/openapi.json", document), Route("/docs", page)]


@cache
def reference_page(public_url: str) -> str:
    """The page as HTML. Jinja2 is imported here: a server whose page nobody opens needs none."""
    jinja2: Any = import_module("jinja2")
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    described: dict[str, Any] = msgspec.json.decode(openapi.document(public_url))
    entries = sorted(_entries(described), key=lambda entry: entry[0])
    groups = [(tag, [entry for _, entry in each]) for tag, each in groupby(entries, lambda entry: entry[0])]
    page: str = templates.get_template("reference.html").render(
        info=described["info"],
        public_url=public_url,
        groups=groups,
        types=[_type(name, schema) for name, schema in described["components"]["schemas"].items()],
    )
    return page


def _entries(described: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """(tag, entry) of each operation, in the document's order."""
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            yield operation["tags"][0], _entry(path, method, operation)


def _entry(path: str, method: str, operation: Mapping[str, Any]) -> Entry:
    (status, success), *failures = operation["responses"].items()
    return Entry(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        about=operation["summary"],
        permission=_permission(operation),
        parameters=tuple(_parameters(operation)),
        answer=_field(status, next(iter(success["content"].values()))["schema"]),
        headers=tuple(
            _field(name, each["schema"], each["description"]) for name, each in success["headers"].items()
        ),
        refusals=tuple((status, each["description"].replace("`", "")) for status, each in failures),
    )


def _type(name: str, schema: Mapping[str, Any]) -> Type:
    required = schema.get("required", ())
    fields = tuple(
        _field(key, each, each.get("description", ""), key in required)
        for key, each in schema.get("properties", {}).items()
    )
    shown = openapi.examples().get(name)
    example = "" if shown is None else msgspec.json.format(msgspec.json.encode(shown)).decode()
    return Type(name, schema.get("description", ""), fields, example)


def _permission(operation: Mapping[str, Any]) -> str:
    if not operation["security"]:
        return "public: no key, no signature"
    told: str = operation.get("description", "Signed, with any key of yours.")
    return told


def _parameters(operation: Mapping[str, Any]) -> Iterator[Field]:
    for each in operation["parameters"]:
        about, elsewhere, _ = each["description"].partition(" (required")
        yield _field(each["name"], each["schema"], about, each["required"] or bool(elsewhere))


def _field(name: str, schema: Mapping[str, Any], about: str = "", required: bool = True) -> Field:
    return Field(name, type_text(schema), _made_of(schema), about, required)


def _made_of(schema: Mapping[str, Any]) -> str:
    """The type of the reference that a schema is, lists, or may be; none for plain values."""
    inner = [
        schema,
        schema.get("items") or {},
        schema.get("additionalProperties") or {},
        *schema.get("anyOf", ()),
    ]
    refs = (each["$ref"] for each in inner if isinstance(each, dict) and "$ref" in each)
    return next(refs, "").rpartition("/")[2]


def type_text(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for together in ("anyOf", "oneOf"):
        if together in schema:
            return " or ".join(type_text(each) for each in schema[together])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if schema.get("items"):
        return f"list of {type_text(schema['items'])}"
    words = {"string": "text", "object": "object", "array": "list", None: "anything"}
    kind = schema.get("type")
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = "" if low is None or high is None else f" {low}…{high}"
    return words.get(kind, str(kind)) + bounds
