"""A Bitstamp account's open orders."""

from typing import Any

import msgspec

from cambist.exchanges.guard import all_differ, checked_json, shaped


class _Order(msgspec.Struct, gc=False):
    id: str


_orders = msgspec.json.Decoder(list[_Order])


async def open_orders(client: Any) -> int:
    """POST /api/v2/open_orders/all/ of all pairs."""
    client.raw = client.large = True
    raw = await client.private_post_open_orders_all()
    checked_json(raw)
    orders = shaped(_orders, raw, "a list of orders")
    all_differ([order.id for order in orders], "an order")
    return len(orders)
