"""What the readers of Binance's wallets share: keys that come once, one balance an asset."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import add

from cambist.core.money import ZERO, exact
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.guard import Unusable, checked_json


def told_once(raw: bytes, **times: int) -> None:
    """Refuses an answer with a key twice; `times` is how often each key that is read must stand in it.

    Counting tells that; where a count is off, the slow and exact checks say why, or that all is well.
    """
    if b"\\" in raw or any(raw.count(f'"{key}"'.encode()) != count for key, count in times.items()):
        checked_json(raw)


def all_differ(names: Sequence[str], what: str) -> None:
    """Raises Unusable where a name comes twice."""
    if len(set(names)) != len(names):
        raise Unusable(f"the answer has {what} twice")


def balance(
    market: Market,
    code: str,
    free: Decimal,
    locked: Decimal = ZERO,
    borrowed: Decimal = ZERO,
    interest: Decimal = ZERO,
) -> Balance:
    """What is owned of an asset: free + locked − borrowed − interest."""
    total = equity(free, locked, borrowed, interest)
    return Balance(market.spellings.get(code, code), code, free, locked, total, borrowed, interest)


def wallet(balances: Iterable[Balance]) -> WalletAnswer:
    """One balance an asset: those of the same code are added up, those without anything left out."""
    by_code: dict[str, Balance] = {}
    with exact():
        for each in balances:
            known = by_code.get(each.code)
            by_code[each.code] = each if known is None else _sum(known, each)
    return WalletAnswer(tuple(each for each in by_code.values() if any(each[2:])))


def _sum(one: Balance, other: Balance) -> Balance:
    return Balance(one.asset, one.code, *map(add, one[2:], other[2:]))
