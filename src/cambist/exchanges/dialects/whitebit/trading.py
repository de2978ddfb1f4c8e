"""A WhiteBIT account's open orders, and its addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.listings import DepositAddress
from cambist.exchanges.guard import Unusable, checked_json, shaped

_PAGE = 100
_MOST_PAGES = 20


class _Order(msgspec.Struct, rename="camel"):
    order_id: int


class _Account(msgspec.Struct):
    address: str
    memo: str | None = None


class _Address(msgspec.Struct):
    account: _Account


_orders = msgspec.json.Decoder(list[_Order])
_address = msgspec.json.Decoder(_Address)


async def open_orders(client: Any) -> int:
    """POST /api/v4/orders of all pairs, page after page."""
    client.raw = True
    found: set[int] = set()
    for page in range(_MOST_PAGES):
        raw = await client.v4_private_post_orders({"limit": _PAGE, "offset": page * _PAGE})
        ids = [order.order_id for order in shaped(_orders, raw, "a list of orders")]
        if len(found | set(ids)) != len(found) + len(ids):
            raise Unusable("the answer has an order twice")
        found |= set(ids)
        if len(ids) < _PAGE:
            return len(found)
    raise Unusable("there are more open orders than can be counted")


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """POST /api/v4/main-account/address, where a currency is named `ticker`."""
    client.raw = True
    raw = await client.v4_private_post_main_account_address({"ticker": currency, "network": network})
    checked_json(raw)  # what goes to a wrong address is lost
    told = shaped(_address, raw, "an address for deposits").account
    if not told.address.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(told.address, told.memo or "")
