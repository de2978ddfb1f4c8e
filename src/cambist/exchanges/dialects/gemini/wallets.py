"""Gemini's wallets: what an account holds, and what is staked."""

from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.gemini.keys import check_keys
from cambist.exchanges.guard import all_differ, figures, shaped, told_once


class _Row(msgspec.Struct, gc=False):
    currency: str
    amount: msgspec.Raw
    available: msgspec.Raw


class _Staked(msgspec.Struct, rename="camel", gc=False):
    """balance_by_provider: the same amount, by who stakes it."""

    currency: str
    balance: msgspec.Raw
    available: msgspec.Raw
    balance_by_provider: dict[str, msgspec.Raw]


_rows = msgspec.json.Decoder(list[_Row])
_staked = msgspec.json.Decoder(list[_Staked])


async def spot(client: Any, market: Market) -> WalletAnswer:
    """POST /v1/balances: what of an amount is not available, orders hold."""
    check_keys(client)
    client.raw = True
    raw = await client.private_post_v1_balances()
    rows = shaped(_rows, raw, "a list of balances")
    told_once(raw, **dict.fromkeys(("currency", "amount", "available"), len(rows)))
    held = [(row.currency, row.amount, row.available) for row in rows]
    return WalletAnswer(_balances(held, market))


async def staking(client: Any, market: Market) -> WalletAnswer:
    """POST /v1/balances/staking, in JSON numbers; hardly any of it can be traded."""
    check_keys(client)
    client.raw = True
    raw = await client.private_post_v1_balances_staking()
    rows = shaped(_staked, raw, "a list of staked balances")
    times = len(rows) + sum(len(row.balance_by_provider) for row in rows)
    told_once(raw, currency=len(rows), available=len(rows), balance=times)
    return WalletAnswer(_balances([(row.currency, row.balance, row.available) for row in rows], market))


def _balances(rows: list[tuple[str, msgspec.Raw, msgspec.Raw]], market: Market) -> tuple[Balance, ...]:
    """Of (currency, amount, what of it is available). Raises Unusable."""
    codes = [code for code, _, _ in rows]
    all_differ(codes, "an asset")
    held = figures([amount for _, amount, _ in rows])
    available = figures([amount for _, _, amount in rows])
    return tuple(
        Balance(market.spellings.get(code, code), code, free, equity(total, ZERO, free), total)
        for code, total, free in zip(codes, held, available, strict=True)
        if total or free
    )


WALLETS: dict[str, WalletReader] = {"spot": spot, "staking": staking}
