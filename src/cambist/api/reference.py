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
from cambist.api.values import JSON

# Nothing but our own style sheet: no script, no other host, no frame around it.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A named value as the page shows it."""

    name: str
    type: str
    about: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An endpoint as the page shows it; fields: those of its answer, or of each thing it lists."""

    anchor: str
    method: str
    path: str
    about: str
    permission: str
    parameters: tuple[Field, ...]
    status: str
    answer: str
    fields: tuple[Field, ...]
    headers: tuple[Field, ...]
    example: str
    refusals: tuple[tuple[str, str], ...]


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
        info=described["info"], public_url=public_url, groups=groups
    )
    return page


def _entries(described: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """(tag, entry) of each operation, in the document's order."""
    types = described["components"]["schemas"]
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            yield operation["tags"][0], _entry(path, method, operation, types)


def _entry(path: str, method: str, operation: Mapping[str, Any], types: Mapping[str, Any]) -> Entry:
    responses = dict(operation["responses"])
    status = next(iter(responses))
    success = responses.pop(status)
    content = success["content"][JSON]
    schema = content["schema"]
    listed = schema.get("items", schema)
    example = content.get("example")
    return Entry(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        about=operation["summary"],
        permission=_permission(operation),
        parameters=tuple(_parameters(operation)),
        status=status,
        answer=type_text(schema),
        fields=tuple(_fields(types.get(str(listed.get("$ref", "")).rpartition("/")[2], {}))),
        headers=tuple(Field(name, "text", each["description"]) for name, each in success["headers"].items()),
        example=""
        if example is None
        else msgspec.json.format(msgspec.json.encode(example), indent=2).decode(),
        refusals=tuple((status, each["description"].replace("`", "")) for status, each in responses.items()),
    )


def _permission(operation: Mapping[str, Any]) -> str:
    if not operation["security"]:
        return "public: no key, no signature"
    told: str = operation.get("description", "Signed, with any key of yours.")
    return told


def _parameters(operation: Mapping[str, Any]) -> Iterator[Field]:
    for each in operation["parameters"]:
        required = each["required"] or "(required" in each["description"]
        about = each["description"].partition(" (required")[0]
        yield Field(each["name"], type_text(each["schema"]), about, required)


def _fields(schema: Mapping[str, Any]) -> Iterator[Field]:
    for name, each in schema.get("properties", {}).items():
        yield Field(name, type_text(each), each.get("description", ""), name in schema.get("required", ()))


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
