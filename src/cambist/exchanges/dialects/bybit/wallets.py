"""Bybit's wallets: the call that each needs, and its answer's rows as exact balances."""

from typing import Any, Literal

import msgspec

from cambist.core.terms import Market
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.bybit import earn
from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.guard import all_differ, numbers, told_once
from cambist.exchanges.rows import filled, in_columns, less


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
    own, locked, equity, borrowed, interest = (
        numbers([row.wallet_balance for row in rows]),
        numbers([row.locked for row in rows]),
        numbers([row.equity for row in rows]),
        numbers([row.borrow_amount for row in rows]),
        numbers([row.accrued_interest for row in rows]),
    )
    balances = in_columns(market, codes, less(own, locked), locked, equity, borrowed, interest)
    return WalletAnswer(filled(balances))


async def funding(client: Any, market: Market) -> WalletAnswer:
    """GET /v5/asset/transfer/query-account-coins-balance of the funding wallet; free is what can be moved."""
    client.raw = True
    raw = await client.private_get_v5_asset_transfer_query_account_coins_balance({"accountType": "FUND"})
    told = result_of(client, raw, _funding, "a funding wallet")
    each = dict.fromkeys(("coin", "walletBalance", "transferBalance"), len(told.balance))
    told_once(raw, accountType=1, memberId=1, balance=1, **each)
    codes = [row.coin for row in told.balance]
    all_differ(codes, "an asset")
    own = numbers([row.wallet_balance for row in told.balance])
    free = numbers([row.transfer_balance for row in told.balance])
    balances = in_columns(market, codes, free, less(own, free), own)
    return WalletAnswer(filled(balances), told.member_id or None)


WALLETS: dict[str, WalletReader] = {
    "unified": unified,
    "funding": funding,
    "earn_flexible": earn.flexible,
    "earn_fixed": earn.fixed,
    "earn_onchain": earn.on_chain,
}
