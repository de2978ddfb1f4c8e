"""The reference: valid, whole, from the one table, and a page without script or other hosts."""

import json
import re
from typing import Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from cambist.api.openapi import document, examples, path_of, refusals_by_status
from cambist.api.routes import ENDPOINTS
from tests.worlds import GOLDEN, World

DOCUMENT: dict[str, Any] = json.loads(document("http://127.0.0.1:8600"))
LOAD = DOCUMENT["paths"]["/public/api/ver1/accounts/{id}/load_balances"]["post"]


@pytest.mark.asyncio
async def test_the_document_and_the_page_are_public(world: World) -> None:
    answer = await world.send("GET", "/openapi.json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == {**DOCUMENT, "servers": [{"url": world.address}]}
    page = await world.send("GET", "/docs")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    style = await world.send("GET", "/static/reference.css")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")


def test_the_document_is_valid_against_the_meta_schema_of_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    OPENAPI_31_VALIDATOR.validate(DOCUMENT)


def test_every_reference_in_the_document_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert named == set(schemas)


def test_every_endpoint_is_listed_once_under_its_first_form() -> None:
    listed = {
        (method.upper(), path) for path, operations in DOCUMENT["paths"].items() for method in operations
    }
    assert listed == {(endpoint.method, path_of(endpoint)) for endpoint in ENDPOINTS}
    assert all(path.startswith(("/public/api/ver1/", "/cambist/v1/")) for _, path in listed)
    operations = [each for operations in DOCUMENT["paths"].values() for each in operations.values()]
    assert len({operation["operationId"] for operation in operations}) == len(ENDPOINTS)
    assert all(operation["summary"] for operation in operations)


def test_every_parameter_is_told_in_all_the_ways_it_may_be_sent() -> None:
    for endpoint in ENDPOINTS:
        operation = DOCUMENT["paths"][path_of(endpoint)][endpoint.method.lower()]
        names = [parameter.name for parameter in endpoint.parameters]
        in_query = [each for each in operation["parameters"] if each["in"] == "query"]
        assert [each["name"] for each in in_query] == names
        in_path = [each["name"] for each in operation["parameters"] if each["in"] == "path"]
        assert in_path == re.findall(r"\{(\w+)", endpoint.path)
        if endpoint.method == "POST" and names:
            content = operation["requestBody"]["content"]
            assert set(content) == {"application/json", "application/x-www-form-urlencoded"}
            for form in content.values():
                assert list(form["schema"]["properties"]) == names
        else:
            assert "requestBody" not in operation


def test_every_status_is_told_with_the_codes_it_can_have() -> None:
    assert {
        status: list(response["content"]["application/json"]["examples"])
        for status, response in LOAD["responses"].items()
        if status not in {"201", "429", "418"}
    } == {
        "400": ["record_invalid"],
        "401": ["signature_invalid", "api_key_invalid_or_expired"],
        "403": ["access_denied"],
        "404": ["not_found"],
        "413": ["payload_too_large"],
        "415": ["unsupported_media_type"],
        "421": ["host_not_allowed"],
        "422": ["invalid_api_key", "account_locked", "unknown_market_api_error"],
        "500": ["internal_error"],
        "503": ["database_unavailable", "market_rate_limited", "market_unavailable"],
        "504": ["market_timeout"],
    }
    by_path = {(endpoint.method, endpoint.path): refusals_by_status(endpoint) for endpoint in ENDPOINTS}
    assert not {401, 403, 404, 422, 504} & set(by_path["GET", "/ver1/ping"])
    assert by_path["GET", "/ver1/accounts/{id}"][404] == {"not_found": "Not Found"}
    assert (
        "not kept" in by_path["GET", "/cambist/v1/accounts/{id}/receipts/{load_id}/answers"][404]["not_found"]
    )
    assert 403 not in by_path["GET", "/ver1/validate"]
    assert 401 in by_path["GET", "/ver1/validate"]
    assert not {422, 504} & set(by_path["GET", "/ver1/accounts"])


def test_the_headers_of_a_load_are_told() -> None:
    told = set(LOAD["responses"]["201"]["headers"])
    ours = ("Verdict", "Missing", "Unpriced", "Flows", "Receipt")
    assert told == {"X-Request-Id", *(f"X-Cambist-{name}" for name in ours)}
    assert "Retry-After" in LOAD["responses"]["503"]["headers"]


def test_signed_endpoints_name_both_headers_and_public_ones_none() -> None:
    assert LOAD["security"] == [{"Apikey": [], "Signature": []}]
    assert DOCUMENT["paths"]["/public/api/ver1/ping"]["get"]["security"] == []


def test_the_examples_are_the_golden_answers() -> None:
    golden = json.loads((GOLDEN / "load_balances_201.json").read_text())
    content = LOAD["responses"]["201"]["content"]["application/json"]
    assert content["example"] == golden
    assert list(content["example"]) == list(golden)
    assert set(examples()) <= set(DOCUMENT["components"]["schemas"])
    refused = LOAD["responses"]["422"]["content"]["application/json"]["examples"]["invalid_api_key"]["value"]
    assert refused == json.loads((GOLDEN / "load_balances_422.json").read_text())


@pytest.mark.asyncio
async def test_the_page_has_every_endpoint_and_needs_neither_script_nor_another_host(world: World) -> None:
    page = await world.send("GET", "/docs")
    html = page.raw.decode()
    for path in DOCUMENT["paths"]:
        assert f"<code>{path}</code>" in html
    for operation in (each for operations in DOCUMENT["paths"].values() for each in operations.values()):
        assert f'id="{operation["operationId"]}"' in html
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|<iframe", html)
    assert re.findall(r'(?:href|src)="([^"#]+)"', html) == ["static/reference.css", "openapi.json"]
    anchors = set(re.findall(r'id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= anchors
    assert {f"type-{name}" for name in DOCUMENT["components"]["schemas"]} <= anchors
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    style = (await world.send("GET", "/static/reference.css")).raw.decode()
    assert not re.search(r"url\(|@import", style)
    assert "prefers-color-scheme: dark" in style
