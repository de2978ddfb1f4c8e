"""A Bybit account's open orders."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.guard import Unusable

_PAGE = 50
_MOST_PAGES = 20
_KINDS = (
    {"category": "spot"},
    {"category": "linear", "settleCoin": "USDT"},
    {"category": "linear", "settleCoin": "USDC"},
    {"category": "inverse"},
    {"category": "option"},
)


class _Order(msgspec.Struct, rename="camel"):
    order_id: str


class _Page(msgspec.Struct):
    orders: list[_Order] = msgspec.field(name="list")
    next_page: str = msgspec.field(name="nextPageCursor", default="")


_page = msgspec.json.Decoder(_Page)


async def open_orders(client: Any) -> int:
    """GET /v5/order/realtime of each kind of order, page by page."""
    return sum([await _of_kind(client, kind) for kind in _KINDS])


async def _of_kind(client: Any, kind: dict[str, str]) -> int:
    client.raw = True
    found: set[str] = set()
    cursor = ""
    for _ in range(_MOST_PAGES):
        asked = {**kind, "openOnly": 0, "limit": _PAGE, **({"cursor": cursor} if cursor else {})}
        page = result_of(client, await client.private_get_v5_order_realtime(asked), _page, "a list of orders")
        ids = {order.order_id for order in page.orders}
        if len(ids) != len(page.orders) or ids & found:
            raise Unusable("the answer has an order twice")
        found |= ids
        cursor = page.next_page
        if not cursor or len(page.orders) < _PAGE:
            return len(found)
    raise Unusable("there are more open orders than can be counted")
