"""WhiteBIT's wallets: the accounts for trade, for deposits and for collateral, and open positions' profit."""

from typing import Any, TypeVar

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import Unusable, all_differ, checked_json, numbers, shaped, told_once
from cambist.exchanges.rows import added, filled, in_columns, less

T = TypeVar("T")

PROFITS_IN = "USDT"


class _Trade(msgspec.Struct, gc=False):
    available: str
    freeze: str


class _Main(msgspec.Struct, gc=False):
    main_balance: str


class _Collateral(msgspec.Struct, rename="camel"):
    asset: str
    balance: str
    borrow: str
    available_without_borrow: str


class _Profit(msgspec.Struct, rename="camel"):
    pnl: str
    unrealized_funding: str


_trade = msgspec.json.Decoder(dict[str, _Trade])
_main = msgspec.json.Decoder(dict[str, _Main])
_collateral = msgspec.json.Decoder(list[_Collateral])
_profit = msgspec.json.Decoder(_Profit)


async def spot(client: Any, market: Market) -> WalletAnswer:
    """POST /api/v4/trade-account/balance: of every asset, what is available and what orders hold."""
    client.raw = True
    raw = await client.v4_private_post_trade_account_balance()
    rows = _some(shaped(_trade, raw, "a balance for trade"))
    told_once(raw, available=len(rows), freeze=len(rows))
    free = numbers([row.available for row in rows.values()])
    locked = numbers([row.freeze for row in rows.values()])
    total = added(free, locked)
    return WalletAnswer(filled(in_columns(market, list(rows), free, locked, total)))


async def main(client: Any, market: Market) -> WalletAnswer:
    """POST /api/v4/main-account/balance: of every asset, what was deposited and is not for trade."""
    client.raw = True
    raw = await client.v4_private_post_main_account_balance()
    rows = _some(shaped(_main, raw, "a main balance"))
    told_once(raw, main_balance=len(rows))
    held = numbers([row.main_balance for row in rows.values()])
    none = [ZERO] * len(held)
    return WalletAnswer(filled(in_columns(market, list(rows), held, none, held)))


async def collateral(client: Any, market: Market) -> WalletAnswer:
    """POST /api/v4/collateral-account/balance-summary: of each asset, the balance, which no position changes.

    Raises NotOffered where something is borrowed: whether a balance then holds it is not documented.
    """
    client.raw = True
    raw = await client.v4_private_post_collateral_account_balance_summary()
    checked_json(raw)  # few rows: the exact check costs nothing
    rows = shaped(_collateral, raw, "a balance of collateral")
    codes = [row.asset for row in rows]
    all_differ(codes, "an asset")
    held, free = (
        numbers([row.balance for row in rows]),
        numbers([row.available_without_borrow for row in rows]),
    )
    if any(numbers([row.borrow for row in rows])):
        raise NotOffered("WhiteBIT does not tell whether a balance of collateral holds what is borrowed.")
    locked = [max(each, ZERO) for each in less(held, free)]
    return WalletAnswer(filled(in_columns(market, codes, less(held, locked), locked, held)))


async def collateral_profit(client: Any, market: Market) -> WalletAnswer:
    """POST /api/v4/collateral-account/summary: what open positions have won, less the funding they owe.

    In USDT, and in no balance: free margin = equity - margin + pnl - unrealizedFunding, as the figures of the
    documented answer show.
    """
    client.raw = True
    raw = await client.v4_private_post_collateral_account_summary()
    checked_json(raw)
    told = shaped(_profit, raw, "a summary of collateral")
    pnl, funding = numbers([told.pnl, told.unrealized_funding])
    profit = equity(pnl, ZERO, funding)
    return WalletAnswer((Balance(PROFITS_IN, PROFITS_IN, profit, ZERO, profit),) if profit else ())


def _some(rows: dict[str, T]) -> dict[str, T]:
    """Raises Unusable where there are none: every asset is told, also one that there is nothing of."""
    if not rows:
        raise Unusable("the answer tells of no asset")
    return rows


WALLETS: dict[str, WalletReader] = {
    "spot": spot,
    "main": main,
    "collateral": collateral,
    "collateral_profit": collateral_profit,
}
