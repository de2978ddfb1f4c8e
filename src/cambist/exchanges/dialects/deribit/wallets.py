"""A Deribit account: what it is worth in each currency, futures, options and loans included."""

from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.deribit.envelope import result_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, told_once
from cambist.exchanges.rows import filled

LOAN = "outstanding_loan"
MOST_CURRENCIES = 200
_NONE = msgspec.Raw(b"0")


class _Summary(msgspec.Struct):
    """Of one currency, but for the sums in dollars, which are of all that are collateral together."""

    currency: str
    equity: msgspec.Raw
    balance: msgspec.Raw
    available: msgspec.Raw = msgspec.field(name="available_withdrawal_funds")
    margin_model: str = ""
    total_equity: msgspec.Raw = msgspec.field(name="total_equity_usd", default=_NONE)
    total_margin: msgspec.Raw = msgspec.field(name="total_margin_balance_usd", default=_NONE)


class _Account(msgspec.Struct):
    id: int
    summaries: list[_Summary]


class _Code(msgspec.Struct):
    currency: str


class _Codes(msgspec.Struct):
    summaries: list[_Code]


_account = msgspec.json.Decoder(_Account)
_codes = msgspec.json.Decoder(_Codes)


async def account(client: Any, market: Market) -> WalletAnswer:
    """GET /private/get_account_summaries of all currencies; the account's id comes with `extended`."""
    client.raw = True
    return account_answer(await client.private_get_get_account_summaries({"extended": "true"}), market)


async def currencies(client: Any) -> list[str]:
    """GET /private/get_account_summaries: those that there is a log of."""
    client.raw = True
    raw = await client.private_get_get_account_summaries()
    checked_json(raw)
    found = [row.currency for row in result_of(raw, _codes, "an account").summaries]
    all_differ(found, "a currency")
    if not 0 < len(found) <= MOST_CURRENCIES:
        raise Unusable("the answer tells of no currency, or of too many")
    return found


def account_answer(raw: bytes, market: Market) -> WalletAnswer:
    """Each currency's `equity`, as Deribit works it out. Raises Unusable.

    It is the cash balance, the session's profit of futures, realised and not, and the options at their mark
    price: nothing is added. free: what of the cash could be withdrawn, since the funds available for trading
    are those of all collateral currencies together, in each of them again. So the equity is another sum than
    free and locked where there are positions, and only there.
    """
    told = result_of(raw, _account, "an account")
    rows = told.summaries
    if not rows:
        raise Unusable("the answer tells of no currency")
    each = ("currency", "equity", "balance", "available_withdrawal_funds")
    told_once(raw, summaries=1, id=1, **dict.fromkeys(each, len(rows)))
    all_differ([row.currency for row in rows], "a currency")
    worth = figures([row.equity for row in rows])
    cash = figures([row.balance for row in rows])
    available = figures([row.available for row in rows])
    balances = []
    for row, total, held, free in zip(rows, worth, cash, available, strict=True):
        asset = market.spellings.get(row.currency, row.currency)
        locked = max(equity(held, ZERO, free), ZERO)
        balances.append(Balance(asset, row.currency, equity(held, ZERO, locked), locked, total))
    balances.extend(_loan(rows))
    return WalletAnswer(filled(balances), str(told.id))


def _loan(rows: list[_Summary]) -> list[Balance]:
    """What is owed, in dollars, by an account whose currencies are one collateral in portfolio margin.

    There the margin balance is the equity less the outstanding loan (documentation of the call).
    """
    together = [row for row in rows if row.margin_model == "cross_pm"]
    if not together:
        return []
    worth = set(figures([row.total_equity for row in together]))
    margin = set(figures([row.total_margin for row in together]))
    if len(worth) != 1 or len(margin) != 1:
        raise Unusable("the answer tells several sums of the same collateral")
    owed = equity(worth.pop(), ZERO, margin.pop())
    debt = equity(ZERO, ZERO, owed)
    return [Balance("USD", LOAN, debt, ZERO, debt, borrowed=owed)] if owed else []


WALLETS: dict[str, WalletReader] = {"account": account}
