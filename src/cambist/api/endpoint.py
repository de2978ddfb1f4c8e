"""What an endpoint is: path, permission, parameters, the shape of its answer, and what answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from cambist.actions.facts import Caller
from cambist.actions.limit_requests import LimitRequests
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.api.parameters import MAX_ID, Parameter
from cambist.api.streaming import Streams
from cambist.api.values import JSON, Values
from cambist.core.addresses import Network
from cambist.core.errors import NotFound
from cambist.core.terms import Account, Permission

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Served:
    """What the endpoints work with.

    hosts: the names that it may be asked by.
    written: entities as bytes by account id, each with the account as it stood when they were written.
    """

    outside: Outside
    load_balances: LoadBalances
    limit_requests: LimitRequests
    public_url: str
    mask_api_keys: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    streams: Streams = field(default_factory=Streams)
    written: dict[int, tuple[Account, msgspec.Raw]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the endpoint it is for, its caller (a public endpoint has none) and what it says."""

    served: Served
    endpoint: "Endpoint"
    values: Values
    path: Mapping[str, str]
    signed_by: Caller | None
    api_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def outside(self) -> Outside:
        return self.served.outside

    @property
    def caller(self) -> Caller:
        if self.signed_by is None:
            raise AssertionError("a public endpoint has no caller")
        return self.signed_by

    @property
    def account_id(self) -> int:
        """The id in the path; one that cannot be an id is of no account."""
        return self.id_in_path("id")

    def id_in_path(self, name: str) -> int:
        """Raises NotFound for what cannot be an id."""
        text = self.path[name]
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_ID):
            raise NotFound("Not Found")
        return int(text)

    def __getitem__(self, parameter: Parameter[T]) -> T:
        """The parameter's value; raises InvalidInput. Only what the endpoint declares can be read."""
        if parameter not in self.endpoint.parameters:
            raise AssertionError(f"{self.endpoint.path} does not declare {parameter.name}")
        return parameter.read(self.values)


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """A success: the body to encode, and headers beside the usual ones."""

    body: T
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Asked], Awaitable[Answered[Any]]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """permission: what the key must have; None where any key will do. public: needs no key at all.

    answer: the type of a success's body, with `status`. asks_exchange: whether an exchange's failure may be
    the answer. media_type: what a body is sent as; a text of another type than JSON goes as it is. about:
    the sentence of the reference page. headers: those a success has beside the usual ones, each with what
    it says; asked_headers: those that are read of a request, likewise.
    """

    method: str
    path: str
    handler: Handler
    permission: Permission | None = None
    public: bool = False
    parameters: tuple[Parameter[Any], ...] = ()
    answer: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    asked_headers: Mapping[str, str] = field(default_factory=dict)
    asks_exchange: bool = False
    media_type: str = JSON
    about: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it answers: what is of the wire format under both its bases, ours where it says."""
        return (f"/public/api{self.path}", self.path) if self.path.startswith("/ver1/") else (self.path,)
