"""Three users on one server, any sequence of requests: nobody is told anything that is another's.

600 steps here; ISOLATION_STEPS says how many (10,000 in `make fuzz`). A step is a request to some endpoint
of the table, signed by a key of one of the users; where it names an account that this user has not, it is
also made with an id that nobody has, and both answers must be the same bytes.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cambist.actions.add_user import add_user
from cambist.api.endpoint import Endpoint
from cambist.api.routes import ENDPOINTS
from cambist.api.values import JSON
from cambist.core.terms import Permission
from tests.api.test_matrix import ACCOUNT_PARAMETERS, ask, placeholder, shown
from tests.worlds import Answer, Key, World, scenario, world

STEPS = int(os.environ.get("ISOLATION_STEPS", "600"))
STEPS_OF_A_PLAY = 50
USERS = 3
EXCHANGE_KEYS = 3  # of each user
FIRST_ID = 700_000_001
NOBODYS_ID = "999999999"
NO_LOAD = "0" * 24
ROUTES = {f"{each.method} {each.path.removeprefix('/ver1')}": each for each in ENDPOINTS}
OF_ALL = (
    "GET /accounts",
    "GET /accounts/summary",
    "GET /accounts/types_to_connect",
    "GET /users/current_mode",
)
PEOPLE, NUMBERS = st.integers(0, USERS - 1), st.integers(0, EXCHANGE_KEYS - 1)
KEYS = st.integers(0, USERS * EXCHANGE_KEYS - 1)
KNOWN = {"market_code": "binance_us", "pair": "USDT_BTC", "date": "2023-06-19", "month": "2023-06"}
WHOSE = ("own", "foreign", "removed", "nobody's")


def amount(user: int, number: int) -> str:
    """Whole bitcoins that no sum of others comes near: so each tells whose it is wherever it turns up."""
    return str(100_000_007 * (1 + 7 * user) + 10_000_019 * (1 + 3 * number) + 1_009 * user)


def exchange_key(user: int, number: int) -> str:
    return f"exchange-key-{number}-of-user-{user}"


def exchange_secret(user: int, number: int) -> str:
    return f"exchange-secret-{number}-of-user-{user}"


def plays() -> dict[str, Any]:
    """An exchange where a bitcoin is one dollar, so that amounts are the same in either."""
    keys = [
        {
            "api_key": exchange_key(user, number),
            "secret": exchange_secret(user, number),
            "uid": str(1 + user * EXCHANGE_KEYS + number),
            "wallets": {"spot": {"BTC": {"free": amount(user, number), "locked": "0"}}},
        }
        for user in range(USERS)
        for number in range(EXCHANGE_KEYS)
    ]
    return scenario(keys=keys, prices={"BTCUSD": "1", "BTCUSDT": "1"}, weight_limit=100_000_000)


@dataclass(frozen=True, slots=True)
class Held:
    """An account as its user must find it."""

    name: str
    number: int
    in_summary: bool = True


@dataclass(slots=True)
class Person:
    """A user: their keys of ours, and what they have."""

    keys: tuple[Key, ...]
    accounts: dict[str, Held] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    mode: str = "real"


@dataclass(slots=True)
class Running:
    """A world that lives as long as this module, and the loop that it lives on."""

    runner: asyncio.Runner
    world: World
    names: Iterator[int] = field(default_factory=count)
    steps: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: Counter[tuple[str, int]] = field(default_factory=Counter)

    async def person(self, number: int) -> Person:
        name = f"user-{number}-of-play-{next(self.names)}"
        user = await add_user(self.world.cambist.outside, name, "test")
        reading = await self.world.new_key(Permission.ACCOUNTS_READ, user=user)
        return Person((await self.world.new_key(user=user), await self.world.new_key(user=user), reading))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        made = runner.run(
            opened.enter_async_context(
                world(tmp_path_factory.mktemp("isolation"), plays(), keep_answers_s=3_600)
            )
        )
        made.stored_ids_start_at(FIRST_ID)
        yield Running(runner, made)
        runner.run(opened.aclose())


class Isolation(RuleBasedStateMachine):
    """The model is what each user has done; every answer is held against it."""

    def __init__(self, running: Running) -> None:
        super().__init__()
        self.running = running
        self.people: list[Person] = []

    @initialize()
    def three_users(self) -> None:
        self.people = [self.running.runner.run(self.running.person(number)) for number in range(USERS)]

    @rule(who=PEOPLE, number=NUMBERS)
    def connect(self, who: int, number: int) -> None:
        self.running.steps += 1
        self._ask(who, 0, ROUTES["POST /accounts/new"], "", NO_LOAD, self._said(who, number, number))

    @rule(who=PEOPLE, pick=st.integers(0, 9), verb=st.sampled_from(("load_balances", "rename", "remove")))
    def change(self, who: int, pick: int, verb: str) -> None:
        self.running.steps += 1
        given = {"name": self._said(who, 0, 0)["name"]} if verb == "rename" else {}
        endpoint = ROUTES["POST /accounts/{id}/" + verb]
        self._ask(who, 0, endpoint, self._id(who, "own", pick), NO_LOAD, given)

    @rule(
        who=PEOPLE,
        key=st.integers(0, 2),
        endpoint=st.sampled_from(ENDPOINTS),
        whose=st.sampled_from(WHOSE),
        pick=st.integers(0, 9),
        number=NUMBERS,
        key_of=KEYS,
        left_out=st.sets(st.integers(0, 6), max_size=4),
    )
    def ask_anything(
        self,
        who: int,
        key: int,
        endpoint: Endpoint,
        whose: str,
        pick: int,
        number: int,
        key_of: int,
        left_out: set[int],
    ) -> None:
        """Parameters that may be left out are, where `left_out` names their places."""
        self.running.steps += 1
        self._ask_any(who, key, endpoint, whose, pick, self._said(who, number, key_of), left_out)

    def _ask_any(
        self,
        who: int,
        key: int,
        endpoint: Endpoint,
        whose: str,
        pick: int,
        said: dict[str, str],
        left_out: AbstractSet[int] = frozenset(),
    ) -> None:
        account_id, load_id = self._id(who, whose, pick), self._load(pick)
        given = {
            parameter.name: said.get(parameter.name) or placeholder(parameter)
            for place, parameter in enumerate(endpoint.parameters)
            if parameter.name not in ACCOUNT_PARAMETERS and (parameter.required or place not in left_out)
        }
        self.running.asked[endpoint.path, whose] += 1
        self._ask(who, key, endpoint, account_id, load_id, given)

    @rule(who=PEOPLE, name=st.sampled_from(OF_ALL), key_of=KEYS, number=NUMBERS, whole=st.booleans())
    def look(self, who: int, name: str, key_of: int, number: int, whole: bool) -> None:
        """What is told of all that a user has: whole, or of one exchange key, be it another's."""
        self.running.steps += 1
        endpoint, said = ROUTES[name], self._said(who, number, key_of)
        filtered = {"api_key": said["api_key"]} if not whole else {}
        declared = {parameter.name for parameter in endpoint.parameters}
        given = {name: value for name, value in filtered.items() if name in declared}
        self._ask(who, 0, endpoint, "", NO_LOAD, given)

    def teardown(self) -> None:
        """At the end one user asks every endpoint, for an own and a foreign account; all look at theirs."""
        if not self.people:
            return
        who = sum(len(person.accounts) for person in self.people) % USERS
        for each in range(USERS):
            if not self.people[each].accounts:
                self._ask(each, 0, ROUTES["POST /accounts/new"], "", NO_LOAD, self._said(each, 0, 0))
        for place, endpoint in enumerate(ENDPOINTS):
            for whose in ("foreign", "own"):
                if (endpoint.path, whose) != ("/ver1/accounts/{id}/remove", "own"):
                    self._ask_any(who, 0, endpoint, whose, place, self._said(who, 0, 0))
        for each in range(USERS):
            for name in OF_ALL:
                self._ask(each, 0, ROUTES[name], "", NO_LOAD, {})

    def _said(self, who: int, number: int, key_of: int) -> dict[str, str]:
        """Values that belong to this user; the exchange key may be any user's, its secret never is."""
        owner, other = divmod(key_of, EXCHANGE_KEYS) if key_of >= EXCHANGE_KEYS else (who, number)
        return {
            "type": "binance_us",
            "name": f"account-{next(self.running.names):06d}-of-user-{who}",
            "api_key": exchange_key(owner, other),
            "secret": exchange_secret(who, number),
            "include_in_summary": "false" if number else "true",
            "mode": "paper" if number else "real",
            **KNOWN,
        }

    def _id(self, who: int, whose: str, pick: int) -> str:
        """An account's id, nobody's where there is none of that kind."""
        others = [person for person in self.people if person is not self.people[who]]
        of_kind = {
            "own": list(self.people[who].accounts),
            "foreign": [each for person in others for each in person.accounts],
            "removed": [each for person in self.people for each in person.removed],
            "nobody's": [],
        }[whose]
        return of_kind[pick % len(of_kind)] if of_kind else NOBODYS_ID

    def _load(self, pick: int) -> str:
        loads = [each for person in self.people for each in person.loads[-3:]]
        return loads[pick % len(loads)] if loads else NO_LOAD

    # ── asking, and what must hold of the answer ─────────────────────────────────────────────────────

    def _ask(
        self, who: int, key: int, endpoint: Endpoint, account_id: str, load_id: str, given: dict[str, str]
    ) -> None:
        person = self.people[who]
        self.running.world.clock.step(timedelta(seconds=2))
        answer = self._send(person.keys[key], endpoint, account_id, load_id, given)
        self.running.told[endpoint.path, answer.status] += 1
        assert answer.status < 500, (endpoint.path, answer.raw)
        named = "{id}" in endpoint.path or ACCOUNT_PARAMETERS & {each.name for each in endpoint.parameters}
        if named and account_id not in person.accounts:
            nobodys = self._send(person.keys[key], endpoint, NOBODYS_ID, load_id, given)
            assert shown(answer) == shown(nobodys), endpoint.path
            assert answer.status in {400, 403, 404}, endpoint.path
        if answer.status in {200, 201}:
            self._follow(person, endpoint, account_id, given, answer)
            told = answer.json if endpoint.media_type == JSON else answer.raw
            self._as_the_model_says(person, endpoint, account_id, given, told)
        self._tells_of_nobody_else(who, answer, given)

    def _send(
        self, key: Key, endpoint: Endpoint, account_id: str, load_id: str, given: dict[str, str]
    ) -> Answer:
        named = {parameter.name for parameter in endpoint.parameters} & ACCOUNT_PARAMETERS
        said = given | dict.fromkeys(named, account_id)
        path = endpoint.paths[0].replace("{id}", account_id).replace("{load_id}", load_id)
        path = path.replace("{threshold_id}", account_id).replace("{webhook_id}", account_id)
        target = f"{path}?{urlencode(said)}" if said else path
        return self.running.runner.run(
            ask(self.running.world, endpoint, target, None if endpoint.public else key)
        )

    def _follow(
        self, person: Person, endpoint: Endpoint, account_id: str, given: dict[str, str], answer: Answer
    ) -> None:
        """Brings the model to where a success has brought the server."""
        match f"{endpoint.method} {endpoint.path}":
            case "POST /ver1/accounts/new":
                account_id = str(answer.json["id"])
                assert all(account_id not in each.accounts for each in self.people)
                number = int(given["secret"].split("-")[2])
                person.accounts[account_id] = Held(given["name"], number)
            case "POST /ver1/accounts/{id}/rename":
                person.accounts[account_id] = replace(person.accounts[account_id], name=given["name"])
            case "POST /ver1/accounts/update":
                held = person.accounts[account_id]
                included = given.get("include_in_summary", str(held.in_summary).lower()) == "true"
                person.accounts[account_id] = Held(given.get("name", held.name), held.number, included)
            case "POST /ver1/accounts/{id}/remove":
                del person.accounts[account_id]
                person.removed.append(account_id)
            case "POST /ver1/accounts/{id}/load_balances":
                person.loads.append(answer.headers["X-Cambist-Receipt"])
            case "POST /ver1/users/change_mode":
                person.mode = given["mode"]
        person.names |= {held.name for held in person.accounts.values()}

    def _as_the_model_says(
        self, person: Person, endpoint: Endpoint, account_id: str, given: dict[str, str], told: Any
    ) -> None:
        who = self.people.index(person)
        held = person.accounts.get(account_id)
        match endpoint.path:
            case "/ver1/accounts/{id}" | "/ver1/accounts/{id}/load_balances" | "/ver1/accounts/{id}/rename":
                assert held is not None
                assert (told["id"], told["name"]) == (int(account_id), held.name)
                assert Decimal(told["btc_amount"]) == Decimal(amount(who, held.number))
            case "/ver1/accounts":
                wanted = given.get("api_key")
                expected = {
                    int(each): kept.name
                    for each, kept in person.accounts.items()
                    if wanted is None or wanted == exchange_key(who, kept.number)
                }
                assert {each["id"]: each["name"] for each in told} == expected
            case "/ver1/accounts/summary":
                counted = [each.number for each in person.accounts.values() if each.in_summary]
                total = sum(Decimal(amount(who, number)) for number in counted)
                assert Decimal(told["btc_amount"]) == total
            case "/ver1/accounts/types_to_connect":
                wanted = given.get("api_key")
                keys = {exchange_key(who, kept.number) for kept in person.accounts.values()}
                connected = bool(keys) if wanted is None else wanted in keys
                assert {each["connected"] for each in told if each["type"] == "binance_us"} <= {connected}
            case "/cambist/v1/accounts/{id}/receipts/{load_id}/answers":
                assert held is not None
                assert amount(who, held.number) in told["answers"][-1]["body"]
            case "/ver1/users/current_mode":
                assert told["mode"] == person.mode

    def _tells_of_nobody_else(self, who: int, answer: Answer, given: dict[str, str]) -> None:
        told = answer.raw + json.dumps(dict(answer.headers)).encode()
        for number, person in enumerate(self.people):
            if number == who:
                continue
            theirs = {*person.accounts, *person.removed, *person.names, *person.loads}
            theirs |= {key.api_key for key in person.keys}
            for each in range(EXCHANGE_KEYS):
                theirs |= {exchange_key(number, each), exchange_secret(number, each), amount(number, each)}
            leaked = [each for each in theirs - set(given.values()) if each.encode() in told]
            assert leaked == []


def test_nobody_is_told_anything_of_another_user_whatever_is_asked(running: Running) -> None:
    run_state_machine_as_test(
        lambda: Isolation(running),  # type: ignore[arg-type]  # a factory will do, as its manual says
        settings=settings(
            # Hypothesis ends some plays early.
            max_examples=-(-STEPS * 5 // (4 * STEPS_OF_A_PLAY)),
            stateful_step_count=STEPS_OF_A_PLAY,
            phases=[Phase.generate],  # to shrink a play takes minutes, and each is told step by step anyway
            suppress_health_check=list(HealthCheck),
        ),
    )
    # The plays were long, and came to every endpoint.
    paths = {endpoint.path for endpoint in ENDPOINTS}
    of_accounts = {path for path in paths if "{id}" in path}
    assert running.steps >= STEPS
    assert {path for path, _ in running.told} == paths
    assert {status for _, status in running.told} >= {200, 201, 400, 403, 404}
    succeeded = {path for path, status in running.told if status in {200, 201}}
    assert {path for path, whose in running.asked if whose == "foreign"} >= of_accounts
    assert len(succeeded) >= 0.6 * len(paths)
