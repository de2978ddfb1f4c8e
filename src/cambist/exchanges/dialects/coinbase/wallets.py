"""Coinbase's wallets: what trades, vaults and what is staked, US futures; exact balances of each."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused, NotOffered
from cambist.core.money import ZERO, exact
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.coinbase.accounts import Row, advanced, older
from cambist.exchanges.dialects.coinbase.clock import in_its_time
from cambist.exchanges.guard import Unusable, checked_json, number, numbers, shaped
from cambist.exchanges.rows import filled


class _Money(msgspec.Struct):
    value: str
    currency: str


class _Summary(msgspec.Struct):
    cfm_usd_balance: _Money
    unrealized_pnl: _Money
    initial_margin: _Money


class _Futures(msgspec.Struct):
    balance_summary: _Summary | None


_futures = msgspec.json.Decoder(_Futures)


async def spot(client: Any, market: Market) -> WalletAnswer:
    """Every account of Advanced's list but vaults and US futures, which are wallets of their own."""
    rows = await advanced(client)
    return _wallet((row for row in rows.values() if not (row.vault or row.futures)), market)


async def vault(client: Any, market: Market) -> WalletAnswer:
    """Vaults, and whatever the older list alone tells (what is staked): none of it can be traded at once.

    Both lists name an account by the same id, so what is in both counts once. Raises NotOffered where they
    have none in common: then the older one is of another portfolio than the keys'.
    """
    trading, listed = await advanced(client), await older(client)
    # All are read, also those of both lists: one number that is none, and the list is not to be trusted.
    told = dict(zip(listed, numbers([row.free for row in listed.values()]), strict=True))
    beyond = [row for row in listed.values() if row.id not in trading]
    if any(told[row.id] for row in beyond) and not trading.keys() & listed.keys():
        raise NotOffered("Coinbase lists vaults and staked funds of another portfolio than these keys'.")
    vaults = [row for row in trading.values() if row.vault]
    return _wallet([*vaults, *beyond], market, locked=True)


async def futures(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v3/brokerage/cfm/balance_summary: cash at the broker of US futures and open positions' profit.

    The spot account's dollars, which the summary adds to its sums, are the spot wallet's. What was realised
    today counts when it is in `cfm_usd_balance`. Raises NotOffered where Coinbase refuses for good: who has
    never opened the account.
    """
    client.raw = True
    try:
        raw = await in_its_time(client, client.v3_private_get_brokerage_cfm_balance_summary)
    except ExchangeRefused as refused:
        raise NotOffered(f"There is no account of US futures: {refused}") from None
    told = shaped(_futures, raw, "a summary of futures").balance_summary
    checked_json(raw)  # few fields: the exact check costs nothing
    if told is None:
        raise NotOffered("There is no account of US futures.")
    parts = (told.cfm_usd_balance, told.unrealized_pnl, told.initial_margin)
    if len({part.currency for part in parts}) > 1:
        raise Unusable("the answer is in several currencies")
    cash, profit, margin = (number(part.value) for part in parts)
    total = equity(cash, profit)
    locked = min(margin, max(total, ZERO))
    code = told.cfm_usd_balance.currency
    held = Balance(code, code, equity(total, ZERO, locked), locked, total)
    return WalletAnswer((held,) if any(held[2:]) else ())


def _wallet(rows: Iterable[Row], market: Market, *, locked: bool = False) -> WalletAnswer:
    """One balance a currency: who has several accounts of one has their sum. locked: all of it is."""
    rows = list(rows)
    free, held = numbers([row.free for row in rows]), numbers([row.held for row in rows])
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    with exact():
        for row, available, kept in zip(rows, free, held, strict=True):
            before = sums.get(row.code, (ZERO, ZERO))
            sums[row.code] = (before[0] + available, before[1] + kept)
    balances = (_balance(code, *parts, market, locked=locked) for code, parts in sums.items())
    return WalletAnswer(filled(balances))


def _balance(code: str, free: Decimal, held: Decimal, market: Market, *, locked: bool) -> Balance:
    total = equity(free, held)
    parts = (ZERO, total) if locked else (free, held)
    return Balance(market.spellings.get(code, code), code, *parts, total)


WALLETS: dict[str, WalletReader] = {"spot": spot, "vault": vault, "futures": futures}
