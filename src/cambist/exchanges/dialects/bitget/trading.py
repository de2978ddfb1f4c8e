"""A Bitget account's open orders of spot."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.guard import Unusable, checked_json

_PAGE = 100
_MOST_PAGES = 20


class _Order(msgspec.Struct, rename="camel"):
    order_id: str


_orders = msgspec.json.Decoder(list[_Order])


async def open_orders(client: Any) -> int:
    """GET /api/v2/spot/trade/unfilled-orders, page after page. Raises Unusable; a unified account refuses."""
    client.raw = True
    seen: set[str] = set()
    after: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        raw = await client.private_spot_get_v2_spot_trade_unfilled_orders({"limit": str(_PAGE), **after})
        checked_json(raw)
        page = [order.order_id for order in data_of(client, raw, _orders, "a list of orders")]
        if len(seen | set(page)) != len(seen) + len(page):
            raise Unusable("the answer has an order twice")
        seen.update(page)
        if len(page) < _PAGE:
            return len(seen)
        after = {"idLessThan": page[-1]}
    raise Unusable(f"the account has more than {_PAGE * _MOST_PAGES} open orders")
