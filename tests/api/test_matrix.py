"""Every endpoint of the table: who may ask it, and that other people's accounts are not there."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from cambist.actions.add_user import add_user
from cambist.actions.create_api_key import create_api_key
from cambist.api.endpoint import Endpoint
from cambist.api.parameters import Parameter
from cambist.api.routes import ENDPOINTS
from cambist.core.errors import InvalidInput
from cambist.core.terms import Permission
from tests.api.test_errors import assert_error
from tests.worlds import Answer, Key, World

UNKNOWN = "999999"
ACCOUNT_PARAMETERS = {"account_id"}
PLACEHOLDERS: tuple[object, ...] = ("binance_us", "USDT_BTC", "2023-06-19", "real", "1", "true")
NAMED = [pytest.param(each, id=f"{each.method} {each.path}") for each in ENDPOINTS]
IN_THE_PATH = [each for each in NAMED if "{id}" in str(each.id)]
OF_ACCOUNTS = [
    pytest.param(each, id=f"{each.method} {each.path}")
    for each in ENDPOINTS
    if "{id}" in each.path or ACCOUNT_PARAMETERS & {parameter.name for parameter in each.parameters}
]


def placeholder(parameter: Parameter[Any]) -> str:
    """A value that the parameter itself accepts."""
    schema = parameter.schema
    told = [schema.get("default"), *schema.get("enum", ()), *schema.get("examples", ())]
    for value in [str(each) for each in told if each is not None] + [str(each) for each in PLACEHOLDERS]:
        try:
            parameter.read({parameter.name: value})
        except InvalidInput:
            continue
        return value
    raise AssertionError(f"no placeholder fits {parameter.name}: give its schema an example")


def target_of(endpoint: Endpoint, account_id: str, load_id: str = "0" * 24, base: str = "") -> str:
    """The request target: the account in path or parameter, and whatever else is required."""
    path = (base or endpoint.paths[-1]).replace("{id}", account_id).replace("{load_id}", load_id)
    path = path.replace("{threshold_id}", account_id).replace("{webhook_id}", account_id)
    assert "{" not in path, "a path parameter that this test does not know"
    given = {
        parameter.name: account_id if parameter.name in ACCOUNT_PARAMETERS else placeholder(parameter)
        for parameter in endpoint.parameters
        if parameter.required or parameter.name in ACCOUNT_PARAMETERS
    }
    return f"{path}?{urlencode(given)}" if given else path


async def ask(made: World, endpoint: Endpoint, target: str, key: Key | None) -> Answer:
    headers = {} if key is None else {"Apikey": key.api_key, "Signature": key.sign(target)}
    return await made.send(endpoint.method, target, headers=headers)


async def key_with(made: World, permissions: frozenset[Permission]) -> Key:
    key, secret = await create_api_key(
        made.cambist.outside, await made.owner(), "test", permissions=permissions
    )
    assert secret is not None
    return Key(key.api_key, secret.reveal())


def shown(answer: Answer) -> tuple[int, bytes, Mapping[str, str]]:
    """All of an answer that may tell something: not the id and the time."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return (
        answer.status,
        answer.raw,
        {name: headers[name] for name in headers.keys() - {"x-request-id", "date"}},
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("endpoint", NAMED)
async def test_a_route_opens_to_its_own_permission_and_to_no_other(world: World, endpoint: Endpoint) -> None:
    # Without its parameters: the permission is looked at first, and nothing is asked of an exchange.
    target, needed = target_of(endpoint, UNKNOWN).partition("?")[0], endpoint.permission
    holders: list[frozenset[Permission]] = [
        frozenset(),
        *(frozenset({each}) for each in Permission),
        *(frozenset(Permission) - {each} for each in Permission),
        frozenset(Permission),
    ]
    for permissions in holders:
        key = await key_with(world, permissions)
        answer = await ask(world, endpoint, target, key)
        if endpoint.public or needed is None or needed in permissions:
            assert answer.status not in {401, 403, 500}, (answer.status, permissions)
        else:
            assert_error(answer, 403, "access_denied")


