"""Coinbase's two lists of accounts, read to their end: Advanced's (v3), and the older one (v2) beside it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import UNSET, UnsetType

from cambist.exchanges.dialects.coinbase.clock import in_its_time
from cambist.exchanges.guard import Unusable, checked_json, shaped, told_once

PAGE = 250
MOST_PAGES = 40
_FUTURES = "ACCOUNT_PLATFORM_CFM_CONSUMER"


class Row(NamedTuple):
    """An account of one currency. vault: of a vault; futures: of the broker of US futures.

    free, held: as they are written; the older list tells no more than their sum, which stands in `free`.
    """

    id: str
    code: str
    free: str
    held: str
    vault: bool
    futures: bool = False


class _Money(msgspec.Struct):
    value: str
    currency: str


class _Account(msgspec.Struct):
    uuid: str
    available_balance: _Money
    hold: _Money
    type: str = ""
    platform: str = ""


class _Amount(msgspec.Struct):
    amount: str
    currency: str


class _OlderAccount(msgspec.Struct):
    id: str
    balance: _Amount
    type: str


class Pagination(msgspec.Struct):
    limit: int | str
    next_uri: str | None = None


class _Answer(msgspec.Struct):
    accounts: list[_Account] | UnsetType = UNSET
    has_next: bool | UnsetType = UNSET
    cursor: str = ""
    data: list[_OlderAccount] | UnsetType = UNSET
    pagination: Pagination | UnsetType = UNSET
    error: msgspec.Raw | UnsetType = UNSET
    errors: msgspec.Raw | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class _Page:
    """following: the parameters that ask for the next page; None after the last one."""

    rows: list[Row]
    following: Mapping[str, str] | None
    is_full: bool = True


_answer = msgspec.json.Decoder(_Answer)


async def advanced(client: Any) -> dict[str, Row]:
    """GET /api/v3/brokerage/accounts: the accounts that trade, by id. Raises LoadFailed, Unusable."""
    return await _whole(client, client.v3_private_get_brokerage_accounts)


async def older(client: Any) -> dict[str, Row]:
    """GET /v2/accounts: these too, vaults, and what is staked, by id. Raises LoadFailed, Unusable."""
    return await _whole(client, client.v2_private_get_accounts)


async def _whole(client: Any, call: Callable[[dict[str, Any]], Awaitable[bytes]]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    asked: dict[str, Any] = {"limit": PAGE}
    is_full = True
    for _ in range(MOST_PAGES):
        client.raw = True
        page = _page_in(await in_its_time(client, lambda asked=asked: call(asked)))  # type: ignore[misc]
        more = {row.id: row for row in page.rows}
        again = more.keys() & found.keys()
        if len(more) < len(page.rows) or (again and (is_full or not more.items() <= found.items())):
            raise Unusable("the answer has an account twice")
        if again:  # a page that was not full, then the same once more: that is all there is
            return found
        found |= more
        if page.following is None:
            return found
        asked, is_full = {"limit": PAGE, **page.following}, page.is_full
    raise Unusable(f"there are more than {PAGE * MOST_PAGES} accounts")


def _page_in(raw: bytes) -> _Page:
    """A page of either list, told apart by its shape: recorded answers of one stand in for the other's."""
    told = shaped(_answer, raw, "a list of accounts")
    if told.error is not UNSET or told.errors is not UNSET:
        raise Unusable("it is an error")
    match told:
        case _Answer(accounts=list() as accounts, has_next=bool(), data=msgspec.UNSET):
            return _advanced_page(raw, told, accounts)
        case _Answer(accounts=msgspec.UNSET, data=list() as data, pagination=Pagination() as pagination):
            checked_json(raw)  # what stands in it how often differs from row to row
            return _older_page(data, pagination)
        case _:
            raise Unusable("the answer has not the shape of a list of accounts")


def _advanced_page(raw: bytes, told: _Answer, accounts: list[_Account]) -> _Page:
    each = dict.fromkeys(("uuid", "available_balance", "hold", "type", "platform"), len(accounts))
    once = dict.fromkeys(("accounts", "has_next", "cursor"), 1)
    told_once(raw, **each, **once, value=2 * len(accounts), currency=3 * len(accounts))
    if told.has_next and not told.cursor:
        raise Unusable("the answer has more pages and does not say where")
    return _Page(list(map(_row, accounts)), {"cursor": told.cursor} if told.has_next else None)


def _row(told: _Account) -> Row:
    available, hold = told.available_balance, told.hold
    if available.currency != hold.currency:
        raise Unusable("the answer has an account of two currencies")
    is_vault, is_futures = told.type.endswith("VAULT"), told.platform == _FUTURES
    return Row(told.uuid, available.currency, available.value, hold.value, is_vault, is_futures)


def _older_page(data: list[_OlderAccount], pagination: Pagination) -> _Page:
    rows = [Row(row.id, row.balance.currency, row.balance.amount, "0", row.type == "vault") for row in data]
    last = after(pagination)
    if not last:
        return _Page(rows, None)
    limit = str(pagination.limit)
    if not limit.isdecimal():
        raise Unusable("the answer has more pages and does not say where")
    return _Page(rows, {"starting_after": last}, is_full=len(rows) >= int(limit[:9]))


def after(pagination: Pagination) -> str:
    """The row after which the next page begins; empty after the last page. Raises Unusable."""
    if not pagination.next_uri:
        return ""
    last = parse_qs(urlsplit(pagination.next_uri).query).get("starting_after", [""])[0]
    if not last:
        raise Unusable("the answer has more pages and does not say where")
    return last
