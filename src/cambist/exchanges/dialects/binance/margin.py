"""Binance's wallets that lend: cross margin, isolated margin, portfolio margin."""

from collections.abc import Sequence
from typing import Any

import msgspec

from cambist.core.terms import Balance, Market
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.guard import all_differ, numbers, shaped, told_once
from cambist.exchanges.rows import added, lent, less, wallet


class _Asset(msgspec.Struct):
    asset: str
    free: str
    locked: str
    borrowed: str
    interest: str


class _Cross(msgspec.Struct, rename="camel"):
    user_assets: list[_Asset]


class _Pair(msgspec.Struct, rename="camel"):
    symbol: str
    base_asset: _Asset
    quote_asset: _Asset


class _Isolated(msgspec.Struct):
    assets: list[_Pair]


class _Portfolio(msgspec.Struct, rename="camel"):
    asset: str
    total_wallet_balance: str
    cross_margin_locked: str
    cross_margin_borrowed: str
    cross_margin_interest: str
    usdm_profit: str = msgspec.field(name="umUnrealizedPNL")
    coinm_profit: str = msgspec.field(name="cmUnrealizedPNL")


_cross = msgspec.json.Decoder(_Cross)
_isolated = msgspec.json.Decoder(_Isolated)
_portfolio = msgspec.json.Decoder(list[_Portfolio])


async def cross(client: Any, market: Market) -> WalletAnswer:
    """GET /sapi/v1/margin/account: free + locked − borrowed − interest."""
    client.raw = True
    return cross_answer(await client.sapi_get_margin_account(), market)


async def isolated(client: Any, market: Market) -> WalletAnswer:
    """GET /sapi/v1/margin/isolated/account: each pair lends on its own; their assets are added up."""
    client.raw = client.large = True
    return isolated_answer(await client.sapi_get_margin_isolated_account(), market)


async def portfolio(client: Any, market: Market) -> WalletAnswer:
    """GET /papi/v1/balance: cross margin and both kinds of futures in one account."""
    client.raw = True
    return portfolio_answer(await client.papi_get_balance(), market)


def cross_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of a cross margin account's answer. Raises Unusable."""
    rows = shaped(_cross, raw, "a cross margin account").user_assets
    _told_once(raw, len(rows), userAssets=1)
    all_differ([row.asset for row in rows], "an asset")
    return wallet(_lent(rows, market))


def isolated_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of an isolated margin account's answer. Raises Unusable."""
    pairs = shaped(_isolated, raw, "an isolated margin account").assets
    count = len(pairs)
    _told_once(raw, 2 * count, assets=1, symbol=count, baseAsset=count, quoteAsset=count)
    all_differ([pair.symbol for pair in pairs], "a pair")
    return wallet(_lent([row for pair in pairs for row in (pair.base_asset, pair.quote_asset)], market))


def portfolio_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of a portfolio margin account's answer. Raises Unusable."""
    rows = shaped(_portfolio, raw, "a portfolio margin account")
    read = msgspec.structs.fields(_Portfolio)
    told_once(raw, **{field.encode_name: len(rows) for field in read})
    all_differ([row.asset for row in rows], "an asset")
    return wallet(_margined(rows, market))


def _told_once(raw: bytes, count: int, **more: int) -> None:
    told_once(raw, **dict.fromkeys(_Asset.__struct_fields__, count), **more)


def _lent(rows: Sequence[_Asset], market: Market) -> list[Balance]:
    return lent(
        market,
        [row.asset for row in rows],
        numbers([row.free for row in rows]),
        numbers([row.locked for row in rows]),
        numbers([row.borrowed for row in rows]),
        numbers([row.interest for row in rows]),
    )


def _margined(rows: Sequence[_Portfolio], market: Market) -> list[Balance]:
    """Wallet balance + profits of open positions − borrowed − interest; what orders hold is locked.

    The wallet balance holds what was borrowed. A profit that is written as an empty text is none: so the
    exchange's own documentation writes it for an asset that no coin-margined position is settled in.
    """
    locked = numbers([row.cross_margin_locked for row in rows])
    usdm = numbers([row.usdm_profit or "0" for row in rows])
    coinm = numbers([row.coinm_profit or "0" for row in rows])
    held = added(added(numbers([row.total_wallet_balance for row in rows]), usdm), coinm)
    return lent(
        market,
        [row.asset for row in rows],
        less(held, locked),
        locked,
        numbers([row.cross_margin_borrowed for row in rows]),
        numbers([row.cross_margin_interest for row in rows]),
    )
