"""OKX's wallets: the unified trading account, funding, Simple Earn and On-chain Earn."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.okx.answers import Answer, only_row, rows_in
from cambist.exchanges.guard import all_differ, numbers, told_once
from cambist.exchanges.rows import filled, in_columns, wallet


class _Equity(msgspec.Struct, rename="camel", gc=False):
    """A currency of the trading account; a text is empty where its mode of account does not have it."""

    ccy: str
    eq: str
    avail_bal: str
    avail_eq: str
    frozen_bal: str
    liab: str
    interest: str


class _Account(msgspec.Struct, rename="camel"):
    details: list[_Equity]
    avail_eq: str | None = None


class _Funds(msgspec.Struct, rename="camel", gc=False):
    ccy: str
    bal: str
    avail_bal: str
    frozen_bal: str


class _Savings(msgspec.Struct, rename="camel", gc=False):
    ccy: str
    amt: str
    loan_amt: str
    pending_amt: str


class _Invested(msgspec.Struct):
    ccy: str
    amt: str


class _Earned(msgspec.Struct):
    ccy: str | None = None


class _Order(msgspec.Struct, rename="camel"):
    ord_id: str
    invest_data: list[_Invested]
    ccy: str | None = None
    earning_data: list[_Earned] | Literal[""] | None = None


_account = msgspec.json.Decoder(Answer[_Account])
_funds = msgspec.json.Decoder(Answer[_Funds])
_savings = msgspec.json.Decoder(Answer[_Savings])
_orders = msgspec.json.Decoder(Answer[_Order])

_ENVELOPE = {"code": 1, "data": 1}


async def trading(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v5/account/balance: what spot, margin, futures and trading bots hold together."""
    client.raw = True
    return trading_answer(await client.private_get_account_balance(), market)


def trading_answer(raw: bytes, market: Market) -> WalletAnswer:
    """Each currency's equity `eq`, as OKX works it out. Raises Unusable.

    The unrealised profit and what bots hold are in it, debts and interest are taken off: nothing is added.
    """
    account = only_row(_account, raw, "an account")
    rows = account.details
    count = len(rows)
    told_once(
        raw,
        **_ENVELOPE,
        details=1,
        availEq=count + (account.avail_eq is not None),
        **dict.fromkeys(("ccy", "eq", "availBal", "frozenBal", "liab", "interest"), count),
    )
    return _answer(
        market,
        [row.ccy for row in rows],
        [row.avail_bal or row.avail_eq for row in rows],
        [row.frozen_bal for row in rows],
        [row.eq for row in rows],
        [row.liab or "0" for row in rows],
        [row.interest or "0" for row in rows],
    )


async def funding(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v5/asset/balances."""
    client.raw = True
    return funding_answer(await client.private_get_asset_balances(), market)


def funding_answer(raw: bytes, market: Market) -> WalletAnswer:
    """Each currency's `bal`. Raises Unusable."""
    rows = rows_in(_funds, raw, "a list of funds")
    told_once(raw, **_ENVELOPE, **dict.fromkeys(("ccy", "bal", "availBal", "frozenBal"), len(rows)))
    return _answer(
        market,
        [row.ccy for row in rows],
        [row.avail_bal for row in rows],
        [row.frozen_bal for row in rows],
        [row.bal for row in rows],
    )


async def earn(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v5/finance/savings/balance: Simple Earn Flexible."""
    client.raw = True
    return earn_answer(await client.private_get_finance_savings_balance(), market)


def earn_answer(raw: bytes, market: Market) -> WalletAnswer:
    """Each currency's `amt`, earnings included; what is lent out counts as locked. Raises Unusable."""
    rows = rows_in(_savings, raw, "a list of savings")
    told_once(raw, **_ENVELOPE, **dict.fromkeys(("ccy", "amt", "loanAmt", "pendingAmt"), len(rows)))
    return _answer(
        market,
        [row.ccy for row in rows],
        [row.pending_amt for row in rows],
        [row.loan_amt for row in rows],
        [row.amt for row in rows],
    )


async def staking(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v5/finance/staking-defi/orders-active: On-chain Earn."""
    client.raw = True
    return staking_answer(await client.private_get_finance_staking_defi_orders_active(), market)


def staking_answer(raw: bytes, market: Market) -> WalletAnswer:
    """What each order has in it, until it is redeemed. Raises Unusable.

    What it is estimated to earn counts when it is paid. Staked ETH and SOL are not in here: they are BETH and
    OKSOL in the other wallets.
    """
    orders = rows_in(_orders, raw, "a list of orders in On-chain Earn")
    invested = [each for order in orders for each in order.invest_data]
    beside = [each for order in orders for each in (order, *(order.earning_data or ()))]
    ccy = len(invested) + sum(each.ccy is not None for each in beside)
    told_once(raw, **_ENVELOPE, ordId=len(orders), investData=len(orders), amt=len(invested), ccy=ccy)
    all_differ([order.ord_id for order in orders], "an order")
    return wallet(
        Balance(market.spellings.get(each.ccy, each.ccy), each.ccy, ZERO, amount, amount)
        for each, amount in zip(invested, numbers([each.amt for each in invested]), strict=True)
    )


def _answer(market: Market, codes: Sequence[str], *columns: Sequence[str]) -> WalletAnswer:
    """The balances out of columns: free, locked, total and, where a wallet has them, debt and interest."""
    all_differ(codes, "an asset")
    return WalletAnswer(filled(in_columns(market, codes, *map(numbers, columns))))


WALLETS: dict[str, WalletReader] = {
    "trading": trading,
    "funding": funding,
    "earn": earn,
    "staking": staking,
}
