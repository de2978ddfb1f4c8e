"""One balance an asset, of answers that tell some more than once, as by product or position."""

from collections.abc import Iterable
from operator import add

from cambist.core.money import exact
from cambist.core.terms import Balance
from cambist.exchanges.dialect import WalletAnswer


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
