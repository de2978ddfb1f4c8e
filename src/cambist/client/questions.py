"""What can be asked: the method and path of each question, and the type of its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from cambist.client.answers import Account, Balances, History
from cambist.client.following import Event

T = TypeVar("T")

ACCOUNTS = "/public/api/ver1/accounts"
OURS = "/cambist/v1/accounts"
EVENTS = "/cambist/v1/events"


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """answer: the type that the answer is read as."""

    method: str
    path: str
    answer: type[T]


def accounts(page: int, per_page: int) -> Question[list[Account]]:
    return Question("GET", f"{ACCOUNTS}?{urlencode({'page': page, 'per_page': per_page})}", list[Account])


def account(account_id: int) -> Question[Account]:
    return Question("GET", f"{ACCOUNTS}/{account_id:d}", Account)


def summary() -> Question[Account]:
    return Question("GET", f"{ACCOUNTS}/summary", Account)


def load_balances(account_id: int) -> Question[Account]:
    return Question("POST", f"{ACCOUNTS}/{account_id:d}/load_balances", Account)


def balances(account_id: int) -> Question[Balances]:
    return Question("GET", f"{OURS}/{account_id:d}/balances", Balances)


def receipt(account_id: int, load_id: str) -> Question[dict[str, Any]]:
    path = f"{OURS}/{account_id:d}/receipts/{quote(load_id, safe='')}"
    return Question("GET", path, dict[str, Any])


def history(
    account_id: int, since: datetime | None, until: datetime | None, resolution: str, limit: int
) -> Question[History]:
    asked: Mapping[str, Any] = {
        "from": since and since.isoformat(),
        "to": until and until.isoformat(),
        "resolution": resolution,
        "limit": limit,
    }
    told = {name: value for name, value in asked.items() if value is not None}
    return Question("GET", f"{OURS}/{account_id:d}/history?{urlencode(told)}", History)


def events(after: int | None) -> Question[Event]:
    return Question("GET", EVENTS if after is None else f"{EVENTS}?after={after:d}", Event)
