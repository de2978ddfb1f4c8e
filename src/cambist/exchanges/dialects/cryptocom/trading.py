"""A Crypto.com account's open orders, and whose account it is."""

from typing import Any

import msgspec

from cambist.exchanges.dialects.cryptocom.envelope import result_of
from cambist.exchanges.guard import all_differ, checked_json


class _Order(msgspec.Struct, gc=False):
    id: str = msgspec.field(name="order_id")


class _Orders(msgspec.Struct):
    data: list[_Order]


class _Account(msgspec.Struct):
    uuid: str


class _Accounts(msgspec.Struct):
    this: _Account | None = msgspec.field(name="this_account", default=None)


_orders = msgspec.json.Decoder(_Orders)
_accounts = msgspec.json.Decoder(_Accounts)


async def open_orders(client: Any) -> int:
    """POST /exchange/v1/private/get-open-orders of all instruments."""
    client.raw = client.large = True
    raw = await client.v1_private_post_private_get_open_orders()
    checked_json(raw)
    orders = result_of(raw, _orders, "a list of orders").data
    all_differ([order.id for order in orders], "an order")
    return len(orders)


async def uid(client: Any) -> str | None:
    """POST /exchange/v1/private/get-accounts: that of the keys, which older answers do not tell apart."""
    client.raw = True
    raw = await client.v1_private_post_private_get_accounts()
    checked_json(raw)
    this = result_of(raw, _accounts, "accounts").this
    return None if this is None else this.uuid
