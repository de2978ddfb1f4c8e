"""Binance Simple Earn: what lies in flexible and locked products, page by page."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Market
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.guard import Unusable, all_differ, numbers, shaped, told_once
from cambist.exchanges.rows import in_columns, wallet

PAGE = 100
MOST_PAGES = 50


class _Flexible(msgspec.Struct, rename="camel"):
    product_id: str
    asset: str
    total_amount: str


class _Locked(msgspec.Struct, rename="camel"):
    position_id: int | str
    asset: str
    amount: str


class _FlexiblePage(msgspec.Struct):
    rows: list[_Flexible]
    total: int


class _LockedPage(msgspec.Struct):
    rows: list[_Locked]
    total: int


Row = TypeVar("Row", _Flexible, _Locked)
_flexible_page = msgspec.json.Decoder(_FlexiblePage)
_locked_page = msgspec.json.Decoder(_LockedPage)


async def flexible(client: Any, market: Market) -> WalletAnswer:
    """GET /sapi/v1/simple-earn/flexible/position: the whole amount of each, collateral of loans included."""

    def read(raw: bytes) -> tuple[list[_Flexible], int]:
        page = shaped(_flexible_page, raw, "positions in flexible products")
        count = len(page.rows)
        told_once(raw, rows=1, total=1, asset=count, totalAmount=count, productId=count)
        return page.rows, page.total

    rows = await _all_pages(client, client.sapi_get_simple_earn_flexible_position, read)
    all_differ([f"{row.product_id} {row.asset}" for row in rows], "a position")
    codes, free = [row.asset for row in rows], numbers([row.total_amount for row in rows])
    return wallet(in_columns(market, codes, free, [ZERO] * len(rows), free))


async def locked(client: Any, market: Market) -> WalletAnswer:
    """GET /sapi/v1/simple-earn/locked/position: what was put in; rewards count when they are paid."""

    def read(raw: bytes) -> tuple[list[_Locked], int]:
        page = shaped(_locked_page, raw, "positions in locked products")
        count = len(page.rows)
        told_once(raw, rows=1, total=1, asset=count, amount=count, positionId=count)
        return page.rows, page.total

    rows = await _all_pages(client, client.sapi_get_simple_earn_locked_position, read)
    all_differ([str(row.position_id) for row in rows], "a position")
    codes, put_in = [row.asset for row in rows], numbers([row.amount for row in rows])
    return wallet(in_columns(market, codes, [ZERO] * len(rows), put_in, put_in))


async def _all_pages(
    client: Any,
    call: Callable[[dict[str, int]], Awaitable[bytes]],
    read: Callable[[bytes], tuple[list[Row], int]],
) -> list[Row]:
    """As many rows as the exchange says there are, or Unusable."""
    client.raw = True
    found: list[Row] = []
    for page in range(1, MOST_PAGES + 1):
        rows, total = read(await call({"current": page, "size": PAGE}))
        found += rows
        if len(found) == total:
            return found
        if len(found) > total or len(rows) < PAGE:
            raise Unusable("the answer has not as many positions as it says")
    raise Unusable(f"there are more than {PAGE * MOST_PAGES} positions")