@pytest.mark.asyncio
@pytest.mark.parametrize("endpoint", NAMED)
async def test_only_a_public_route_answers_without_a_key(world: World, endpoint: Endpoint) -> None:
    for base in endpoint.paths:
        answer = await ask(world, endpoint, target_of(endpoint, UNKNOWN, base=base), None)
        if endpoint.public:
            assert answer.status not in {401, 403, 500}
        else:
            assert_error(answer, 401, "signature_invalid")


@pytest.mark.asyncio
@pytest.mark.parametrize("endpoint", OF_ACCOUNTS)
async def test_an_account_of_someone_else_is_answered_as_one_that_does_not_exist(
    world: World, endpoint: Endpoint
) -> None:
    account_id = await world.connected()
    loaded = await world.load(account_id)
    before = (await world.call("GET", "/accounts")).raw
    calls = world.exchange_calls("/api/v3/account")
    key = await world.new_key(user=await add_user(world.cambist.outside, "someone else", "test"))
    receipt = loaded.headers["X-Cambist-Receipt"]
    foreign = await ask(world, endpoint, target_of(endpoint, str(account_id), receipt), key)
    unknown = await ask(world, endpoint, target_of(endpoint, UNKNOWN, receipt), key)
    assert_error(foreign, 404, "not_found")
    assert shown(foreign) == shown(unknown)
    assert (await world.call("GET", "/accounts", key=key)).json == []
    assert (await world.call("GET", "/accounts")).raw == before
    assert world.exchange_calls("/api/v3/account") == calls


@pytest.mark.asyncio
@pytest.mark.parametrize("endpoint", IN_THE_PATH)
async def test_what_is_no_id_of_an_account_is_answered_as_one_that_does_not_exist(
    world: World, endpoint: Endpoint
) -> None:
    account_id = str(await world.connected())
    wrong = [str(2**31 - 1), str(2**31), str(2**63), str(2**70), "-1", "1.0", "0", "1e0", "abc", "null", "+1"]
    wrong += [f"%3{account_id}", f"{account_id}%00", "%20", "..", "1;2", "9" * 5_000, "1'--", "%EF%BC%91"]
    for each in wrong:
        assert_error(await ask(world, endpoint, target_of(endpoint, each), world.key), 404, "not_found")


def test_public_routes_are_those_of_the_specification_and_loading_needs_the_right_to_write() -> None:
    public = {endpoint.path.removeprefix("/ver1") for endpoint in ENDPOINTS if endpoint.public}
    of_the_page = {"/accounts/market_list", "/accounts/market_pairs", "/accounts/currency_rates"}
    of_the_page |= {"/accounts/currency_rates_with_leverage_data", "/ping", "/time"}
    assert public <= of_the_page
    needed = {f"{endpoint.method} {endpoint.path}": endpoint.permission for endpoint in ENDPOINTS}
    assert needed["POST /ver1/accounts/{id}/load_balances"] is Permission.ACCOUNTS_WRITE
    assert needed["POST /ver1/accounts/{id}/remove"] is Permission.ACCOUNTS_WRITE
    assert needed["GET /ver1/accounts"] is Permission.ACCOUNTS_READ
    assert all(endpoint.permission is None for endpoint in ENDPOINTS if endpoint.public)


def test_what_other_peoples_accounts_are_tried_with_covers_every_route_that_names_an_account() -> None:
    assert len(OF_ACCOUNTS) >= 4
    for endpoint in ENDPOINTS:
        for parameter in endpoint.parameters:
            assert placeholder(parameter)


@pytest.mark.asyncio
async def test_what_is_not_of_the_wire_format_does_not_answer_under_its_base(world: World) -> None:
    ours = [each for each in ENDPOINTS if each.path.startswith("/cambist/v1/")]
    assert len(ours) >= 3
    for endpoint in ours:
        target = "/public/api" + target_of(endpoint, UNKNOWN)
        answer = await ask(world, endpoint, target, None)
        assert_error(answer, 404, "not_found")
