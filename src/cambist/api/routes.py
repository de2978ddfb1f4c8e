"""The endpoints: one table of method, path, permission and what answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cambist.actions.connect_account import connect_account
from cambist.actions.facts import Caller
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.actions.rename_account import rename_account
from cambist.api.entity import account_entity, icon_url
from cambist.api.parameters import Parameters
from cambist.core.errors import NotFound
from cambist.core.terms import Account, Market, Permission, Secret

MAX_ID = 2**31 - 1
MOST_WRITTEN = 10_000


@dataclass(frozen=True, slots=True)
class Served:
    """What the endpoints work with.

    written: entities as bytes by account id, each with the account as it stood when they were written.
    """

    outside: Outside
    load_balances: LoadBalances
    public_url: str
    mask_api_keys: bool = False
    written: dict[int, tuple[Account, msgspec.Raw]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, its caller named and its parameters read; public endpoints have no caller."""

    served: Served
    parameters: Parameters
    path: Mapping[str, str]
    signed_by: Caller | None

    @property
    def caller(self) -> Caller:
        if self.signed_by is None:
            raise AssertionError("a public endpoint has no caller")
        return self.signed_by

    @property
    def account_id(self) -> int:
        """The id in the path; one that cannot be an id is of no account."""
        text = self.path["id"]
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_ID):
            raise NotFound("Not Found")
        return int(text)


@dataclass(frozen=True, slots=True)
class Answered:
    """A success: the body to encode, its status, headers beside the usual ones."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Asked], Awaitable[Answered]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """permission: what the key must have; None where any key will do. public: needs no key at all."""

    method: str
    path: str
    handler: Handler
    permission: Permission | None = None
    public: bool = False


def _entity(asked: Asked, account: Account) -> msgspec.Raw:
    """The entity's bytes, written anew only where the account is not the one they were written from."""
    served = asked.served
    known = served.written.get(account.id)
    if known is not None and known[0] is account:
        return known[1]
    market = served.outside.exchanges.market(account.market)
    entity = account_entity(account, market, served.public_url, served.mask_api_keys)
    if len(served.written) >= MOST_WRITTEN:
        served.written.clear()
    raw = msgspec.Raw(msgspec.json.encode(entity))
    served.written[account.id] = (account, raw)
    return raw


async def load(asked: Asked) -> Answered:
    account = await asked.served.load_balances(asked.caller, asked.account_id)
    headers = {
        "X-Cambist-Verdict": "complete" if account.complete else "partial",
        "X-Cambist-Flows": "unknown",
        "X-Cambist-Receipt": account.load_id,
    }
    return Answered(_entity(asked, account), 201, headers)


async def accounts(asked: Asked) -> Answered:
    page = asked.parameters.integer("page", 1, range(1, 1_000_001))
    per_page = asked.parameters.integer("per_page", 100, range(1, 101))
    listed = await asked.served.outside.accounts.listed(
        asked.caller.user_id,
        api_key=asked.parameters.optional_text("api_key"),
        limit=per_page,
        offset=(page - 1) * per_page,
    )
    return Answered([_entity(asked, account) for account in listed])


async def account(asked: Asked) -> Answered:
    found = await asked.served.outside.accounts.get(asked.caller.user_id, asked.account_id)
    return Answered(_entity(asked, found))


async def new(asked: Asked) -> Answered:
    given = asked.parameters
    passphrase = given.optional_text("passphrase")
    connected = await connect_account(
        asked.served.outside,
        asked.caller,
        type=given.text("type"),
        name=given.text("name"),
        api_key=given.text("api_key"),
        secret=Secret(given.text("secret")),
        passphrase=None if passphrase is None else Secret(passphrase),
        customer_id=given.optional_text("customer_id"),
    )
    return Answered(_entity(asked, connected), 201)


async def rename(asked: Asked) -> Answered:
    account_id = asked.account_id
    await asked.served.outside.accounts.get(asked.caller.user_id, account_id)
    renamed = await rename_account(
        asked.served.outside, asked.caller, account_id, asked.parameters.text("name")
    )
    return Answered(_entity(asked, renamed), 201)


async def remove(asked: Asked) -> Answered:
    outside = asked.served.outside
    await outside.accounts.remove(asked.caller.user_id, asked.account_id, outside.clock.now())
    return Answered(True, 201)


async def market_list(asked: Asked) -> Answered:
    markets = asked.served.outside.exchanges.markets()
    return Answered([_listed(market, asked.served.public_url) for market in markets])


_FIELD_NAMES = {
    "api_key": "API key",
    "secret": "API secret",
    "passphrase": "Passphrase",
    "customer_id": "Customer ID",
}


def _listed(market: Market, public_url: str) -> dict[str, Any]:
    required = [{"field": name, "localized_name": _FIELD_NAMES[name]} for name in market.credentials]
    return {
        "market_name": market.exchange_name,
        "market_url": market.url,
        "market_icon": icon_url(market, public_url),
        "help_link": market.help_url,
        "market_code": market.code,
        "form_fields": {"required": required, "optional": []},
        "available_connection_flows": ["api_keys"],
        "third_party_allowed": False,
        "trusted_ips": [],
        "trusted_ips_input_type": None,
        "fast_connect_action_name": None,
    }


async def validate(_: Asked) -> Answered:
    return Answered({"valid": True})


async def ping(_: Asked) -> Answered:
    return Answered({"pong": "pong"})


async def time(asked: Asked) -> Answered:
    return Answered({"server_time": int(asked.served.outside.clock.now().timestamp())})


READ, WRITE = Permission.ACCOUNTS_READ, Permission.ACCOUNTS_WRITE

ENDPOINTS = (
    Endpoint("POST", "/ver1/accounts/{id}/load_balances", load, WRITE),
    Endpoint("GET", "/ver1/accounts", accounts, READ),
    Endpoint("GET", "/ver1/accounts/market_list", market_list, public=True),
    Endpoint("GET", "/ver1/accounts/{id}", account, READ),
    Endpoint("POST", "/ver1/accounts/new", new, WRITE),
    Endpoint("POST", "/ver1/accounts/{id}/rename", rename, WRITE),
    Endpoint("POST", "/ver1/accounts/{id}/remove", remove, WRITE),
    Endpoint("GET", "/ver1/validate", validate),
    Endpoint("GET", "/ver1/ping", ping, public=True),
    Endpoint("GET", "/ver1/time", time, public=True),
)
