"""HTX's wallets: accounts by their kind, cross and isolated margin, coin-margined contracts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.errors import LoadFailed
from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.htx.accounts import account_id, forget_accounts
from cambist.exchanges.dialects.htx.envelope import data_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, numbers, told_once

# What a row's kind says its amount is: free, held back (frozen by orders, locked, saved), or owed.
_HELD = ("trade", "frozen", "lock", "bank")
_OWED = ("loan", "interest")
_ONLY_SAID = ("transfer-out-available", "loan-available")
_COUNTED = frozenset((*_HELD, *_OWED))


class _Row(msgspec.Struct, gc=False):
    currency: str
    type: str
    balance: str


class _Account(msgspec.Struct):
    type: str
    rows: list[_Row] = msgspec.field(name="list")


class _Isolated(msgspec.Struct):
    symbol: str
    rows: list[_Row] = msgspec.field(name="list")


class _Contract(msgspec.Struct, gc=False):
    """margin_balance: with what open positions have won (margin_static + profit_unreal)."""

    symbol: str
    margin_balance: msgspec.Raw
    margin_available: msgspec.Raw


_account = msgspec.json.Decoder(_Account)
_isolated = msgspec.json.Decoder(list[_Isolated])
_contracts = msgspec.json.Decoder(list[_Contract])


def of_kind(kind: str) -> WalletReader:
    """GET /v1/account/accounts/{id}/balance of the account of a kind, whose number is remembered."""

    async def read(client: Any, market: Market) -> WalletAnswer:
        client.raw = client.large = True
        number = await account_id(client, kind)
        try:
            asked = {"account-id": number}
            raw = await client.spot_private_get_v1_account_accounts_account_id_balance(asked)
            return account_answer(raw, kind, market)
        except (LoadFailed, Unusable):
            forget_accounts(client)
            raise

    return read


async def cross_margin(client: Any, market: Market) -> WalletAnswer:
    """GET /v1/cross-margin/accounts/balance, where the user has such an account."""
    client.raw = client.large = True
    await account_id(client, "super-margin")
    raw = await client.spot_private_get_v1_cross_margin_accounts_balance()
    return account_answer(raw, None, market)


def account_answer(raw: bytes, kind: str | None, market: Market) -> WalletAnswer:
    """The balances of one account. Raises Unusable, also where it is of another kind than was asked for."""
    account = data_of(raw, _account, "an account")
    rows = len(account.rows)
    told_once(raw, list=1, currency=rows, balance=rows, type=rows + 1)
    if kind not in (None, account.type):
        raise Unusable("the answer is of another account")
    return WalletAnswer(tuple(_balances(account.rows, market)))


async def isolated_margin(client: Any, market: Market) -> WalletAnswer:
    """GET /v1/margin/accounts/balance of all pairs; codes are the exchange's, with their pair before them."""
    client.raw = client.large = True
    await account_id(client, "margin")
    raw = await client.spot_private_get_v1_margin_accounts_balance()
    accounts = data_of(raw, _isolated, "isolated accounts")
    checked_json(raw)
    all_differ([account.symbol for account in accounts], "a pair")
    return WalletAnswer(
        tuple(
            balance._replace(code=f"{account.symbol}.{balance.code}")
            for account in accounts
            for balance in _balances(account.rows, market)
        )
    )


def _balances(rows: Sequence[_Row], market: Market) -> Iterator[Balance]:
    """A balance a currency that is held or owed; what can be borrowed or moved is said beside, and not held.

    Amounts owed are told with a minus. Raises Unusable for an unknown kind of amount, unless it is 0.
    """
    counted = [row for row in rows if row.type in _COUNTED]
    all_differ([f"{row.type} {row.currency}" for row in counted], "an amount")
    if _currencies(counted, "trade") != _currencies(counted, "frozen"):
        raise Unusable("the answer does not tell of each currency what is free and what is frozen")
    strange = [row.balance for row in rows if row.type not in _COUNTED and row.type not in _ONLY_SAID]
    if any(numbers(strange)):
        raise Unusable("the answer has a kind of amount that is not known")
    parts: dict[str, dict[str, Decimal]] = {}
    for row, amount in zip(counted, numbers([row.balance for row in counted]), strict=True):
        if amount:
            parts.setdefault(row.currency, {})[row.type] = amount
    for code, told in parts.items():
        yield _balance(code, told, market)


def _balance(code: str, told: dict[str, Decimal], market: Market) -> Balance:
    free, frozen, locked, saved = (told.get(kind, ZERO) for kind in _HELD)
    loan, interest = (told.get(kind, ZERO) for kind in _OWED)
    if loan > 0 or interest > 0:
        raise Unusable("the answer tells a debt as if it were held")
    held_back = equity(equity(frozen, locked), saved)
    borrowed, owed = -loan, -interest
    return Balance(
        asset=market.spellings.get(code, code.upper()),
        code=code,
        free=free,
        locked=held_back,
        total=equity(free, held_back, borrowed, owed),
        borrowed=borrowed,
        interest=owed,
    )


def _currencies(rows: Sequence[_Row], kind: str) -> set[str]:
    return {row.currency for row in rows if row.type == kind}


async def futures_coinm(client: Any, market: Market) -> WalletAnswer:
    """POST /swap-api/v1/swap_account_info of all coin-margined swaps."""
    client.raw = True
    return contracts_answer(await client.contract_private_post_swap_api_v1_swap_account_info(), market)


async def delivery_coinm(client: Any, market: Market) -> WalletAnswer:
    """POST /api/v1/contract_account_info of all coin-margined futures."""
    client.raw = True
    return contracts_answer(await client.contract_private_post_api_v1_contract_account_info(), market)


def contracts_answer(raw: bytes, market: Market) -> WalletAnswer:
    """What each coin's account is worth, unrealised profit in it once. Raises Unusable."""
    rows = data_of(raw, _contracts, "accounts of contracts")
    each = dict.fromkeys(("symbol", "margin_balance", "margin_available"), len(rows))
    told_once(raw, **each)
    all_differ([row.symbol for row in rows], "an account")
    worth = figures([row.margin_balance for row in rows])
    available = figures([row.margin_available for row in rows])
    balances = []
    for row, total, free in zip(rows, worth, available, strict=True):
        locked = max(equity(total, ZERO, free), ZERO)
        asset = market.spellings.get(row.symbol, row.symbol)
        balances.append(Balance(asset, row.symbol, equity(total, ZERO, locked), locked, total))
    return WalletAnswer(tuple(each for each in balances if each.total or each.locked))


# {wallet: what HTX calls the kind of account}. Points, which pay fees and are no currency, are in none.
OF_A_KIND = {
    "spot": "spot",
    "earn": "deposit-earning",
    "otc": "otc",
    "grid": "grid-trading",
    "investment": "investment",
    "lending": "borrow",
    "loans": "crypto-loans",
    "mining": "minepool",
    "etf": "etf",
    "otc_options": "otc-options",
}
WALLETS: dict[str, WalletReader] = {
    **{wallet: of_kind(kind) for wallet, kind in OF_A_KIND.items()},
    "cross_margin": cross_margin,
    "isolated_margin": isolated_margin,
    "futures_coinm": futures_coinm,
    "delivery_coinm": delivery_coinm,
}
