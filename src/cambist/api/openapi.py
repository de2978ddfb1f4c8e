"""The OpenAPI 3.1 document, built from the table of endpoints and the types of their answers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from cambist import __version__
from cambist.api.endpoint import Endpoint
from cambist.api.errors import ErrorBody, refusals
from cambist.api.parameters import MAX_ID, Parameter
from cambist.api.routes import ENDPOINTS
from cambist.api.values import FORM, JSON

BASE = "/public/api"
OURS = "/cambist/"
SIGNED: list[dict[str, list[str]]] = [{"Apikey": [], "Signature": []}]

_REF = "#/components/schemas/{name}"
_TEXT = {"type": "string"}
_ID = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
_PATH = {
    "id": (_ID, "the account's id"),
    "load_id": (_TEXT, "the id of a load, as its header tells it"),
    "threshold_id": (_ID, "the threshold's id"),
    "webhook_id": (_ID, "the webhook's id"),
}
_REQUEST_ID = {"X-Request-Id": "names this request in the log"}
_RETRY_AFTER = {"Retry-After": "seconds to wait before asking again"}
_NOUNS = ("accounts", "users")
_MAY_WAIT = (418, 429, 503, 504)
_ABOUT = (
    "The wire format of the 3Commas Account API, served from your own machine, and what Cambist adds to it. "
    "A POST takes its parameters from the query, a form body, a JSON body, or a mix; the query wins. "
    "Unknown parameters are ignored."
)
_SIGNATURE = (
    "HMAC-SHA256, hex, with the key's secret; or, for a key whose public half you registered, "
    "RSASSA-PKCS1-v1_5 with SHA-256, base64. Signed is the path as it is sent, from its first slash, with "
    "`?` and the query where there is one; with a body, the path, `?` and the body's bytes. A strict key "
    "signs by RFC 9421 instead, with `Signature-Input` and `Content-Digest`, and needs no `Apikey`."
)


@cache
def document(public_url: str) -> bytes:
    """The document as JSON, for a server at this address."""
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Cambist",
                "version": __version__,
                "summary": "Exchange accounts on your own machine, exact to the last digit.",
                "description": _ABOUT,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": public_url}],
            "paths": _paths(),
            "components": {
                "schemas": _schemas()[1],
                "securitySchemes": {
                    "Apikey": _header_scheme("Apikey", "The public part of a key of yours."),
                    "Signature": _header_scheme("Signature", _SIGNATURE),
                },
            },
        }
    )


def path_of(endpoint: Endpoint) -> str:
    """The one path under which the document lists an endpoint."""
    return endpoint.path if endpoint.path.startswith(OURS) else BASE + endpoint.path


def refusals_by_status(endpoint: Endpoint) -> dict[int, dict[str, str]]:
    """{status: {error: description}} of an endpoint, in the order of statuses."""
    found: dict[int, dict[str, str]] = {}
    for status, error, description in sorted(refusals(endpoint), key=lambda row: row[0]):
        found.setdefault(status, {}).setdefault(error, description)
    return found


@cache
def examples() -> Mapping[str, Any]:
    """An example for some of the types that answers have, by the type's name."""
    read: dict[str, Any] = msgspec.json.decode(files(__package__).joinpath("examples.json").read_bytes())
    return read


def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for endpoint, answer in zip(ENDPOINTS, _schemas()[0], strict=False):
        paths.setdefault(path_of(endpoint), {})[endpoint.method.lower()] = _operation(endpoint, answer)
    return paths


@cache
def _schemas() -> tuple[Sequence[dict[str, Any]], dict[str, Any]]:
    """The schema of each endpoint's answer, in the table's order, and the types they refer to."""
    answers = [endpoint.answer for endpoint in ENDPOINTS]
    return msgspec.json.schema_components([*answers, ErrorBody], ref_template=_REF)


def _operation(endpoint: Endpoint, answer: dict[str, Any]) -> dict[str, Any]:
    success = {
        "description": "Done." if endpoint.method == "POST" else "As asked.",
        "headers": _headers({**_REQUEST_ID, **endpoint.headers}, required=True),
        "content": {endpoint.media_type: {"schema": answer, **_example(answer)}},
    }
    failures = {
        str(status): _failure(status, errors) for status, errors in refusals_by_status(endpoint).items()
    }
    operation = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.about,
        "tags": [_tag(endpoint)],
        "security": [] if endpoint.public else SIGNED,
        "parameters": [*_path_parameters(endpoint), *_others(endpoint)],
        "responses": {str(endpoint.status): success, **failures},
    }
    if endpoint.permission is not None:
        operation["description"] = f"The key needs the permission {endpoint.permission}."
    if endpoint.method == "POST" and endpoint.parameters:
        operation["requestBody"] = _body(endpoint.parameters)
    return operation


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"\w+", endpoint.path.removeprefix("/ver1"))
    return "_".join((endpoint.method.lower(), *words))


def _tag(endpoint: Endpoint) -> str:
    if endpoint.path.startswith(OURS):
        return "cambist"
    noun = endpoint.path.split("/")[2]
    return noun if noun in _NOUNS else "service"


def _path_parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)", endpoint.path):
        schema, about = _PATH.get(name, (_TEXT, name))
        yield {"name": name, "in": "path", "required": True, "schema": schema, "description": about}


def _others(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name, about in endpoint.asked_headers.items():
        yield {"name": name, "in": "header", "required": False, "schema": _TEXT, "description": about}
    for parameter in endpoint.parameters:
        elsewhere = parameter.required and endpoint.method == "POST"
        yield {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required and not elsewhere,
            "schema": parameter.schema,
            "description": parameter.about + (" (required, here or in the body)" if elsewhere else ""),
        }


def _body(parameters: Sequence[Parameter[Any]]) -> dict[str, Any]:
    """What a body may say; what the query says need not be in it."""
    schema = {
        "type": "object",
        "properties": {each.name: {**each.schema, "description": each.about} for each in parameters},
        "required": [each.name for each in parameters if each.required],
    }
    return {
        "description": "The same parameters; what the query says need not be here.",
        "required": False,
        "content": {JSON: {"schema": schema}, FORM: {"schema": schema}},
    }


def _failure(status: int, errors: Mapping[str, str]) -> dict[str, Any]:
    """The answer of one status: the shape of errors, with the codes that this status can have."""
    codes = {"properties": {"error": {"enum": list(errors)}}}
    headers = _headers(_REQUEST_ID, required=True)
    if status in _MAY_WAIT:
        headers |= _headers(_RETRY_AFTER, required=False)
    shown = {
        error: {"value": {"error_description": description, "error": error}}
        for error, description in errors.items()
    }
    return {
        "description": "; ".join(f"`{error}`: {told.rstrip('.')}" for error, told in errors.items()) + ".",
        "headers": headers,
        "content": {JSON: {"schema": {"$ref": _REF.format(name="ErrorBody"), **codes}, "examples": shown}},
    }


def _headers(named: Mapping[str, str], *, required: bool) -> dict[str, Any]:
    return {
        name: {"description": about, "required": required, "schema": _TEXT} for name, about in named.items()
    }


def _example(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The example of an answer's type, where there is one: of one thing, or of a list of one."""
    inner = schema.get("items", schema)
    shown = examples().get(str(inner.get("$ref", "")).rpartition("/")[2])
    if shown is None:
        return {}
    return {"example": shown if inner is schema else [shown]}


def _header_scheme(name: str, about: str) -> dict[str, str]:
    return {"type": "apiKey", "in": "header", "name": name, "description": about}
