"""Gate's accounts of derivatives, each in one asset: perpetuals, delivery, options."""

from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.beside import where_opened
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import checked_json, numbers, shaped


class _Futures(msgspec.Struct):
    """total: without the profit of open positions; available: with a bonus, which is nobody's to keep.

    margin_mode, enable_credit: whether it is a part of a unified account.
    """

    user: int
    currency: str
    total: str
    unrealised_pnl: str
    available: str
    margin_mode: int = 0
    enable_credit: bool = False


class _Options(msgspec.Struct):
    """equity: the balance and what open positions are worth."""

    user: int
    currency: str
    equity: str
    available: str
    margin_mode: int = 0


_futures = msgspec.json.Decoder(_Futures)
_options = msgspec.json.Decoder(_Options)


async def futures_usdt(client: Any, market: Market) -> WalletAnswer:
    """GET /futures/usdt/accounts."""
    client.raw = True
    return futures_answer(await client.private_futures_get_settle_accounts({"settle": "usdt"}), market)


async def futures_btc(client: Any, market: Market) -> WalletAnswer:
    """GET /futures/btc/accounts."""
    client.raw = True
    return futures_answer(await client.private_futures_get_settle_accounts({"settle": "btc"}), market)


async def delivery_usdt(client: Any, market: Market) -> WalletAnswer:
    """GET /delivery/usdt/accounts."""
    client.raw = True
    return futures_answer(await client.private_delivery_get_settle_accounts({"settle": "usdt"}), market)


async def options(client: Any, market: Market) -> WalletAnswer:
    """GET /options/accounts."""
    client.raw = True
    return options_answer(await client.private_options_get_accounts(), market)


def futures_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The account's total and the profit of its open positions. Raises Unusable, NotOffered."""
    checked_json(raw)  # one row: the exact check costs nothing
    told = shaped(_futures, raw, "a futures account")
    if told.margin_mode != 0 or told.enable_credit:
        raise _part_of_unified()
    return _answer(told, market, told.total, told.unrealised_pnl)


def options_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The account's equity. Raises Unusable, NotOffered."""
    checked_json(raw)
    told = shaped(_options, raw, "an options account")
    if told.margin_mode != 0:
        raise _part_of_unified()
    return _answer(told, market, told.equity, "0")


def _answer(told: _Futures | _Options, market: Market, total: str, profit: str) -> WalletAnswer:
    """Worth total + profit; what of it is not available is locked."""
    held, won, available = numbers((total, profit, told.available))
    worth = equity(held, won)
    locked = max(equity(worth, ZERO, available), ZERO)
    code = told.currency
    asset = market.spellings.get(code, code)
    balance = Balance(asset, code, equity(worth, ZERO, locked), locked, worth)
    return WalletAnswer((balance,) if any(balance[2:]) else (), str(told.user))


def _part_of_unified() -> NotOffered:
    return NotOffered("It is part of a unified account: connect it as gate_io, which reads that whole.")


WALLETS: dict[str, WalletReader] = {
    "futures_usdt": futures_usdt,
    "futures_btc": futures_btc,
    "delivery_usdt": where_opened(delivery_usdt),
    "options": where_opened(options),
}
