"""A Gate account's open orders of spot."""

from typing import Any

import msgspec

from cambist.exchanges.guard import all_differ, checked_json, shaped


class _Pair(msgspec.Struct):
    currency_pair: str
    total: int


_pairs = msgspec.json.Decoder(list[_Pair])


async def open_orders(client: Any) -> int:
    """GET /spot/open_orders: how many there are of each pair that has some; one of each is shown."""
    client.raw = True
    raw = await client.private_spot_get_open_orders({"limit": 1})
    checked_json(raw)
    rows = shaped(_pairs, raw, "a list of orders")
    all_differ([row.currency_pair for row in rows], "a pair")
    return sum(row.total for row in rows)
