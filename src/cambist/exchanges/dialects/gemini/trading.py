"""A Gemini account's open orders."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.gemini.keys import check_keys
from cambist.exchanges.guard import all_differ, checked_json, shaped


class _Order(msgspec.Struct, gc=False):
    order_id: str


_orders = msgspec.json.Decoder(list[_Order])


async def open_orders(client: Any) -> int:
    """POST /v1/orders of all pairs."""
    check_keys(client)
    client.raw = client.large = True
    raw = await client.private_post_v1_orders()
    checked_json(raw)
    orders = shaped(_orders, raw, "a list of orders")
    all_differ([order.order_id for order in orders], "an order")
    return len(orders)
