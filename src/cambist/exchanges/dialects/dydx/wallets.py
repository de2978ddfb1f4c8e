"""An account of dYdX v4, as its indexer tells it of an address; and its open orders."""

from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.money import ZERO, exact
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import Listed, Source, Texts, WalletAnswer, WalletReader
from cambist.exchanges.guard import Unusable, all_differ, checked_json, numbers, shaped

COLLATERAL = "USDC"
_MOST_ORDERS = 1_000


class _Position(msgspec.Struct, rename="camel"):
    unrealized_pnl: str


class _Child(msgspec.Struct, rename="camel"):
    """open_perpetual_positions: by market."""

    open_perpetual_positions: dict[str, _Position]


class _Subaccount(msgspec.Struct, rename="camel"):
    address: str
    equity: str
    free_collateral: str
    child_subaccounts: list[_Child] | None = None
    open_perpetual_positions: dict[str, _Position] | None = None


class _Account(msgspec.Struct):
    subaccount: _Subaccount


class _Order(msgspec.Struct):
    id: str


_account = msgspec.json.Decoder(_Account)
_orders = msgspec.json.Decoder(list[_Order])


async def subaccount(client: Any, market: Market) -> WalletAnswer:
    """GET /v4/addresses/{address}/parentSubaccountNumber/0: subaccount 0 with those of isolated positions."""
    client.raw = client.large = True
    asked = {"address": client.walletAddress, "number": 0}
    return subaccount_answer(
        await client.indexer_get_addresses_address_parentsubaccountnumber_number(asked), market
    )


def subaccount_answer(raw: bytes, _: Market) -> WalletAnswer:
    """The `equity` in USDC, open positions' profit included; free is what is no collateral. Raises Unusable.

    The indexer adds up those of all the subaccounts. locked: what else there is of the cash, the equity less
    that profit; so free and locked are another sum than the total where there are positions, and only there.
    """
    checked_json(raw)  # one account: the exact check costs nothing
    told = shaped(_account, raw, "an account").subaccount
    worth, free = numbers([told.equity, told.free_collateral])
    with exact():
        cash = worth - sum(numbers([each.unrealized_pnl for each in _positions(told)]), ZERO)
    locked = max(equity(cash, ZERO, free), ZERO)
    balance = Balance(COLLATERAL, COLLATERAL, free, locked, worth)
    return WalletAnswer((balance,) if any(balance[2:]) else (), told.address)


def _positions(told: _Subaccount) -> list[_Position]:
    """Of all the subaccounts; of a single one, which has no others. Raises Unusable where none are told."""
    if told.child_subaccounts is not None:
        return [each for one in told.child_subaccounts for each in one.open_perpetual_positions.values()]
    if told.open_perpetual_positions is None:
        raise Unusable("the answer does not tell the positions")
    return [*told.open_perpetual_positions.values()]


async def open_orders(client: Any) -> int:
    """GET /v4/orders of subaccount 0 that are open; a full answer may not be all of them."""
    client.raw = client.large = True
    raw = await client.indexer_get_orders(
        {
            "address": client.walletAddress,
            "subaccountNumber": 0,
            "status": "OPEN",
            "limit": _MOST_ORDERS,
        }
    )
    orders = shaped(_orders, raw, "a list of orders")
    all_differ([order.id for order in orders], "an order")
    if len(orders) >= _MOST_ORDERS:
        raise Unusable("there are more open orders than can be counted")
    return len(orders)


async def _no_pairs(_: Any) -> Listed:
    raise NotOffered("dYdX has no spot prices.")


async def _no_prices(_: Any) -> Texts:
    raise NotOffered("dYdX has no spot prices.")


WALLETS: dict[str, WalletReader] = {"subaccount": subaccount}
NO_PRICES = Source(_no_pairs, _no_prices, _no_prices)
