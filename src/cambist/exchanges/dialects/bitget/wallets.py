"""Bitget's wallets but futures; the one of spot is the unified account where there is one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Market
from cambist.exchanges.beside import where_opened
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.bitget import futures
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.failures import OtherMode
from cambist.exchanges.guard import Unusable, all_differ, numbers, told_once
from cambist.exchanges.rows import added, by_code, filled, in_columns


class _Spot(msgspec.Struct, rename="camel", gc=False):
    """limit_available: of spot copy trading; whether it is in what is available, Bitget does not say."""

    coin: str
    available: str
    frozen: str
    locked: str
    limit_available: str = "0"


class _Unified(msgspec.Struct, gc=False):
    """equity: net of debts, the profit of open positions in it."""

    coin: str
    equity: str
    available: str
    debt: str
    locked: str


class _Account(msgspec.Struct, rename="camel"):
    """assets: those that are held, none of an account without equity."""

    account_equity: str
    assets: list[_Unified] | None


class _Funds(msgspec.Struct, gc=False):
    """frozen: empty where there is none of it, in Bitget's own example."""

    coin: str
    available: str
    frozen: str


class _Saved(msgspec.Struct, gc=False):
    coin: str
    amount: str


class _Lent(msgspec.Struct, rename="camel", gc=False):
    """net: available + frozen − borrow − interest."""

    coin: str
    available: str
    frozen: str
    borrow: str
    interest: str
    net: str


class LentOfPair(_Lent):
    symbol: str


class _Bot(msgspec.Struct, gc=False):
    coin: str
    available: str
    equity: str


_spot = msgspec.json.Decoder(list[_Spot])
_account = msgspec.json.Decoder(_Account)
_funds = msgspec.json.Decoder(list[_Funds])
_saved = msgspec.json.Decoder(list[_Saved])
_lent = msgspec.json.Decoder(list[_Lent])
_lent_of_pairs = msgspec.json.Decoder(list[LentOfPair])
_bots = msgspec.json.Decoder(list[_Bot])


async def spot(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v2/spot/account/assets; a unified account, which refuses it, by GET /api/v3/account/assets."""
    client.raw = client.large = True
    try:
        raw = await client.private_spot_get_v2_spot_account_assets()
        rows = data_of(client, raw, _spot, "a list of assets")
    except OtherMode:
        return await _unified(client, market)
    told_once(raw, **dict.fromkeys(("coin", "available", "frozen", "locked"), len(rows)))
    if any(numbers([row.limit_available for row in rows])):
        raise Unusable("some of an asset is for copy trading, and may be in what is available or not")
    frozen, locked = numbers([row.frozen for row in rows]), numbers([row.locked for row in rows])
    free, held = numbers([row.available for row in rows]), added(frozen, locked)
    return _answer(market, [row.coin for row in rows], free, held, added(free, held))


async def _unified(client: Any, market: Market) -> WalletAnswer:
    raw = await client.private_uta_get_v3_account_assets()
    told = data_of(client, raw, _account, "a unified account")
    rows = told.assets or []
    if told.assets is None and any(numbers([told.account_equity])):
        raise Unusable("the answer does not tell what the account holds")
    told_once(raw, assets=1, accountEquity=1, **dict.fromkeys(_Unified.__struct_fields__, len(rows)))
    return _answer(
        market,
        [row.coin for row in rows],
        numbers([row.available for row in rows]),
        numbers([row.locked for row in rows]),
        numbers([row.equity for row in rows]),
        numbers([row.debt for row in rows]),
    )


async def funding(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v2/account/funding-assets; of a unified account, GET /api/v3/account/funding-assets."""
    client.raw = True
    try:
        raw = await client.private_spot_get_v2_account_funding_assets()
        rows = data_of(client, raw, _funds, "a list of funds")
    except OtherMode:
        raw = await client.private_uta_get_v3_account_funding_assets()
        rows = data_of(client, raw, _funds, "a list of funds")
    told_once(raw, **dict.fromkeys(_Funds.__struct_fields__, len(rows)))
    free, held = numbers([row.available for row in rows]), numbers([row.frozen or "0" for row in rows])
    return _answer(market, [row.coin for row in rows], free, held, added(free, held))


async def earn(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v2/earn/account/assets: all that is in Earn."""
    client.raw = True
    raw = await client.private_earn_get_v2_earn_account_assets()
    rows = data_of(client, raw, _saved, "what is in Earn")
    told_once(raw, **dict.fromkeys(_Saved.__struct_fields__, len(rows)))
    held = numbers([row.amount for row in rows])
    return _answer(market, [row.coin for row in rows], [ZERO] * len(rows), held, held)


async def cross_margin(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v2/margin/crossed/account/assets."""
    client.raw = client.large = True
    raw = await client.private_margin_get_v2_margin_crossed_account_assets()
    rows = data_of(client, raw, _lent, "a cross margin account")
    told_once(raw, **dict.fromkeys(_Lent.__struct_fields__, len(rows)))
    return _answer(market, [row.coin for row in rows], *_columns(rows))


async def isolated_margin(client: Any, market: Market) -> WalletAnswer:
    """Each pair lends on its own; their assets are added up."""
    rows = await pairs(client)
    return WalletAnswer(by_code(in_columns(market, [row.coin for row in rows], *_columns(rows))))


async def pairs(client: Any) -> list[LentOfPair]:
    """GET /api/v2/margin/isolated/account/assets: what each pair has of each asset."""
    client.raw = client.large = True
    raw = await client.private_margin_get_v2_margin_isolated_account_assets()
    rows = data_of(client, raw, _lent_of_pairs, "an isolated margin account")
    told_once(raw, **dict.fromkeys(LentOfPair.__struct_fields__, len(rows)))
    all_differ([f"{row.symbol} {row.coin}" for row in rows], "an asset")
    return rows


async def bots_spot(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v2/account/bot-assets of those that trade spot."""
    return await _bots_of(client, market, "spot")


async def bots_futures(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v2/account/bot-assets of those that trade futures."""
    return await _bots_of(client, market, "futures")


async def _bots_of(client: Any, market: Market, kind: str) -> WalletAnswer:
    client.raw = True
    raw = await client.private_spot_get_v2_account_bot_assets({"accountType": kind})
    rows = data_of(client, raw, _bots, "what bots hold")
    told_once(raw, **dict.fromkeys(_Bot.__struct_fields__, len(rows)))
    free, worth = numbers([row.available for row in rows]), numbers([row.equity for row in rows])
    return _answer(market, [row.coin for row in rows], *futures.parts(worth, free), worth)


def _columns(rows: Sequence[_Lent]) -> list[list[Decimal]]:
    return [
        numbers([row.available for row in rows]),
        numbers([row.frozen for row in rows]),
        numbers([row.net for row in rows]),
        numbers([row.borrow for row in rows]),
        numbers([row.interest for row in rows]),
    ]


def _answer(market: Market, codes: Sequence[str], *columns: Sequence[Decimal]) -> WalletAnswer:
    """The balances out of columns: free, locked, total and, where a wallet has them, debt and interest."""
    all_differ(codes, "an asset")
    return WalletAnswer(filled(in_columns(market, codes, *columns)))


WALLETS: dict[str, WalletReader] = {
    "spot": spot,
    "funding": where_opened(funding),
    "earn": where_opened(earn),
    "cross_margin": where_opened(cross_margin),
    "isolated_margin": where_opened(isolated_margin),
    "bots_spot": where_opened(bots_spot),
    "bots_futures": where_opened(bots_futures),
    **futures.WALLETS,
}
