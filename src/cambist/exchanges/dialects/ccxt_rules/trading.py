"""Open orders as ccxt reads them."""

from typing import Any

from cambist.core.errors import NotOffered
from cambist.exchanges.guard import Unusable


async def open_orders(client: Any) -> int:
    """ccxt's fetch_open_orders of all pairs.

    None at all is refused: where the catalogue does not know the exchange, no orders cannot be told from
    an answer that was not understood.
    """
    if client.has.get("fetchOpenOrders") is not True:
        raise NotOffered(f"{client.name} does not tell open orders.")
    orders = await client.fetch_open_orders()
    if not orders:
        raise Unusable("no orders were found in the answer")
    return len(orders)
