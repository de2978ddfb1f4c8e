"""Binance's wallets: the call that each needs, and its answer's rows as exact balances."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import msgspec

from cambist.core.terms import Balance, Market
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.binance import earn, futures, margin
from cambist.exchanges.guard import all_differ, checked_json, numbers, shaped, told_once
from cambist.exchanges.rows import added, filled, in_columns


class Row(msgspec.Struct, gc=False):
    asset: str
    free: str
    locked: str


class SpotAccount(msgspec.Struct):
    balances: list[Row]
    uid: int | None = None


class Funds(msgspec.Struct):
    asset: str
    free: str
    locked: str
    freeze: str
    withdrawing: str


_ROW = Row.__struct_fields__
_spot_account = msgspec.json.Decoder(SpotAccount)
_funds = msgspec.json.Decoder(list[Funds])


async def spot(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v3/account: free and locked per asset."""
    client.raw = True
    return spot_answer(await client.private_get_account({"omitZeroBalances": "true"}), market)


def spot_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of a spot account's answer, rows without any left out. Raises Unusable."""
    account = shaped(_spot_account, raw, "an account")
    rows = account.balances
    told_once(raw, balances=1, uid=int(account.uid is not None), **dict.fromkeys(_ROW, len(rows)))
    balances = _balances(market, rows, [row.locked for row in rows])
    return WalletAnswer(balances, None if account.uid is None else str(account.uid))


def _balances(market: Market, rows: Sequence[Row | Funds], *kept: Sequence[str]) -> tuple[Balance, ...]:
    """Of each asset what is free and, in as many columns as there are kinds of it, what is not."""
    codes = [row.asset for row in rows]
    all_differ(codes, "an asset")
    free = numbers([row.free for row in rows])
    locked = reduce(added, map(numbers, kept))
    return filled(in_columns(market, codes, free, locked, added(free, locked)))


async def uid(client: Any) -> str | None:
    """GET /api/v3/account, which keys of any wallet may read: whose they are, where it is told."""
    client.raw = True
    raw = await client.private_get_account({"omitZeroBalances": "true"})
    checked_json(raw)  # an account that is told twice is not told
    account = shaped(_spot_account, raw, "an account")
    return None if account.uid is None else str(account.uid)


async def funding(client: Any, market: Market) -> WalletAnswer:
    """POST /sapi/v1/asset/get-funding-asset: all of an asset, also what is frozen or not yet withdrawn."""
    client.raw = True
    return funding_answer(await client.sapi_post_asset_get_funding_asset(), market)


def funding_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of a funding wallet's answer. Raises Unusable."""
    rows = shaped(_funds, raw, "a funding wallet")
    told_once(raw, **dict.fromkeys(Funds.__struct_fields__, len(rows)))
    kept = ([row.locked for row in rows], [row.freeze for row in rows], [row.withdrawing for row in rows])
    return WalletAnswer(_balances(market, rows, *kept))


WALLETS: dict[str, WalletReader] = {
    "spot": spot,
    "funding": funding,
    "earn_flexible": earn.flexible,
    "earn_locked": earn.locked,
    "cross_margin": margin.cross,
    "isolated_margin": margin.isolated,
    "futures_usdm": futures.usdm,
    "futures_coinm": futures.coinm,
    "portfolio_margin": margin.portfolio,
}
