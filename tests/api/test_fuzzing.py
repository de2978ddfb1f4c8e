"""What the reference allows, and what it does not, sent to a running server: every answer fits its schema.

1,500 cases here, 50,000 in `make fuzz` (FUZZ_CASES says how many), signed as a client signs them.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import APIOperation, Case, GenerationMode, checks

from cambist.api.openapi import document
from tests.standing import Standing, standing
from tests.worlds import Key, scenario

CASES = int(os.environ.get("FUZZ_CASES", "1500"))
BATCH = min(CASES, 2_000)  # Hypothesis remembers what it tried: more in one go would need gigabytes
Operation = APIOperation[Any, Any, Any, Any]
Sent = Case[Any]
CHECKED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# Stands for the id of the account there is: a removed one is connected anew under another.
HERE = 1
SECOND = {"api_key": "second-key-of-the-test", "secret": "second-secret-of-the-test"}
# Values that lead past the first check, which random text never would.
KNOWN: dict[str, Any] = {
    "type": "binance_us",
    "name": "Fuzzed",
    **SECOND,
    "account_id": HERE,
    "market_code": "binance_us",
    "pair": "USDT_BTC",
    "currency": "BTC",
    "network": "BTC",
    "date_from": "2023-06-19",
    "date": "2023-06-19",
    "month": "2023-06",
    "after": "1687193457303:deposits:7f3a",
    "mode": "real",
    "url": "https://hooks.invalid/cambist",
}


def _operations() -> list[Operation]:
    """Every operation of the document; its keys are not made up, since all requests are to be signed."""
    described = json.loads(document("http://127.0.0.1"))
    del described["components"]["securitySchemes"]
    for operation in (each for operations in described["paths"].values() for each in operations.values()):
        del operation["security"]
    found: Any = schemathesis.openapi.from_dict(described).get_all_operations()
    return [each.ok() for each in found]


OPERATIONS = _operations()
# Connecting an account takes all its parameters to be right at once: it is tried more often than others.
TRIED = [*OPERATIONS, *[each for each in OPERATIONS if each.path.endswith("/accounts/new")] * 4]


class Signing(AuthBase):
    """Signs the bytes of a request as they are about to be sent."""

    def __init__(self, key: Key) -> None:
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body: Any = request.body or b""
        raw: bytes = body.encode() if isinstance(body, str) else body
        target = request.path_url.encode()
        joined = b"" if not raw else b"?" if b"?" not in target else b"&"
        if raw.startswith(b"{") and b"?" in target:
            joined = b""
        request.headers["Apikey"] = self._key.api_key
        request.headers["Signature"] = self._key.sign(target + joined + raw)
        return request


@st.composite
def cases(draw: st.DrawFn) -> Sent:
    """A request to some endpoint: within what it declares, or beside it; often to the account there is."""
    operation = draw(st.sampled_from(TRIED))
    said = [*operation.path_parameters, *operation.query, *operation.body]
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if said else [GenerationMode.POSITIVE]
    at = {"id": HERE} if "{id}" in operation.path and draw(st.booleans()) else None
    case: Sent = draw(operation.as_strategy(generation_mode=draw(st.sampled_from(modes)), path_parameters=at))
    known = sorted(KNOWN.keys() & {parameter.name for parameter in operation.query})
    likely = draw(st.booleans())
    if known and likely:
        names: set[str] = draw(st.one_of(st.just(set(known)), st.sets(st.sampled_from(known))))
        chosen = {name: KNOWN[name] for name in names}
        if isinstance(case.body, dict):
            case.body = {**case.body, **chosen}
        else:
            case.query = {**case.query, **chosen}
    if operation.path == "/cambist/v1/events":
        case.query = {**case.query, "for_s": 0}
    return case


@dataclass(slots=True)
class Fuzzed:
    """The running server, its account, and what it answered so far."""

    standing: Standing
    session: requests.Session
    account_id: int
    told: Counter[str] = field(default_factory=Counter)

    def send(self, case: Sent) -> None:
        for values, name in ((case.path_parameters, "id"), (case.query, "account_id")):
            if values.get(name) == HERE:
                values[name] = self.account_id
        response = case.call(self.standing.world.address, session=self.session, timeout=30)
        case.validate_response(response, checks=CHECKED)
        self.told[f"{case.operation.label} {response.status_code}"] += 1
        self._restore(case, response.status_code)

    def _restore(self, case: Sent, status: int) -> None:
        """One account, connected with the first key, before every case."""
        world, run = self.standing.world, self.standing.run
        if status == 201 and case.operation.path.endswith("/remove"):
            self.account_id = run(world.connected())
        elif status == 201 and case.operation.path.endswith("/new"):
            for account in run(world.call("GET", "/accounts")).json:
                if account["id"] != self.account_id:
                    run(world.call("POST", f"/accounts/{account['id']}/remove"))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    keys = [*scenario()["keys"], {**SECOND, "uid": "1002"}]
    plays = scenario(keys=keys)
    with standing(tmp_path_factory.mktemp("fuzzing"), plays) as stands, requests.Session() as session:
        session.auth = Signing(stands.world.key)
        yield Fuzzed(stands, session, stands.run(stands.world.connected()))


@settings(max_examples=BATCH, suppress_health_check=list(HealthCheck))
@given(case=cases())
def send_some(fuzzed: Fuzzed, case: Sent) -> None:
    fuzzed.send(case)


def test_every_answer_is_one_that_the_reference_tells(fuzzed: Fuzzed) -> None:
    for _ in range(-(-CASES // BATCH)):
        send_some(fuzzed)
    # The cases came past the checks of every endpoint.
    told = [each.rsplit(" ", 1) for each in fuzzed.told]
    assert sum(fuzzed.told.values()) >= CASES
    labels = {operation.label for operation in OPERATIONS}
    assert labels == {label for label, status in told if status not in {"400", "401", "403"}}
    assert len({label for label, status in told if status.startswith("2")}) >= 0.6 * len(labels)
