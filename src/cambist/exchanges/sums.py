"""Balances of one wallet that an exchange tells in parts: added up, one for each code."""

from collections.abc import Iterable
from operator import add

from cambist.core.money import exact
from cambist.core.terms import Balance


def by_code(balances: Iterable[Balance]) -> tuple[Balance, ...]:
    """One balance a code: those of the same are added up, those without anything left out."""
    found: dict[str, Balance] = {}
    with exact():
        for each in balances:
            known = found.get(each.code)
            found[each.code] = each if known is None else _sum(known, each)
    return tuple(each for each in found.values() if any(each[2:]))


def _sum(one: Balance, other: Balance) -> Balance:
    return Balance(one.asset, one.code, *map(add, one[2:], other[2:]))
