"""Reading wallets: the call that each needs, and its answer's rows as exact balances."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from operator import add
from typing import Any

import msgspec

from cambist.core.money import ZERO, exact
from cambist.core.terms import Balance, Market, balances_of
from cambist.core.valuation import equity
from cambist.exchanges.guard import Unusable, checked_json, number, numbers


@dataclass(frozen=True, slots=True)
class WalletAnswer:
    """A wallet's balances, and the uid of the exchange account where the answer tells it."""

    balances: tuple[Balance, ...]
    uid: str | None = None


Reader = Callable[[Any, Market], Awaitable[WalletAnswer]]


class Row(msgspec.Struct, gc=False):
    asset: str
    free: str
    locked: str


class SpotAccount(msgspec.Struct):
    balances: list[Row]
    uid: int | None = None


_spot_account = msgspec.json.Decoder(SpotAccount)


async def binance_spot(client: Any, market: Market) -> WalletAnswer:
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


async def by_default_rules(client: Any, market: Market) -> WalletAnswer:
    """ccxt's fetch_balance of the exchange's default wallet.

    An answer from which ccxt read no row at all is refused: for an exchange that the catalogue does not
    know, an empty wallet cannot be told from an answer that was not understood.
    """
    fetched: dict[str, Any] = await client.fetch_balance()
    totals: dict[str, Any] = fetched.get("total") or {}
    if not totals:
        raise Unusable("no balances were found in the answer")
    balances = (_ccxt_balance(code, fetched, market) for code in totals)
    return WalletAnswer(tuple(b for b in balances if b is not None and (b.total or b.free or b.locked)))


def _ccxt_balance(code: str, fetched: dict[str, Any], market: Market) -> Balance | None:
    def part(name: str) -> Decimal | None:
        told = fetched.get(name, {}).get(code)
        return None if told is None else number(str(told))

    free, used, total, debt = part("free"), part("used"), part("total"), part("debt") or ZERO
    if total is None and (free is None or used is None):
        raise Unusable(f"the answer tells no whole balance of {code}")
    gross = total if total is not None else equity(free or ZERO, used or ZERO)
    if free is None and used is None:
        free, used = gross, ZERO
    free = equity(gross, ZERO, used or ZERO) if free is None else free
    used = equity(gross, ZERO, free) if used is None else used
    asset = market.spellings.get(code, code)
    return Balance(asset, code, free, used, equity(gross, ZERO, debt), borrowed=debt)


READERS: dict[tuple[str, str], Reader] = {
    ("binance", "spot"): binance_spot,
    ("binanceus", "spot"): binance_spot,
}


def reader_of(market: Market, wallet: str) -> Reader:
    return READERS.get((market.ccxt_id, wallet), by_default_rules)
