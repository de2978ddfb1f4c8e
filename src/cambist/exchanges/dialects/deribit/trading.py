"""A Deribit account's open orders."""

from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.listings import DepositAddress
from cambist.exchanges.dialects.deribit.envelope import result_of
from cambist.exchanges.guard import all_differ


class _Order(msgspec.Struct):
    order_id: str


_orders = msgspec.json.Decoder(list[_Order])


async def open_orders(client: Any) -> int:
    """GET /private/get_open_orders of all currencies and kinds."""
    client.raw = client.large = True
    raw = await client.private_get_get_open_orders()
    orders = result_of(raw, _orders, "a list of orders")
    all_differ([order.order_id for order in orders], "an order")
    return len(orders)


async def deposit_address(_: Any, currency: str, network: str) -> DepositAddress:
    raise NotOffered("Deribit does not tell which network an address for deposits is on.")
