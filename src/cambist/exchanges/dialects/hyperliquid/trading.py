"""Open orders of an address at Hyperliquid."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.hyperliquid.asking import told
from cambist.exchanges.guard import all_differ, shaped


class _Order(msgspec.Struct):
    oid: int


_orders = msgspec.json.Decoder(list[_Order])


async def open_orders(client: Any) -> int:
    """`openOrders`: of spot and of the first dex's perpetuals."""
    orders = shaped(_orders, await told(client, "openOrders"), "a list of orders")
    all_differ([str(order.oid) for order in orders], "an order")
    return len(orders)
