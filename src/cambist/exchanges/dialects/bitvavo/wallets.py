"""Bitvavo's wallets: what can be traded, flexible staking and lending in it, and fixed staking."""

from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Market
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import all_differ, numbers, shaped, told_once
from cambist.exchanges.rows import added, filled, in_columns


class _Row(msgspec.Struct, rename="camel", gc=False):
    symbol: str
    available: str
    in_order: str


class _Staked(msgspec.Struct, gc=False):
    symbol: str
    amount: str


_rows = msgspec.json.Decoder(list[_Row])
_staked = msgspec.json.Decoder(list[_Staked])


async def spot(client: Any, market: Market) -> WalletAnswer:
    """GET /v2/balance: of each asset that there is any of, what is available and what orders hold."""
    client.raw = True
    raw = await client.private_get_balance()
    rows = shaped(_rows, raw, "a balance")
    told_once(raw, **dict.fromkeys(("symbol", "available", "inOrder"), len(rows)))
    codes = [row.symbol for row in rows]
    all_differ(codes, "an asset")
    free, locked = numbers([row.available for row in rows]), numbers([row.in_order for row in rows])
    total = added(free, locked)
    balances = in_columns(market, codes, free, locked, total)
    return WalletAnswer(filled(balances))


async def fixed_staking(client: Any, market: Market) -> WalletAnswer:
    """GET /v2/stakingBalance: what is locked in fixed staking, which is not in the balance; [] for none."""
    client.raw = True
    raw = await client.private_get_stakingbalance()
    rows = shaped(_staked, raw, "a balance of staking")
    told_once(raw, **dict.fromkeys(("symbol", "amount"), len(rows)))
    codes = [row.symbol for row in rows]
    all_differ(codes, "an asset")
    held = numbers([row.amount for row in rows])
    balances = in_columns(market, codes, [ZERO] * len(held), held, held)
    return WalletAnswer(filled(balances))


WALLETS: dict[str, WalletReader] = {"spot": spot, "fixed_staking": fixed_staking}
