"""KuCoin's classic wallets: funding and trading in one, cross and isolated margin."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.beside import where_opened
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.kucoin import earn, unified
from cambist.exchanges.dialects.kucoin.assets import asset_of
from cambist.exchanges.dialects.kucoin.envelope import data_of
from cambist.exchanges.guard import all_differ, numbers, told_once
from cambist.exchanges.rows import by_code


class _Account(msgspec.Struct, gc=False):
    """Of a kind and a currency. Those of margin are left over from before it had calls of its own."""

    currency: str
    type: Literal["main", "trade", "trade_hf", "margin", "isolated"]
    balance: str
    available: str
    holds: str


class _Lent(msgspec.Struct, gc=False):
    """liability: what is owed, interest in it."""

    currency: str
    total: str
    available: str
    hold: str
    liability: str


class _Cross(msgspec.Struct):
    accounts: list[_Lent]


class Pair(msgspec.Struct, rename="camel"):
    symbol: str
    base_asset: _Lent
    quote_asset: _Lent


class _Isolated(msgspec.Struct):
    assets: list[Pair]


_accounts = msgspec.json.Decoder(list[_Account])
_cross = msgspec.json.Decoder(_Cross)
_isolated = msgspec.json.Decoder(_Isolated)

_TOLD_ELSEWHERE = {"margin", "isolated"}
# Without it, what is lent to orders of high frequency is left out.
_ALL = {"queryType": "ALL"}


async def spot(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v1/accounts, of no kind in particular: what is funding (`main`) and what trades, added up."""
    client.raw = client.large = True
    raw = await client.private_get_accounts()
    rows = data_of(client, raw, _accounts, "a list of accounts")
    told_once(raw, **dict.fromkeys(_Account.__struct_fields__, len(rows)))
    all_differ([f"{row.type} {row.currency}" for row in rows], "an account")
    rows = [row for row in rows if row.type not in _TOLD_ELSEWHERE]
    codes = [row.currency for row in rows]
    columns = (
        numbers([row.available for row in rows]),
        numbers([row.holds for row in rows]),
        numbers([row.balance for row in rows]),
    )
    return WalletAnswer(by_code(map(Balance, map(asset_of, codes), codes, *columns)))


async def cross_margin(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v3/margin/accounts: total − liability."""
    client.raw = client.large = True
    raw = await client.private_get_margin_accounts(_ALL)
    rows = data_of(client, raw, _cross, "a cross margin account").accounts
    _told_once(raw, len(rows), accounts=1)
    all_differ([row.currency for row in rows], "an asset")
    return _lent(rows)


async def isolated_margin(client: Any, market: Market) -> WalletAnswer:
    """Each pair lends on its own; their assets are added up."""
    return _lent([row for pair in await pairs(client) for row in (pair.base_asset, pair.quote_asset)])


async def pairs(client: Any) -> Sequence[Pair]:
    """GET /api/v3/isolated/accounts: what is held and owed of each pair."""
    client.raw = client.large = True
    raw = await client.private_get_isolated_accounts(_ALL)
    found = data_of(client, raw, _isolated, "an isolated margin account").assets
    count = len(found)
    _told_once(raw, 2 * count, assets=1, symbol=count, baseAsset=count, quoteAsset=count)
    all_differ([pair.symbol for pair in found], "a pair")
    return found


def _told_once(raw: bytes, count: int, **more: int) -> None:
    told_once(raw, **dict.fromkeys(_Lent.__struct_fields__, count), **more)


def _lent(rows: Sequence[_Lent]) -> WalletAnswer:
    columns = zip(
        [row.currency for row in rows],
        numbers([row.available for row in rows]),
        numbers([row.hold for row in rows]),
        numbers([row.total for row in rows]),
        numbers([row.liability for row in rows]),
        strict=True,
    )
    return WalletAnswer(
        by_code(
            Balance(asset_of(code), code, free, held, equity(total, ZERO, owed), borrowed=owed)
            for code, free, held, total, owed in columns
        )
    )


WALLETS: dict[str, WalletReader] = {
    "spot": spot,
    "unified": where_opened(unified.unified),
    "cross_margin": where_opened(cross_margin),
    "isolated_margin": where_opened(isolated_margin),
    "earn": where_opened(earn.earn),
    "futures": unified.futures,
}
