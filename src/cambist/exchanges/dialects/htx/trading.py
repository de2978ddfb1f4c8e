"""An HTX account's open orders."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.htx.envelope import data_of
from cambist.exchanges.guard import Unusable, all_differ

_MOST = 500


class _Order(msgspec.Struct, gc=False):
    id: int


_orders = msgspec.json.Decoder(list[_Order])


async def open_orders(client: Any) -> int:
    """GET /v1/order/openOrders of all pairs, which tells 500 at most."""
    client.raw = client.large = True
    raw = await client.spot_private_get_v1_order_openorders({"size": _MOST})
    orders = data_of(raw, _orders, "a list of orders")
    all_differ([str(order.id) for order in orders], "an order")
    if len(orders) >= _MOST:
        raise Unusable("there are more open orders than can be counted")
    return len(orders)
