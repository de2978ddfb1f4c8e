"""What KuCoin's newer calls tell: the unified account, and the futures of one that is not unified."""

from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.kucoin.assets import asset_of
from cambist.exchanges.dialects.kucoin.envelope import data_of
from cambist.exchanges.failures import OtherMode
from cambist.exchanges.guard import Unusable, all_differ, checked_json, numbers, told_once
from cambist.exchanges.rows import filled


class _Asset(msgspec.Struct, gc=False):
    """equity: net of what is owed, the profit of open positions in it."""

    currency: str
    equity: str
    available: str
    liability: str = "0"


class _Account(msgspec.Struct):
    currencies: list[_Asset]


class _Told(msgspec.Struct, rename="camel"):
    account_type: str
    accounts: list[_Account]


class _Mode(msgspec.Struct, rename="camel"):
    self_account_mode: str


_told = msgspec.json.Decoder(_Told)
_mode = msgspec.json.Decoder(_Mode)
_EACH = ("currency", "equity", "available")


async def unified(client: Any, market: Market) -> WalletAnswer:
    """GET /api/ua/v1/unified/account/balance: nothing, where the account is not unified."""
    client.raw = True
    try:
        raw = await client.utaprivate_get_accountmode_account_balance({"accountMode": "unified"})
        return _answer(client, raw, "UNIFIED")
    except OtherMode:
        return WalletAnswer(())


async def futures(client: Any, market: Market) -> WalletAnswer:
    """GET /api/ua/v1/account/balance of all futures accounts, each of a currency.

    Where they hold nothing, the account may be a unified one, whose positions are told elsewhere.
    """
    client.raw = True
    raw = await client.utaprivate_get_account_balance({"accountType": "FUTURES"})
    answer = _answer(client, raw, "FUTURES")
    if not answer.balances:
        await check_classic(client)
    return answer


async def check_classic(client: Any) -> None:
    """GET /api/ua/v1/account/mode. Raises NotOffered for a unified account."""
    raw = await client.utaprivate_get_account_mode()
    checked_json(raw)
    if data_of(client, raw, _mode, "an account's mode").self_account_mode != "CLASSIC":
        raise NotOffered(
            "It is a unified account: connect it as kucoin, whose wallet `unified` has its futures."
        )


def _answer(client: Any, raw: bytes, kind: str) -> WalletAnswer:
    """Each currency's equity, as KuCoin works it out; what of it is not available is locked."""
    told = data_of(client, raw, _told, "balances")
    if told.account_type != kind:
        raise Unusable("the answer is of another account")
    rows = [row for account in told.accounts for row in account.currencies]
    each = (*_EACH, "liability") if b'"liability"' in raw else _EACH
    told_once(raw, accountType=1, currencies=len(told.accounts), **dict.fromkeys(each, len(rows)))
    all_differ([row.currency for row in rows], "an asset")
    columns = zip(
        [row.currency for row in rows],
        numbers([row.available for row in rows]),
        numbers([row.equity for row in rows]),
        numbers([row.liability for row in rows]),
        strict=True,
    )
    balances = []
    for code, free, worth, debt in columns:
        locked = max(equity(worth, debt, free), ZERO)
        balances.append(
            Balance(asset_of(code), code, equity(worth, debt, locked), locked, worth, borrowed=debt)
        )
    return WalletAnswer(filled(balances))
