"""A MEXC account's open spot orders, and its addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused
from cambist.core.listings import DepositAddress
from cambist.exchanges.guard import Unusable, all_differ, checked_json, shaped


class _Order(msgspec.Struct, rename="camel"):
    order_id: str


class _Address(msgspec.Struct):
    """network: the long name, "BNB Smart Chain(BEP20)"; short: that of ccxt's and our list, "BSC"."""

    coin: str
    network: str
    address: str
    memo: str | None = None
    tag: str | None = None
    short: str | None = msgspec.field(name="netWork", default=None)


_orders = msgspec.json.Decoder(list[_Order])
_addresses = msgspec.json.Decoder(list[_Address])


async def open_orders(client: Any) -> int:
    """GET /api/v3/openOrders of all pairs."""
    client.raw = client.large = True
    orders = shaped(_orders, await client.spot_private_get_openorders(), "a list of orders")
    all_differ([order.order_id for order in orders], "an order")
    return len(orders)


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /api/v3/capital/deposit/address; a network by either of its names. Raises ExchangeRefused."""
    client.raw = True
    raw = await client.spot_private_get_capital_deposit_address({"coin": currency})
    checked_json(raw)  # what goes to a wrong address is lost
    rows = shaped(_addresses, raw, "a list of addresses")
    if any(row.coin != currency or not row.address.strip() for row in rows):
        raise Unusable("the answer has no address of this currency")
    chosen = {(row.address, row.memo or row.tag or "") for row in rows if network in (row.network, row.short)}
    if not chosen:
        raise ExchangeRefused(f"MEXC tells no address of {currency} on the network {network}.")
    if len(chosen) > 1:
        raise Unusable("the answer has several addresses of this network")
    return DepositAddress(*chosen.pop())
