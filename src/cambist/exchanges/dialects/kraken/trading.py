"""A Kraken account's open orders."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.kraken.envelope import result_of
from cambist.exchanges.guard import checked_json


class _Orders(msgspec.Struct):
    open: dict[str, msgspec.Raw]


_orders = msgspec.json.Decoder(_Orders)


async def open_orders(client: Any) -> int:
    """POST /0/private/OpenOrders of all pairs."""
    client.raw = client.large = True
    raw = await client.private_post_openorders()
    checked_json(raw)  # an order told twice is one too many
    return len(result_of(raw, _orders, "a list of orders").open)
