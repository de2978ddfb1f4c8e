"""A Bitvavo account's open orders, and its addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.listings import DepositAddress
from cambist.exchanges.guard import Unusable, all_differ, checked_json, shaped


class _Order(msgspec.Struct, rename="camel"):
    order_id: str


class _Address(msgspec.Struct, rename="camel"):
    address: str
    payment_id: str | None = None


_orders = msgspec.json.Decoder(list[_Order])
_address = msgspec.json.Decoder(_Address)


async def open_orders(client: Any) -> int:
    """GET /v2/ordersOpen of all pairs, which comes whole."""
    client.raw = client.large = True
    orders = shaped(_orders, await client.private_get_ordersopen(), "a list of orders")
    all_differ([order.order_id for order in orders], "an order")
    return len(orders)


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /v2/deposit."""
    client.raw = True
    raw = await client.private_get_deposit({"symbol": currency, "network": network})
    checked_json(raw)  # what goes to a wrong address is lost
    told = shaped(_address, raw, "an address for deposits")
    if not told.address.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(told.address, told.payment_id or "")
