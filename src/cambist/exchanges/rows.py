"""One balance a code, of answers that tell some more than once, as by product, account or position."""

from collections.abc import Iterable
from operator import add

from cambist.core.money import exact
from cambist.core.terms import Balance
from cambist.exchanges.dialect import WalletAnswer


def by_code(balances: Iterable[Balance]) -> tuple[Balance, ...]:
    """Those of the same code are added up, those without anything left out."""
    found: dict[str, Balance] = {}
    with exact():
        for each in balances:
            known = found.get(each.code)
            found[each.code] = each if known is None else _sum(known, each)
    return tuple(each for each in found.values() if any(each[2:]))


def wallet(balances: Iterable[Balance]) -> WalletAnswer:
    """A wallet of these, by code."""
    return WalletAnswer(by_code(balances))


def _sum(one: Balance, other: Balance) -> Balance:
    return Balance(one.asset, one.code, *map(add, one[2:], other[2:]))
