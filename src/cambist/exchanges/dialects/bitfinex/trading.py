"""A Bitfinex account's open orders."""

from typing import Any

import msgspec

from cambist.exchanges.guard import all_differ, checked_json, shaped


class _Order(msgspec.Struct, array_like=True, gc=False):
    id: int


_orders = msgspec.json.Decoder(list[_Order])


async def open_orders(client: Any) -> int:
    """POST /v2/auth/r/orders of all pairs."""
    client.raw = client.large = True
    raw = await client.private_post_auth_r_orders()
    checked_json(raw)
    orders = shaped(_orders, raw, "a list of orders")
    all_differ([str(order.id) for order in orders], "an order")
    return len(orders)
