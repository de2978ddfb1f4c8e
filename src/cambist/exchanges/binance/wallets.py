"""Binance's wallets: the call that each needs, and its answer's rows as exact balances."""

from operator import add
from typing import Any

import msgspec

from cambist.core.money import exact
from cambist.core.terms import Market, balances_of
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import Unusable, checked_json, numbers


class Row(msgspec.Struct, gc=False):
    asset: str
    free: str
    locked: str


class SpotAccount(msgspec.Struct):
    balances: list[Row]
    uid: int | None = None


_spot_account = msgspec.json.Decoder(SpotAccount)


async def spot(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v3/account: free and locked per asset."""
    client.raw = True
    return spot_answer(await client.private_get_account({"omitZeroBalances": "true"}), market)


def spot_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of a spot account's answer, rows without any left out. Raises Unusable."""
    account = _decoded(raw)
    codes = [row.asset for row in account.balances]
    if len(set(codes)) != len(codes):
        raise Unusable("the answer has an asset twice")
    free = numbers([row.free for row in account.balances])
    locked = numbers([row.locked for row in account.balances])
    with exact():
        totals = list(map(add, free, locked))
    assets = [market.spellings.get(code, code) for code in codes]
    balances = balances_of(assets, codes, free, locked, totals)
    held = tuple(balance for balance in balances if balance.free or balance.locked)
    return WalletAnswer(held, None if account.uid is None else str(account.uid))


def _decoded(raw: bytes) -> SpotAccount:
    """The typed answer with every key once.

    Counting the keys tells that; where a count is off, the slow and exact checks say why.
    """
    try:
        account = _spot_account.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        checked_json(raw)
        raise Unusable("the answer has not the shape of an account") from wrong
    whole = (
        raw.count(b'"free"') == raw.count(b'"locked"') == raw.count(b'"asset"') == len(account.balances)
        and raw.count(b'"balances"') == 1
        and raw.count(b'"uid"') <= 1
        and b"\\" not in raw
    )
    if not whole:
        checked_json(raw)
    return account


WALLETS: dict[str, WalletReader] = {"spot": spot}
