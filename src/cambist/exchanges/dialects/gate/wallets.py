"""Gate's wallets of spot: what trades, or the unified account that stands for it; isolated margin; Earn."""

from collections.abc import Sequence
from typing import Any

import msgspec

from cambist.core.errors import KeysRejected
from cambist.core.money import ZERO
from cambist.core.terms import Balance, KeyState, Market
from cambist.exchanges.beside import where_opened
from cambist.exchanges.client import as_ours
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.gate import futures
from cambist.exchanges.dialects.gate.unified import unified_answer
from cambist.exchanges.failures import OtherMode
from cambist.exchanges.guard import Unusable, all_differ, numbers, shaped, told_once
from cambist.exchanges.rows import added, by_code, filled, in_columns, lent


class _Held(msgspec.Struct, gc=False):
    currency: str
    available: str
    locked: str


class _Lent(msgspec.Struct, gc=False):
    currency: str
    available: str
    locked: str
    borrowed: str
    interest: str


class _Pair(msgspec.Struct):
    currency_pair: str
    base: _Lent
    quote: _Lent


class _Saved(msgspec.Struct, gc=False):
    currency: str
    amount: str


_held = msgspec.json.Decoder(list[_Held])
_pairs = msgspec.json.Decoder(list[_Pair])
_saved = msgspec.json.Decoder(list[_Saved])
_PAGE = 100
_MOST_PAGES = 20
_MAY_NOT = (
    "The keys may not read the unified account, so that it cannot be told whether this account is one: "
    "give them the permission “Unified Account” (read only) beside that of spot."
)


async def spot(client: Any, market: Market) -> WalletAnswer:
    """GET /unified/accounts; where the account is not unified, GET /spot/accounts.

    The second tells of a unified account too, but neither its debts nor what its positions have won, and
    does not say so: only the first shows which it is.
    """
    client.raw = client.large = True
    try:
        return await _unified(client, market)
    except OtherMode:
        return spot_answer(await client.private_spot_get_accounts(), market)
    except KeysRejected as refused:
        if refused.key_state != KeyState.NO_PERMISSION:
            raise
        raise KeysRejected(_MAY_NOT, key_state=KeyState.NO_PERMISSION) from None


async def _unified(client: Any, market: Market) -> WalletAnswer:
    raw = await client.private_unified_get_accounts()
    try:
        return unified_answer(raw, market)
    except Unusable as broken:
        raise as_ours(broken, client) from None  # a refusal may come with status 200 as well


def spot_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of a spot account. Raises Unusable."""
    rows = shaped(_held, raw, "a list of spot accounts")
    told_once(raw, **dict.fromkeys(_Held.__struct_fields__, len(rows)))
    codes = [row.currency for row in rows]
    all_differ(codes, "an asset")
    free, locked = numbers([row.available for row in rows]), numbers([row.locked for row in rows])
    balances = in_columns(market, codes, free, locked, added(free, locked))
    return WalletAnswer(filled(balances))


async def isolated_margin(client: Any, market: Market) -> WalletAnswer:
    """GET /margin/accounts: each pair lends on its own; their assets are added up."""
    client.raw = client.large = True
    raw = await client.private_margin_get_accounts()
    pairs = shaped(_pairs, raw, "a list of isolated margin accounts")
    rows = [row for pair in pairs for row in (pair.base, pair.quote)]
    # A pair says whether it is locked, as its assets say how much of them is.
    each = {**dict.fromkeys(_Lent.__struct_fields__, len(rows)), "locked": len(rows) + len(pairs)}
    told_once(raw, **each, **dict.fromkeys(_Pair.__struct_fields__, len(pairs)))
    all_differ([pair.currency_pair for pair in pairs], "a pair")
    return WalletAnswer(by_code(_lent(rows, market)))


def _lent(rows: Sequence[_Lent], market: Market) -> list[Balance]:
    codes = [row.currency for row in rows]
    free, locked = numbers([row.available for row in rows]), numbers([row.locked for row in rows])
    borrowed, interest = numbers([row.borrowed for row in rows]), numbers([row.interest for row in rows])
    return lent(market, codes, free, locked, borrowed, interest)


async def earn(client: Any, market: Market) -> WalletAnswer:
    """GET /earn/uni/lends, page by page: what is lent in Simple Earn, that to be redeemed included."""
    client.raw = True
    rows: list[_Saved] = []
    for number in range(1, _MOST_PAGES + 1):
        raw = await client.private_earn_get_uni_lends({"page": number, "limit": _PAGE})
        page = shaped(_saved, raw, "what is in Earn")
        told_once(raw, **dict.fromkeys(_Saved.__struct_fields__, len(page)))
        rows += page
        if len(page) < _PAGE:
            return _saved_up(rows, market)
    raise Unusable("more is in Earn than can be read")


def _saved_up(rows: Sequence[_Saved], market: Market) -> WalletAnswer:
    codes = [row.currency for row in rows]
    all_differ(codes, "an asset")
    held = numbers([row.amount for row in rows])
    balances = in_columns(market, codes, [ZERO] * len(rows), held, held)
    return WalletAnswer(filled(balances))


WALLETS: dict[str, WalletReader] = {
    "spot": spot,
    "isolated_margin": where_opened(isolated_margin),
    "earn": where_opened(earn),
    **futures.WALLETS,
}
