"""Crypto.com's wallet: what is held, owed and won, exact."""

from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.cryptocom.envelope import result_of
from cambist.exchanges.guard import all_differ, checked_json, number, numbers
from cambist.exchanges.rows import filled

UNREALIZED = "total_session_unrealized_pnl"
ISOLATED = "total_isolated_cash_balance"


class _Row(msgspec.Struct, gc=False):
    """quantity: less than nothing where it is borrowed. reserved: what of it orders and loans hold."""

    name: str = msgspec.field(name="instrument_name")
    quantity: str
    reserved: str = msgspec.field(name="reserved_qty")


class _Account(msgspec.Struct):
    """name: what the sums are reckoned in. isolated: cash that was moved to isolated positions."""

    name: str = msgspec.field(name="instrument_name")
    unrealized: str = msgspec.field(name=UNREALIZED)
    rows: list[_Row] = msgspec.field(name="position_balances")
    isolated: str = msgspec.field(name=ISOLATED, default="0")


class _Balances(msgspec.Struct):
    data: tuple[_Account]


_balances = msgspec.json.Decoder(_Balances)


async def spot(client: Any, market: Market) -> WalletAnswer:
    """POST /exchange/v1/private/user-balance."""
    client.raw = True
    return balance_answer(await client.v1_private_post_private_user_balance(), market)


def balance_answer(raw: bytes, market: Market) -> WalletAnswer:
    """Quantities, and in dollars the unrealised profit of all open positions and isolated positions' cash.

    Crypto.com's cash balance is the value of the quantities, realised profit in it; its margin balance is
    that of the collateral and the unrealised profit: so this profit is in no quantity. None of it is
    free: so dollars are known to move by themselves. Raises Unusable.
    """
    (account,) = result_of(raw, _balances, "a user's balances").data
    checked_json(raw)  # few rows: the exact check costs nothing
    codes = [row.name for row in account.rows]
    all_differ(codes, "an asset")
    held = numbers([row.quantity for row in account.rows])
    reserved = numbers([row.reserved for row in account.rows])
    balances = []
    for code, quantity, locked in zip(codes, held, reserved, strict=True):
        borrowed = max(-quantity, ZERO)
        free = equity(max(quantity, ZERO), ZERO, locked)
        balances.append(
            Balance(market.spellings.get(code, code), code, free, locked, quantity, borrowed=borrowed)
        )
    won, isolated = number(account.unrealized), number(account.isolated)
    balances.append(Balance(account.name, UNREALIZED, ZERO, ZERO, won))
    balances.append(Balance(account.name, ISOLATED, isolated, ZERO, isolated))
    return WalletAnswer(filled(balances))


WALLETS: dict[str, WalletReader] = {"spot": spot}
