"""MEXC's wallets: spot, and futures with what open positions have won."""

from typing import Any, Literal

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, numbers, shaped, told_once
from cambist.exchanges.rows import added, filled, in_columns


class _Row(msgspec.Struct, gc=False):
    asset: str
    free: str
    locked: str


class _Account(msgspec.Struct):
    balances: list[_Row]


class _Asset(msgspec.Struct, rename="camel"):
    """equity: in the currency, the unrealised profit of open positions in it."""

    currency: str
    equity: msgspec.Raw
    available_balance: msgspec.Raw


class _Assets(msgspec.Struct):
    success: Literal[True]
    code: Literal[0]
    data: list[_Asset]


class _Uid(msgspec.Struct):
    uid: str


_account = msgspec.json.Decoder(_Account)
_assets = msgspec.json.Decoder(_Assets)
_uid = msgspec.json.Decoder(_Uid)


async def spot(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v3/account: free and locked of each asset that there is any of."""
    client.raw = True
    return spot_answer(await client.spot_private_get_account(), market)


def spot_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of a spot account's answer. Raises Unusable."""
    rows = shaped(_account, raw, "an account").balances
    told_once(raw, balances=1, **dict.fromkeys(("asset", "free", "locked"), len(rows)))
    codes = [row.asset for row in rows]
    all_differ(codes, "an asset")
    free, locked = numbers([row.free for row in rows]), numbers([row.locked for row in rows])
    total = added(free, locked)
    balances = in_columns(market, codes, free, locked, total)
    return WalletAnswer(filled(balances))


async def futures(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v1/private/account/assets of all currencies."""
    client.raw = True
    return futures_answer(await client.contract_private_get_account_assets(), market)


def futures_answer(raw: bytes, market: Market) -> WalletAnswer:
    """Each currency's `equity`; nothing is added to it. Raises Unusable."""
    rows = shaped(_assets, raw, "a list of futures assets").data
    each = dict.fromkeys(("currency", "equity", "availableBalance"), len(rows))
    told_once(raw, success=1, code=1, data=1, **each)
    all_differ([row.currency for row in rows], "a currency")
    worth, free = figures([row.equity for row in rows]), figures([row.available_balance for row in rows])
    balances = []
    for row, total, available in zip(rows, worth, free, strict=True):
        asset = market.spellings.get(row.currency, row.currency)
        locked = max(equity(total, ZERO, available), ZERO)
        balances.append(Balance(asset, row.currency, equity(total, ZERO, locked), locked, total))
    return WalletAnswer(tuple(b for b in balances if b.total or b.locked))


async def uid(client: Any) -> str:
    """GET /api/v3/uid: whose the keys are."""
    client.raw = True
    raw = await client.spot_private_get_uid()
    checked_json(raw)
    told = shaped(_uid, raw, "a uid").uid
    if not told.strip():
        raise Unusable("the answer does not tell whose account it is")
    return told


WALLETS: dict[str, WalletReader] = {"spot": spot, "futures": futures}
