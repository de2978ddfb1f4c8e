"""Bitget's futures accounts, a product type in a call: those settled in USDT, in USDC, in coins."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Market
from cambist.core.valuation import equity
from cambist.exchanges.beside import where_opened
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, numbers
from cambist.exchanges.rows import filled, in_columns


class _Margin(msgspec.Struct, gc=False):
    coin: str
    balance: str


class _Account(msgspec.Struct, rename="camel", gc=False):
    """account_equity: the profit of open positions in it. asset_list: other coins that are margin."""

    margin_coin: str
    account_equity: str
    available: str
    asset_list: list[_Margin] | None = None


_accounts = msgspec.json.Decoder(list[_Account])


async def futures_usdt(client: Any, market: Market) -> WalletAnswer:
    return await _of_type(client, market, "USDT-FUTURES")


async def futures_usdc(client: Any, market: Market) -> WalletAnswer:
    return await _of_type(client, market, "USDC-FUTURES")


async def futures_coin(client: Any, market: Market) -> WalletAnswer:
    return await _of_type(client, market, "COIN-FUTURES")


async def _of_type(client: Any, market: Market, product_type: str) -> WalletAnswer:
    """GET /api/v2/mix/account/accounts: each margin coin's equity, as Bitget works it out.

    Refused: other coins are margin too (union mode), for Bitget does not say whether the equity holds them.
    """
    client.raw = True
    raw = await client.private_mix_get_v2_mix_account_accounts({"productType": product_type})
    rows = data_of(client, raw, _accounts, "a list of futures accounts")
    checked_json(raw)  # few rows: the exact check costs nothing
    margins = [(row, margin) for row in rows for margin in row.asset_list or ()]
    others = [margin.balance for row, margin in margins if margin.coin != row.margin_coin]
    if any(numbers(others)):
        raise Unusable("other coins are margin too, and may be in the equity or not")
    codes = [row.margin_coin for row in rows]
    all_differ(codes, "a margin coin")
    worth, free = numbers([row.account_equity for row in rows]), numbers([row.available for row in rows])
    balances = in_columns(market, codes, *parts(worth, free), worth)
    return WalletAnswer(filled(balances))


def parts(worth: Sequence[Decimal], free: Sequence[Decimal]) -> tuple[list[Decimal], list[Decimal]]:
    """(free, locked) of what accounts are worth: what is not free is locked."""
    locked = [max(equity(all_of, ZERO, some), ZERO) for all_of, some in zip(worth, free, strict=True)]
    return [equity(all_of, ZERO, some) for all_of, some in zip(worth, locked, strict=True)], locked


WALLETS: dict[str, WalletReader] = {
    "futures_usdt": futures_usdt,
    "futures_usdc": where_opened(futures_usdc),
    "futures_coin": where_opened(futures_coin),
}
