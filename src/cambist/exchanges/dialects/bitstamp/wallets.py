"""Bitstamp's wallet: balances of an account, exact."""

from typing import Any

import msgspec

from cambist.core.terms import Market, balances_of
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import all_differ, numbers, shaped, told_once
from cambist.exchanges.rows import filled


class _Row(msgspec.Struct, gc=False):
    currency: str
    total: str
    available: str
    reserved: str


_rows = msgspec.json.Decoder(list[_Row])


async def spot(client: Any, market: Market) -> WalletAnswer:
    """POST /api/v2/account_balances/: of the account that the keys belong to. Earn is not in it."""
    client.raw = True
    raw = await client.private_post_account_balances()
    rows = shaped(_rows, raw, "a list of balances")
    told_once(raw, **dict.fromkeys(("currency", "total", "available", "reserved"), len(rows)))
    codes = [row.currency for row in rows]
    all_differ(codes, "an asset")
    assets = [market.spellings.get(code, code.upper()) for code in codes]
    free = numbers([row.available for row in rows])
    locked = numbers([row.reserved for row in rows])
    total = numbers([row.total for row in rows])
    balances = balances_of(assets, codes, free, locked, total)
    return WalletAnswer(filled(balances))


WALLETS: dict[str, WalletReader] = {"spot": spot}
