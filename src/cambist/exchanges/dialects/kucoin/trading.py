"""A KuCoin account's open orders of spot."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.kucoin.envelope import Page, data_of
from cambist.exchanges.guard import Unusable, checked_json

_PAGE = 500
_MOST_CALLS = 20


class _Order(msgspec.Struct):
    id: str


class _Symbols(msgspec.Struct):
    symbols: list[str]


_orders = msgspec.json.Decoder(Page[_Order])
_symbols = msgspec.json.Decoder(_Symbols)
_of_a_symbol = msgspec.json.Decoder(list[_Order])


async def open_orders(client: Any) -> int:
    """GET /api/v1/orders, page by page, and of each pair that has some, GET /api/v1/hf/orders/active.

    An order is told by either or by both, so they are counted by their ids.
    """
    client.raw = True
    return len(await _by_page(client) | await _by_symbol(client))


async def _by_page(client: Any) -> set[str]:
    found: list[str] = []
    for number in range(1, _MOST_CALLS + 1):
        asked = {"status": "active", "currentPage": number, "pageSize": _PAGE}
        raw = await client.private_get_orders(asked)
        checked_json(raw)
        page = data_of(client, raw, _orders, "a list of orders")
        found += [order.id for order in page.items]
        if number >= page.total_page:
            if len(set(found)) != page.total_num:
                raise Unusable("the answers do not tell all orders")
            return set(found)
    raise Unusable("there are more open orders than can be counted")


async def _by_symbol(client: Any) -> set[str]:
    raw = await client.private_get_hf_orders_active_symbols()
    checked_json(raw)
    symbols = data_of(client, raw, _symbols, "a list of pairs").symbols
    if len(symbols) > _MOST_CALLS:
        raise Unusable("there are open orders of more pairs than can be asked for")
    found: set[str] = set()
    for symbol in symbols:
        raw = await client.private_get_hf_orders_active({"symbol": symbol})
        checked_json(raw)
        found |= {order.id for order in data_of(client, raw, _of_a_symbol, "a list of orders")}
    return found
