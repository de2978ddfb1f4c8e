"""Bybit's wallets: the call that each needs, and its answer's rows as exact balances."""

from collections.abc import Sequence
from decimal import Decimal
from operator import sub
from typing import Any, Literal

import msgspec

from cambist.core.money import exact
from cambist.core.terms import Balance, Market, balances_of
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.bybit import earn
from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.guard import all_differ, numbers, told_once


class _Coin(msgspec.Struct, rename="camel", gc=False):
    coin: str
    equity: str
    wallet_balance: str
    locked: str
    borrow_amount: str
    accrued_interest: str


class _Account(msgspec.Struct, rename="camel"):
    account_type: Literal["UNIFIED"]
    coin: list[_Coin]


class _Accounts(msgspec.Struct):
    accounts: tuple[_Account] = msgspec.field(name="list")


class _Deposit(msgspec.Struct, rename="camel", gc=False):
    coin: str
    wallet_balance: str
    transfer_balance: str


class _Funding(msgspec.Struct, rename="camel"):
    account_type: Literal["FUND"]
    balance: list[_Deposit]
    member_id: str


_accounts = msgspec.json.Decoder(_Accounts)
_funding = msgspec.json.Decoder(_Funding)


async def unified(client: Any, market: Market) -> WalletAnswer:
    """GET /v5/account/wallet-balance of the unified account.

    A coin's total is its `equity`, as Bybit tells it: net of what is borrowed, the unrealised profit of
    open positions in it. free: what is in no order, borrowed or not.
    """
    client.raw = True
    raw = await client.private_get_v5_account_wallet_balance({"accountType": "UNIFIED"})
    (account,) = result_of(client, raw, _accounts, "a unified account").accounts
    rows = account.coin
    each = ("equity", "walletBalance", "locked", "borrowAmount", "accruedInterest")
    told_once(raw, list=1, accountType=1, coin=1 + len(rows), **dict.fromkeys(each, len(rows)))
    codes = [row.coin for row in rows]
    all_differ(codes, "an asset")
    held, locked, equity, borrowed, interest = (
        numbers([row.wallet_balance for row in rows]),
        numbers([row.locked for row in rows]),
        numbers([row.equity for row in rows]),
        numbers([row.borrow_amount for row in rows]),
        numbers([row.accrued_interest for row in rows]),
    )
    columns = (_assets(codes, market), codes, _less(held, locked), locked, equity, borrowed, interest)
    balances = map(Balance, *columns)
    return WalletAnswer(tuple(each for each in balances if any(each[2:])))


async def funding(client: Any, market: Market) -> WalletAnswer:
    """GET /v5/asset/transfer/query-account-coins-balance of the funding wallet; free is what can be moved."""
    client.raw = True
    raw = await client.private_get_v5_asset_transfer_query_account_coins_balance({"accountType": "FUND"})
    told = result_of(client, raw, _funding, "a funding wallet")
    each = dict.fromkeys(("coin", "walletBalance", "transferBalance"), len(told.balance))
    told_once(raw, accountType=1, memberId=1, balance=1, **each)
    codes = [row.coin for row in told.balance]
    all_differ(codes, "an asset")
    held = numbers([row.wallet_balance for row in told.balance])
    free = numbers([row.transfer_balance for row in told.balance])
    balances = balances_of(_assets(codes, market), codes, free, _less(held, free), held)
    return WalletAnswer(tuple(each for each in balances if any(each[2:])), told.member_id or None)


def _assets(codes: Sequence[str], market: Market) -> list[str]:
    return [market.spellings.get(code, code) for code in codes]


def _less(all_of: Sequence[Decimal], some: Sequence[Decimal]) -> list[Decimal]:
    with exact():
        return list(map(sub, all_of, some))


WALLETS: dict[str, WalletReader] = {
    "unified": unified,
    "funding": funding,
    "earn_flexible": earn.flexible,
    "earn_fixed": earn.fixed,
    "earn_onchain": earn.on_chain,
}
