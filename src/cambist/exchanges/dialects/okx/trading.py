"""An OKX account's open orders."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.okx.answers import Answer, rows_in
from cambist.exchanges.guard import Unusable

_PAGE = 100
_MOST_PAGES = 50


class _Order(msgspec.Struct, rename="camel"):
    ord_id: str


_orders = msgspec.json.Decoder(Answer[_Order])


async def open_orders(client: Any) -> int:
    """GET /api/v5/trade/orders-pending, page after page, of all kinds of instruments. Raises Unusable."""
    client.raw = True
    seen: set[str] = set()
    after: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        raw = await client.private_get_trade_orders_pending({"limit": str(_PAGE), **after})
        page = [order.ord_id for order in rows_in(_orders, raw, "a list of orders")]
        if len(seen | set(page)) != len(seen) + len(page):
            raise Unusable("the answer has an order twice")
        seen.update(page)
        if len(page) < _PAGE:
            return len(seen)
        after = {"after": page[-1]}
    raise Unusable(f"the account has more than {_PAGE * _MOST_PAGES} open orders")
