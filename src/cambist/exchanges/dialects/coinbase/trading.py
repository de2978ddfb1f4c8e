"""A Coinbase account's open orders."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.coinbase.clock import in_its_time
from cambist.exchanges.guard import Unusable, checked_json, shaped

_PAGE = 250
_MOST_PAGES = 20


class _Order(msgspec.Struct):
    order_id: str


class _Page(msgspec.Struct):
    orders: list[_Order]
    has_next: bool
    cursor: str = ""


_page = msgspec.json.Decoder(_Page)


async def open_orders(client: Any) -> int:
    """GET /api/v3/brokerage/orders/historical/batch of those that are open, page by page."""
    found: set[str] = set()
    asked: dict[str, Any] = {"order_status": "OPEN", "limit": _PAGE}
    for _ in range(_MOST_PAGES):
        client.raw = True
        raw = await in_its_time(
            client,
            lambda asked=asked: client.v3_private_get_brokerage_orders_historical_batch(asked),  # type: ignore[misc]
        )
        page = shaped(_page, raw, "a list of orders")
        checked_json(raw)
        ids = {order.order_id for order in page.orders}
        if len(ids) < len(page.orders) or ids & found:
            raise Unusable("the answer has an order twice")
        found |= ids
        if not page.has_next:
            return len(found)
        if not page.cursor:
            raise Unusable("the answer has more pages and does not say where")
        asked = {**asked, "cursor": page.cursor}
    raise Unusable("there are more open orders than can be counted")
